"""Judges four-sided shapes closely: a page has, along each of its sides, a step of colour in one direction that lasts.

The worst side counts twice: three perfect sides and a guess are what a cut page, a shadow and a line of text look like. Sides may
bend: a folded or curled sheet seen askew has its corners where they are and its sides up to some per cent beside the chord.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.lines import CHROMA

Floats = NDArray[np.float32]

PLACES = 20
"""Places along a side at which it is looked across."""

REACH = 15
"""Pixels looked at to either side of a side, of a picture 320 pixels long."""

WINDOW = 3
"""Pixels averaged on either side of a step."""

SLACK = 1
"""Pixels a place may lie beside the side, straight or bent."""

BENDS = (-2, 2, -4, 4, -6, 6, -8, 8, -10, 10)
"""Pixels a side may bend in its middle: a knee or a bow, within the slack the same."""

MOST_BENT = 0.07
"""How far, as a share of its length: what bends more is round."""

ENDS = 3
"""Places at either end of a bent side of which most must be held: corners are where they are."""

FORGIVEN = 0.8
"""Share of a side that, held, is as good as all of it: a finger lies on the rest."""

STRAIGHT = 0.86
"""Share of a side that, held by the straight line, leaves no doubt."""

HOPEFUL = 8
"""Shapes whose doubtful sides are looked at again."""

AT = np.linspace(0.04, 0.96, PLACES, dtype=np.float32)
"""Along the visible part of a side."""

SEEN = 0.45
"""Least share of a side that lies in the picture."""

END_PRICE = 0.4
"""What a side loses of which nothing is seen at either end: corners are where sides end."""

BEND_PRICE = 0.015
"""What a pixel of it costs a side."""

LAST_FROM, LAST_TO = 4, 11
"""Pixels from the side between which a step must still be one: the joint of two tiles is none."""

_OFF = np.arange(LAST_FROM, LAST_TO + 1, dtype=np.float32)
LEADS_UP = np.float32(1 / len(_OFF) - _OFF.mean() * (_OFF - _OFF.mean()) / ((_OFF - _OFF.mean()) ** 2).sum())
"""Weights of a band's samples that give the value at offset 0 of the straight line through them."""

LEAST_CHROMA = 4.0
"""Weighted chroma of a step that is told from none."""

LEAST_STEP = 4.0
"""Below this a place shows no step but noise."""

CLEAR_STEP = 14.0
"""A step this large is as good as any larger one, or nearly."""

BEYOND = (4, 8, 12, 16)
"""Pixels past a corner at which it is looked whether the side goes on: a fold, a shadow or a ruled line ends no page."""

OVERRUN_PRICE = 0.2
"""What that costs for each end of a side."""

SKEWED = 0.74
AREA = 0.8
"""What a shape filling the picture gains, by the root of its share: the page rather than the table printed on it."""

THIRD = 16.0
"""Weighted chroma by which what lies beside a side must differ from the desk, and from the paper, to be a third thing: a hand."""

MOST_COVERED = 0.4
"""Share of all sides that may be covered: with more, nothing is known of the page."""

ENOUGH = 9
"""Open places by which a side's own step is known; with fewer it is that of the other sides."""

LEAST_OPEN = 4
"""Places a side is judged by at least, however much of it is covered."""

COVERED_PRICE = 0.25
"""What a side that is all covered would lose: of two shapes the one that needs no hand is taken."""

BORDER = 2.5
"""A side this near the picture's border over its whole length has nothing beyond it to be judged by."""

BORDER_PRICE = 0.45
"""What each such side costs, so that a whole page beats the same page taken together with the table's edge."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Of n shapes: ``score`` n; of their sides, n × 4: ``value`` 0..1, ``border``, ``step`` (× 3, inward less outward);
    ``bend``, pixels inwards in the middle; ``held`` n × 4 × :data:`PLACES`: which places show the side; ``covered``, which do not
    because a third thing, neither desk nor paper, lies over them."""

    score: Floats
    value: Floats
    border: NDArray[np.bool_]
    step: Floats
    bend: Floats
    held: NDArray[np.bool_]
    covered: NDArray[np.bool_]

    def __getitem__(self, chosen: object) -> Judged:
        return Judged(*(getattr(self, name)[chosen] for name in self.__slots__))


def joined(one: Judged, other: Judged) -> Judged:
    """The judgements of one after those of the other."""
    return Judged(*(np.concatenate((getattr(one, name), getattr(other, name))) for name in Judged.__slots__))


def judge(smooth: Floats, shapes: Floats) -> Judged:
    """``shapes``: n × 4 corners × (x, y), clockwise, in pixels of the smoothed, weighted picture ``smooth``."""
    if len(shapes) == 0:
        none = np.zeros((0, 4), np.float32)
        return Judged(none[:, 0], none, none > 0, np.zeros((0, 4, 3), np.float32), none, *[np.zeros((0, 4, PLACES), bool)] * 2)
    height, width = smooth.shape[:2]
    along = np.roll(shapes, -1, axis=1) - shapes
    length = np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)
    inward = np.stack((-along[..., 1], along[..., 0]), -1) / length[..., None]
    low, high = visible(shapes, along, width, height)
    spread = low[..., None] + AT * (high - low)[..., None]
    places = shapes[:, :, None] + spread[..., None] * along[:, :, None]
    border = (np.minimum(places, (width - 1, height - 1) - places).min(-1) < BORDER).all(-1)

    values = _profiles(smooth, places, inward, LAST_TO)
    third = _third(values)
    step, held = _held(values, third)
    bend = np.zeros(length.shape, np.float32)
    doubtful = (_share(held, third) < STRAIGHT) & ~border
    doubtful &= _worth(shapes, step, np.where(doubtful[..., None], True, held), border, width, height)[:, None]
    if doubtful.any():
        wide = _profiles(smooth, places[doubtful], inward[doubtful], REACH)
        bend[doubtful], step[doubtful], held[doubtful] = _bent(
            wide, spread[doubtful], length[doubtful], step[doubtful], held[doubtful], third[doubtful]
        )
    strength = np.sqrt((step**2).sum(-1))
    lasts = np.clip((_lasting(values, step, third) - 0.1) / 0.5, 0, 1)
    clear = np.minimum(1.0, strength / CLEAR_STEP) + 0.04 * np.clip(np.log2(np.maximum(strength, 1) / CLEAR_STEP), 0, 3)
    covered = third & ~held
    seen = np.minimum(1.0, _share(held, third) / FORGIVEN) - COVERED_PRICE * covered.mean(-1) - END_PRICE * open_ends(held, covered)
    value = np.maximum(seen * clear * lasts - BEND_PRICE * np.abs(bend), 0) * (high - low > SEEN)
    return _total(smooth, shapes, value, border, step, bend, held, covered)


def _total(
    smooth: Floats,
    shapes: Floats,
    value: Floats,
    border: NDArray[np.bool_],
    step: Floats,
    bend: Floats,
    held: NDArray[np.bool_],
    covered: NDArray[np.bool_],
) -> Judged:
    height, width = smooth.shape[:2]
    along = np.roll(shapes, -1, axis=1) - shapes
    before = np.roll(along, 1, axis=1)
    length = np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)
    strength = np.sqrt((step**2).sum(-1))
    judged = ~border
    count = judged.sum(-1)
    usual = (value * judged).sum(-1) / np.maximum(count, 1)
    worst = np.where(border, 1.0, value).min(-1)
    together = np.where(judged[..., None], step, 0).sum(1)
    alike = np.sqrt((together**2).sum(-1)) / np.maximum((strength * judged).sum(-1), 1e-3)
    brighter = np.clip(step[..., 0] / 40.0, -1, 1).mean(-1)
    x, y = shapes[..., 0], shapes[..., 1]
    area = np.abs((x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(-1)) / 2
    turns = before[..., 0] * along[..., 1] - before[..., 1] * along[..., 0]
    cosine = (before * along).sum(-1) / (length * np.roll(length, 1, axis=1))
    plausible = (turns > 0).all(-1) & (np.abs(cosine) < SKEWED).all(-1) & (count >= 2)
    share = np.minimum(area / (width * height), 1)
    score = usual + worst + AREA * np.sqrt(share) + 0.15 * brighter + 0.35 * alike - BORDER_PRICE * border.sum(-1)
    score = score - OVERRUN_PRICE * (_overrun(smooth, shapes, step, strength, covered) * judged).sum(-1)
    return Judged(np.where(plausible, score, -1.0).astype(np.float32), value, border, step, bend, held, covered)


def _worth(
    shapes: Floats, step: Floats, held: NDArray[np.bool_], border: NDArray[np.bool_], width: int, height: int
) -> NDArray[np.bool_]:
    """Which shapes could still be the best if every doubtful side were a bent one."""
    value = held.mean(-1) * np.minimum(1.0, np.sqrt((step**2).sum(-1)) / CLEAR_STEP)
    value = np.where(held.all(-1), np.maximum(value, 0.8), value)
    x, y = shapes[..., 0], shapes[..., 1]
    area = np.abs((x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(-1)) / 2
    hope = (np.where(border, 0, value).sum(-1) / np.maximum((~border).sum(-1), 1)) + np.where(border, 1, value).min(-1)
    hope = hope + AREA * np.sqrt(np.minimum(area / (width * height), 1)) - BORDER_PRICE * border.sum(-1)
    return np.asarray(hope >= np.sort(hope)[-min(HOPEFUL, len(hope))])


def visible(shapes: Floats, along: Floats, width: int, height: int) -> tuple[Floats, Floats]:
    """Which stretch of each side, from 0 to 1, lies in the picture; nothing from 0 to 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (1.5 - shapes) / along
        last = ((width - 2.5, height - 2.5) - shapes) / along
    enter = np.nan_to_num(np.minimum(first, last), nan=-1.0, posinf=2.0, neginf=-1.0).max(-1)
    leave = np.nan_to_num(np.maximum(first, last), nan=2.0, posinf=2.0, neginf=-1.0).min(-1)
    low, high = np.clip(enter, 0, 1), np.clip(leave, 0, 1)
    return np.where(high > low, low, 0).astype(np.float32), np.where(high > low, high, 0).astype(np.float32)


def _profiles(smooth: Floats, places: Floats, inward: Floats, reach: int) -> Floats:
    """… × places × (2 reach + 1) × 3: the picture across each side, from outside to inside."""
    offsets = np.arange(-reach, reach + 1, dtype=np.float32)
    points = places[..., None, :] + offsets[:, None] * inward[..., None, None, :]
    return _sampled(smooth, points.astype(np.float32))


def _sampled(smooth: Floats, points: Floats) -> Floats:
    flat = points.reshape(-1, points.shape[-2], 2)
    parts = [
        cv2.remap(smooth, part[..., 0], part[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for part in np.array_split(flat, len(flat) // 16384 + 1)
    ]
    return np.concatenate(parts).reshape(*points.shape[:-1], 3)


def _steps(values: Floats) -> Floats:
    """Mean of the next few samples less that of the last few, at every sample at which both fit."""
    sums = np.cumsum(values, axis=-2)
    sums = np.concatenate((np.zeros_like(sums[..., :1, :]), sums), axis=-2)
    means = (sums[..., WINDOW:, :] - sums[..., :-WINDOW, :]) / WINDOW
    return np.asarray(means[..., WINDOW + 1 :, :] - means[..., : -WINDOW - 1, :])


def _far(values: Floats) -> tuple[Floats, Floats]:
    """The step between the bands further off; and between what they lead up to at the side, in a light that falls off evenly."""
    middle = values.shape[-2] // 2
    inner = values[..., middle + LAST_FROM : middle + LAST_TO + 1, :]
    outer = values[..., middle - LAST_TO : middle - LAST_FROM + 1, :][..., ::-1, :]
    apart = inner - outer
    return apart.mean(-2), np.einsum("...oc,o->...c", apart, LEADS_UP)


def _third(values: Floats) -> NDArray[np.bool_]:
    """n × 4 × :data:`PLACES`: beside which places something lies that is neither this shape's paper nor its desk."""
    middle = values.shape[-2] // 2
    outer = _hue(values[..., middle - LAST_TO : middle - LAST_FROM + 1, :].mean(-2))
    inner = _hue(values[..., middle + LAST_FROM : middle + LAST_TO + 1, :].mean(-2))
    n = len(values)
    desk, paper = (np.median(band.reshape(n, -1, 2), axis=1)[:, None, None] for band in (outer, inner))
    third = (((outer - desk) ** 2).sum(-1) > THIRD**2) & (((outer - paper) ** 2).sum(-1) > THIRD**2)
    return np.asarray(third & (third.mean((1, 2)) < MOST_COVERED)[:, None, None], np.bool_)


def open_ends(held: NDArray[np.bool_], covered: NDArray[np.bool_]) -> Floats:
    """Share of the places at a side's ends that show no side, though nothing covers them."""
    bare = ~(held | covered)
    return np.asarray((bare[..., :ENDS].sum(-1) + bare[..., -ENDS:].sum(-1)) / (2 * ENDS), np.float32)


def _hue(colour: Floats) -> Floats:
    """Weighted chroma as it would be in full light: a shadow takes of it as it takes of luma."""
    return np.asarray((colour[..., 1:] - 128 * CHROMA) * (160 / np.maximum(colour[..., :1], 40)), np.float32)


def _share(held: NDArray[np.bool_], third: NDArray[np.bool_]) -> Floats:
    """Share of a side that is held, of what of it is open to be seen."""
    open_ = np.maximum((held | ~third).sum(-1), LEAST_OPEN)
    return np.asarray(held.sum(-1) / open_, np.float32)


def _lasting(values: Floats, step: Floats, third: NDArray[np.bool_]) -> Floats:
    """The share of each side's step that is still there further off. Along a shadow's edge luma says nothing, but chroma does."""
    far, level = _far(values)
    far, level = _usual(far, third), _usual(level, third)
    size = np.maximum((step**2).sum(-1), 1e-6)
    chroma = (step[..., 1:] ** 2).sum(-1)
    coloured = np.where(chroma > LEAST_CHROMA**2, (far * step)[..., 1:].sum(-1) / np.maximum(chroma, 1e-6), 0)
    return np.asarray(np.maximum(np.maximum((far * step).sum(-1), (level * step).sum(-1)) / size, coloured), np.float32)


def _held(values: Floats, third: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """A side's usual step, and which places show it within the slack about the middle of ``values``."""
    middle = values.shape[-2] // 2
    steps = _steps(values[..., middle - SLACK - WINDOW : middle + SLACK + WINDOW + 1, :])
    usual = _usual(steps[..., SLACK, :], third)
    strength = np.sqrt((usual**2).sum(-1))
    unit = usual / np.maximum(strength, 1e-6)[..., None]
    like = (steps @ unit[..., None, :, None])[..., 0].max(-1)
    return usual, like > np.maximum(LEAST_STEP, 0.4 * strength)[..., None]


def _usual(steps: Floats, third: NDArray[np.bool_]) -> Floats:
    """Median along a side, of its open places; of all the shape's where a side has too few."""
    usual = _median(steps)
    if third.any():
        open_ = np.where(third[..., None], np.nan, steps)
        some = third.any(-1) & ((~third).sum(-1) >= ENOUGH)
        few = third.any(-1) & ~some
        usual[some] = _median(open_[some])
        if few.any() and steps.ndim == 4:
            shape, _ = np.nonzero(few)
            usual[few] = _median(open_.reshape(len(open_), -1, open_.shape[-1])[shape])
    return np.asarray(usual, np.float32)


def _median(values: Floats) -> Floats:
    """Along the last axis but one; NaN counts for nothing. For few values numpy's own costs several times as much."""
    ordered = np.sort(values, axis=-2)  # NaN comes last
    many = (~np.isnan(ordered)).sum(axis=-2, keepdims=True)
    low, high = (np.take_along_axis(ordered, np.maximum(at, 0), axis=-2)[..., 0, :] for at in ((many - 1) // 2, many // 2))
    return np.asarray((low + high) / 2, np.float32)


def _bent(
    values: Floats, at: Floats, length: Floats, step: Floats, held: NDArray[np.bool_], third: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """For each of n sides the bend under which most of it is held, its usual step there, and which places hold it."""
    tent = 1 - np.abs(2 * at - 1)
    tent = (tent + np.minimum(1.0, 1.6 * tent)) / 2  # between a knee and a bow
    best = _share(held, third) * np.minimum(1.0, np.sqrt((step**2).sum(-1)) / CLEAR_STEP)
    bend, step, held = np.zeros(len(at), np.float32), step.copy(), held.copy()
    for wish, usual, holds in zip(BENDS, *_bent_by(values, tent.astype(np.float32), third), strict=True):
        worth = _share(holds, third) * np.minimum(1.0, np.sqrt((usual**2).sum(-1)) / CLEAR_STEP) - BEND_PRICE * abs(wish)
        ends = np.minimum(holds[:, :ENDS].sum(-1), holds[:, -ENDS:].sum(-1)) > ENDS // 2
        better = (worth > best + 1e-3) & (abs(wish) < MOST_BENT * length) & ends
        best = np.where(better, worth, best)
        bend = np.where(better, wish, bend)
        step = np.where(better[..., None], usual, step)
        held = np.where(better[..., None], holds, held)
    return bend, step, held


def _bent_by(values: Floats, tent: Floats, third: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """For each of :data:`BENDS` what ``_held`` says of each side when it is bent so; all at once, for numpy's calls cost more."""
    shift = np.rint(np.array(BENDS, np.float32)[:, None, None] * tent).astype(np.intp)
    near = np.arange(-SLACK - WINDOW, SLACK + WINDOW + 1) + values.shape[-2] // 2 + shift[..., None]
    taken = np.take_along_axis(values[None], near[..., None], axis=-2)
    usual, holds = _held(taken.reshape(-1, *taken.shape[2:]), np.tile(third, (len(BENDS), 1)))
    return usual.reshape(len(BENDS), -1, 3), holds.reshape(len(BENDS), *third.shape)


def _overrun(smooth: Floats, shapes: Floats, step: Floats, strength: Floats, covered: NDArray[np.bool_]) -> Floats:
    """How much of a side's step goes on past its two corners, 0..2. At a corner under a hand nothing is known: fingers go on."""
    height, width = smooth.shape[:2]
    along = np.roll(shapes, -1, axis=1) - shapes
    unit = along / np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)[..., None]
    inward = np.stack((-unit[..., 1], unit[..., 0]), -1)
    away = np.array(BEYOND, np.float32)[:, None]
    before, after = shapes[:, :, None] - away * unit[:, :, None], np.roll(shapes, -1, axis=1)[:, :, None] + away * unit[:, :, None]
    places = np.stack((before, after), axis=2)  # n × 4 × 2 × places × 2
    steps = _steps(_profiles(smooth, places, inward[:, :, None], WINDOW + 2))
    on = (steps @ step[:, :, None, None, :, None])[..., 0].max(-1) / np.maximum(strength, 2.0)[..., None, None] ** 2
    seen = ((places > 1) & (places < (width - 2, height - 2))).all(-1)
    share = ((on > 0.45) & seen).sum(-1) / np.maximum(seen.sum(-1), 1)
    starts, ends = covered[..., :ENDS].any(-1), covered[..., -ENDS:].any(-1)
    under = np.stack((starts | np.roll(ends, 1, axis=-1), ends | np.roll(starts, -1, axis=-1)), axis=-1)
    told = (seen.sum(-1) >= len(BEYOND) // 2) & ~under
    return np.asarray((np.clip((share - 0.3) / 0.5, 0, 1) * told).sum(-1), np.float32)
