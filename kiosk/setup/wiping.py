"""The file of answers holds a one-time code: it is wiped wherever it lies, also on a partition that is read-only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from domain.durable import sync_folder
from kiosk.setup.system import System


def wiped(path: Path, system: System) -> str:
    """Why it lies there still (Chinese); "" it does not. Over it first: the boot partition is FAT, where a removed file lies on as
    it was.
    """
    try:
        with _writable(path.resolve().parent, system):
            with path.open("r+b") as file:
                file.write(b"#" * path.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            sync_folder(path.parent)
    except OSError as error:
        return f"{path} 抹不掉：{error}。里面的登记码已经用过，请自己删；不删，每次开机都照它再装一遍"
    return ""


@contextmanager
def _writable(folder: Path, system: System) -> Iterator[None]:
    """The partition ``folder`` lies on; where the system's disk is locked (``systemd/lock``) the boot partition is read-only, and
    is so again afterwards.
    """
    if not os.statvfs(folder).f_flag & os.ST_RDONLY:
        yield
        return
    place = next(one for one in (folder, *folder.parents) if one.is_mount())
    system.run("mount", "-o", "remount,rw", str(place))
    try:
        yield
    finally:
        with suppress(OSError):  # with the next start it is so
            system.run("mount", "-o", "remount,ro", str(place))
