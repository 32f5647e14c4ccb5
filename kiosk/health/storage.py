"""存储卡: does what is written come back, has the file system seen errors, how worn is the flash.

The page cache would answer for the card, so it is told to let go of what was written before it is read back. ext4 counts the errors
it met in its superblock (``/sys/fs/ext4/<device>/errors_count``), also those of before this start; any that is mounted counts, the
root's as well. eMMC says how worn it is (JESD84-B51: ``life_time`` in tenths, ``pre_eol_info``); SD cards say nothing, and nothing
is then said here either.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from kiosk.health.data_disk import READ_ONLY
from kiosk.health.kernel import Kernel, number, text
from kiosk.verdict import Outcome, failed, passed

FAILING = "storage_failing"
ERRORS = "storage_errors"
WORN = "storage_worn"
_SIZE = 64 * 1024
_WORN = 9
"""Tenths of its life: 0x09 is 80 to 90 %."""
_URGENT = 3
"""``pre_eol_info``: 1 normal, 2 80 % of the reserved blocks are used, 3 90 %."""


class Storage:
    """``folder`` is where the data lie. One look writes and reads 64 KiB."""

    code = "storage"
    title = "存储卡读写"

    def __init__(self, kernel: Kernel, folder: Path) -> None:
        self._sys = kernel.sys
        self._folder = folder

    def look(self) -> Outcome:
        if (fault := self._comes_back()) is not None:
            return failed(fault)
        counted = {path.parent.name: number(path) for path in self._sys.glob("fs/ext4/*/errors_count")}
        if any(counted.values()):  # the system's own file system lies on the same card
            return failed(ERRORS)
        device = self._device()
        errors = counted.get(device) if device else None
        worn = self._worn(device) if device else None
        if worn:
            return failed(WORN)
        known = ["写入再读出一致"]
        known += ["文件系统没有错误"] if errors is not None else []
        known += ["磨损正常"] if worn is not None else []
        return passed("，".join(known))

    def _comes_back(self) -> str | None:
        """Code of what keeps it from coming back."""
        wrote = secrets.token_bytes(_SIZE)
        path = self._folder / ".storage-check"
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, wrote)
                os.fsync(handle)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                return None if os.pread(handle, _SIZE + 1, 0) == wrote else FAILING
            finally:
                os.close(handle)
        except OSError as error:  # a kernel since 6.12 shows no other sign of it
            return READ_ONLY if error.errno == errno.EROFS else FAILING
        finally:
            with suppress(OSError):
                path.unlink()

    def _device(self) -> str | None:
        """The kernel's name of the partition the data lie on, ``mmcblk0p3``."""
        try:
            number_ = self._folder.stat().st_dev
        except OSError:
            return None
        place = self._sys / "dev" / "block" / f"{os.major(number_)}:{os.minor(number_)}"
        return place.resolve().name if place.exists() else None

    def _worn(self, device: str) -> bool | None:
        block = (self._sys / "class" / "block" / device).resolve()
        # A partition lies in its disk's folder.
        for disk in (block, block.parent):
            life, urgent = text(disk / "device" / "life_time"), number(disk / "device" / "pre_eol_info", 16)
            tenths = [int(one, 16) for one in re.findall(r"0x[0-9a-fA-F]{1,2}\b", life or "")]
            if any(tenths) or urgent:
                return max(tenths, default=0) >= _WORN or (urgent or 0) >= _URGENT
        return None
