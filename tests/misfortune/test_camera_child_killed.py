"""The process that owns the camera dies (kill -9 from within) at each call it makes, or fails there."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

import pytest
from support.pi.rig import KINDS, Process, ask, camera_process

from devices.protocols.frames import Frame, Why

CALLS = (
    "global_camera_info",
    "open",
    "configure",
    "start",
    "capture_request",
    "make_buffer",
    "capture_metadata",
    "autofocus_cycle",
    "switch_mode_and_capture_request",
    "close",
)


@pytest.mark.parametrize(
    ("way", "calls"),
    [
        pytest.param("die", ("open", "capture_request", "switch_mode_and_capture_request"), id="die"),
        pytest.param("die", CALLS, id="die anywhere", marks=pytest.mark.long),
        pytest.param("raise", CALLS, id="raise anywhere", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_at_whatever_call_it_happens_the_camera_is_back_by_itself(
    memory: Path, kind: type[Process], way: str, calls: tuple[str, ...]
) -> None:
    with camera_process(memory, kind=kind) as process:
        for call in calls:
            link, before = process.opened(), process.child()
            assert before is not None
            process.inject(f"{way} {call}")
            if call in ("global_camera_info", "open", "configure", "start", "close"):
                link.close()  # the camera is closed, and opened for the next
                process.until(lambda: process.preview() in (Why.NO_FRAME, Why.NO_CAMERA), f"{way} {call} is noticed")
            else:
                question = link.preview if call == "capture_request" else link.still
                assert ask(partial(question, 20)) is Why.NO_FRAME
                link.close()
            process.clear()
            process.another_child(than=before)
            process.proven()


def test_killed_from_outside_mid_still_the_page_is_answered_at_once(memory: Path) -> None:
    with camera_process(memory) as process:
        link, before = process.opened(), process.child()
        assert before is not None
        process.inject("hang switch_mode_and_capture_request")
        calls = len(process.calls())
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.append(ask(lambda: link.still(20))))
        asking.start()
        process.until(lambda: "switch_mode_and_capture_request" in process.calls()[calls:], "the still began")
        process.clear()
        before.kill()
        asking.join(20)
        assert answers == [Why.NO_FRAME]
        process.until(lambda: isinstance(ask(lambda: link.still(20)), Frame), "a still")
        link.close()
