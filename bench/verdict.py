"""Whether good pages are called good and bad ones bad, on pictures from seeds nobody looked at; and what judging costs.

``python -m bench 判页`` takes a tenth of the set, ``python -m bench 判页全量`` all of it: 312 good pages, 696 bad ones. Seeds up to
:data:`HELD_OUT` were there to be looked at while limits were chosen; those from there on decide. A folder of real photos, as for
``camera.py`` in ``TONGBAN_DOCPHOTOS``, is judged too, the whole way from finding on.

``python -m bench.verdict FILE`` puts a hundred of them on one sheet, with what was said of each.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from bench.camera import iou
from bench.pictures.bad import WAYS, Shot, shoot
from bench.pictures.pages import WRITTEN
from devices.camera.findings import findings
from devices.camera.likeness import likeness, same
from devices.camera.page import Page, find_page
from devices.camera.picture import Picture, Pixels
from devices.camera.scan import MASTER_QUALITY
from devices.camera.straighten import Mount, straighten
from devices.port import Finding

Row = tuple[str, str, str, bool]

HELD_OUT = 60_000
GOOD = 24
"""Good pages of each kind."""
BAD = {"out of focus": 12, "lifted": 10, "moved": 12, "lamp": 8, "tube": 8, "dark": 3, "over the edge": 3}
"""Bad pages of each kind, by what is wrong with them."""

LARGE = tuple(kind for kind in WRITTEN if not kind.startswith("card") and kind not in ("receipt", "sparse"))
"""Kinds of which a page that comes again is known."""

LEVEL = Mount(turns=0)
WORKERS = int(os.environ.get("TONGBAN_WORKERS", "2"))
"""Pictures are drawn and judged apart, so many at a time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of a picture. The pictures themselves are not kept: a thousand of them would be 20 GB."""

    kind: str
    seed: int
    wrong: str
    way: str
    said: tuple[Finding, ...]

    @property
    def right(self) -> bool:
        codes = {found.code for found in self.said}
        return self.wrong in codes if self.wrong else not codes

    @property
    def called_good(self) -> bool:
        return bool(self.wrong) and not self.said


def rows() -> list[Row]:
    """A tenth of the set, and the times. (name, measured, bar, whether it is met)."""
    folder = os.environ.get("TONGBAN_DOCPHOTOS")
    return [*_table(0.1), _again(8), *_times(), *(_photos(Path(folder)) if folder else [])]


def whole() -> list[Row]:
    """All of it. Drawing the thousand pictures takes some ten minutes of one core."""
    return [*_table(1.0), _again(60)]


def judged(share: float = 1.0, first: int = HELD_OUT) -> Iterator[tuple[Judged, Pixels]]:
    """The set, or about ``share`` of it, judged one after another, with what was judged."""
    for kind, seed, wrong, way in _todo(share, first):
        said, page = judge(shoot(kind, seed, wrong, way))
        yield Judged(kind, seed, wrong, way, said), page


def _todo(share: float, first: int) -> list[tuple[str, int, str, str]]:
    """Kind, seed, what is wrong and in which way."""
    todo = [("", "", GOOD), *((wrong, way, BAD[way]) for wrong, ways in WAYS.items() for way in ways)]
    all_of_them = [(kind, first + n, wrong, way) for wrong, way, count in todo for n in range(count) for kind in WRITTEN]
    some = all_of_them[:: round(1 / share)]
    return [one for one in some if not (one[3] == "lifted" and one[0].startswith("card"))]  # a card does not curl


def _one(what: tuple[str, int, str, str]) -> Judged:
    return Judged(*what, judge(shoot(*what))[0])


def judge(shot: Shot) -> tuple[tuple[Finding, ...], Pixels]:
    """What is said of a page whose corners are known; whether it is cut is asked of the finder."""
    if shot.wrong == "page_cut_off":
        found = find_page(shot.picture)
        missing = found is None or found.cut
        said = (Finding("page_cut_off"),) if missing else ()
        return said, np.asarray(cv2.cvtColor(shot.picture.luma, cv2.COLOR_GRAY2BGR), np.uint8)
    straight = straighten(shot.picture, _known(shot), LEVEL)
    return findings(straight), straight


def _known(shot: Shot) -> Page:
    return Page(tuple((float(x), float(y)) for x, y in shot.corners), False)


def _table(share: float) -> list[Row]:
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        all_of_them = list(pool.map(_one, _todo(share, HELD_OUT), chunksize=4))
    good, bad = ([j for j in all_of_them if bool(j.wrong) == wrong] for wrong in (False, True))
    right, missed = sum(j.right for j in all_of_them), [j for j in bad if j.called_good]
    table = [
        _share(f"verdicts right, {len(good)} good and {len(bad)} bad pages", right, len(all_of_them), 0.98),
        _share("good pages called good", sum(j.right for j in good), len(good), 0.98),
        (
            "bad pages called good",
            f"{len(missed)} of {len(bad)}" + "".join(f" {j.kind}/{j.way}/{j.seed}" for j in missed[:3]),
            "≤ 1 in 200",
            len(missed) <= len(bad) / 200,
        ),
    ]
    for way in BAD:
        of_it = [j for j in bad if j.way == way]
        table.append(_share(f"  {way}: said so", sum(j.right for j in of_it), len(of_it), 0.95))
    return table


def _share(name: str, count: int, of: int, bar: float) -> Row:
    return (name, f"{count} of {of}, {count / max(of, 1):.1%}", f"≥ {bar:.0%}", count >= bar * of)


def _again(count: int) -> Row:
    """One page taken twice, in another light and by other corners, against a page of the same kind."""
    wrong: list[str] = []
    for n in range(count):
        kind = LARGE[n % len(LARGE)]
        first, other = (shoot(kind, HELD_OUT + n + d) for d in (0, 1))
        moved = Page(tuple((x + 2, y - 2) for x, y in _known(first).corners), False)
        mine, twice, theirs = (
            likeness(cv2.cvtColor(straighten(shot.picture, page, LEVEL), cv2.COLOR_BGR2GRAY))
            for shot, page in ((first, _known(first)), (first, moved), (other, _known(other)))
        )
        if same(twice, [("mine", mine)]) is None:
            wrong.append(f"missed {kind}/{n}")
        if same(theirs, [("mine", mine)]) is not None:
            wrong.append(f"mistaken {kind}/{n}")
    return (f"pages taken twice told from others, {count} pairs", "；".join(wrong[:4]) or "all", "≤ 2 %", len(wrong) <= count / 50)


def _times() -> list[Row]:
    shot = shoot("contract", HELD_OUT)
    straight = straighten(shot.picture, _known(shot), LEVEL)
    grey = cv2.cvtColor(straight, cv2.COLOR_BGR2GRAY)

    def all_of_it() -> None:
        findings(straight)
        likeness(grey)
        cv2.imencode(".jpg", straight, (cv2.IMWRITE_JPEG_QUALITY, MASTER_QUALITY))

    spent, took = [], []
    for _ in range(9):
        began, clock = time.process_time(), time.perf_counter()
        all_of_it()
        spent.append(time.process_time() - began)
        took.append(time.perf_counter() - clock)
    middle, least = statistics.median(spent) * 1000, min(took) * 1000
    text = f"{middle:.0f} ms CPU, {least:.0f} by the clock at best"
    return [("A4 page: judge, likeness, master's JPEG", text, "≤ 120 ms CPU", middle <= 120)]


def _photos(folder: Path) -> list[Row]:
    """The whole way, as large as they are: found, straightened as A4, judged. None of the whole ones is bad."""
    meta = json.loads((folder / "meta.json").read_text())
    doubted, cut, passed, overlaps = [], Counter[str](), [], []
    corners = json.loads((folder / "corners.json").read_text())
    names = [name for name in sorted(meta) if meta[name]["kind"].startswith("real")]
    for name in names:
        colour = cv2.imread(str(folder / name))
        if colour is None:
            raise FileNotFoundError(folder / name)
        picture = Picture.from_bgr(np.asarray(colour, np.uint8))
        page = find_page(picture)
        if not meta[name]["full_page"]:
            cut["not found" if page is None else "cut off" if page.cut else "whole"] += 1
            passed += [name] if page is not None and not page.cut else []
            continue
        overlaps.append(iou(page.corners, corners[name]) if page is not None else 0.0)
        said = _said(picture, page)
        doubted += [f"{name}: {' '.join(said)}"] if said else []
    told = ", ".join(f"{many} {what}" for what, many in sorted(cut.items()))
    return [
        (f"{len(overlaps)} real photos of whole pages called good", "；".join(doubted) or "all", "all", not doubted),
        ("  their least IoU", f"{min(overlaps):.3f}", "≥ 0.95", min(overlaps) >= 0.95),
        (f"{sum(cut.values())} real photos of cut pages", told, "none whole", not passed),
    ]


def _said(picture: Picture, page: Page | None) -> list[str]:
    if page is None:
        return ["page_not_found"]
    if page.cut:
        return ["page_cut_off"]
    quad = np.array(page.corners)
    wide, high = float(np.hypot(*(quad[1] - quad[0]))), float(np.hypot(*(quad[3] - quad[0])))
    straight = straighten(picture, page, Mount(dpi=min(wide / 210, high / 297) * 25.4, turns=0))
    return [found.code for found in findings(straight)]


def sheet(path: str, first: int) -> None:
    """A hundred of the set with what was said, spoilt places framed."""
    tiles = []
    for one, picture in judged(0.1, first):
        height, width = picture.shape[:2]
        for found in one.said:
            for left, top, right, bottom in found.boxes:
                ends = (left * width // 10_000, top * height // 10_000), (right * width // 10_000, bottom * height // 10_000)
                cv2.rectangle(picture, *ends, (0, 0, 255), 12)
        scale = min(300 / width, 380 / height)
        tile = np.full((420, 310, 3), (60, 90, 60) if one.right else (40, 40, 160), np.uint8)
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        tile[36 : 36 + small.shape[0], 5 : 5 + small.shape[1]] = small
        said = " ".join(found.code.removeprefix("page_") for found in one.said) or "good"
        for y, text in ((14, f"{one.kind} {one.seed} {one.way or 'good'}"), (31, said)):
            cv2.putText(tile, text, (4, y), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
        tiles.append(tile)
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 12)
    cv2.imwrite(path, np.vstack([np.hstack(tiles[n : n + 12]) for n in range(0, len(tiles), 12)]))


if __name__ == "__main__":
    sheet(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
