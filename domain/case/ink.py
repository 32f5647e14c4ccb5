"""The ink of a signature as smooth lines: on the form, at the desks, and (``ui/static/js/signature.js``) under the finger.

A stroke is a chain of quadratic Béziers: its points are their controls, the middles between two points are where they meet, so that
one runs into the next without a corner. It begins and ends where the finger did. Nothing is added: no pressure, no width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.case.content import MAX_POINTS, Signature

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One stroke. ``curves``: (control, end) of each quadratic Bézier; one without length for a dot, so that round ends show it."""

    start: Place
    curves: tuple[tuple[Place, Place], ...]


def line(points: Sequence[Place]) -> Line:
    """At least one point."""
    first, last = points[0], points[-1]
    if len(points) < 3:
        return Line(first, ((last, last),))
    meet = [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in pairwise(points[1:])]
    return Line(first, tuple(zip(points[1:-1], (*meet[:-1], last), strict=True)))


def strokes(signature: Signature) -> list[list[Place]]:
    """What can be drawn, in pixels of the pad: points beyond 20,000 or that are no numbers are left out, and strokes of none."""
    left, found = MAX_POINTS, []
    for stroke in signature.strokes:
        some = [(p.x, p.y) for p in stroke[:left] if math.isfinite(p.x) and math.isfinite(p.y)]
        left -= len(stroke[:left])
        if some:
            found.append(some)
    return found


def fitted(signature: Signature, width: float, height: float, growth: float = 2) -> list[Line]:
    """The ink in a box of ``width`` × ``height``, at its left, standing on its foot, as large as it gets; at most ``growth`` times
    what it would be with the whole pad as wide as the box.
    """
    drawn = strokes(signature)
    if not drawn or signature.width <= 0:
        return []
    xs, ys = ([p[axis] for stroke in drawn for p in stroke] for axis in (0, 1))
    left, foot = min(xs), max(ys)
    spans = (width, max(xs) - left), (height, foot - min(ys))
    scale = min([growth * width / signature.width, *(side / span for side, span in spans if span > 0)])
    return [line([((x - left) * scale, height - (foot - y) * scale) for x, y in stroke]) for stroke in drawn]
