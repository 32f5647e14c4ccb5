"""A call of picamera2 never returns: the process that made it is killed, another opens the camera, and whoever asked was told."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.pi.rig import KINDS, Process, ask, camera_process

from devices.protocols.frames import Frame, Why

PREVIEW = ("capture_request", "make_buffer")
STILL = ("switch_mode_and_capture_request", "capture_metadata", "autofocus_cycle")


def long(*calls: str) -> list[object]:
    return [pytest.param(call, marks=pytest.mark.long) for call in calls]


@pytest.mark.parametrize("call", [PREVIEW[0], STILL[0], *long(*PREVIEW[1:], *STILL[1:])])
@pytest.mark.parametrize("kind", KINDS)
def test_whoever_asked_is_told_and_another_child_takes_over(memory: Path, kind: type[Process], call: str) -> None:
    with camera_process(memory, kind=kind, slow=0.7) as process:
        link, before = process.opened(), process.child()
        assert before is not None
        process.inject(f"hang {call}")
        assert ask(lambda: link.still(20) if call in STILL else link.preview(20)) is Why.NO_FRAME
        assert ask(lambda: link.hello(1)) is Why.NO_FRAME
        process.clear()
        process.another_child(than=before)
        assert not before.is_running()
        process.until(lambda: not isinstance(ask(lambda: link.hello(1)), Why), "the camera is back")
        process.until(lambda: isinstance(ask(lambda: link.still(20)), Frame), "a still")
        link.close()


@pytest.mark.parametrize("call", ["open", *long("global_camera_info", "configure", "start")])
@pytest.mark.parametrize("kind", KINDS)
def test_a_camera_that_never_opens_is_tried_again_and_hello_is_answered_meanwhile(
    memory: Path, kind: type[Process], call: str
) -> None:
    with camera_process(memory, kind=kind, slow=1.0) as process:
        before = process.child()
        assert before is not None
        process.inject(f"hang {call}")
        process.until(lambda: process.preview() is Why.NO_FRAME, "it is found not to open")
        assert process.hello() is Why.NO_FRAME
        process.clear()
        process.another_child(than=before)
        process.proven()


@pytest.mark.parametrize("kind", KINDS)
def test_a_camera_that_never_closes_is_killed(memory: Path, kind: type[Process]) -> None:
    with camera_process(memory, kind=kind, slow=1.0) as process:
        link, before = process.opened(), process.child()
        assert before is not None
        process.inject("hang close")
        link.close()
        process.another_child(than=before)
        process.clear()
        process.proven()


def test_what_never_returns_does_not_keep_the_process_from_ending(memory: Path) -> None:
    with camera_process(memory) as process:
        link, child = process.opened(), process.child()
        assert child is not None
        process.inject("hang close")
        link.close()
        assert process.stop() == 0
        assert not child.is_running()
