"""Waybill labels on the desk as the camera's still shows them, drawn from a seed: a parcel's number in Code 128, an EAN-13 below.

278 dpi. The narrowest bars are 0.25 to 0.5 mm, the label is turned by up to 10° off the picture's axes and seen a little askew,
thermal print is grey rather than black, lens and sensor are as usual, and the light falls to half of itself.
"""

from __future__ import annotations

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
DPI = 278
SIZE = (2304, 1728)
"""A part of the still as large as a label needs."""
CARRIERS = ("SF", "EMS", "JD", "YT", "ZTO")


def label(seed: int) -> tuple[str, str, Pixels]:
    """The parcel's number, the EAN-13, and the still's luma."""
    rng = np.random.default_rng((31, seed))
    number = str(rng.choice(CARRIERS)) + "".join(map(str, rng.integers(0, 10, 13)))
    twelve = "69" + "".join(map(str, rng.integers(0, 10, 10)))
    ean = twelve + str(-sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(twelve)) % 10)
    paper = np.full((1300, 1900), 244, np.uint8)
    _print(paper, number, zxingcpp.BarcodeFormat.Code128, float(rng.uniform(0.25, 0.5)), (120, 160), 190)
    _print(paper, ean, zxingcpp.BarcodeFormat.EAN13, float(rng.uniform(0.25, 0.4)), (160, 620), 160)
    cv2.putText(paper, number, (140, 450), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 40, 5, cv2.LINE_AA)
    for y in range(900, 1240, 70):
        cv2.putText(paper, "DEMO TO: NOBODY, NOWHERE ROAD 1", (140, y), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 60, 3, cv2.LINE_AA)
    faded = paper.astype(np.float32) * (1 - (shade := float(rng.uniform(0.05, 0.35)))) + 244 * shade  # thermal print pales
    height, width = paper.shape
    outline = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    angle = np.radians(rng.uniform(-10, 10) + rng.choice((0, 90, 180, 270)))
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))), np.float32)
    lie = (outline - (width / 2, height / 2)) @ turn.T + np.array(SIZE) / 2 + rng.uniform(-60, 60, (4, 2))
    onto = cv2.getPerspectiveTransform(outline, lie.astype(np.float32))
    seen = np.full(SIZE[::-1], float(rng.uniform(25, 70)), np.float32)
    cv2.warpPerspective(faded, onto, SIZE, seen, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
    seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.6, 1.4)))
    fall = np.linspace(1.0, float(rng.uniform(0.5, 0.9)), SIZE[0], dtype=np.float32)[None, :]
    seen = seen * fall * float(rng.uniform(0.6, 0.95)) + rng.normal(0, 2.5, SIZE[::-1]).astype(np.float32)
    return number, ean, np.clip(seen, 0, 255).astype(np.uint8)


def _print(paper: Pixels, text: str, kind: zxingcpp.BarcodeFormat, bar: float, at: tuple[int, int], high: int) -> None:
    """``bar`` in millimetres: the narrowest one."""
    modules = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=1))[:1]
    wide = min(round(modules.shape[1] * bar / 25.4 * DPI), paper.shape[1] - at[0] - 40)
    drawn = cv2.resize(np.repeat(modules, high, 0), (wide, high), interpolation=cv2.INTER_AREA)
    x, y = at
    paper[y : y + high, x : x + wide] = np.minimum(paper[y : y + high, x : x + wide], np.maximum(drawn, 30))
