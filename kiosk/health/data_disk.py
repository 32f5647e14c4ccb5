"""数据盘: whether the folder the data lie in is on the disk it is meant to be on, and can be written.

A folder of that name is there without its disk as well, on the root; where that is locked (``systemd/lock/lock-root``) it lies in
memory, and all that was taken in would be gone with the next start. So it is not the folder that is believed: each mount point of
``/etc/fstab`` it lies below must be mounted, and under a locked root it must lie on a file system of its own. Where neither is so
(a machine without such a partition, not locked), it is on the system's disk, as meant.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kiosk import faults
from kiosk.health.kernel import Kernel, text
from kiosk.verdict import Outcome, failed, passed

ABSENT = "data_disk_absent"
READ_ONLY = "data_disk_read_only"
UNREADABLE = "data_disk_unreadable"
_SAID = {
    errno.EROFS: READ_ONLY,
    errno.EIO: UNREADABLE,
    errno.EUCLEAN: UNREADABLE,
    errno.ENODEV: UNREADABLE,
    errno.ENXIO: UNREADABLE,
}
_IN_MEMORY = ("overlay", "tmpfs")


class DataDiskError(Exception):
    """The data's disk cannot be used; ``code`` of ``kiosk/faults.toml``, whose cause and remedy are the text (Chinese)."""

    def __init__(self, code: str) -> None:
        words = faults.fault(code)
        super().__init__(f"{words.cause}。{words.staff}")
        self.code = code


def there(folder: Path, kernel: Kernel | None = None, root: Path = Path("/")) -> None:
    """:class:`DataDiskError`: what is kept in ``folder`` would not be where it is meant to be, or is not taken. Leaves nothing."""
    code = amiss(folder, kernel, root)
    if code is None:
        try:
            os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600))
        except OSError as error:  # of a folder that is not there, or not ours, others tell
            code = _SAID.get(error.errno or 0)
    if code is not None:
        raise DataDiskError(code)


def amiss(folder: Path, kernel: Kernel | None = None, root: Path = Path("/")) -> str | None:
    """Code of what is wrong with the disk, as far as that is known without a write. ``root``: where ``/etc/fstab`` lies."""
    folder = folder.resolve()
    mounts = _table(text((kernel or Kernel()).proc / "self" / "mounts"))
    mounted = {place: kind for place, kind, _ in mounts}
    wanted = {place for place, _, _ in _table(text(root / "etc" / "fstab"))}
    if any(place != Path("/") and place not in mounted for place in _holding(folder, wanted)):
        return ABSENT
    locked = any(place == Path("/") and "lowerdir=/media/root-ro" in options for place, _, options in mounts)
    below = max(_holding(folder, mounted), key=lambda place: len(place.parts), default=None)
    if locked and below is not None and mounted[below] in _IN_MEMORY:
        return ABSENT
    try:
        return READ_ONLY if os.statvfs(folder).f_flag & os.ST_RDONLY else None
    except OSError as error:
        return _SAID.get(error.errno or 0)


class DataDisk:
    """``folder``: where the data lie; ``root``: where ``/etc/fstab`` does."""

    code = "data"
    title = "数据盘"

    def __init__(self, kernel: Kernel, folder: Path, root: Path = Path("/")) -> None:
        self._kernel = kernel
        self._folder = folder
        self._root = root

    def look(self) -> Outcome:
        code = amiss(self._folder, self._kernel, self._root)
        return failed(code) if code is not None else passed("挂着，可以写")


def _holding(folder: Path, places: Iterable[Path]) -> list[Path]:
    return [place for place in places if folder.is_relative_to(place)]


def _table(told: str | None) -> list[tuple[Path, str, str]]:
    """Of a table of file systems: mount point, kind, options; what has none (swap) is left out."""
    found = []
    for line in (told or "").splitlines():
        with suppress(ValueError):
            _, place, kind, options, *_ = line.split()
            if place.startswith("/") and not line.lstrip().startswith("#"):
                found.append((Path(place), kind, options))
    return found
