"""系统盘锁: whether the root is locked when it is to be (``systemd/lock/lock-root``).

Debian's overlayroot lays a file system in memory over the root before systemd starts. Where it cannot it gives up, says so in a
file nobody reads, and the root stays as it was: all looks well until a power cut. What was ordered stands in
``/etc/overlayroot.local.conf``, what is so in ``/proc/self/mounts``; an order given since the start is in force from the next one
on (``/run/tongban-lock``, gone with the power).
"""

from __future__ import annotations

import re
from pathlib import Path

from kiosk.health.kernel import Kernel, text
from kiosk.verdict import Outcome, failed, passed, unknown

UNLOCKED = "root_unlocked"
ORDERED = re.compile(r'^overlayroot="?tmpfs', re.MULTILINE)
"""In ``/etc/overlayroot.local.conf``."""


def covered(proc: Path) -> bool | None:
    """Whether a file system in memory lies over the root: what is written there is gone with the next start. ``None``: not told."""
    mounts = text(proc / "self" / "mounts")
    return None if mounts is None else any(words[1:3] == ["/", "overlay"] for words in map(str.split, mounts.splitlines()))


class Lock:
    """``root``: where the system's files lie."""

    code = "lock"
    title = "系统盘"

    def __init__(self, kernel: Kernel, root: Path = Path("/")) -> None:
        self._proc = kernel.proc
        self._root = root

    def look(self) -> Outcome:
        locked = covered(self._proc)
        if locked is None:
            return unknown("系统没有说系统盘怎样挂着")
        if text(self._root / "run" / "tongban-lock") is not None:
            return unknown("刚下过命令锁上或打开系统盘，重新启动后才生效")
        if locked:
            return passed("锁着，只读")
        ordered = ORDERED.search(text(self._root / "etc" / "overlayroot.local.conf") or "") is not None
        return failed(UNLOCKED) if ordered else passed("没有要求锁，可以写")
