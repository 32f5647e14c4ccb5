"""The best shape that corners of good shapes make together: a folded page has two lines along a side, each right at one end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.camera.judge import Judged, judge

Floats = NDArray[np.float32]

DONORS = 12
ROUNDS = 3
SWEEPS = (-20, -10, 0, 10, 20)
SLIDES = (-12, -6, -3, 3, 6, 12)
"""Pixels."""

APART = 1.5
"""Pixels a corner must move to be worth judging."""


def mixed(smooth: Floats, shapes: Floats, judged: Judged, rounds: int = ROUNDS) -> tuple[Floats, Judged]:
    """The best of ``shapes``, which are in order, or of what their corners make; and how it is judged (of one shape)."""
    best, verdict = shapes[:1], judged[:1]
    donors = shapes[:DONORS]
    for turn in range(rounds):
        made = np.concatenate((_made(best[0], donors), _slid(best[0]), *([] if turn else [_swept(best[0], verdict)])))
        if len(made) == 0:
            break
        looked = judge(smooth, made)
        top = int(np.argmax(looked.score))
        if looked.score[top] <= verdict.score[0] + 1e-3:
            break
        best, verdict = made[top : top + 1], looked[top : top + 1]
    return best, verdict


def _made(best: Floats, donors: Floats) -> Floats:
    turned = np.stack([np.roll(donors, shift, axis=1) for shift in range(4)], axis=1)
    which = np.argmin(np.abs(turned - best).sum((2, 3)), axis=1)
    donors = turned[np.arange(len(donors)), which]
    moved = np.hypot(*np.moveaxis(donors - best, -1, 0)) > APART
    made = []
    for i in range(4):
        for corners in ((i,), (i, (i + 1) % 4)):
            taken = moved[:, list(corners)].any(1)
            shape = np.repeat(best[None], int(taken.sum()), axis=0)
            shape[:, list(corners)] = donors[taken][:, list(corners)]
            made.append(shape)
    return np.unique(np.concatenate(made), axis=0)


def _swept(best: Floats, verdict: Judged) -> Floats:
    """The side least seen moved as a whole and turned: under a hand none of the lines found need be the page's."""
    side = int(np.argmin(verdict.value[0]))
    after = (side + 1) % 4
    made = []
    for corner, other in ((side, (side - 1) % 4), (after, (after + 1) % 4)):
        way = best[corner] - best[other]
        made.append([best[corner] + step * way / max(float(np.hypot(*way)), 1e-6) for step in SWEEPS])
    shapes = np.repeat(best[None], len(SWEEPS) ** 2, axis=0)
    shapes[:, side] = np.repeat(np.array(made[0]), len(SWEEPS), axis=0)
    shapes[:, after] = np.tile(np.array(made[1]), (len(SWEEPS), 1))
    return shapes


def _slid(best: Floats) -> Floats:
    """Each corner moved along either of its sides."""
    after, before = np.roll(best, -1, axis=0) - best, np.roll(best, 1, axis=0) - best
    made = []
    for i in range(4):
        for way in (after[i], before[i]):
            unit = way / max(float(np.hypot(*way)), 1e-6)
            for step in SLIDES:
                shape = best.copy()
                shape[i] += step * unit
                made.append(shape)
    return np.array(made, np.float32)
