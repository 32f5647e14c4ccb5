"""The driver itself fails over a page (here: a mount of no resolution): who asked for the page is told, and may ask again."""

from __future__ import annotations

from pathlib import Path

from desk_camera import IMPATIENT, Heard

from devices.camera.driver import FrameCamera
from devices.camera.straighten import Mount
from devices.port import PageRefused
from devices.virtual.camera import VirtualCamera


def test_every_page_asked_for_is_answered(tmp_path: Path) -> None:
    virtual = VirtualCamera(tmp_path / "camera.sock")
    driver = FrameCamera(virtual.address, mount=Mount(dpi=0), times=IMPATIENT)
    heard = Heard()
    virtual.start()
    try:
        virtual.lay("residence")
        driver.start(heard)
        heard.ready()
        driver.watch()
        for request in ("first", "second"):
            before = heard.so_far
            driver.take(request)
            assert heard.answer(request) == PageRefused(request, "device_error")
            heard.ready(since=before)
    finally:
        driver.stop()
        virtual.stop()
