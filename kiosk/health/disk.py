"""存储空间: room for bytes and for files where the data lie."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.store.room import FULL
from kiosk.verdict import Outcome, failed, passed, unknown

_LEAST_FILES = 1000
"""Free inodes: a case is a dozen files, and a day's outage some hundred cases."""


class Disk:
    """``reserve`` in bytes, as ``kiosk/store/room.py`` has it, which closes the terminal when only that is left."""

    code = "disk"
    title = "存储空间"

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder = folder
        self._reserve = reserve

    def look(self) -> Outcome:
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return unknown("文件系统没有回答")
        free = found.f_bavail * found.f_frsize
        # A file system that makes inodes as it goes says 0 of 0.
        if free < self._reserve or (found.f_files and found.f_favail < _LEAST_FILES):
            return failed(FULL)
        return passed(f"还剩 {free // 1_000_000} MB")
