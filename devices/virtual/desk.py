"""The virtual desk under the camera: a dark matt plate, a sheet lying on it, uneven light, a sensor's noise → NV12.

The plate is 420 × 236 mm in a still of 4608 × 2592; the picture's long side points away from the citizen, so the citizen's
top is the picture's left. A still takes about half a second to render, once for each lay; planes are rendered as planes,
so the 36 MB of a colour frame never exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.virtual.pages import Lie, PageModel
from devices.virtual.sheets import DPI, draw

Pixels = NDArray[np.uint8]

STILL = (4608, 2592)
PREVIEW = (1152, 648)
SCALE = DPI / 25.4
"""Pixels of a still per millimetre of the plate."""

PLATE = (38, 127, 129)
"""Y, Cb, Cr of the plate: a very dark grey."""

GRAIN = 2.2
"""Standard deviation of the plate's texture, grey levels."""

NOISE = 1.6
"""Standard deviation of a still's noise in luma, grey levels."""

NOISES = 16
"""Pictures of noise that follow each other in previews."""

SHADOW = (30.0, 22.0)
"""Where the sheet's shadow falls, pixels of a still."""

SKIN = (150, 108, 152)
"""Y, Cb, Cr of a hand in the lamp's light."""

SWING, RATE = 26.0, 1.4
"""How a page that is not kept still goes to and fro: pixels of a preview to either side, times a second."""

SMEAR = 45
"""Pixels of a still over which such a page is smeared."""

FALL_OFF = 0.28
"""How much darker the corners are than the lamp's middle."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A rendered desk. ``luma``, ``chroma`` (Cb, Cr) are the still's planes; ``corners`` where the sheet's lie in the still,
    from its own top left clockwise, ``None`` on an empty desk."""

    luma: Pixels = field(repr=False)
    chroma: Pixels = field(repr=False)
    corners: tuple[tuple[float, float], ...] | None = None

    def still(self) -> bytes:
        """NV12, rows without padding."""
        return b"".join((self.luma.tobytes(), self.chroma.tobytes()))

    def small(self) -> Small:
        luma = cv2.resize(self.luma, PREVIEW, interpolation=cv2.INTER_AREA)
        chroma = cv2.resize(self.chroma, (PREVIEW[0] // 2, PREVIEW[1] // 2), interpolation=cv2.INTER_AREA)
        return Small(np.asarray(luma, np.uint8), np.asarray(chroma, np.uint8))

    def preview(self, tick: int) -> bytes:
        return self.small().frame(tick)

    def under_a_hand(self) -> Scene:
        """A hand holds the page down at its lower right."""
        hand = _hand()
        luma, chroma = self.luma.copy(), self.chroma.copy()
        _paint(luma, hand, SKIN[0])
        for plane in (0, 1):
            channel = np.ascontiguousarray(chroma[:, :, plane])
            _paint(channel, cv2.resize(hand, channel.shape[::-1]), SKIN[1 + plane])
            chroma[:, :, plane] = channel
        return replace(self, luma=luma, chroma=chroma)

    def glaring(self) -> Scene:
        """A lamp mirrors itself in the page: clipped, and white whatever lies there."""
        spot = np.zeros((STILL[1] // 8, STILL[0] // 8), np.uint8)
        centre = _place(np.array((18.0, -45.0))) / 8
        cv2.ellipse(spot, tuple(int(v) for v in centre), (30, 22), 20, 0, 360, 255, -1)
        spot = np.asarray(cv2.resize(cv2.GaussianBlur(spot, (0, 0), 4.0), STILL), np.uint8)
        luma = np.maximum(self.luma, spot)
        chroma = self.chroma.copy()
        chroma[cv2.resize(spot, chroma.shape[1::-1]) > 128] = 128
        return replace(self, luma=luma, chroma=chroma)

    def smeared(self) -> Scene:
        """The same desk moving while it was taken."""
        return replace(self, luma=np.asarray(cv2.blur(self.luma, (SMEAR, 1)), np.uint8))

    def darkened(self, share: float) -> Scene:
        """The same desk with this share of its light."""
        luma = cv2.convertScaleAbs(self.luma, alpha=share)
        chroma = cv2.addWeighted(self.chroma, share, self.chroma, 0.0, 128 * (1 - share))
        return replace(self, luma=_noisy(np.asarray(luma, np.uint8), NOISE, 7), chroma=np.asarray(chroma, np.uint8))

    def blurred(self, sigma: float) -> Scene:
        """The same desk out of focus, ``sigma`` in pixels of a still."""
        luma = cv2.GaussianBlur(self.luma, (0, 0), sigma)
        chroma = cv2.GaussianBlur(self.chroma, (0, 0), sigma / 2)
        return replace(self, luma=_noisy(np.asarray(luma, np.uint8), NOISE, 9), chroma=np.asarray(chroma, np.uint8))


@dataclass(frozen=True, slots=True)
class Small:
    """What the lens sees for a preview, before the sensor's noise."""

    luma: Pixels = field(repr=False)
    chroma: Pixels = field(repr=False)

    def frame(self, tick: int, swing: float = 0.0) -> bytes:
        """NV12 of :data:`PREVIEW`; the noise differs from ``tick`` to ``tick``, as a live picture's does. ``swing``: pixels by
        which the page has been pushed along the picture."""
        luma, chroma = self.luma, self.chroma
        if swing:
            luma, chroma = _pushed(luma, swing), _pushed(chroma, swing / 2)
        return b"".join((_noisy(luma, NOISE, tick % NOISES).tobytes(), chroma.tobytes()))

    def jpeg(self, tick: int, swing: float = 0.0) -> bytes:
        """The same as a picture for people: turned so that the citizen's top is its top."""
        nv12 = np.frombuffer(self.frame(tick, swing), np.uint8)
        luma = nv12[: PREVIEW[0] * PREVIEW[1]].reshape(PREVIEW[1], PREVIEW[0])
        chroma = cv2.resize(nv12[luma.size :].reshape(PREVIEW[1] // 2, PREVIEW[0] // 2, 2), PREVIEW)
        colour = cv2.cvtColor(cv2.merge((luma, chroma[:, :, 1], chroma[:, :, 0])), cv2.COLOR_YCrCb2BGR)
        return bytes(cv2.imencode(".jpg", cv2.rotate(colour, cv2.ROTATE_90_CLOCKWISE))[1])


def swinging(seconds: float) -> float:
    """The ``swing`` of a page nobody keeps still."""
    return SWING * float(np.sin(2 * np.pi * RATE * seconds))


def render(model: PageModel | None) -> Scene:
    """The desk with this page on it, or nothing. The same model always looks the same."""
    luma, chroma = _plate()
    corners = None
    if model is not None and model.sheet is not None:
        corners = _where(model.sheet.size, model.lie)
        _lay(draw(model.sheet), corners, luma, chroma)
        if model.beside is not None:
            second, lie = model.beside
            _lay(draw(second), _where(second.size, lie), luma, chroma)
    _light(luma, chroma)
    scene = Scene(luma, chroma, None if corners is None else tuple((float(x), float(y)) for x, y in corners))
    if model is not None and model.blur:
        return scene.blurred(model.blur)
    return replace(scene, luma=_noisy(luma, NOISE, 5))


def _plate() -> tuple[Pixels, Pixels]:
    rng = np.random.default_rng(20)
    grain = rng.normal(0, GRAIN, (512, 512)).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 1.2) * 2.2
    tile = np.clip(PLATE[0] + grain, 0, 255).astype(np.uint8)
    luma = np.tile(tile, (STILL[1] // 512 + 1, STILL[0] // 512))[: STILL[1], : STILL[0]].copy()
    chroma = np.empty((STILL[1] // 2, STILL[0] // 2, 2), np.uint8)
    chroma[:] = PLATE[1:]
    return luma, chroma


def _where(size: tuple[float, float], lie: Lie) -> NDArray[np.float32]:
    """Corners of the sheet in the still: laid as the citizen sees it, one edge lifted, then a quarter turn into the picture."""
    w, h = size[0] / 2, size[1] / 2
    corners = np.array(((-w, -h), (w, -h), (w, h), (-w, h)))
    angle = np.radians(lie.turn)
    corners = corners @ np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle)))) + (lie.right, lie.down)
    corners *= 1 + 0.05 * lie.tilt * corners[:, 1:] / h  # nearer the camera, larger
    return _place(corners).astype(np.float32)


def _place(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels of a still for millimetres right and down of the desk's middle, as the citizen sees it."""
    x, y = points.T
    return np.stack((STILL[0] / 2 + y * SCALE, STILL[1] / 2 - x * SCALE), axis=-1)


def _lay(sheet: Pixels, corners: NDArray[np.float32], luma: Pixels, chroma: Pixels) -> None:
    """Warps the sheet onto the plate, plane by plane, with a soft shadow beside it."""
    height, width = sheet.shape[:2]
    ycc = cv2.cvtColor(sheet, cv2.COLOR_RGB2YCrCb)
    outline = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32) - 0.5
    onto = cv2.getPerspectiveTransform(outline, corners)
    _shadow(luma, corners)
    paper = np.full((height, width), 255, np.uint8)
    _blend(luma, np.ascontiguousarray(ycc[:, :, 0]), paper, onto)
    half = cv2.resize(ycc[:, :, [2, 1]], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    to_half = np.array(((0.5, 0, -0.25), (0, 0.5, -0.25), (0, 0, 1)))
    _blend(chroma, half, paper[: height // 2, : width // 2], to_half @ onto @ np.linalg.inv(to_half))


def _blend(plane: Pixels, sheet: Pixels, paper: Pixels, onto: NDArray[np.float64]) -> None:
    size = plane.shape[1], plane.shape[0]
    mask = cv2.warpPerspective(paper, onto, size, flags=cv2.INTER_LINEAR)
    warped = cv2.warpPerspective(sheet, onto, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if plane.ndim == 3:
        mask = cv2.merge((mask, mask))
    cv2.multiply(plane, 255 - mask, plane, 1 / 255)
    cv2.add(plane, cv2.multiply(warped, mask, scale=1 / 255), plane)


def _shadow(luma: Pixels, corners: NDArray[np.float32]) -> None:
    small = np.full((STILL[1] // 8, STILL[0] // 8), 255, np.uint8)
    cv2.fillConvexPoly(small, np.round((corners + SHADOW) / 8).astype(np.int32), 150)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3.0), STILL, interpolation=cv2.INTER_LINEAR)
    cv2.multiply(luma, soft, luma, 1 / 255)


def _hand() -> Pixels:
    """Mask of a right hand that comes from below: forearm, palm, four fingers and a thumb, in millimetres on the desk."""
    mask = np.zeros((STILL[1] // 4, STILL[0] // 4), np.uint8)
    bones = (
        ((150, 215), (138, 120), 62),
        ((138, 130), (132, 96), 70),
        ((112, 92), (84, 52), 17),
        ((126, 84), (104, 28), 18),
        ((142, 82), (126, 22), 18),
        ((156, 90), (150, 36), 16),
        ((108, 118), (80, 96), 19),
    )
    for start, end, thick in bones:
        ends = np.round(_place(np.array((start, end), np.float64)) / 4).astype(int)
        cv2.line(mask, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 255, round(thick * SCALE / 4), cv2.LINE_AA)
    return np.asarray(cv2.resize(cv2.GaussianBlur(mask, (0, 0), 1.5), STILL), np.uint8)


def _paint(plane: Pixels, mask: Pixels, level: int) -> None:
    cv2.multiply(plane, 255 - mask, plane, 1 / 255)
    cv2.add(plane, cv2.convertScaleAbs(mask, alpha=level / 255), plane)


def _pushed(plane: Pixels, pixels: float) -> Pixels:
    onto = np.array(((1, 0, pixels), (0, 1, 0)), np.float64)
    return np.asarray(cv2.warpAffine(plane, onto, plane.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _light(luma: Pixels, chroma: Pixels) -> None:
    """The lamp's middle is a little off the desk's; light scales chroma's distance from grey as well."""
    y, x = np.mgrid[-1:1:81j, -1:1:144j]
    gain = 1.0 - FALL_OFF * np.clip(((x - 0.15) ** 2 + (y + 0.2) ** 2) / 2, 0, 1)
    cv2.multiply(luma, cv2.resize((gain * 255).astype(np.uint8), STILL, interpolation=cv2.INTER_CUBIC), luma, 1 / 255)


@cache
def _noise(sigma: float, seed: int) -> NDArray[np.int8]:
    return np.random.default_rng(seed).normal(0, sigma, (509, 521)).round().astype(np.int8)


def _noisy(luma: Pixels, sigma: float, seed: int) -> Pixels:
    tile = _noise(sigma, seed)
    noise = np.tile(tile, (luma.shape[0] // 509 + 1, luma.shape[1] // 521 + 1))[: luma.shape[0], : luma.shape[1]]
    return np.asarray(cv2.add(luma, noise, dtype=cv2.CV_8U), np.uint8)
