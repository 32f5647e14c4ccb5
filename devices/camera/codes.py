"""Codes on what lies under the camera (pages, waybills, a telephone's screen), read by zxing-cpp; and a code waited for.

What a lens, a lamp or a small code defeats is tried again, larger and then sharper. Each rung of the ladder reads some pictures
that the others do not (``bench/codes.py``): plain; twice as large (poor light, steep views); twice as large and sharpened (out of
focus, tiny), which spoils noisy ones and therefore comes last. Nothing helps against motion: the next picture does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import zxingcpp

from devices.camera.link import CameraLink, NoPictureError
from devices.camera.picture import Picture, Pixels
from devices.protocols.frames import Frame, FrameError

QR = (zxingcpp.BarcodeFormat.QRCode,)
"""Ours: receipts, one-time codes."""

ALL = (
    *QR,
    zxingcpp.BarcodeFormat.MicroQRCode,
    zxingcpp.BarcodeFormat.DataMatrix,
    zxingcpp.BarcodeFormat.Aztec,
    zxingcpp.BarcodeFormat.PDF417,
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.Code39,
    zxingcpp.BarcodeFormat.Code93,
    zxingcpp.BarcodeFormat.ITF,
    zxingcpp.BarcodeFormat.EAN13,
)
"""What stands on official papers, waybills and parcels. Striped ones are found some 15° off the picture's axes at most."""

SIDE = range(16, 9249)
"""Pixels of a picture's sides, as of a frame's (``protocols/frames.py``)."""

TILE, OVERLAP = 1600, 400
"""Pixels: larger pictures are enlarged piece by piece, so that no rung takes more than some 40 MiB; codes of up to ``OVERLAP``
pixels are whole in one of the pieces, and larger ones need no enlarging."""

PREVIEW, STILL = 2.0, 10.0
"""Seconds one picture may take; the camera may have to be opened for the first."""
LOOK, STUDY = 0.12, 1.5
"""Seconds one preview, one still may be searched for codes: previews come by themselves, a still costs the camera a second."""
STILL_AFTER = 8
"""Previews without a code, after which a still is looked at: it shows four times as much of a small one."""
SAME_PLACE = 0.5
"""Share of the smaller of two codes that lies in both, from which on they are one."""
AGAIN = 0.5
"""Seconds before the camera's process is asked anew, when it did not answer."""


@dataclass(frozen=True, slots=True)
class Code:
    """``data`` is exactly what the code holds, ``text`` that as text; ``kind`` its symbology; ``corners`` clockwise in pixels.

    Nothing of it shows in a ``repr``: it can be a person's.
    """

    kind: str
    data: bytes = field(repr=False)
    text: str = field(repr=False)
    corners: tuple[tuple[int, int], ...]


def read_codes(luma: Pixels, budget: float, formats: tuple[zxingcpp.BarcodeFormat, ...] = QR) -> tuple[Code, ...]:
    """The codes of the first rung that reads any, none twice. The first rung is always tried; others begin within ``budget`` s.
    Of one place that is read in two ways neither is believed: bars have a check digit, which one wrong reading in ten passes.

    ``ValueError`` for what is no grey picture of sensible size.
    """
    until = time.monotonic() + budget
    for piece, factor, left, top in _rungs(luma):
        found = zxingcpp.read_barcodes(piece, formats=formats, text_mode=zxingcpp.TextMode.Plain)
        codes = [_code(one, factor, left, top) for one in found]
        if told := tuple({(code.kind, code.data): code for code in codes if not _disputed(code, codes)}.values()):
            return told
        if time.monotonic() >= until:
            break
    return ()


def _rungs(luma: Pixels) -> Iterator[tuple[Pixels, int, int, int]]:
    """(picture, how much larger, x and y of its corner), from the cheapest."""
    if luma.ndim != 2 or luma.dtype != "uint8" or not all(side in SIDE for side in luma.shape):
        raise ValueError(f"no grey picture: {luma.dtype} {luma.shape}")
    yield luma, 1, 0, 0
    for sharpen in (False, True):
        for left, top, piece in _pieces(luma):
            large = cv2.resize(piece, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
            yield _sharpened(large) if sharpen else large, 2, left, top


def _pieces(luma: Pixels) -> Iterator[tuple[int, int, Pixels]]:
    height, width = luma.shape
    for top in _starts(height):
        for left in _starts(width):
            yield left, top, luma[top : top + TILE, left : left + TILE]


def _starts(side: int) -> range:
    return range(0, max(side - OVERLAP, 1), TILE - OVERLAP)


def _sharpened(large: Pixels) -> Pixels:
    """Unsharp mask, sigma 4, amount 4."""
    return cv2.addWeighted(large, 5.0, cv2.GaussianBlur(large, (0, 0), 4.0), -4.0, 0.0)  # type: ignore[no-any-return]


def _code(found: zxingcpp.Barcode, factor: int, left: int, top: int) -> Code:
    at = found.position
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    places = tuple((left + point.x // factor, top + point.y // factor) for point in corners)
    return Code(found.format.name, found.bytes, found.text, places)


def _disputed(code: Code, codes: list[Code]) -> bool:
    return any(other.data != code.data and _shared(code, other) > SAME_PLACE for other in codes)


def _shared(one: Code, other: Code) -> float:
    """Of the upright boxes round two codes, the part of the smaller one that lies in both."""
    left, top, right, bottom = _box(one)
    left2, top2, right2, bottom2 = _box(other)
    shared = max(0, min(right, right2) - max(left, left2)) * max(0, min(bottom, bottom2) - max(top, top2))
    return shared / max(1, min((right - left) * (bottom - top), (right2 - left2) * (bottom2 - top2)))


def _box(code: Code) -> tuple[int, int, int, int]:
    xs, ys = zip(*code.corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def read_code(
    socket: str, seconds: float, wanted: Callable[[str], bool], formats: tuple[zxingcpp.BarcodeFormat, ...] = QR
) -> str | None:
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
            return _watch(link, until, wanted, formats)
        except (OSError, FrameError, NoPictureError):
            time.sleep(AGAIN)
        finally:
            link.close()
    return None


def _watch(
    link: CameraLink, until: float, wanted: Callable[[str], bool], formats: tuple[zxingcpp.BarcodeFormat, ...]
) -> str | None:
    looks = 0
    while time.monotonic() < until:
        looks += 1
        still = looks % STILL_AFTER == 0
        frame = link.still(STILL) if still else link.preview(PREVIEW)
        codes = read_codes(_luma(frame), STUDY if still else LOOK, formats)
        found = next((code.text for code in codes if wanted(code.text)), None)
        if found is not None:
            return found
    return None


def _luma(frame: Frame) -> Pixels:
    return Picture.from_nv12(frame.data, frame.width, frame.height, frame.stride).luma
