"""Codes on what lies under the camera: QR (ISO/IEC 18004), read by zxing-cpp."""

from __future__ import annotations

import time
from collections.abc import Callable

import zxingcpp

from devices.camera.link import CameraLink, NoPictureError
from devices.camera.picture import Picture
from devices.protocols.frames import Frame, FrameError

PREVIEW, STILL = 2.0, 10.0
"""Seconds one picture may take; the camera may have to be opened for the first."""
STILL_AFTER = 8
"""Previews without a code, after which a still is looked at: it shows four times as much of a small one."""
AGAIN = 0.5
"""Seconds before the camera's process is asked anew, when it did not answer."""


def read_code(socket: str, seconds: float, wanted: Callable[[str], bool]) -> str | None:
    """The first code ``wanted`` says yes to, laid under the camera at ``socket`` within ``seconds``; ``None``: there was none.

    The camera is asked by us alone meanwhile: whoever asked before is put off, and comes back by itself.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            link = CameraLink(socket)
        except OSError:
            time.sleep(AGAIN)
            continue
        try:
            return _watch(link, until, wanted)
        except (OSError, FrameError, NoPictureError):
            time.sleep(AGAIN)
        finally:
            link.close()
    return None


def _watch(link: CameraLink, until: float, wanted: Callable[[str], bool]) -> str | None:
    looks = 0
    while time.monotonic() < until:
        looks += 1
        frame = link.still(STILL) if looks % STILL_AFTER == 0 else link.preview(PREVIEW)
        found = next((text for text in _codes(frame) if wanted(text)), None)
        if found is not None:
            return found
    return None


def _codes(frame: Frame) -> list[str]:
    luma = Picture.from_nv12(frame.data, frame.width, frame.height, frame.stride).luma
    found = zxingcpp.read_barcodes(luma, formats=zxingcpp.BarcodeFormat.QRCode, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in found]
