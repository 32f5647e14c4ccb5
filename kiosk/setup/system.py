"""What setting up asks of the machine's own services: an address, the time, units. Nothing of it without systemd."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from domain.durable import write_durably
from kiosk.health.lock import covered
from kiosk.setup import addresses
from kiosk.setup.addresses import Fixed

PATIENCE = 60.0
REACH = 3.0
"""Seconds the centre has to take a connection."""
TERMINAL = "tongban-terminal.service"
LOCKED = "系统盘锁着，写了重启就没有：先 sudo /usr/lib/tongban/bin/lock-root off，重新启动，再装；装好以后锁回去"


class System:
    """``root``: where the files of the system lie. ``there``: it may be changed; else it is left as it is."""

    def __init__(self, root: Path = Path("/"), *, there: bool = True) -> None:
        self._root = root
        self.there = there and (root / "run/systemd/system").is_dir() and shutil.which("systemctl") is not None

    @property
    def locked(self) -> bool:
        """A file system in memory lies over the root (``systemd/lock``): what is written there is gone with the next start."""
        return covered(self._root / "proc") is True

    def address(self, chosen: Fixed | None) -> None:
        """``OSError`` when it cannot be written or taken."""
        if shutil.which("nmcli") is not None:
            path = self._root / "etc/NetworkManager/system-connections/tongban.nmconnection"
            self._write(path, addresses.keyfile(chosen), 0o600)
            self._run("nmcli", "connection", "reload")
            self._run("nmcli", "connection", "up", "tongban")
        else:
            self._write(self._root / "etc/systemd/network/10-tongban.network", addresses.networkd(chosen), 0o644)
            self._run("networkctl", "reload")

    def time(self, servers: tuple[str, ...]) -> None:
        """``OSError``."""
        path = self._root / "etc/systemd/timesyncd.conf.d/60-tongban.conf"
        self._write(path, f"[Time]\nNTP={' '.join(servers)}\n", 0o644)
        self._run("systemctl", "try-restart", "systemd-timesyncd.service")

    def enable(self, unit: str, *, wanted: bool) -> None:
        """``OSError``."""
        if self.locked:
            told = subprocess.run(["systemctl", "is-enabled", unit], capture_output=True, text=True, timeout=PATIENCE, check=False)
            if (told.stdout.strip() == "enabled") != wanted:
                raise OSError(LOCKED)
        self._run("systemctl", "enable" if wanted else "disable", "--now", unit)

    def terminal(self, do: str) -> None:
        """``start`` or ``stop``; ``OSError``."""
        self._run("systemctl", do, TERMINAL)

    def _write(self, path: Path, text: str, mode: int) -> None:
        if path.is_file() and path.read_text("utf-8") == text:
            return
        if self.locked:
            raise OSError(LOCKED)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, text.encode(), mode)

    def _run(self, *command: str) -> None:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            raise OSError(f"{command[0]} 没有做完") from None
        if done.returncode != 0:
            raise OSError(f"{' '.join(command)}：{(done.stderr or done.stdout).strip()[:200]}")


def reached(documents: str) -> bool:
    """Whether somebody takes a connection where the centre's address leads."""
    where = urlsplit(documents)
    try:
        with socket.create_connection((where.hostname or "", where.port or 443), REACH):
            return True
    except (OSError, ValueError):
        return False


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
