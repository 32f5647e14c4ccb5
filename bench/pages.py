"""Finding pages, measured: how exactly, how often wrongly, how fast, beside methods that tutorials teach.

The pictures are drawn from fixed seeds (``bench/pictures``), from :data:`JUDGED` on; what was tuned was tuned on others (10000 to
10399, 40000 to 40059), and what was learned was learned from others again (``bench/finder``). A folder of real photos
is measured too when ``TONGBAN_DOCPHOTOS`` names one (see ``bench/camera.py``). ``TONGBAN_PICTURES`` (300) says how many whole pages
are drawn, a third as many desks without a page. Drawing one takes about half a second: they are kept in the folder
``TONGBAN_PICTURES_AT`` where that is named. Times are processor time of one thread.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.camera import iou
from bench.pictures import desk
from devices.camera.outline import find_outline
from devices.camera.page import find_page
from devices.camera.picture import Picture
from devices.camera.straighten import Mount, straighten

Row = tuple[str, str, str, bool]

JUDGED = 30000
"""First seed by which is judged. Those from 0 on were, before; their figures are known, and so they are no longer kept back."""
Corners = NDArray[np.float64]
Finder = Callable[[NDArray[np.uint8]], Corners | None]


def rows() -> list[Row]:
    """(name, measured, bar, whether it is met)."""
    many = int(os.environ.get("TONGBAN_PICTURES", "300"))
    photos = os.environ.get("TONGBAN_DOCPHOTOS")
    return [*_whole(many), *_others(many // 3), *_times(), *(_photos(Path(photos)) if photos else [])]


def ours(colour: NDArray[np.uint8]) -> Corners | None:
    found = find_page(Picture.from_bgr(colour))
    return None if found is None or found.cut else np.array(found.corners)


def tutorial(colour: NDArray[np.uint8]) -> Corners | None:
    """What OpenCV's document scanner tutorials do: Canny 75/200 at 500 pixels' height, the first of the five largest outlines that
    ``approxPolyDP`` at 2 % leaves four corners."""
    scale = colour.shape[0] / 500
    small = cv2.resize(colour, (round(colour.shape[1] / scale), 500), interpolation=cv2.INTER_AREA)
    edges = cv2.Canny(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0), 75, 200)
    outlines, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:5]:
        shape = cv2.approxPolyDP(outline, 0.02 * cv2.arcLength(outline, True), True)
        if len(shape) == 4:
            return _clockwise(shape[:, 0] * scale)
    return None


def jscanify(colour: NDArray[np.uint8]) -> Corners | None:
    """jscanify's way: Canny 50/200, blur, Otsu, the largest outline, its points farthest from its middle in each quarter."""
    grey = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)
    edges = cv2.GaussianBlur(cv2.Canny(grey, 50, 200), (3, 3), 0)
    _, mask = cv2.threshold(edges, 0, 255, cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    points = max(outlines, key=cv2.contourArea)[:, 0].astype(np.float64)
    middle = np.array(cv2.minAreaRect(points.astype(np.float32))[0])
    far = points - middle
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        quarter = (far[:, 0] * x > 0) & (far[:, 1] * y > 0)
        if not quarter.any():
            return None
        corners.append(points[quarter][np.argmax(np.hypot(*far[quarter].T))])
    return _clockwise(np.array(corners))


FINDERS: tuple[tuple[str, Finder], ...] = (
    ("ours", ours),
    ("tutorial (Canny, 4 corners)", tutorial),
    ("jscanify's way", jscanify),
)


def _clockwise(corners: Corners) -> Corners:
    middle = corners.mean(axis=0)
    return np.asarray(corners[np.argsort(np.arctan2(*(corners - middle).T[::-1]))], np.float64)


def _shots(kind: str, many: int) -> Iterator[desk.Shot]:
    for seed in range(JUDGED, JUDGED + many):
        yield kept(kind, seed)


def kept(kind: str, seed: int) -> desk.Shot:
    """The shot, drawn or read where it was kept (its colour and corners; how it was laid only when drawn)."""
    folder = os.environ.get("TONGBAN_PICTURES_AT")
    if not folder:
        return _DRAWN[kind](seed)
    path = Path(folder) / f"{kind}_{seed}"
    if path.with_suffix(".png").exists():
        corners = json.loads(path.with_suffix(".json").read_text())
        colour = np.asarray(cv2.imread(str(path.with_suffix(".png"))), np.uint8)
        return desk.Shot(seed, colour, None if corners is None else np.array(corners), desk.Laid())
    shot = _DRAWN[kind](seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path.with_suffix(".png")), shot.colour, (cv2.IMWRITE_PNG_COMPRESSION, 1))
    path.with_suffix(".json").write_text(json.dumps(None if shot.corners is None else shot.corners.tolist()))
    return shot


_DRAWN = {"whole": desk.whole, "without": desk.without, "cut": desk.cut, "two": desk.two}


def _whole(many: int) -> list[Row]:
    overlaps: dict[str, list[float]] = {name: [] for name, _ in FINDERS}
    spent: dict[str, list[float]] = {name: [] for name, _ in FINDERS}
    for shot in _shots("whole", many):
        assert shot.corners is not None
        for name, find in FINDERS:
            began = time.process_time()
            found = find(shot.colour)
            spent[name].append(time.process_time() - began)
            same = found is not None and cv2.isContourConvex(np.float32(found))
            overlaps[name].append(iou(found, shot.corners) if same else 0.0)
    measured = []
    for name, _ in FINDERS:
        mean, good = statistics.fmean(overlaps[name]), sum(o >= 0.95 for o in overlaps[name]) / many
        figure = f"mean {mean:.4f}, {good:.1%} ≥ 0.95, {statistics.median(spent[name]) * 1000:.0f} ms"
        held = mean >= 0.97 and good >= 0.95
        bar = "mean ≥ 0.97, ≥ 95 % ≥ 0.95" if name == "ours" else "a peer"
        measured.append((f"IoU of {many} drawn pages, {name}", figure, bar, held or name != "ours"))
    return measured


def _others(many: int) -> list[Row]:
    taken = {name: sum(find(shot.colour) is not None for shot in _shots("without", many)) for name, find in FINDERS}
    whole = sum(ours(shot.colour) is not None for shot in _shots("cut", many // 2))
    return [
        *(
            (
                f"{many} desks without a page, accepted, {name}",
                f"{n}",
                "0" if name == "ours" else "a peer",
                n == 0 or name != "ours",
            )
            for name, n in taken.items()
        ),
        (f"{many // 2} drawn pages cut off, taken for whole", f"{whole}", "0", whole == 0),
    ]


def _times() -> list[Row]:
    big = desk.whole(3, 4608).picture
    small = Picture.from_bgr(cv2.resize(desk.whole(3).colour, (640, 480), interpolation=cv2.INTER_AREA))
    page = find_page(big)
    assert page is not None
    return [
        _time("outline on a ready-made preview frame, 640 × 480", lambda: find_outline(small), 0.025),
        _time("still of 12 to 16 MP: find and refine", lambda: find_page(big), 0.15),
        _time("and straighten", lambda: straighten(big, page, Mount()), 0.08),
    ]


def _time(name: str, action: Callable[[], object], bar: float) -> Row:
    spent = []
    for _ in range(9):
        began = time.process_time()
        action()
        spent.append(time.process_time() - began)
    middle = statistics.median(spent)
    return (name, f"{middle * 1000:.0f} ms", f"≤ {bar * 1000:.0f} ms", middle <= bar)


def _photos(folder: Path) -> list[Row]:
    corners, meta = (json.loads((folder / name).read_text()) for name in ("corners.json", "meta.json"))
    measured = []
    for name, find in FINDERS[1:]:
        found = []
        for file, facts in sorted(meta.items()):
            if facts["full_page"] and facts["kind"].startswith("real"):
                shape = find(np.asarray(cv2.imread(str(folder / file)), np.uint8))
                found.append(iou(shape, corners[file]) if shape is not None and cv2.isContourConvex(np.float32(shape)) else 0.0)
        measured.append((f"IoU of {len(found)} real photos, {name}", f"mean {statistics.fmean(found):.4f}", "a peer", True))
    return measured
