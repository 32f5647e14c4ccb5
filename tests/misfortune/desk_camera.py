"""A virtual camera and the real driver on a real socket, and a way to wait for what the driver says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace
from support.heard import Heard, first_preview

from devices.camera.driver import FrameCamera, Times
from devices.virtual.camera import VirtualCamera

__all__ = ["IMPATIENT", "Heard", "desk_camera", "first_preview"]
IMPATIENT = replace(Times(), hello=1.0, preview=1.2, still=5.0, between_hellos=0.2)


@contextmanager
def desk_camera(folder: Path, *, page: str | None = None) -> Iterator[tuple[VirtualCamera, FrameCamera, Heard]]:
    """Both running and the driver ready, with ``page`` on the desk; stopped at the end."""
    virtual = VirtualCamera(folder / "camera.sock")
    driver = FrameCamera(virtual.address, times=IMPATIENT)
    heard = Heard()
    virtual.start()
    try:
        if page is not None:
            virtual.lay(page)
        driver.start(heard)
        heard.ready()
        yield virtual, driver, heard
    finally:
        driver.stop()
        virtual.stop()
