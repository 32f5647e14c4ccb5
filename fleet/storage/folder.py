"""Storage in a folder of this machine, or of a file system that several mount."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from domain.durable import sync_folder
from fleet.storage.port import Entry, StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Folder:
    """A file under its name is whole: it was written aside, checked and fsynced before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, file: Path, sha256: str) -> None:
        final = self.folder / name
        with refusing():
            handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            final.parent.mkdir(parents=True, exist_ok=True)
            file.rename(final)
            for folder in (final.parent, self.folder):
                sync_folder(folder)

    def size(self, name: str) -> int | None:
        with refusing():
            try:
                return (self.folder / name).stat().st_size
            except FileNotFoundError:
                return None

    def open(self, name: str) -> _File:
        path = self.local(name)
        with refusing():
            return _File(path.open("rb"))

    def local(self, name: str) -> Path:
        if not (path := self.folder / name).is_file():
            raise FileNotFoundError(name)
        return path

    def remove(self, names: Iterable[str]) -> None:
        folders = set()
        with refusing():
            for name in names:
                path = self.folder / name
                path.unlink(missing_ok=True)
                folders.add(path.parent)
            for folder in folders:
                if folder.is_dir():
                    sync_folder(folder)

    def names(self, under: str) -> Iterator[Entry]:
        for path in (self.folder / under).rglob("*"):
            try:
                if path.is_file():
                    found = path.stat()
                    yield Entry(str(path.relative_to(self.folder)), found.st_size, found.st_mtime)
            except FileNotFoundError:
                continue

    def tidy(self, now: float) -> None:
        """Nothing is kept twice."""

    def trouble(self) -> None:
        """The disk is looked at as a whole (``fleet/machine/health.py``)."""


class _File:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size

    def read(self, size: int, /) -> bytes:
        with refusing():
            return self._file.read(size)

    def close(self) -> None:
        self._file.close()


@contextmanager
def refusing() -> Iterator[None]:
    """What a disk refuses as a :class:`StorageError`; a file that is not there stays what it is."""
    try:
        yield
    except (StorageError, FileNotFoundError):
        raise
    except OSError as error:
        raise StorageError(
            "full" if error.errno in _FULL else "failing", errno.errorcode.get(error.errno or 0, "OSError")
        ) from error
