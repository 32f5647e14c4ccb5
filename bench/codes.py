"""Codes measured: how many of 504 hard pictures (``hard_codes.py``) are read, beside plain zxing-cpp and OpenCV's two readers; and
the codes of waybill labels (``pictures/waybills.py``)."""

from __future__ import annotations

import statistics
import time
from collections import Counter

import cv2
import zxingcpp

from bench.hard_codes import EACH, KINDS, Hard, hard, one
from bench.pictures.waybills import label
from devices.camera.codes import ALL, LOOK, QR, STUDY, read_codes
from devices.virtual.desk import PREVIEW, render
from devices.virtual.pages import page

Row = tuple[str, str, str, bool]
LEAST = 400
LABELS = 100
PATIENT = 30.0
"""Seconds a picture may take while it is counted: what is counted is not to depend on who else uses the machine."""
REPEATS = 7


def rows() -> list[Row]:
    """(name, measured, bar, whether it is met)."""
    ours, plain, opencv, aruco = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    peers = (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco())
    for picture in hard():
        ours[picture.kind] += picture.text in [code.text for code in read_codes(picture.luma, PATIENT)]
        plain[picture.kind] += picture.text in _plain(picture)
        opencv[picture.kind] += _opencv(peers[0], picture)
        aruco[picture.kind] += _opencv(peers[1], picture)
    counts = (ours, plain, opencv, aruco)
    total = [sum(count.values()) for count in counts]
    table = [(f"QR, {kind}", _beside(*(count[kind] for count in counts)), f"of {EACH}", True) for kind in KINDS]
    bar = f"≥ {LEAST} of {len(KINDS) * EACH}; beside plain zxing-cpp, OpenCV, OpenCV Aruco"
    return [*table, ("QR, all kinds", _beside(*total), bar, total[0] >= LEAST), *_waybills(), *_times()]


def _waybills() -> list[Row]:
    """Bars of labels in stills, any kind of code allowed; what is read wrongly is worse than what is not read."""
    parcels, goods, wrong = 0, 0, 0
    for seed in range(LABELS):
        number, ean, luma = label(seed)
        read = {code.text for code in read_codes(luma, PATIENT, ALL)}
        parcels, goods, wrong = parcels + (number in read), goods + (ean in read), wrong + len(read - {number, ean})
    return [
        ("waybill labels, Code 128 read", f"{parcels} of {LABELS}", "≥ 97 %", parcels >= 0.97 * LABELS),
        ("  EAN-13 beside it read in the same look", f"{goods} of {LABELS}", "—", True),
        ("  read as something else", f"{wrong}", "0", wrong == 0),
    ]


def _plain(picture: Hard) -> list[str]:
    found = zxingcpp.read_barcodes(picture.luma, formats=QR, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in found]


def _opencv(detector: cv2.QRCodeDetector, picture: Hard) -> bool:
    try:
        text, _, _ = detector.detectAndDecode(picture.luma)
    except (cv2.error, UnicodeDecodeError):
        return False
    return bool(text == picture.text)


def _beside(*counts: int) -> str:
    return " · ".join(str(count) for count in counts)


def _times() -> list[Row]:
    """A desk without a code is what takes longest: every rung is tried, as far as the budget goes."""
    scene = render(page("residence"))
    small = cv2.resize(scene.luma, PREVIEW, interpolation=cv2.INTER_AREA)
    clean = one("clean", 0).luma
    return [
        _time("QR in a clean picture, 1280 × 720", lambda: read_codes(clean, LOOK)),
        _time("all kinds of codes in a clean picture", lambda: read_codes(clean, LOOK, ALL)),
        _time("no code in a preview, budget 120 ms", lambda: read_codes(small, LOOK)),
        _time("no code in a still, budget 1.5 s", lambda: read_codes(scene.luma, STUDY)),
    ]


def _time(name: str, action: object) -> Row:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        action()  # type: ignore[operator]
        took.append(time.perf_counter() - began)
    return name, f"{statistics.median(took) * 1000:.0f} ms", "—", True
