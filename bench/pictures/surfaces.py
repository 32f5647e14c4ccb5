"""What lies under a page, or instead of one: plates, wood, cloth, stone, tiles, patterns, clutter, hands. B, G, R as float32.

A surface is drawn around level 0 (a *relief*, mean 0, about ±1) and given its colour and contrast by the desk.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rng = np.random.Generator

SKIN = ((120, 160, 205), (105, 145, 195), (85, 120, 170), (140, 175, 220))
"""B, G, R."""


def relief(kind: str, rng: Rng, size: tuple[int, int]) -> Floats:
    """``kind`` of :data:`KINDS`, as height × width, mean 0 and at most about ±1."""
    drawn = KINDS[kind](rng, size)
    drawn = drawn - drawn.mean()
    return np.asarray(drawn / max(float(np.abs(drawn).max()), 1e-6), np.float32)


def noise(rng: Rng, size: tuple[int, int], cells: tuple[float, float]) -> Floats:
    """Smooth noise with about ``cells`` blobs across the width and the height."""
    grid = rng.normal(0, 1, (max(2, round(cells[1])) + 2, max(2, round(cells[0])) + 2)).astype(np.float32)
    return np.asarray(cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _turned(drawn: Floats, rng: Rng, most: float = 180.0) -> Floats:
    height, width = drawn.shape
    angle = float(rng.uniform(-most, most))
    zoom = 1.0 + abs(np.sin(np.radians(2 * angle))) * 0.6 + (0.8 if 45 < abs(angle) < 135 else 0.0)
    onto = cv2.getRotationMatrix2D((width / 2, height / 2), angle, zoom)
    return np.asarray(cv2.warpAffine(drawn, onto, (width, height), borderMode=cv2.BORDER_REFLECT), np.float32)


def _axes(size: tuple[int, int]) -> tuple[Floats, Floats]:
    x = np.linspace(0, size[0] / max(size), size[0], dtype=np.float32)
    y = np.linspace(0, size[1] / max(size), size[1], dtype=np.float32)
    return x[None, :], y[:, None]


def _plate(rng: Rng, size: tuple[int, int]) -> Floats:
    return noise(rng, size, (260, 200)) * 0.3 + noise(rng, size, (4, 3))


def _wood(rng: Rng, size: tuple[int, int]) -> Floats:
    x, y = _axes(size)
    bend = noise(rng, size, (3, 4)) * 0.05 + noise(rng, size, (2, 25)) * 0.004
    rings = np.sin((y + bend + 0 * x) * float(rng.uniform(60, 200)))
    streaks = noise(rng, size, (6, 300)) * 0.5 + noise(rng, size, (25, 600)) * 0.25
    drawn = rings * 0.5 + streaks + noise(rng, size, (3, 6)) * 0.7
    if rng.random() < 0.4:  # boards, with a seam between each two
        board = float(rng.uniform(0.12, 0.3))
        which = np.floor(y / board).astype(int)
        drawn += rng.normal(0, 0.7, which.max() + 1).astype(np.float32)[which]
        drawn -= 2.5 * ((y % board) < 0.003)
    return _turned(drawn, rng)


def _cloth(rng: Rng, size: tuple[int, int]) -> Floats:
    x, y = _axes(size)
    threads = float(rng.uniform(500, 1100))
    weave = np.sin(x * threads) * np.sin(y * threads)
    folds = noise(rng, size, (3, 3)) + 0.5 * noise(rng, size, (7, 5))
    drawn = 0.5 * weave + folds
    if rng.random() < 0.4:  # a check, as of a tablecloth
        stripes = float(rng.uniform(25, 90))
        drawn += 0.8 * ((np.sin(x * stripes) > 0.2).astype(np.float32) + (np.sin(y * stripes) > 0.2))
    return _turned(drawn, rng)


def _stone(rng: Rng, size: tuple[int, int]) -> Floats:
    veins = noise(rng, size, (4, 3)) + 0.6 * noise(rng, size, (11, 9)) + 0.3 * noise(rng, size, (40, 30))
    return np.asarray(
        -np.exp(-np.abs(veins) * 6) * 1.5 + noise(rng, size, (5, 5)) * 0.5 + noise(rng, size, (300, 220)) * 0.15, np.float32
    )


def _tiles(rng: Rng, size: tuple[int, int]) -> Floats:
    x, y = _axes(size)
    wide = float(rng.uniform(0.1, 0.45))
    high = wide * float(rng.choice((1.0, 0.5, 0.33)))
    shift, joint = float(rng.uniform(0, 1)), float(rng.uniform(0.004, 0.012))
    row = np.floor(y / high + shift)
    along = x / wide + row * (0.5 if rng.random() < 0.4 else 0.0)
    gaps = ((along % 1) * wide < joint) | (((y / high + shift) % 1) * high < joint)
    sign = float(rng.choice((-1.0, 1.0)))
    return _turned(
        np.asarray(sign * 1.5 * gaps + 0.25 * noise(rng, size, (8, 6)) + 0.1 * noise(rng, size, (200, 150)), np.float32), rng
    )


def _stripes(rng: Rng, size: tuple[int, int]) -> Floats:
    x, y = _axes(size)
    wave = np.sin(x * float(rng.uniform(15, 160)) + 0 * y)
    return _turned(np.asarray(np.sign(wave) if rng.random() < 0.5 else wave, np.float32), rng)


def _dots(rng: Rng, size: tuple[int, int]) -> Floats:
    drawn = np.zeros((size[1], size[0]), np.float32)
    for _ in range(int(rng.integers(60, 260))):
        centre = (int(rng.integers(size[0])), int(rng.integers(size[1])))
        axes = tuple(int(max(size) * rng.uniform(0.004, 0.02)) + 1 for _ in range(2))
        cv2.ellipse(drawn, centre, axes, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(-1, 1)), -1, cv2.LINE_AA)
    return drawn


KINDS = {"plate": _plate, "wood": _wood, "cloth": _cloth, "stone": _stone, "tiles": _tiles, "stripes": _stripes, "dots": _dots}


def capsule(size: tuple[int, int], start: Floats, end: Floats, radius: float) -> NDArray[np.uint8]:
    """A mask of a rounded stroke."""
    mask = np.zeros((size[1], size[0]), np.uint8)
    points = np.round(np.stack((start, end)) * 16).astype(np.int32)
    cv2.line(mask, points[0], points[1], 255, max(1, round(2 * radius)), cv2.LINE_AA, shift=4)
    return mask


def lay(picture: Floats, mask: NDArray[np.uint8], colour: object, unit: float) -> None:
    """Paints ``colour`` where ``mask`` is, rounded off in light towards its rim, with a soft shadow beside it. ``unit``: pixels
    of a millimetre."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return
    margin = round(14 * unit) + 1
    part = (
        slice(max(0, rows[0] - margin), rows[-1] + margin + 1),
        slice(max(0, columns[0] - margin), columns[-1] + margin + 1),
    )
    ground, body = picture[part], mask[part]
    cast = cv2.warpAffine(body, np.float32(((1, 0, 3 * unit), (0, 1, 2 * unit))), body.shape[::-1])
    ground *= (1 - 0.35 / 255 * soft(cast, 3 * unit))[..., None]
    alpha = (body.astype(np.float32) / 255)[..., None]
    ground += (np.asarray(colour, np.float32) * (0.55 + 0.45 / 255 * soft(body, 4 * unit))[..., None] - ground) * alpha


def soft(mask: NDArray[np.uint8], sigma: float) -> Floats:
    """A mask blurred so much that it may be done at a fraction of its size."""
    shrink = max(1, int(sigma / 2))
    small = cv2.resize(mask, (max(1, mask.shape[1] // shrink), max(1, mask.shape[0] // shrink)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small.astype(np.float32), (0, 0), sigma / shrink)
    return np.asarray(cv2.resize(blurred, mask.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def hand(picture: Floats, rng: Rng, tip: Floats, towards: Floats, unit: float, light: float = 1.0) -> NDArray[np.uint8]:
    """A hand whose fingers end about ``tip``, coming from the direction −``towards``; returns its mask."""
    size = (picture.shape[1], picture.shape[0])
    towards = towards / max(float(np.hypot(*towards)), 1e-6)
    aside = np.array((-towards[1], towards[0]), np.float32)
    skin = np.array(SKIN[int(rng.integers(len(SKIN)))], np.float32) * light
    mask = np.zeros((size[1], size[0]), np.uint8)
    fingers = int(rng.integers(1, 5))
    for n in range(fingers):
        end = tip + aside * (n - (fingers - 1) / 2) * 19 * unit - towards * abs(n - 1.2) * 6 * unit
        mask |= capsule(
            size, end, end - towards * 85 * unit + aside * float(rng.normal(0, 5)) * unit, float(rng.uniform(7.5, 9.5)) * unit
        )
    palm = tip - towards * 105 * unit
    cv2.ellipse(
        mask,
        (round(float(palm[0])), round(float(palm[1]))),
        (round(48 * unit), round(40 * unit)),
        float(np.degrees(np.arctan2(towards[1], towards[0]))),
        0,
        360,
        255,
        -1,
        cv2.LINE_AA,
    )
    wrist = palm - towards * 50 * unit
    mask |= capsule(size, palm, wrist, 30 * unit)
    lay(picture, mask, skin, unit)
    sleeve = capsule(size, wrist - towards * 10 * unit, wrist - towards * 600 * unit, float(rng.uniform(38, 50)) * unit)
    lay(picture, sleeve, rng.uniform(20, 220, 3) * light, unit)
    return mask | sleeve


def clutter(picture: Floats, rng: Rng, things: int, unit: float) -> None:
    """Pens, cups, coins, cables, a pair of glasses: nothing with the four sides of a page."""
    height, width = picture.shape[:2]
    for _ in range(things):
        at = np.array((rng.uniform(0, width), rng.uniform(0, height)), np.float32)
        angle = float(rng.uniform(0, 2 * np.pi))
        along = np.array((np.cos(angle), np.sin(angle)), np.float32)
        mask = np.zeros((height, width), np.uint8)
        match int(rng.integers(5)):
            case 0:
                mask = capsule(
                    (width, height), at, at + along * float(rng.uniform(110, 150)) * unit, float(rng.uniform(3, 6)) * unit
                )
            case 1:
                cv2.circle(mask, (int(at[0]), int(at[1])), round(float(rng.uniform(8, 14)) * unit), 255, -1, cv2.LINE_AA)
            case 2:
                cv2.circle(mask, (int(at[0]), int(at[1])), round(float(rng.uniform(35, 48)) * unit), 255, -1, cv2.LINE_AA)
            case 3:
                steps = np.cumsum(rng.normal(0, 12 * unit, (40, 2)) + along * 8 * unit, axis=0) + at
                cv2.polylines(mask, [np.round(steps).astype(np.int32)], False, 255, max(2, round(3.5 * unit)), cv2.LINE_AA)
            case _:
                for side in (-1, 1):
                    centre = at + along * side * 32 * unit
                    cv2.circle(
                        mask, (int(centre[0]), int(centre[1])), round(24 * unit), 255, max(2, round(2.5 * unit)), cv2.LINE_AA
                    )
        lay(picture, mask, rng.uniform(15, 235, 3), unit)
