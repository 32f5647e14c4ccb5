"""Sealed documents on the centre's disk: one file each, named by the SHA-256 of what it holds. The centre can open none of them."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from fleet.files import sync_folder
from mqtt.resources import MAX_DOCUMENT

_log = logging.getLogger(__name__)

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 64 * 1024
MOST_PARTIAL = 8
"""Documents one terminal may have begun and not ended; it sends two at a time. The oldest goes: its terminal begins it again."""
PARTIAL_KEPT = 7 * 24 * 3600.0
"""Seconds a document that was cut off stays for its terminal to go on."""


class Source(Protocol):
    """Where the bytes come from; ``read`` gives at most so many, ``b""`` at the end. What it raises is passed on."""

    def read(self, size: int, /) -> bytes: ...


class WrongContentError(ValueError):
    """The bytes are not those the name promises."""


class TooLargeError(ValueError):
    """More than ``MAX_DOCUMENT`` bytes."""


class WrongOffsetError(ValueError):
    """Not where the document was cut off, or somebody else has taken it up since."""


class DiskError(Exception):
    """The disk refused; the cause is its ``OSError``. What a source raises may be an ``OSError`` too, and is none of the disk's."""


class Documents:
    """A folder of files ``aa/aabb…``. A file under its final name is whole: it was written aside, checked and fsynced before.

    Aside lies what was cut off, by terminal and digest. A terminal that comes again takes its document over: a connection that
    hangs from before writes nothing more.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder / "incoming"
        self._aside.mkdir(parents=True, exist_ok=True)
        for left in self._aside.iterdir():
            if left.is_file():  # of a version that kept nothing of what was cut off
                left.unlink()
        self._lock = threading.Lock()
        self._turns: dict[Path, object] = {}
        self.expire(time.time())

    def path(self, digest: str) -> Path:
        """Where the document lies or would lie; ``ValueError`` for a name that is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a digest")
        return self._folder / digest[:2] / digest

    def held(self, terminal: str, digest: str) -> int:
        """How many bytes of it ``terminal`` has brought so far. From now on nobody adds to them but who comes next."""
        aside = self._aside_path(terminal, digest)
        with self._lock:
            self._turns.pop(aside, None)
            return _size(aside)

    def take(self, terminal: str, digest: str, source: Source, size: int, offset: int = 0) -> int:
        """Store what ``source`` gives from ``offset`` on, ``size`` bytes; returns the document's size once it is on the disk.

        :class:`WrongContentError`, :class:`TooLargeError`, :class:`DiskError`: then nothing of it is left behind.
        :class:`WrongOffsetError`, or whatever ``source`` raises when it breaks off: what came before stays.
        """
        final, aside, turn = self.path(digest), self._aside_path(terminal, digest), object()
        if offset + size > MAX_DOCUMENT:
            self._drop(aside)
            raise TooLargeError(f"more than {MAX_DOCUMENT} bytes")
        with self._lock:
            if offset and _size(aside) != offset:
                raise WrongOffsetError("the copy here does not end there")
            self._turns[aside] = turn
        try:
            seen = self._write(aside, turn, source, size, offset)
            if seen != digest:
                raise WrongContentError("the content does not match its name")
            with self._lock:
                self._need(aside, turn)
                try:
                    final.parent.mkdir(exist_ok=True)
                    aside.rename(final)
                except OSError as error:
                    raise DiskError from error
        except (WrongContentError, DiskError):
            self._drop(aside, turn)
            raise
        finally:
            with self._lock:
                if self._turns.get(aside) is turn:
                    del self._turns[aside]
        for folder in (final.parent, self._folder):
            sync_folder(folder)
        return offset + size

    def remove(self, digests: Iterable[str]) -> None:
        """For good: not there any more, also after a power cut. One that is not there is harmless."""
        folders = set()
        for digest in digests:
            path = self.path(digest)
            path.unlink(missing_ok=True)
            folders.add(path.parent)
        for folder in folders:
            if folder.is_dir():
                sync_folder(folder)

    def expire(self, now: float) -> int:
        """Remove what was cut off long ago (``now``: seconds since 1970); how many there were."""
        gone = 0
        with self._lock:
            for aside in self._aside.glob("*/*"):
                if aside not in self._turns and not 0 <= now - aside.stat().st_mtime < PARTIAL_KEPT:
                    aside.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _write(self, aside: Path, turn: object, source: Source, size: int, offset: int) -> str:
        try:
            with self._lock:
                self._make_place(aside)
            file = aside.open("r+b" if offset else "wb")
        except OSError as error:
            raise DiskError from error
        seen = hashlib.sha256()
        with file:
            while offset and (chunk := file.read(_CHUNK)):
                seen.update(chunk)
            left = size
            while left:
                chunk = source.read(min(_CHUNK, left))
                if not chunk:
                    raise WrongOffsetError("it ended before its end")
                left -= len(chunk)
                seen.update(chunk)
                self._append(file, aside, turn, chunk)
            try:
                os.fsync(file.fileno())
            except OSError as error:
                raise DiskError from error
        return seen.hexdigest()

    def _append(self, file: BinaryIO, aside: Path, turn: object, chunk: bytes) -> None:
        with self._lock:
            self._need(aside, turn)
            try:
                file.write(chunk)
                file.flush()
            except OSError as error:
                raise DiskError from error

    def _need(self, aside: Path, turn: object) -> None:
        if self._turns.get(aside) is not turn:
            raise WrongOffsetError("taken up by a later request")

    def _make_place(self, aside: Path) -> None:
        aside.parent.mkdir(exist_ok=True)
        others = [p for p in aside.parent.iterdir() if p != aside and p not in self._turns]
        for old in sorted(others, key=lambda p: p.stat().st_mtime)[: max(0, len(others) + 1 - MOST_PARTIAL)]:
            old.unlink()

    def _drop(self, aside: Path, turn: object | None = None) -> None:
        with self._lock:
            if turn is None or self._turns.get(aside) is turn:
                aside.unlink(missing_ok=True)

    def _aside_path(self, terminal: str, digest: str) -> Path:
        self.path(digest)
        return self._aside / terminal / digest


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
