"""Pages on desks as a camera sees them: a sheet in space, bent, turned and tilted, on a surface, in uneven light.

Everything follows from the seed. ``whole``: one page, wholly in the picture, in a fifth of them with a hand on it; ``bare``: never,
``held``: always; ``slip``: long, narrow and crumpled as out of a pocket; ``cut``: it runs out at an edge; ``two``: another one lies
beside or under it; ``without``: no page at all. Ranges (:data:`RANGES`) are those of the issue: tilt to 35°, any turn, fold, curl,
shadow to half of the light, 15 to 190 grey levels between paper and desk, a hand, ID-1 cards, booklets, A5.

The true corners are those of the bent sheet, projected; a dog-eared or hidden corner counts where it would be.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.pictures import flat, surfaces
from devices.camera.picture import Picture

Floats = NDArray[np.float32]
Rng = np.random.Generator

SIZES = {"a4": (210.0, 297.0), "a5": (148.0, 210.0), "card": (85.6, 53.98), "booklet": (143.0, 105.0), "spread": (143.0, 210.0)}
"""Millimetres. ``booklet`` is a page of a household register (户口簿) as it lies open and upright, ``spread`` two of them."""

KINDS = ("a4", "a4", "a4", "a4", "a5", "card", "card", "booklet", "spread")
"""How often which is laid."""

RANGES = {"tilt": 35.0, "contrast": (15.0, 190.0), "shadow": 0.5, "curl": 22.0, "fold": 14.0}
"""Degrees of tilt and fold, grey levels, share of the light taken, millimetres a curled edge stands up."""

SLIP = (57.0, 110.0), (1.8, 4.2)
"""Millimetres a till's or hospital's slip is wide, and how many times as long. Judged are only the kinds above."""

LONG = 1536
"""Pixels of a picture's longer side unless asked otherwise: a third of a still, and nine times as quick to make."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What was laid and how. ``edges``: those of the picture a cut page runs out at."""

    kind: str = ""
    surface: str = ""
    tilt: float = 0.0
    turn: float = 0.0
    contrast: float = 0.0
    shadow: float = 0.0
    curl: float = 0.0
    fold: float = 0.0
    dog_ear: float = 0.0
    crumple: float = 0.0
    hand: bool = False
    edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shot:
    """``colour``: B, G, R; ``corners``: the sheet's own top left, then clockwise; ``None`` without a page. ``focal``: pixels.

    ``other``: corners of the second sheet, where there is one. ``sheet``, ``hand``: how much of each pixel (0 to 255) the page
    takes, also under a hand, and what hands take; ``None`` where there is none."""

    seed: int
    colour: NDArray[np.uint8] = field(repr=False)
    corners: NDArray[np.float64] | None
    laid: Laid
    focal: float = 0.0
    other: NDArray[np.float64] | None = field(default=None, repr=False)
    sheet: NDArray[np.uint8] | None = field(default=None, repr=False)
    hand: NDArray[np.uint8] | None = field(default=None, repr=False)

    @property
    def picture(self) -> Picture:
        return Picture.from_bgr(self.colour)


def whole(seed: int, long: int = LONG) -> Shot:
    """One page, wholly in the picture."""
    return _scene(np.random.default_rng((1, seed)), seed, long, "whole")


def bare(seed: int, long: int = LONG) -> Shot:
    """One page, wholly in the picture, and no hand."""
    return _scene(np.random.default_rng((5, seed)), seed, long, "whole", hand=False)


def held(seed: int, long: int = LONG) -> Shot:
    """One page, wholly in the picture, with a hand on it: fingers reach 4 to 17 % of its shorter side over one of its sides."""
    return _scene(np.random.default_rng((6, seed)), seed, long, "whole", hand=True)


def slip(seed: int, long: int = LONG) -> Shot:
    """A slip, wholly in the picture, in a fifth of them with a hand on it."""
    return _scene(np.random.default_rng((7, seed)), seed, long, "whole", kind="slip")


def cut(seed: int, long: int = LONG) -> Shot:
    """A page of which 3 to 30 % of its extent lie beyond an edge of the picture."""
    return _scene(np.random.default_rng((2, seed)), seed, long, "cut")


def two(seed: int, long: int = LONG) -> Shot:
    """Two sheets, beside each other or one partly over the other. ``corners`` are those of the upper one."""
    return _scene(np.random.default_rng((3, seed)), seed, long, "two", hand=False)


def without(seed: int, long: int = LONG) -> Shot:
    """A desk without a page: bare, patterned, cluttered, with hands."""
    rng = np.random.default_rng((4, seed))
    size = _size(rng, long)
    surface = str(rng.choice(list(surfaces.KINDS)))
    level = float(rng.uniform(25, 235))
    depth = float(rng.uniform(0.05, 0.45)) * min(level, 255 - level, 90)
    picture = _desk(rng, size, surface, level, depth)
    unit = long / float(rng.uniform(380, 520))
    kind = str(rng.choice(("bare", "hands", "clutter", "both"), p=(0.4, 0.2, 0.25, 0.15)))
    if kind in ("clutter", "both"):
        surfaces.clutter(picture, rng, int(rng.integers(1, 8)), unit)
    hand = np.zeros((size[1], size[0]), np.uint8)
    if kind in ("hands", "both"):
        for _ in range(int(rng.integers(1, 3))):
            tip = np.array((rng.uniform(0.2, 0.8) * size[0], rng.uniform(0.2, 0.8) * size[1]), np.float32)
            hand |= surfaces.hand(picture, rng, tip, np.array(rng.normal(0, 1, 2), np.float32), unit)
    laid = Laid(kind=kind, surface=surface)
    return Shot(seed, _taken(rng, picture, laid), None, laid, hand=hand)


# --- the scene ----------------------------------------------------------------------------------------------------------------


def _scene(rng: Rng, seed: int, long: int, how: str, *, kind: str | None = None, hand: bool | None = None) -> Shot:
    size = _size(rng, long)
    kind = kind or str(rng.choice(KINDS))
    millimetres = SIZES[kind] if kind in SIZES else _narrow(rng)
    contrast = float(np.exp(rng.uniform(np.log(RANGES["contrast"][0]), np.log(RANGES["contrast"][1]))))
    sheet = flat.draw(kind, rng, millimetres, round(long / 330 * 25.4))
    paper = float(np.percentile(cv2.cvtColor(sheet, cv2.COLOR_BGR2GRAY)[::8, ::8], 70))
    surface = str(rng.choice(("plate", "plate", "wood", "wood", "cloth", "stone", "tiles")))
    darker = paper - contrast > 12
    level = paper - contrast if darker else paper + contrast
    desk = _desk(rng, size, surface, level, contrast * float(rng.uniform(0.08, 0.3)))
    laid = _how(rng, kind, surface, contrast)
    laid = laid if hand is None else replace(laid, hand=hand)
    focal = long * float(rng.uniform(0.8, 1.3))
    form = _Form(millimetres, laid, rng)
    corners, pose = _posed(rng, form, laid, size, focal, cut=how == "cut")
    other = None
    if how == "two":
        other = _lay_other(rng, desk, kind, long, form, pose, focal, size)
    unit = float(np.hypot(*(corners[1] - corners[0]))) / millimetres[0]
    taken = _lay(desk, sheet, form, pose, focal, size, corners, unit)
    hand = _hand_at(rng, desk, corners, unit, min(millimetres)) if laid.hand else None
    if how == "cut":
        laid = replace(laid, edges=_edges(corners, size))
    return Shot(seed, _taken(rng, desk, laid), corners, laid, focal, other, taken, hand)


def _narrow(rng: Rng) -> tuple[float, float]:
    wide, times = (float(rng.uniform(*range_)) for range_ in SLIP)
    return wide, wide * times


def _how(rng: Rng, kind: str, surface: str, contrast: float) -> Laid:
    stiff = kind == "card"
    curl = float(rng.uniform(4, RANGES["curl"])) if not stiff and rng.random() < 0.3 else 0.0
    fold = float(rng.uniform(2, RANGES["fold"])) if kind in ("a4", "a5") and not curl and rng.random() < 0.35 else 0.0
    if kind == "spread":
        fold = float(rng.uniform(2, 10))
    return Laid(
        kind=kind,
        surface=surface,
        tilt=float(rng.uniform(0, RANGES["tilt"])),
        turn=float(rng.uniform(0, 360)),
        contrast=contrast,
        shadow=float(rng.uniform(0.15, RANGES["shadow"])) if rng.random() < 0.6 else 0.0,
        curl=curl,
        fold=fold,
        dog_ear=float(rng.uniform(6, 25)) if kind == "a4" and rng.random() < 0.12 else 0.0,
        crumple=float(rng.uniform(0.3, 3.0)) if kind == "slip" and rng.random() < 0.8 else 0.0,
        hand=rng.random() < 0.2,
    )


class _Form:
    """The sheet's shape in space: from its own millimetres to x, y, height above the desk. Developable: paper does not stretch."""

    def __init__(self, size: tuple[float, float], laid: Laid, rng: Rng) -> None:
        self.size, self.fold, self.curl, self.dog_ear = size, np.radians(laid.fold), laid.curl, laid.dog_ear
        self.valley = bool(rng.random() < 0.5) or laid.kind == "spread"
        self.thirds = laid.kind != "spread" and bool(rng.random() < 0.3)
        self.across = laid.kind == "spread" or bool(rng.random() < 0.7)  # the crease runs across the sheet's height
        self.edge = int(rng.integers(4))  # which edge curls
        self.reach = float(rng.uniform(0.2, 0.5))  # share of the sheet that curls
        self.ear = int(rng.integers(4))
        self.lamp = float(rng.uniform(0, 2 * np.pi))  # from where the light comes
        self.crumple = laid.crumple
        if self.crumple:
            self.waves = rng.normal(0, 1, (9, 2)) * 2 * np.pi / rng.uniform(15, 70, (9, 1))  # radians a millimetre, across and down
            self.phases = rng.uniform(0, 2 * np.pi, (3, 9))

    def __call__(self, points: Floats) -> Floats:
        """n × 2 millimetres from the middle → n × 3."""
        x, y = points[:, 0].astype(np.float64), points[:, 1].astype(np.float64)
        along, other = (y, x) if self.across else (x, y)
        height = np.zeros_like(along)
        if self.fold:
            span = self.size[1 if self.across else 0]
            creases = (-span / 6, span / 6) if self.thirds else (0.0,)
            along, height = _creased(along, span, creases, self.fold, self.valley)
        x, y = (other, along) if self.across else (along, other)
        if self.curl:
            axis = self.edge % 2
            sign = 1 if self.edge < 2 else -1
            span = self.size[axis] / 2
            at = sign * (x if axis == 0 else y)
            length = 2 * span * self.reach
            beyond = np.clip(at - (span - length), 0, None)
            lift = self.curl * (beyond / length) ** 2
            slope = 2 * self.curl * beyond / length**2
            moved = at - beyond * (1 - 1 / np.sqrt(1 + (slope / 1.7) ** 2))
            height = height + lift
            x, y = (sign * moved, y) if axis == 0 else (x, sign * moved)
        if self.crumple:
            swell = points.astype(np.float64) @ self.waves.T
            to_x, to_y, up = (self.crumple / 3 * np.sin(swell + phase).sum(axis=1) for phase in self.phases)
            x, y, height = x + to_x / 2, y + to_y / 2, height + np.abs(up)
        return np.stack((x, y, height), axis=1).astype(np.float32)

    def corners(self) -> Floats:
        w, h = self.size[0] / 2, self.size[1] / 2
        return np.float32(((-w, -h), (w, -h), (w, h), (-w, h)))


def _creased(
    along: NDArray[np.float64], span: float, creases: tuple[float, ...], angle: float, valley: bool
) -> tuple[Floats, Floats]:
    """Lengths along the paper → where they come to lie and how high: a zigzag with its creases at the given lengths. Its lowest
    point of all ``span`` millimetres lies on the desk, whichever ``along`` is asked for."""
    if len(creases) == 1:
        run = np.abs(along - creases[0])
        rise = run * np.sin(angle)
        height = rise if valley else span / 2 * np.sin(angle) - rise
        return creases[0] + (along - creases[0]) * np.cos(angle), height
    first, second = creases
    middle = np.clip(along, first, second)
    rise = (np.abs(along - middle) - (middle - first)) * np.sin(angle) * (1 if valley else -1)
    lowest = (first - second) * np.sin(angle) if valley else -(span / 2 + first) * np.sin(angle)
    return along * np.cos(angle), rise - lowest


@dataclass(frozen=True, slots=True)
class _Pose:
    turn: NDArray[np.float64]
    shift: NDArray[np.float64]

    def project(self, solid: Floats, focal: float, size: tuple[int, int]) -> Floats:
        """n × 3 millimetres → n × 2 pixels; the camera looks along +z, the sheet's height points towards it."""
        seen = (solid * (1, 1, -1)) @ self.turn.T + self.shift
        return np.float32(seen[:, :2] / seen[:, 2:] * focal + ((size[0] - 1) / 2, (size[1] - 1) / 2))


def _posed(rng: Rng, form: _Form, laid: Laid, size: tuple[int, int], focal: float, cut: bool) -> tuple[NDArray[np.float64], _Pose]:
    """Where the sheet lies so that it is wholly in the picture, or runs out at an edge of it."""
    small = laid.kind in ("card", "booklet")
    share = float(rng.uniform(0.28, 0.6) if small else rng.uniform(0.55, 0.95))
    axis, turn, tilt = rng.uniform(0, 2 * np.pi), np.radians(laid.turn), np.radians(laid.tilt)
    spin = np.array(((np.cos(turn), -np.sin(turn), 0), (np.sin(turn), np.cos(turn), 0), (0, 0, 1)))
    lean, _ = cv2.Rodrigues(np.array((np.cos(axis), np.sin(axis), 0)) * tilt)
    rim = form(_rim(form))
    shift, free = np.array((0.0, 0.0, 1200.0)), rng.uniform(0, 1, 2)
    for _ in range(12):
        pose = _Pose(lean @ spin, shift)
        seen = pose.project(rim, focal, size)
        low, high = seen.min(axis=0), seen.max(axis=0)
        extent = (high - low) / size
        shift = shift * (1, 1, float(extent.max() / share) ** 0.7)
        margin = 0.015
        room = np.maximum(1 - 2 * margin - extent, 0) * size
        aim = margin * np.array(size) + free * room
        shift[:2] += (aim - low) * shift[2] / focal
    pose = _Pose(lean @ spin, shift)
    if cut:
        pose = _run_out(rng, pose, rim, focal, size)
    return pose.project(form(form.corners()), focal, size).astype(np.float64), pose


def _run_out(rng: Rng, pose: _Pose, rim: Floats, focal: float, size: tuple[int, int]) -> _Pose:
    beyond, axis, last = float(rng.uniform(0.03, 0.3)), int(rng.integers(2)), bool(rng.random() < 0.5)
    shift = pose.shift.copy()
    for _ in range(6):
        seen = _Pose(pose.turn, shift).project(rim, focal, size)
        low, high = seen.min(axis=0)[axis], seen.max(axis=0)[axis]
        aim = size[axis] - 1 + beyond * (high - low) - high if last else -beyond * (high - low) - low
        shift[axis] += aim * shift[2] / focal
    return _Pose(pose.turn, shift)


def _edges(corners: NDArray[np.float64], size: tuple[int, int]) -> tuple[str, ...]:
    x, y = corners.T
    out = {"top": y.min() < 0, "right": x.max() > size[0] - 1, "bottom": y.max() > size[1] - 1, "left": x.min() < 0}
    return tuple(edge for edge, beyond in out.items() if beyond)


def _rim(form: _Form) -> Floats:
    corners = form.corners()
    steps = np.linspace(0, 1, 24, endpoint=False, dtype=np.float32)[None, :, None]
    return np.asarray((corners[:, None] + steps * (np.roll(corners, -1, axis=0) - corners)[:, None]).reshape(-1, 2), np.float32)


# --- painting -----------------------------------------------------------------------------------------------------------------


def _size(rng: Rng, long: int) -> tuple[int, int]:
    short = round(long * (0.75 if rng.random() < 0.6 else 0.5625) / 2) * 2
    return (long, short) if rng.random() < 0.7 else (short, long)


def _desk(rng: Rng, size: tuple[int, int], surface: str, level: float, depth: float) -> Floats:
    drawn = surfaces.relief(surface, rng, size)
    tint = rng.normal(0, 1, 3) if surface != "plate" else rng.normal(0, 0.25, 3)
    if surface == "wood":
        tint = np.array((-1.0, -0.1, 0.8)) * float(rng.uniform(0.4, 1.6)) + tint * 0.2
    tint = tint - tint @ (0.114, 0.587, 0.299)
    colour = np.clip(level + tint * min(level, 255 - level, 60) * 0.5, 0, 255)
    grain = rng.normal(0, 1.0, (size[1] // 4, size[0] // 4)).astype(np.float32)
    ground = drawn * depth + cv2.resize(grain, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(colour.astype(np.float32) + ground[..., None], np.float32)


def _lay(
    desk: Floats,
    sheet: NDArray[np.uint8],
    form: _Form,
    pose: _Pose,
    focal: float,
    size: tuple[int, int],
    corners: NDArray[np.float64],
    unit: float,
) -> NDArray[np.uint8]:
    """Warps the bent sheet onto the desk, shaded by how it stands, with its own shadow beside it; what it takes of each pixel."""
    maps, lit = _inverse(form, pose, focal, size, corners)
    height, width = sheet.shape[:2]
    xs = (maps[..., 0] / form.size[0] + 0.5) * width - 0.5
    ys = (maps[..., 1] / form.size[1] + 0.5) * height - 0.5
    mask = np.full((height, width), 255, np.uint8)
    colour = sheet
    if form.size == SIZES["card"]:
        mask = _rounded(width, height, round(3.18 / form.size[0] * width))
    if form.dog_ear:
        colour, mask = _dog_eared(sheet, mask, form.ear, round(form.dog_ear / form.size[0] * width))
    alpha = cv2.remap(mask, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    painted = cv2.remap(colour, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    away = 1.2 + 0.12 * (form.curl + (20 if form.fold else 0))
    shift = np.float32(((1, 0, away * unit * np.cos(form.lamp)), (0, 1, away * unit * np.sin(form.lamp))))
    desk *= (1 - 0.3 / 255 * surfaces.soft(cv2.warpAffine(alpha, shift, size), max(0.8, 0.7 * away * unit)))[..., None]
    cover = (alpha.astype(np.float32) / 255)[..., None]
    desk += (painted * lit[..., None] - desk) * cover
    return np.asarray(alpha, np.uint8)


def _inverse(form: _Form, pose: _Pose, focal: float, size: tuple[int, int], corners: NDArray[np.float64]) -> tuple[Floats, Floats]:
    """For every pixel, the millimetres of the sheet seen there, and how lit it is. The bend is a small departure from the plane
    through the corners, so a few rounds of fixed-point iteration on a quarter of the resolution invert it."""
    flat_corners = form.corners()
    onto = cv2.getPerspectiveTransform(corners.astype(np.float32), flat_corners)
    small = (size[0] // 4, size[1] // 4)
    x, y = np.meshgrid(np.arange(small[0], dtype=np.float32) * 4 + 1.5, np.arange(small[1], dtype=np.float32) * 4 + 1.5)
    aims = np.stack((x, y), axis=-1).reshape(-1, 1, 2)
    back = np.linalg.inv(onto)
    limit = np.float32(form.size) * 0.5 + 12
    sheet = cv2.perspectiveTransform(aims, onto)[:, 0]
    sheet = np.clip(sheet, -limit * 1.3, limit * 1.3)
    if form.fold or form.curl or form.crumple:
        for _ in range(7):
            seen = pose.project(form(np.clip(sheet, -limit, limit)), focal, size)
            plane = cv2.perspectiveTransform(np.clip(sheet, -limit, limit)[:, None], back)[:, 0]
            sheet = cv2.perspectiveTransform(aims - (seen - plane)[:, None], onto)[:, 0]
            sheet = np.clip(sheet, -limit * 1.3, limit * 1.3)
    solid = form(np.clip(sheet, -limit, limit)).reshape(small[1], small[0], 3)
    lift = cv2.GaussianBlur(solid[..., 2], (0, 0), 1.5)
    step = max(1e-3, float(np.hypot(*(corners[1] - corners[0]))) / form.size[0] / 4)
    slope = (
        (np.cos(form.lamp) * cv2.Sobel(lift, cv2.CV_32F, 1, 0) + np.sin(form.lamp) * cv2.Sobel(lift, cv2.CV_32F, 0, 1)) / 8 * step
    )
    lit = np.clip(1.0 - 0.35 * slope, 0.55, 1.12)
    maps = cv2.resize(sheet.reshape(small[1], small[0], 2), size, interpolation=cv2.INTER_LINEAR)
    if not (form.fold or form.curl or form.crumple):
        x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
        exact = cv2.perspectiveTransform(np.stack((x, y), axis=-1).reshape(-1, 1, 2), onto)[:, 0]
        maps = np.clip(exact, -limit * 1.3, limit * 1.3).reshape(size[1], size[0], 2)
    return np.asarray(maps, np.float32), np.asarray(cv2.resize(lit, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _rounded(width: int, height: int, radius: int) -> NDArray[np.uint8]:
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
    cv2.rectangle(mask, (0, radius), (width - 1, height - 1 - radius), 255, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)
    return mask


def _dog_eared(
    sheet: NDArray[np.uint8], mask: NDArray[np.uint8], corner: int, reach: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A corner turned down over the page: its back shows, and the desk where it was."""
    height, width = mask.shape
    sheet, mask = sheet.copy(), mask.copy()
    x, y = (0, width - 1)[corner in (1, 2)], (0, height - 1)[corner in (2, 3)]
    dx, dy = (reach if x == 0 else -reach), (reach if y == 0 else -reach)
    cv2.fillConvexPoly(mask, np.array(((x, y), (x + dx, y), (x, y + dy))), 0)
    cv2.fillConvexPoly(sheet, np.array(((x + dx, y), (x + dx, y + dy), (x, y + dy))), (232, 236, 238))
    return sheet, mask


def _lay_other(
    rng: Rng, desk: Floats, kind: str, long: int, form: _Form, pose: _Pose, focal: float, size: tuple[int, int]
) -> NDArray[np.float64]:
    """Another sheet of the same kind first, in the same plane: turned a little and shifted by a good part of its size.
    Its corners."""
    other = _Form(form.size, Laid(kind=kind), rng)
    angle, away = float(rng.normal(0, 0.25)), rng.uniform(0.25, 1.15) * np.array(form.size) * rng.choice((-1, 1), 2)
    away[int(rng.integers(2))] *= float(rng.uniform(0, 0.4))
    turned = np.array(((np.cos(angle), -np.sin(angle), 0), (np.sin(angle), np.cos(angle), 0), (0, 0, 1)))
    shifted = _Pose(pose.turn @ turned, pose.shift + pose.turn @ np.array((*away, 0.0)))
    corners = shifted.project(other(other.corners()), focal, size).astype(np.float64)
    sheet = flat.draw(kind, rng, form.size, round(long / 330 * 25.4))
    unit = float(np.hypot(*(corners[1] - corners[0]))) / form.size[0]
    _lay(desk, sheet, other, shifted, focal, size, corners, unit)
    return corners


def _hand_at(rng: Rng, desk: Floats, corners: NDArray[np.float64], unit: float, shorter: float) -> NDArray[np.uint8]:
    """A hand that holds the sheet down by one of its sides: fingers reach up to a sixth of it inwards. Its mask."""
    side = int(rng.integers(4))
    start, end = corners[side], corners[(side + 1) % 4]
    inward = corners.mean(axis=0) - (start + end) / 2
    inward /= np.hypot(*inward)
    tip = start + rng.uniform(0.15, 0.85) * (end - start) + inward * float(rng.uniform(0.04, 0.17)) * shorter * unit
    towards = inward + rng.normal(0, 0.3, 2)
    return surfaces.hand(desk, rng, np.float32(tip), np.float32(towards), unit)


def _taken(rng: Rng, picture: Floats, laid: Laid) -> NDArray[np.uint8]:
    """Light, shadow, lens and sensor."""
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, 96, dtype=np.float32), np.linspace(-1, 1, 96, dtype=np.float32))
    middle = rng.uniform(-0.6, 0.6, 2)
    gain = 1.0 - float(rng.uniform(0.0, 0.3)) * np.clip(((x - middle[0]) ** 2 + (y - middle[1]) ** 2) / 2, 0, 1)
    picture *= cv2.resize(gain, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    if laid.shadow:
        picture *= _shadow(rng, (width, height), laid.shadow)[..., None]
    picture *= rng.uniform(0.96, 1.04, 3).astype(np.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.5, 1.0)))
    grain = rng.standard_normal((height, width), np.float32) * np.float32(rng.uniform(0.8, 3.0))
    return np.asarray(cv2.convertScaleAbs(np.maximum(picture + grain[..., None], 0)), np.uint8)


def _shadow(rng: Rng, size: tuple[int, int], depth: float) -> Floats:
    """A head's or an arm's: a straight edge, or a rounded shape, more or less soft."""
    mask = np.zeros((size[1] // 8, size[0] // 8), np.float32)
    small = (mask.shape[1], mask.shape[0])
    if rng.random() < 0.5:
        at, angle = rng.uniform(0.2, 0.8, 2) * small, float(rng.uniform(0, 2 * np.pi))
        along, far = np.array((np.cos(angle), np.sin(angle))), 3 * max(small)
        across = np.array((-along[1], along[0]))
        cv2.fillConvexPoly(
            mask,
            np.int32((at - along * far, at + along * far, at + along * far + across * far, at - along * far + across * far)),
            1,
        )
    else:
        centre = rng.uniform(0, 1, 2) * small
        axes = rng.uniform(0.2, 0.6, 2) * max(small)
        cv2.ellipse(mask, np.int32(centre), np.int32(axes), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.6, 8.0)))
    return np.asarray(1 - depth * cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR), np.float32)
