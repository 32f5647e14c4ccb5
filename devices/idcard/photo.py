"""The photo on a chip, unpacked by a vendor's library in a short-lived process of its own; without it there is no photo.

WLT is a closed format: nobody outside the readers' vendors can unpack it, and their libraries may not be passed on. So a terminal
has one only where its settings name it. What the library does to its process is not ours: a crash, a hang or garbage is *no
photo* and the device's warning ``photo_library_failed``, never a fault of the reader, and never keeps a card waiting.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from devices.idcard import wlt

PHOTO_FAILED = "photo_library_failed"
SIZE = (102, 126)
SECONDS = 2.0
"""How long an unpacking may take; the libraries need some tens of milliseconds."""
_ROUGH = 48.0
"""Mean difference of neighbouring pixels above which a picture is noise: a face has under 15, noise 85."""
_FLAT = 4.0
"""Spread of grey below which nothing was drawn."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """``jpeg`` null: the library failed."""

    jpeg: bytes | None = field(repr=False)


class PhotoLibrary:
    """The library at ``path``; ``vendor`` is the number some vendors want to be called with. One photo at a time.

    For the reader's own thread; no method waits.
    """

    def __init__(self, path: Path, vendor: int = 0) -> None:
        self._path = path.absolute()
        self._vendor = vendor
        self._process: subprocess.Popen[bytes] | None = None
        self._until = 0.0
        self._made = bytearray()

    def begin(self, photo: bytes, now: float) -> None:
        """Begin to unpack ``photo``; one still under way is given up."""
        self.stop()
        self._made.clear()
        self._until = now + SECONDS
        if len(photo) != wlt.WLT:
            return
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", wlt.__file__, str(self._path), str(self._vendor)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._path.parent if self._path.parent.is_dir() else "/",  # where vendors look for their licence
                env={},
            )
        except OSError:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        os.set_blocking(process.stdout.fileno(), False)
        try:
            with process.stdin as pipe:
                pipe.write(photo)
        except BrokenPipeError:
            pass  # it died at once, and says so by its exit

    def ended(self, now: float) -> Unpacked | None:
        """What became of the photo, told once; ``None`` while there is nothing to tell."""
        if not self._until:
            return None
        if self._process is None:
            self._until = 0.0
            return Unpacked(None)
        if not self._at_end() and now < self._until:
            return None
        done = self._at_end() and self._wait(self._process) == 0
        self.stop()
        return Unpacked(_jpeg(bytes(self._made)) if done else None)

    def readable(self) -> tuple[int, ...]:
        """What becomes readable when there may be something to tell."""
        return (self._process.stdout.fileno(),) if self._process is not None and self._process.stdout is not None else ()

    def stop(self) -> None:
        """End what is under way; nothing will be told of it."""
        self._until = 0.0
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _at_end(self) -> bool:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            while data := os.read(self._process.stdout.fileno(), wlt.ROOM):
                self._made += data[: wlt.ROOM]
                if len(self._made) > wlt.ROOM:
                    return True
        except BlockingIOError:
            return False
        return True

    def _wait(self, process: subprocess.Popen[bytes]) -> int | None:
        """Its exit; the end of its output comes a moment before."""
        try:
            return process.wait(0.2)
        except subprocess.TimeoutExpired:
            return None


def _jpeg(made: bytes) -> bytes | None:
    """The picture as JPEG; ``None`` when it is none of 102 × 126 that could show anything."""
    try:
        if len(made) == wlt.BMP:
            picture = Image.open(BytesIO(made), formats=["BMP"]).convert("RGB")
        elif len(made) == wlt.RAW:
            picture = Image.frombytes("RGB", SIZE, made, "raw", "BGR")
        else:
            return None
    except (OSError, ValueError, SyntaxError):
        return None
    if picture.size != SIZE or not _shows_something(picture.convert("L")):
        return None
    out = BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def _shows_something(grey: Image.Image) -> bool:
    rough = ImageStat.Stat(ImageChops.difference(grey.crop((0, 0, 101, 126)), grey.crop((1, 0, 102, 126)))).mean[0]
    return rough < _ROUGH and ImageStat.Stat(grey).stddev[0] > _FLAT
