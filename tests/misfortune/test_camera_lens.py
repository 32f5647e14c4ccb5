"""The lens finds nothing to focus on, or there is no lens to move: a still is taken all the same, and judged afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.pi.rig import KINDS, Process, camera_process

from devices.protocols.frames import Frame


@pytest.mark.parametrize("fault", ["no focus", "no lens"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_still_is_taken(memory: Path, kind: type[Process], fault: str) -> None:
    with camera_process(memory, kind=kind) as process:
        process.inject(fault)
        link = process.opened()
        assert isinstance(link.still(20), Frame)
        link.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_preview_focused_on_is_carried_into_the_still(memory: Path, kind: type[Process]) -> None:
    with camera_process(memory, kind=kind) as process:
        link = process.opened()
        link.still(20)
        link.close()
        assert "lens at 3.3 dioptres, focused" in process.log()


@pytest.mark.parametrize("kind", KINDS)
def test_a_lens_fixed_by_setting_is_never_searched_for(memory: Path, kind: type[Process]) -> None:
    with camera_process(memory, "--focus", "2.5", kind=kind) as process:
        link = process.opened()
        link.still(20)
        link.close()
        assert "autofocus_cycle" not in process.calls()
