"""A signature's strokes as an SVG picture: numbers only, so nothing of what came can be anything but a line."""

from __future__ import annotations

import math

from domain.case.content import Signature

_MOST_POINTS = 20_000
_MARGIN = 12


def svg(signature: Signature) -> str:
    """A picture of the pad; points beyond 20 000 or that are no numbers are left out."""
    width, height = (max(1, min(10_000, side)) for side in (signature.width, signature.height))
    left = _MOST_POINTS
    paths = []
    for stroke in signature.strokes:
        points = [(p.x, p.y) for p in stroke[:left] if math.isfinite(p.x) and math.isfinite(p.y)]
        left -= len(stroke[:left])
        if points:
            # A dot is a line of no length; round ends make it visible.
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            paths.append(f'<path d="M{line}{" l0,0" if len(points) == 1 else ""}"/>')
    box = f"{-_MARGIN} {-_MARGIN} {width + 2 * _MARGIN} {height + 2 * _MARGIN}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="手写签名">'
        '<g fill="none" stroke="#16222b" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">'
        f"{''.join(paths)}</g></svg>"
    )
