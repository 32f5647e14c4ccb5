"""Flat sheets to lay: B, G, R at a resolution, drawn from the seed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.virtual.sheets import DPI, Sheet, Signed, Table, Text, Title
from devices.virtual.sheets import draw as drawn

Rng = np.random.Generator

WORDS = "居住证明材料申请人姓名性别民族出生日期住址单位电话号码有效期限签发机关经办意见承诺属实特此说明年月日事项参保登记异地就医"
"""Characters sheets are filled with; they mean nothing."""


def draw(kind: str, rng: Rng, size: tuple[float, float], dpi: int) -> NDArray[np.uint8]:
    """A sheet of ``size`` millimetres at ``dpi``."""
    sheet = _card(rng, size) if kind == "card" else _sheet(kind, rng, size)
    scale = dpi / DPI
    bgr = cv2.cvtColor(drawn(sheet), cv2.COLOR_RGB2BGR)
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return np.asarray(small, np.uint8)


def _sheet(kind: str, rng: Rng, size: tuple[float, float]) -> Sheet:
    parts = [] if rng.random() < 0.06 else _parts(rng, kind)
    grey = float(rng.uniform(205, 248))
    paper = tuple(int(np.clip(grey + shift, 0, 255)) for shift in np.array((2.0, 0.0, -4.0)) * rng.uniform(0, 2.5))
    if kind in ("booklet", "spread"):
        paper = tuple(int(grey + shift) for shift in rng.choice(((0, 0, -14), (-18, -2, -10), (-4, -14, -14)))[:3])
    if kind == "slip":
        paper = tuple(int(v) for v in np.clip(grey + rng.normal(0, 14, 3), 120, 250))
    return Sheet(
        tuple(parts),
        size=size,
        paper=paper,
        body=float(rng.uniform(3.2, 5.2)) * (0.6 if kind == "slip" else 1),
        pattern=kind in ("booklet", "spread") and bool(rng.random() < 0.7),
    )


def _card(rng: Rng, size: tuple[float, float]) -> Sheet:
    pale = tuple(int(v) for v in rng.uniform(170, 240) + rng.normal(0, 16, 3))
    parts = (Title(_words(rng, 8)), Table(((_words(rng, 3), _words(rng, 6)), (_words(rng, 3), _words(rng, 9))), (1, 3)))
    return Sheet(parts, size=size, paper=tuple(int(np.clip(v, 120, 250)) for v in pale), body=2.6, pattern=True)


def _parts(rng: Rng, kind: str) -> list[object]:
    small = kind in ("booklet", "a5", "slip")
    parts: list[object] = [Title(_words(rng, int(rng.integers(4, 10))))]
    for _ in range(int(rng.integers(3, 8) if kind == "slip" else rng.integers(1, 2 if small else 5))):
        if rng.random() < 0.5:
            parts.append(Text(_words(rng, int(rng.integers(20, 60 if small else 180)))))
        else:
            rows = tuple(
                (_words(rng, 4), _words(rng, 6), _words(rng, 4), _words(rng, 6))
                for _ in range(int(rng.integers(2, 4 if small else 9)))
            )
            parts.append(Table(rows, (2, 4, 2, 4)))
    if rng.random() < 0.6:
        parts.append(Signed((_words(rng, 10), "2026年10月18日"), seal=_words(rng, 9)))
    return parts


def _words(rng: Rng, length: int) -> str:
    return "".join(WORDS[i] for i in rng.integers(0, len(WORDS), length))
