"""What a search for bytes cannot see: text in pictures and in PDFs, wherever in a file they lie.

Pictures are read, PDFs are converted.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from rapidocr import RapidOCR

_KINDS = ((b"\xff\xd8\xff", b"\xff\xd9"), (b"\x89PNG\r\n\x1a\n", b"IEND"), (b"%PDF-", b"%%EOF"))
_SMALLEST = 64
"""Pixels a side: smaller ones hold no line anybody could read."""


def search_carved(folders: Iterable[Path], secrets: Iterable[str]) -> list[str]:
    """Every picture or PDF that shows one of ``secrets``."""
    wanted = list(secrets)
    hits = []
    for path, start, data in _carved(folders):
        text = _pdf(data) if data.startswith(b"%PDF-") else _picture(data)
        hits += [f"{path} at {start}: {secret}" for secret in wanted if secret in text]
    return hits


def carved(folders: Iterable[Path]) -> list[str]:
    """Where such a thing begins."""
    return [f"{path} at {start}" for path, start, _ in _carved(folders)]


def _carved(folders: Iterable[Path]) -> Iterator[tuple[Path, int, bytes]]:
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
            try:
                data = path.read_bytes()
            except OSError:
                continue
            for begin, end in _KINDS:
                start = data.find(begin)
                while start >= 0:
                    stop = data.find(end, start + len(begin))
                    yield path, start, data[start : stop + len(end) + 8 if stop >= 0 else len(data)]
                    start = data.find(begin, start + 1)


@cache
def _reading() -> RapidOCR:
    return RapidOCR(params={"Global.log_level": "critical"})


def _picture(data: bytes) -> str:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if min(picture.size) < _SMALLEST:
                return ""
            shown = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return ""  # three bytes that only look like the beginning of one
    found = _reading()(shown)
    return "".join(found.txts or ())


def _pdf(data: bytes) -> str:
    ended = subprocess.run(["pdftotext", "-q", "-", "-"], input=data, capture_output=True, check=False)
    return "".join(ended.stdout.decode("utf-8", "replace").split())
