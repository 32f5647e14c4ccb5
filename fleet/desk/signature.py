"""A signature's strokes as an SVG picture: numbers only, so nothing of what came can be anything but a line."""

from __future__ import annotations

from domain.case import ink
from domain.case.content import Signature

_MARGIN = 12


def svg(signature: Signature) -> str:
    """A picture of the pad; points beyond 20 000 or that are no numbers are left out."""
    width, height = (max(1, min(10_000, side)) for side in (signature.width, signature.height))
    paths = "".join(f'<path d="{_path(ink.line(stroke))}"/>' for stroke in ink.strokes(signature))
    box = f"{-_MARGIN} {-_MARGIN} {width + 2 * _MARGIN} {height + 2 * _MARGIN}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="手写签名">'
        '<g fill="none" stroke="#16222b" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">'
        f"{paths}</g></svg>"
    )


def _path(line: ink.Line) -> str:
    curves = " ".join(f"Q{cx:.1f},{cy:.1f} {x:.1f},{y:.1f}" for (cx, cy), (x, y) in line.curves)
    return f"M{line.start[0]:.1f},{line.start[1]:.1f} {curves}"
