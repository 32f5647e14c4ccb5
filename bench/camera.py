"""The document camera measured: how exactly pages are found, how long that takes, how much memory it keeps.

Rendered desks have corners known exactly. A folder of real photos is measured too when ``TONGBAN_DOCPHOTOS`` names one: it holds
``corners.json`` (file → [TL, TR, BR, BL] in pixels) and ``meta.json`` (file → {"full_page": bool, "kind": str}); only
pictures whose kind begins with "real" count towards the bar. Times are of one thread.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from devices.camera.glimpse import glimpse
from devices.camera.link import CameraLink
from devices.camera.page import find_page
from devices.camera.picture import Picture
from devices.camera.scan import Scan, live_jpeg, picture_of, scan
from devices.camera.straighten import Mount
from devices.protocols.frames import Frame
from devices.virtual.desk import PREVIEW, STILL, render
from devices.virtual.pages import PAGES, page

Row = tuple[str, str, str, bool]

REPEATS = 7
MEMORY = 250
"""MiB resident that camera and vision may take (the terminal's budget)."""


def rows() -> list[Row]:
    """(name, measured, bar, whether it is met)."""
    measured = [*_rendered(), *_times(), _memory()]
    folder = os.environ.get("TONGBAN_DOCPHOTOS")
    return measured + (_photos(Path(folder)) if folder else [])


def _rendered() -> list[Row]:
    overlaps, wrong = [], []
    for model in PAGES:
        scene = render(model)
        found = find_page(Picture(scene.luma, scene.chroma))
        if model.sheet is None:
            wrong += [model.id] if found is not None else []
        elif model.id == "cut_off":
            wrong += [model.id] if found is None or not found.cut else []
        elif found is None or found.cut:
            wrong.append(model.id)
        else:
            overlaps.append(iou(found.corners, scene.corners))
    return [
        _overlap(f"IoU of {len(overlaps)} rendered pages", overlaps),
        ("rendered desks judged wrongly", "、".join(wrong) or "none", "none", not wrong),
    ]


def _times() -> list[Row]:
    scene = render(page("residence"))
    small = Frame(1, *PREVIEW, PREVIEW[0], memoryview(scene.preview(1)))
    still = Frame(1, *STILL, STILL[0], memoryview(scene.still()))
    assert isinstance(scan(still, Mount()), Scan)
    return [
        _time("preview: find and look", lambda: glimpse(picture_of(small), Mount().turns, 0.0), 0.2),
        _time("preview: encode", lambda: live_jpeg(picture_of(small), Mount()), 0.02),
        _time("still 12 MP: find, refine, straighten, judge, encode", lambda: scan(still, Mount()), 1.0),
        _across(),
        _time("virtual desk: render a 12 MP still", lambda: render(page("contract")), 1.0),
    ]


def _across() -> Row:
    """A still from the virtual camera's process end to ours: what one socket costs."""
    from devices.virtual.camera import VirtualCamera

    with tempfile.TemporaryDirectory() as folder:
        virtual = VirtualCamera(Path(folder) / "camera.sock")
        virtual.start()
        link = CameraLink(virtual.address)
        try:
            return _time("still 12 MP across the socket", lambda: link.still(10), 0.2)
        finally:
            link.close()
            virtual.stop()


def _memory() -> Row:
    """Peak of a process that holds the driver only, watching and taking pages of a camera in another process."""
    from devices.virtual.camera import VirtualCamera

    with tempfile.TemporaryDirectory() as folder:
        virtual = VirtualCamera(Path(folder) / "camera.sock")
        virtual.start()
        try:
            virtual.lay("contract")
            done = subprocess.run(
                [sys.executable, "-c", _TAKER, virtual.address], capture_output=True, text=True, timeout=120, check=True
            )
        finally:
            virtual.stop()
    peak = int(done.stdout) / 1024
    return ("camera + vision: peak resident over 10 stills", f"{peak:.0f} MiB", f"≤ {MEMORY} MiB", peak <= MEMORY)


_TAKER = """
import pathlib, queue, sys
from devices.camera.driver import FrameCamera
from devices.port import Life, PageTaken, PageRefused
told = queue.Queue()
camera = FrameCamera(sys.argv[1])
camera.start(told.put)
camera.watch()
while camera.state().life is not Life.READY:
    told.get(timeout=30)
for n in range(10):
    camera.take(str(n))
    while not isinstance(answer := told.get(timeout=30), PageTaken | PageRefused):
        pass
    assert isinstance(answer, PageTaken), answer
camera.stop()
status = pathlib.Path("/proc/self/status").read_text()  # not ru_maxrss: it outlives exec and would count the parent's
print(status.split("VmHWM:")[1].split()[0])
"""


def _photos(folder: Path) -> list[Row]:
    corners = json.loads((folder / "corners.json").read_text())
    meta = json.loads((folder / "meta.json").read_text())
    real: list[float] = []
    made: list[float] = []
    missed, warned = [], []
    for name, facts in sorted(meta.items()):
        colour = cv2.imread(str(folder / name))
        if colour is None:
            raise FileNotFoundError(folder / name)
        found = find_page(Picture.from_bgr(np.asarray(colour, np.uint8)))
        if not facts["full_page"]:
            missed += [name] if found is not None and not found.cut else []
            continue
        overlap = iou(found.corners, corners[name]) if found is not None else 0.0
        (real if facts["kind"].startswith("real") else made).append(overlap)
        warned += [name] if found is not None and found.cut else []
    measured = [
        _overlap(f"IoU of {len(real)} real photos of whole pages", real),
        ("cut pages neither flagged nor refused", f"{len(missed)}", "0", not missed),
        (
            "whole pages called cut",
            f"{len(warned)} of {len(real) + len(made)}",
            "≤ 10 %",
            len(warned) <= (len(real) + len(made)) / 10,
        ),
    ]
    if made:
        middle = statistics.median(made)
        measured.append((f"IoU of {len(made)} other pictures, median", f"{middle:.3f}", "≥ 0.90", middle >= 0.90))
    return measured


def iou(one: object, other: object) -> float:
    """Shared area of two quadrilaterals over the area they cover together."""
    first, second = np.asarray(one, np.float32), np.asarray(other, np.float32)
    shared, _ = cv2.intersectConvexConvex(first, second)
    return float(shared / (cv2.contourArea(first) + cv2.contourArea(second) - shared))


def _overlap(name: str, overlaps: list[float]) -> Row:
    mean, least = statistics.fmean(overlaps), min(overlaps)
    return (name, f"mean {mean:.4f}, least {least:.4f}", "mean ≥ 0.98, none < 0.95", mean >= 0.98 and least >= 0.95)


def _time(name: str, action: Callable[[], object], bar: float) -> Row:
    action()
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        action()
        took.append(time.perf_counter() - began)
    middle = statistics.median(took)
    return (name, f"{middle * 1000:.0f} ms", f"≤ {bar * 1000:.0f} ms", middle <= bar)


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write("  ".join((*row[:3], "ok" if row[3] else "MISSED")) + "\n")
