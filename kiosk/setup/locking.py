"""The system's disk is locked (``systemd/lock/lock-root``): whether it can be, that it is, and what is told where it is not."""

from __future__ import annotations

from pathlib import Path

from kiosk.health.lock import ORDERED
from kiosk.setup.system import System
from kiosk.staff.port import Checked

TITLE = "锁系统盘"
PATIENCE = 900.0
"""Seconds a card may take to make the initramfs of every kernel anew."""
BY_HAND = "sudo /usr/lib/tongban/bin/lock-root on，重新启动"
_OUTSIDE = ("systemd-run", "--wait", "--collect", "--quiet", "--pipe")
"""A unit of its own: the fence of setting up by a file hides the kernel's modules, and an initramfs made there would have none."""
_PROGRAM = Path("usr/lib/tongban/bin/lock-root")


def ordered(system: System) -> bool:
    """Whether it is locked, or will be with the next start."""
    try:
        return ORDERED.search((system.root / "etc/overlayroot.local.conf").read_text("utf-8")) is not None
    except (OSError, UnicodeDecodeError):
        return False


def hindered(system: System) -> str | None:
    """Why it cannot be locked (Chinese, with what to do); "" where it can; ``None``: there is nothing to lock it with."""
    if not system.there or not (system.root / _PROGRAM).exists():
        return None
    try:
        system.run(str(system.root / _PROGRAM), "check")
    except OSError as error:
        return str(error).partition("：")[2]
    return ""


def locked(system: System, *, wanted: bool) -> Checked | None:
    """What became of it; ``None`` where it is so already, or is nobody's to say."""
    if ordered(system) or (why := hindered(system)) is None:
        return None
    if why:
        return Checked(TITLE, "failed", f"锁不上，断电可能伤到系统：{why}", "照做以后再运行 tongban setup；见手册“数据分区”")
    if not wanted:
        return Checked(TITLE, "unknown", "没有锁，断电可能伤到系统", f"试好以后：{BY_HAND}")
    try:
        system.run(*_OUTSIDE, str(system.root / _PROGRAM), "on", patience=PATIENCE)
    except OSError as error:
        return Checked(TITLE, "failed", str(error), f"修好以后：{BY_HAND}")
    return Checked(TITLE, "passed", "重新启动后只读")
