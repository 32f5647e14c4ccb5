"""Files that are being written, on this machine's disk, until they are whole; several processes may share the place."""

from __future__ import annotations

import fcntl
import itertools
import os
import secrets
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fleet.storage.folder import refusing
from fleet.storage.port import StorageError


class Writing:
    """Files being written, in a folder of this process; it is locked while the process lives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._own: Path | None = None
        self._made = threading.Lock()

    def new(self, terminal: str, digest: str) -> Path:
        with self._made, refusing():
            if self._own is None:
                own = self._folder / secrets.token_hex(8)
                own.mkdir(parents=True, mode=0o700)
                if (lock := _locked(own)) is None:
                    raise StorageError("failing", "flock")
                self._own = own
                weakref.finalize(self, _let_go, own, lock)
        return self._own / f"{terminal}={digest}={next(self._numbers)}"

    def left(self) -> Iterator[tuple[str, str, Path]]:
        """(terminal, digest, file) of processes that are no more; whoever is given them moves them away."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            if (lock := _locked(folder)) is None:
                continue
            try:
                for file in sorted(folder.iterdir()):
                    terminal, digest, _ = file.name.split("=")
                    yield terminal, digest, file
                folder.rmdir()
            finally:
                os.close(lock)


@contextmanager
def gone_at_the_end(file: Path) -> Iterator[None]:
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _let_go(folder: Path, lock: int) -> None:
    with suppress(OSError):
        folder.rmdir()
    os.close(lock)


def _locked(folder: Path) -> int | None:
    """A handle that holds it; ``None``: another process does, or it has gone."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
