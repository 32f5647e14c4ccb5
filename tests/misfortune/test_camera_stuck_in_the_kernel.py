"""SIGKILL does not end the process that owns the camera (kernel state D, picamera2 #1275): only a reboot helps, and that is said.

Made here with the kernel's own means: a traced process that was killed is not its parent's to reap before its tracer lets go.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from support.heard import Heard
from support.pi.rig import ask, camera_process

from devices.camera.driver import FrameCamera
from devices.protocols.frames import Frame, Why

PTRACE_SEIZE = 0x4206


def test_it_is_said_no_second_child_is_started_and_it_goes_on_if_the_kernel_lets_go_after_all(memory: Path) -> None:
    with camera_process(memory, slow=0.5) as process:
        driver, heard = FrameCamera(str(process.socket)), Heard()
        driver.start(heard)
        heard.ready()
        child = process.child()
        assert child is not None
        libc = ctypes.CDLL(None, use_errno=True)
        libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
        assert libc.ptrace(PTRACE_SEIZE, child.pid, None, None) == 0, os.strerror(ctypes.get_errno())
        child.kill()
        heard.fault("camera_stuck")
        assert [each.pid for each in process.parent.children()] == [child.pid]
        driver.watch()
        driver.take("while stuck")
        assert heard.answer("while stuck").fault == "camera_stuck"  # type: ignore[union-attr]
        stuck_at = heard.so_far
        os.waitpid(child.pid, 0)  # the tracer lets go
        heard.ready(since=stuck_at)
        driver.stop()
        link = process.opened()
        assert isinstance(ask(lambda: link.still(20)), Frame)
        assert ask(lambda: link.hello(1)) is not Why.STUCK
        link.close()
