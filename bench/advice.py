"""What is said live of how a page lies: on desks drawn from seeds nobody looked at while limits were chosen (those from 10000).

Frames are as large as the camera's previews, drawn twice as large and shrunk. ``TONGBAN_ADVICE`` (60) says how many of each kind.
``python -m bench.advice KIND FILE`` puts the first sixty of a kind on one sheet, with what was said and where.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable

import cv2
import numpy as np

from bench.pictures import desk
from devices.camera.outline import Outline, find_outline
from devices.camera.picture import Picture

Row = tuple[str, str, str, bool]
Draw = Callable[[int, int], desk.Shot]
LONG = 640
KINDS: dict[str, Draw] = {"bare": desk.bare, "held": desk.held, "two": desk.two, "cut": desk.cut, "without": desk.without}


def rows() -> list[Row]:
    """(name, measured, bar, whether it is met)."""
    many = int(os.environ.get("TONGBAN_ADVICE", "60"))
    said = {kind: Counter(first(look(draw, seed)[1]) for seed in range(many)) for kind, draw in KINDS.items()}
    named = (
        ("one page, nothing in the way: nothing is said", said["bare"]["good"], 0.97),
        ("a hand on the page: said first", said["held"]["hand_over_page"], 0.8),
        ("two pages, beside or over each other: said first", said["two"]["two_pages"], 0.45),
        ("a page that runs out of the picture: said first", said["cut"]["page_cut_off"], 0.7),
        ("no page: said so, or cut off", said["without"]["page_not_found"] + said["without"]["page_cut_off"], 0.8),
    )
    shares = [(f"{many} desks, {text}", f"{count}", f"≥ {bar:.0%}", count >= bar * many) for text, count, bar in named]
    most = {"held": 0.08, "two": 0.25, "cut": 0.0, "without": 0.0}
    wrong = [
        (f"  {kind}: called good all the same", f"{said[kind]['good']}", f"≤ {bar:.0%}", said[kind]["good"] <= bar * many)
        for kind, bar in most.items()
    ]
    return [*shares, *wrong]


def look(draw: Draw, seed: int) -> tuple[np.ndarray, Outline]:
    """The frame, and what is said of it."""
    colour = draw(seed, 2 * LONG).colour
    frame = np.asarray(cv2.resize(colour, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    return frame, find_outline(Picture.from_bgr(frame))


def first(seen: Outline) -> str:
    return seen.remarks[0].code if seen.remarks else "good"


def sheet(kind: str, path: str) -> None:
    tiles = []
    for seed in range(60):
        frame, seen = look(KINDS[kind], seed)
        if seen.page is not None:
            cv2.polylines(frame, [np.round(seen.page.corners).astype(np.int32)], True, (255, 80, 0), 3)
        for remark in seen.remarks:
            if remark.where:
                cv2.polylines(frame, [np.round(remark.where).astype(np.int32)], True, (0, 0, 255), 3)
        small = cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        tile = np.zeros((340, 324, 3), np.uint8)
        tile[18 : 18 + small.shape[0], : small.shape[1]] = small
        cv2.putText(tile, f"{seed} {first(seen)}", (3, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
        tiles.append(tile)
    cv2.imwrite(path, np.vstack([np.hstack(tiles[n : n + 10]) for n in range(0, len(tiles), 10)]))


if __name__ == "__main__":
    sheet(*sys.argv[1:3])
