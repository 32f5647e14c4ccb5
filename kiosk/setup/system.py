"""What setting up asks of the machine's own services: files, the time, units. Nothing of it without systemd."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.durable import write_durably
from kiosk.health.lock import covered

PATIENCE = 60.0
TERMINAL = "tongban-terminal.service"
LOCKED = "系统盘锁着，写了重启就没有：先 sudo /usr/lib/tongban/bin/lock-root off，重新启动，再装；装好以后锁回去"


class System:
    """``root``: where the files of the system lie. ``there``: it may be changed; else it is left as it is."""

    def __init__(self, root: Path = Path("/"), *, there: bool = True) -> None:
        self.root = root
        self.there = there and (root / "run/systemd/system").is_dir() and shutil.which("systemctl") is not None

    @property
    def locked(self) -> bool:
        """A file system in memory lies over the root (``systemd/lock``): what is written there is gone with the next start."""
        return covered(self.root / "proc") is True

    def active(self, unit: str) -> bool:
        return subprocess.run(["systemctl", "is-active", "--quiet", unit], timeout=PATIENCE, check=False).returncode == 0

    def time(self, servers: tuple[str, ...]) -> None:
        """``OSError``."""
        self.write(Path("etc/systemd/timesyncd.conf.d/60-tongban.conf"), f"[Time]\nNTP={' '.join(servers)}\n", 0o644)
        self.run("systemctl", "try-restart", "systemd-timesyncd.service")

    def enable(self, unit: str, *, wanted: bool) -> None:
        """``OSError``."""
        if self.locked:
            told = subprocess.run(["systemctl", "is-enabled", unit], capture_output=True, text=True, timeout=PATIENCE, check=False)
            if (told.stdout.strip() == "enabled") != wanted:
                raise OSError(LOCKED)
        self.run("systemctl", "enable" if wanted else "disable", "--now", unit)

    def terminal(self, do: str) -> None:
        """``start`` or ``stop``; ``OSError``."""
        self.run("systemctl", do, TERMINAL)

    def may_write(self) -> None:
        """``OSError``: what is written is gone with the next start."""
        if self.locked:
            raise OSError(LOCKED)

    def write(self, path: Path, text: str, mode: int) -> None:
        """``path``: below the root. ``OSError``; what stands there already may be written again."""
        path = self.root / path
        if path.is_file() and path.read_text("utf-8") == text:
            return
        self.may_write()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, text.encode(), mode)

    def run(self, *command: str, patience: float = PATIENCE) -> None:
        """``OSError`` with what it said."""
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False)
        except subprocess.TimeoutExpired:
            raise OSError(f"{command[0]} 没有做完") from None
        if done.returncode != 0:
            raise OSError(f"{' '.join(command)}：{(done.stderr or done.stdout).strip()[:200]}")


@contextmanager
def owner_of(folder: Path) -> Iterator[None]:
    """What root writes in here belongs to the folder's owner from the first byte: the terminal is to read it."""
    if os.geteuid() != 0 or not folder.is_dir():
        yield
        return
    whose = folder.stat()
    group = os.getegid()
    os.setegid(whose.st_gid)
    os.seteuid(whose.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
