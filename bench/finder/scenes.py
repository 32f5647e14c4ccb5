"""Desks to learn from, drawn once at low resolution and kept: ``python -m bench.finder.scenes FOLDER FIRST LAST``.

Half of the whole pages are held by a hand, for that is where pages are lost. Seeds from :data:`LEARNED` on belong to learning
alone; nothing is judged on them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.pictures import desk

LEARNED = 1_000_000
LONG = 256
"""Pixels of a kept scene's longer side; drawn twice as large."""

KINDS = (
    "whole",
    "held",
    "whole",
    "held",
    "cut",
    "two",
    "without",
    "whole",
    "held",
    "without",
    "whole",
    "held",
    "cut",
    "two",
    "slip",
    "slip",
)
"""Which kind a seed is, in turn."""

PART = 100
"""Scenes in a file."""


@dataclass(frozen=True, slots=True)
class Scene:
    """``colour`` B, G, R. ``corners``, ``other``: 4 × 2 in pixels of it, ``None`` where there is no such sheet. ``sheet``,
    ``hand``: 0 to 255, what the page (also under a hand) and hands take of each pixel."""

    colour: NDArray[np.uint8]
    corners: NDArray[np.float32] | None
    other: NDArray[np.float32] | None
    sheet: NDArray[np.uint8]
    hand: NDArray[np.uint8]


def draw(seed: int) -> Scene:
    shot = getattr(desk, KINDS[seed % len(KINDS)])(seed, 2 * LONG)
    size = (shot.colour.shape[1] // 2, shot.colour.shape[0] // 2)

    def small(plane: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
        return np.zeros(size[::-1], np.uint8) if plane is None else cv2.resize(plane, size, interpolation=cv2.INTER_AREA)

    def at(corners: NDArray[np.float64] | None) -> NDArray[np.float32] | None:
        return None if corners is None else np.float32((corners + 0.5) / 2 - 0.5)

    return Scene(small(shot.colour), at(shot.corners), at(shot.other), small(shot.sheet), small(shot.hand))


def keep(scenes: list[Scene], path: Path) -> None:
    """All of them in one file, pictures as JPEG, masks as PNG."""
    kept: dict[str, NDArray[np.generic]] = {}
    for n, scene in enumerate(scenes):
        kept[f"colour{n}"] = cv2.imencode(".jpg", scene.colour, (cv2.IMWRITE_JPEG_QUALITY, 95))[1]
        kept[f"masks{n}"] = cv2.imencode(".png", np.hstack((scene.sheet, scene.hand)))[1]
        for name, corners in (("corners", scene.corners), ("other", scene.other)):
            kept[f"{name}{n}"] = np.zeros((0, 2), np.float32) if corners is None else corners
    partial = path.with_suffix(".part.npz")
    np.savez(partial, **kept)
    partial.replace(path)


def kept(path: Path) -> list[Scene]:
    scenes = []
    with np.load(path) as file:
        for n in range(len(file.files) // 4):
            sheet, hand = np.hsplit(cv2.imdecode(file[f"masks{n}"], cv2.IMREAD_GRAYSCALE), 2)
            corners, other = (file[f"{name}{n}"] if len(file[f"{name}{n}"]) else None for name in ("corners", "other"))
            scenes.append(Scene(cv2.imdecode(file[f"colour{n}"], cv2.IMREAD_COLOR), corners, other, sheet, hand))
    return scenes


def draw_all(folder: Path, first: int, last: int) -> None:
    """Files of :data:`PART` scenes each, those that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(first, last, PART):
        path = folder / f"{start}.npz"
        if not path.exists():
            keep([draw(LEARNED + seed) for seed in range(start, start + PART)], path)


if __name__ == "__main__":
    draw_all(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
