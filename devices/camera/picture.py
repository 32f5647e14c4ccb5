"""A camera's picture as it comes: NV12, full range. Luma serves finding as it is; colour is made only for what is kept.

NV12 is what every pipeline of a Raspberry Pi offers (bcm2835-isp, PiSP, libcamera's virtual one): a plane of luma, then
half-size interleaved Cb, Cr. Stills are sYCC, that is *full range*: ``cv2.COLOR_YUV2BGR_NV12`` assumes 16..235 and shifts
every tone (measured 27 dB PSNR instead of 42.7), so colour is converted through ``COLOR_YCrCb2BGR``, which is full range.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.memory import give_back_at_once

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]

give_back_at_once()
cv2.setNumThreads(1)  # the terminal's other work shares the board; measured times below are for one thread


@dataclass(frozen=True, slots=True)
class Picture:
    """``luma`` height × width, ``chroma`` height/2 × width/2 × 2 (Cb, Cr), both full range. Views of the frame, never copies."""

    luma: Pixels = field(repr=False)
    chroma: Pixels = field(repr=False)

    @classmethod
    def from_nv12(cls, data: bytes | memoryview, width: int, height: int, stride: int) -> Picture:
        """Planes of one NV12 frame whose rows are ``stride`` bytes apart. ``ValueError`` when the sizes do not fit the data."""
        rows = np.frombuffer(data, np.uint8).reshape(height * 3 // 2, stride)
        luma = rows[:height, :width]
        chroma = rows[height:].reshape(height // 2, stride // 2, 2)[:, : width // 2]
        return cls(luma, chroma)

    @classmethod
    def from_bgr(cls, colour: Pixels) -> Picture:
        """The same picture as a camera would hand it over; an odd last row or column is dropped."""
        height, width = (side & ~1 for side in colour.shape[:2])
        ycc = cv2.cvtColor(colour[:height, :width], cv2.COLOR_BGR2YCrCb)
        half = cv2.resize(ycc, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        return cls(np.ascontiguousarray(ycc[:, :, 0]), np.ascontiguousarray(half[:, :, [2, 1]]))

    @property
    def width(self) -> int:
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        return int(self.luma.shape[0])

    def small_ycc(self, longest: int) -> Pixels:
        """Y, Cb, Cr in one array whose longer side is at most ``longest`` pixels."""
        scale = min(1.0, longest / max(self.width, self.height))
        return self.sized_ycc((max(1, round(self.width * scale)), max(1, round(self.height * scale))))

    def sized_ycc(self, size: tuple[int, int]) -> Pixels:
        """Y, Cb, Cr in one array of that width and height, which is no larger than the picture."""
        return np.asarray(cv2.merge((_shrunk(self.luma, size), *cv2.split(_shrunk(self.chroma, size)))), np.uint8)

    def warp_bgr(self, onto: Matrix, width: int, height: int) -> Pixels:
        """Colour picture of ``width`` × ``height`` through the homography ``onto`` (frame pixels → new pixels).

        Only the part that is kept becomes colour: the 36 MB of a 12 MP colour frame never exist. Downscaling by more than a
        quarter would alias; callers stay near the frame's own scale or go through ``small_ycc``.
        """
        halved = np.diag((2.0, 2.0, 1.0)) + np.array(
            ((0, 0, 0.5), (0, 0, 0.5), (0, 0, 0))
        )  # centre of a chroma sample in luma pixels
        planes = (self.luma, onto), *((plane, onto @ halved) for plane in reversed(cv2.split(self.chroma)))
        ycrcb = [  # each plane by itself: two at a time take twice as long
            cv2.warpPerspective(plane, there, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for plane, there in planes
        ]
        colour = cv2.merge(ycrcb)
        return np.asarray(cv2.cvtColor(colour, cv2.COLOR_YCrCb2BGR, colour), np.uint8)


def _shrunk(plane: Pixels, size: tuple[int, int]) -> Pixels:
    """A plane at ``size``, halved as often as that goes: of 12 megapixels in 1 ms instead of 25."""
    while plane.shape[1] >= 2 * size[0] and plane.shape[0] >= 2 * size[1]:
        plane = cv2.resize(plane, (plane.shape[1] // 2, plane.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


def bgr_from_ycc(ycc: Pixels) -> Pixels:
    """Full-range Y, Cb, Cr → B, G, R."""
    return np.asarray(cv2.cvtColor(ycc[:, :, [0, 2, 1]], cv2.COLOR_YCrCb2BGR), np.uint8)
