"""A terminal's own files and folders."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain import durable


def write_durably(path: Path, data: bytes) -> None:
    """As :func:`durable.write_durably`, for its owner only, in a folder that is made where it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    durable.write_durably(path, data)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """``folder`` for this process only; ``OSError`` while another has it. A process that is killed lets go of it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(f"{folder} 正由另一个终端程序使用") from None
        yield
    finally:
        os.close(handle)
