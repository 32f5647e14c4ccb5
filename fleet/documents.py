"""Sealed documents on the centre's disk: one file each, named by the SHA-256 of what it holds. The centre can open none of them."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import Protocol

from mqtt.resources import MAX_DOCUMENT

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 64 * 1024


class Source(Protocol):
    """Where the bytes come from; ``read`` gives at most so many, ``b""`` at the end."""

    def read(self, size: int, /) -> bytes: ...


class WrongContentError(ValueError):
    """The bytes are not those the name promises."""


class TooLargeError(ValueError):
    """More than ``MAX_DOCUMENT`` bytes."""


class Documents:
    """A folder of files ``aa/aabb…``. A file under its final name is whole: it was written aside, checked and fsynced before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder / "incoming"
        self._aside.mkdir(parents=True, exist_ok=True)
        for left in self._aside.iterdir():
            left.unlink()

    def path(self, digest: str) -> Path:
        """Where the document lies or would lie; ``ValueError`` for a name that is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a digest")
        return self._folder / digest[:2] / digest

    def take(self, digest: str, source: Source) -> int:
        """Store what ``source`` gives under ``digest``; returns its size once it is on the disk.

        :class:`WrongContentError`, :class:`TooLargeError`, ``OSError`` (disk full): then nothing is left behind.
        """
        final = self.path(digest)
        aside = self._aside / secrets.token_hex(16)
        try:
            size = _copy(source, aside, digest)
            final.parent.mkdir(exist_ok=True)
            aside.rename(final)
        finally:
            aside.unlink(missing_ok=True)
        for folder in (final.parent, self._folder):
            _sync_folder(folder)
        return size


def _copy(source: Source, aside: Path, digest: str) -> int:
    seen = hashlib.sha256()
    size = 0
    with aside.open("xb") as file:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > MAX_DOCUMENT:
                raise TooLargeError(f"more than {MAX_DOCUMENT} bytes")
            seen.update(chunk)
            file.write(chunk)
        if seen.hexdigest() != digest:
            raise WrongContentError("the content does not match its name")
        file.flush()
        os.fsync(file.fileno())
    return size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
