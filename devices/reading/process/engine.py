"""RapidOCR (PP-OCRv6 small) behind one function. Needs the extra ``ocr``; its models lie in its wheel and nowhere else.

Measured on rendered A4 pages at 200 dpi (``bench/reading.py``). As it comes the library seeks lines on the whole picture and reads
six at a time, which takes more than 900 MiB at 200 dpi; sought on a smaller picture and read one at a time it takes half of that
and the same time, and finds the same lines.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from devices.protocols.reading import WHOLE, Line, Why

SIDE = range(32, 3601)
"""Pixels of a page's sides: the longest a straightened page has is 3400 (``devices/camera/straighten.py``)."""

PIXELS = 10_000_000
"""Of a page; A4 at 200 dpi has 3.9 million. What is more is shrunk by the decoder or refused."""

SEEK = 1280
"""Longest side of the picture lines are sought on: 11 pt type is 17 pixels high there. On 960 a fifth of the time is saved and
every line of 7.5 pt still found, but places are coarser: of eight stars in a masked number one was lost, and a 0 read as Q."""

LEAST = 0.3
"""Score below which what was read is no text."""

UPRIGHT = 0.8
"""Mean score from which a page is taken to lie upright; below it is read once more the other way up, and the better one counts. The
library's own judge of a line's direction is left out: it turned a line of 9 pt that stood well, and lost it."""

MODELS = {"Det": "PP-OCRv6_det_small.onnx", "Rec": "PP-OCRv6_rec_small.onnx"}


_END = b"\xff\xd9"
"""Without it a picture was cut off on its way, and half of it would be grey."""


class RefusedError(Exception):
    """``why`` the page was not read."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.name)
        self.why = why


class Engine:
    """Loads the models. ``ImportError``, ``OSError``: it is not, or not wholly, there."""

    def __init__(self, threads: int) -> None:
        import rapidocr

        cv2.setNumThreads(threads)
        models = Path(rapidocr.__file__).with_name("models")
        # Named, they are never looked for elsewhere: the library would fetch what it does not find.
        named = {f"{part}.model_path": str((models / name).resolve(strict=True)) for part, name in MODELS.items()}
        self._read: Any = rapidocr.RapidOCR(
            params={
                **named,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "Global.max_side_len": SIDE.stop,
                "Global.text_score": LEAST,
                "Det.limit_type": "max",
                "Det.limit_side_len": SEEK,
                "Rec.rec_batch_num": 1,
            }
        )
        self.name = f"RapidOCR {importlib.metadata.version('rapidocr')}"

    def read(self, jpeg: bytes) -> tuple[Line, ...]:
        """The lines of a page, top to bottom as the library orders them. :class:`RefusedError`."""
        page = picture(jpeg)
        lines = self._lines(page)
        if (score := _score(lines)) >= UPRIGHT:
            return lines
        turned = self._lines(cv2.rotate(page, cv2.ROTATE_180))
        return tuple(_turned(line) for line in turned) if _score(turned) > score else lines

    def _lines(self, page: Any) -> tuple[Line, ...]:
        found = self._read(page)
        if found.txts is None:
            return ()
        height, width = page.shape[:2]
        places = np.clip(np.asarray(found.boxes) / (width, height) * WHOLE, 0, WHOLE).round().astype(int)
        return tuple(_lines(found.txts, places, found.scores))


def picture(jpeg: bytes) -> Any:
    """B, G, R, turned as its Exif Orientation says. :class:`RefusedError`.

    Its size is looked at before anything is unpacked: a bomb of a picture costs a header.
    """
    size = jpeg_size(jpeg)
    if size is None or _END not in jpeg[-16:]:
        raise RefusedError(Why.NO_PICTURE)
    width, height = size
    if min(size) < SIDE.start:
        raise RefusedError(Why.TOO_SMALL)
    if max(size) >= SIDE.stop or width * height > PIXELS:
        raise RefusedError(Why.TOO_LARGE)
    page = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if page is None:
        raise RefusedError(Why.NO_PICTURE)
    return page


def jpeg_size(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height as the frame header says (ISO/IEC 10918-1, B.2.2); ``None`` for what is no JPEG."""
    if jpeg[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(jpeg[at + 7 : at + 9], "big"), int.from_bytes(jpeg[at + 5 : at + 7], "big")
        at += 1 if marker == 0xFF else 2 + max(length, 2)
    return None


def _lines(texts: Iterable[str], boxes: Any, scores: Iterable[float]) -> Iterable[Line]:
    for text, box, score in zip(texts, boxes, scores, strict=True):
        (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
        yield Line(text.strip(), (int(left), int(top), int(right), int(bottom)), min(max(float(score), 0.0), 1.0))


def _score(lines: tuple[Line, ...]) -> float:
    """Of a page: the mean over its characters."""
    characters = sum(len(line.text) for line in lines)
    return sum(line.score * len(line.text) for line in lines) / characters if characters else 0.0


def _turned(line: Line) -> Line:
    left, top, right, bottom = line.box
    return Line(line.text, (WHOLE - right, WHOLE - bottom, WHOLE - left, WHOLE - top), line.score)
