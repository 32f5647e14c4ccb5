"""No camera, not that one, or another program has it: three different answers, and none of them is for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.heard import Heard
from support.pi.rig import KINDS, Process, camera_process, leave

from devices.camera.driver import FrameCamera
from devices.protocols.frames import Why


def test_a_camera_another_program_holds_is_said_to_be_and_taken_when_it_is_let_go(memory: Path) -> None:
    with camera_process(memory) as process:
        process.inject("in use")
        driver, heard = FrameCamera(str(process.socket)), Heard()
        driver.start(heard)
        driver.watch()
        heard.fault("camera_in_use")
        held_at = heard.so_far
        process.clear()
        heard.ready(since=held_at)
        driver.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_a_camera_number_that_does_not_exist_is_no_camera(memory: Path, kind: type[Process]) -> None:
    process = kind(memory, "--camera", "3")
    process.start()
    process.says(Why.NO_CAMERA)
    assert "no camera number 3" in process.log()
    leave(process)


def test_a_camera_plugged_in_later_is_found(memory: Path) -> None:
    process = Process(memory)
    process.inject("no camera")
    process.start()
    process.says(Why.NO_CAMERA)
    process.clear()
    process.proven()
    leave(process)
