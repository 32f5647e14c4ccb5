"""Hard pictures of QR codes, 21 kinds of 24 each, drawn from a seed: what is claimed of codes is claimed of these.

1280 × 720 unless said, a desk's middle grey around the code's white quiet zone. Each is a code of 20 to 120 bytes (Chinese among
them), a third each with error correction M, Q and H, somewhere in the picture, turned by up to 8°. The kinds are those of the
field: what a phone's screen, a waybill, a lens or a lamp does to a code. Severities are at the edge of what can be read at all,
and were set by what plain zxing-cpp reads of each, not by what we do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
EACH = 24
SIZE = (1280, 720)
TWELVE = (4608, 2592)
DESK = 118
TEXTS = ("收件凭证", "https://demo.example/progress#", "SF", "TB1:", "省内通办·办件编号 ")


@dataclass(frozen=True, slots=True)
class Hard:
    kind: str
    seed: int
    text: str
    luma: Pixels = field(repr=False)


def hard() -> Iterator[Hard]:
    for kind in KINDS:
        for seed in range(EACH):
            yield one(kind, seed)


def one(kind: str, seed: int) -> Hard:
    """The same seed always gives the same picture."""
    rng = np.random.default_rng((sorted(KINDS).index(kind), seed))
    text = TEXTS[seed % len(TEXTS)] + "".join(rng.choice(list("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), int(rng.integers(12, 70))))
    return Hard(kind, seed, text, KINDS[kind](segno.make(text, error="mqh"[seed % 3], boost_error=False, micro=False), rng))


Maker = Callable[[segno.QRCode, np.random.Generator], Pixels]
Change = Callable[[NDArray[np.float32]], NDArray[np.float32]]


# --- a code in a picture ----------------------------------------------------------------------------------------------


def _laid(
    code: segno.QRCode,
    rng: np.random.Generator,
    module: float = 4.0,
    *,
    turn: float = 8.0,
    tilt: float = 0.0,
    size: tuple[int, int] = SIZE,
    change: Change = lambda drawn: drawn,
) -> NDArray[np.float32]:
    """The code, ``module`` pixels a module, tilted back by ``tilt`` (how much narrower its far side is) and turned."""
    matrix = np.array(tuple(code.matrix_iter(border=4)), np.float32)
    drawn = change(np.repeat(np.repeat(255 - matrix * 255, 16, 0), 16, 1))
    side, shown = drawn.shape[0], matrix.shape[0] * module
    corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1)), np.float32) * shown / 2
    corners[:2, 0] *= 1 - tilt
    corners[:2, 1] *= 1 - tilt / 2
    angle = np.radians(rng.uniform(-turn, turn))
    corners = corners @ np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))), np.float32)
    room = np.array(size) / 2 - np.abs(corners).max(axis=0) - 4
    corners += np.array(size, np.float32) / 2 + (rng.uniform(-1, 1, 2) * np.maximum(room, 0)).astype(np.float32)
    square = np.array(((0, 0), (side, 0), (side, side), (0, side)), np.float32) - 0.5
    onto = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
    over = 3 if size == SIZE else 1  # drawn larger and shrunk, as a lens averages; of 12 MP that would be a gigabyte
    picture = np.full((size[1] * over, size[0] * over), DESK, np.float32)
    onto = np.diag((over, over, 1.0)) @ onto
    cv2.warpPerspective(drawn, onto, picture.shape[::-1], picture, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _seen(picture: NDArray[np.float32], rng: np.random.Generator, noise: float = 3.0) -> Pixels:
    return np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)


def _blurred(sigma: float, module: float = 4.0, size: tuple[int, int] = SIZE) -> Maker:
    return lambda code, rng: _seen(cv2.GaussianBlur(_laid(code, rng, module, size=size), (0, 0), sigma), rng)


def _moved(pixels: int) -> Maker:
    def make(code: segno.QRCode, rng: np.random.Generator) -> Pixels:
        kernel = np.zeros((pixels, pixels), np.float32)
        way = rng.uniform(0, np.pi)
        reach = (pixels - 1) / 2
        ends = [(reach + np.array((np.cos(way), np.sin(way))) * reach * sign).round().astype(int) for sign in (-1, 1)]
        cv2.line(kernel, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1.0)
        return _seen(cv2.filter2D(_laid(code, rng), -1, kernel / kernel.sum()), rng)

    return make


def _glare(radius: float) -> Maker:
    """A lamp's reflection: white within ``radius``, a share of the code's side, and falling off around."""

    def make(code: segno.QRCode, rng: np.random.Generator) -> Pixels:
        def lit(drawn: NDArray[np.float32]) -> NDArray[np.float32]:
            side = drawn.shape[0]
            ys, xs = np.mgrid[0:side, 0:side].astype(np.float32) / side
            (x, y), stretch, way = rng.uniform(0.35, 0.65, 2), rng.uniform(0.7, 1.4), rng.uniform(0, np.pi)
            along = ((xs - x) * np.cos(way) + (ys - y) * np.sin(way)) / stretch
            across = ((ys - y) * np.cos(way) - (xs - x) * np.sin(way)) * stretch
            spread = radius**2 / (2 * np.log(2))  # 510 · exp(-r² / 2σ²) is 255 at r = σ √(2 ln 2)
            lamp = 510 * np.exp(-(along**2 + across**2) / (2 * spread))
            return np.asarray(np.minimum(drawn * 0.8 + lamp, 255), np.float32)

        return _seen(_laid(code, rng, change=lit), rng)

    return make


def _covered(code: segno.QRCode, rng: np.random.Generator) -> Pixels:
    """A thumb on the corner without a finder pattern, over a fifth of the code and its quiet zone."""

    def cover(drawn: NDArray[np.float32]) -> NDArray[np.float32]:
        side = drawn.shape[0]
        edge = round(side * (1 - 0.2**0.5))
        drawn[edge:, edge:] = 96
        return drawn

    return _seen(_laid(code, rng, change=cover), rng)


def _moire(code: segno.QRCode, rng: np.random.Generator) -> Pixels:
    """A phone's screen: the sensor's grid beats with the display's."""
    picture = _laid(code, rng)
    ys, xs = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    way, period = rng.uniform(0, np.pi), rng.uniform(5, 11)
    waves = np.sin((xs * np.cos(way) + ys * np.sin(way)) * 2 * np.pi / period) * np.sin(ys * 2 * np.pi / rng.uniform(7, 13))
    return _seen(picture * 0.75 + 32 + waves * 45, rng, 5)


def _low_light(code: segno.QRCode, rng: np.random.Generator) -> Pixels:
    return _seen(_laid(code, rng) * 0.08, rng, 2.2)


KINDS: dict[str, Maker] = {
    "clean": lambda code, rng: _seen(_laid(code, rng), rng),
    "1.6 px a module": lambda code, rng: _seen(_laid(code, rng, 1.6), rng),
    "turned by any angle": lambda code, rng: _seen(_laid(code, rng, turn=180), rng),
    "perspective .4": lambda code, rng: _seen(_laid(code, rng, 5, tilt=0.4), rng),
    "perspective .7 and turned": lambda code, rng: _seen(_laid(code, rng, 8, tilt=0.7, turn=45), rng),
    "blur σ 1.4": _blurred(1.4),
    "blur σ 2": _blurred(2.0),
    "blur σ 2.6": _blurred(2.6),
    "motion 5 px": _moved(5),
    "motion 9 px": _moved(9),
    "noise σ 40": lambda code, rng: _seen(_laid(code, rng), rng, 40),
    "contrast .15": lambda code, rng: _seen(120 + (_laid(code, rng) - 120) * 0.15, rng),
    "light .08": _low_light,
    "glare, radius .15": _glare(0.15),
    "glare, radius .2": _glare(0.2),
    "inverted": lambda code, rng: _seen(255 - _laid(code, rng), rng),
    "moiré": _moire,
    "a fifth covered": _covered,
    "JPEG quality 8": lambda code, rng: cv2.imdecode(cv2.imencode(".jpg", _seen(_laid(code, rng), rng), (1, 8))[1], 0),
    "small in 12 MP": lambda code, rng: _seen(_laid(code, rng, 2.4, size=TWELVE), rng),
    "tiny and blurred in 12 MP": _blurred(1.0, 2.0, TWELVE),
}
