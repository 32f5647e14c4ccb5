"""Writing by hand: print bent, turned and shaken glyph by glyph, laid on the paper as pen or pencil would.

No handwriting font is free of licence questions; what matters here is what a finder of ink and a judge of sharpness see: thin
strokes of uneven strength that follow no line exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Tool:
    """``colour`` B, G, R at full pressure; ``cover``, ``grain`` 0..1: how much it hides, and how unevenly."""

    colour: tuple[int, int, int]
    cover: float
    grain: float


BLACK = Tool((48, 42, 40), 0.92, 0.05)
BLUE = Tool((150, 60, 32), 0.88, 0.08)
PENCIL = Tool((92, 90, 90), 0.72, 0.45)
FAINT = Tool((110, 108, 108), 0.45, 0.5)
"""A hard pencil, lightly held: some 45 grey levels below the paper at most."""


def write(
    page: Pixels,
    text: str,
    at: tuple[float, float],
    size: float,
    tool: Tool,
    font: ImageFont.FreeTypeFont,
    rng: np.random.Generator,
) -> float:
    """Writes ``text`` into ``page`` with its top left ``at``, ``size`` the height of a glyph, all in pixels; where it ends in x."""
    x, y = at
    slope = rng.normal(0, 0.008)
    for letter in text:
        wide = font.getlength(letter) / font.size * size
        if letter.strip():
            _lay(page, _glyph(letter, font, size, rng), (x, y + (x - at[0]) * slope + rng.normal(0, size * 0.03)), tool, rng)
        x += wide * rng.uniform(0.92, 1.1)
    return x


def _glyph(letter: str, font: ImageFont.FreeTypeFont, size: float, rng: np.random.Generator) -> Pixels:
    side = round(size * 1.6)
    plain = Image.new("L", (side, side), 0)
    ImageDraw.Draw(plain).text((side * 0.15, side * 0.1), letter, 255, font)
    ys, xs = np.mgrid[0:side, 0:side].astype(np.float32)
    turn, shear = rng.normal(0, 0.06), rng.normal(-0.08, 0.06)
    wave = side / rng.uniform(2.0, 4.0)
    phase = rng.uniform(0, 6.28, 2)
    middle = side / 2
    bent_x = xs + (ys - middle) * (turn - shear) + size * 0.035 * np.sin(ys / wave * 6.28 + phase[0])
    bent_y = ys - (xs - middle) * turn + size * 0.035 * np.sin(xs / wave * 6.28 + phase[1])
    bent = cv2.remap(np.asarray(plain), bent_x.astype(np.float32), bent_y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(bent, np.uint8)


def _lay(page: Pixels, glyph: Pixels, at: tuple[float, float], tool: Tool, rng: np.random.Generator) -> None:
    x, y = round(at[0]), round(at[1])
    height, width = glyph.shape
    if x < 0 or y < 0 or x + width > page.shape[1] or y + height > page.shape[0]:
        return
    paper = 1 - tool.grain * cv2.GaussianBlur(rng.random(glyph.shape, np.float32), (0, 0), 0.8)
    wet = glyph.astype(np.float32)[..., None] / 255 * (paper * tool.cover * rng.uniform(0.85, 1.0))[..., None]
    under = page[y : y + height, x : x + width]
    under[:] = (under * (1 - wet) + np.array(tool.colour, np.float32) * wet).round()
