"""The socket of the camera's process: who may own it, and who may come in."""

from __future__ import annotations

import fcntl
import grp
import os
import pwd
import socket
import stat
import struct
from pathlib import Path

_PEER = struct.Struct("3i")
BACKLOG = 4


class DoorError(Exception):
    """The socket cannot be had; the text (Chinese) says why."""


class Door:
    """A listening Unix socket at ``path``: mode 0600, or 0660 for ``group``. The kernel's word on a peer is checked as well.

    One left over from a crash is replaced: whoever lives holds the lock beside it. :class:`DoorError`.
    """

    def __init__(self, path: Path, group: str | None = None) -> None:
        self._path = path
        self._group = None if group is None else _group(group)
        self._lock = _locked(path.with_name(path.name + ".lock"))
        try:
            if path.exists() and not stat.S_ISSOCK(path.lstat().st_mode):
                raise DoorError(f"{path} 已经存在，而且不是套接字")
            path.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            before = os.umask(0o177)
            try:
                self._listener.bind(str(path))
            finally:
                os.umask(before)
            if self._group is not None:
                os.chown(path, -1, self._group)
                path.chmod(0o660)
            self._listener.listen(BACKLOG)
            self._listener.setblocking(False)
        except OSError as error:
            raise DoorError(f"套接字 {path} 建不起来：{error.strerror or error}") from None

    def fileno(self) -> int:
        return self._listener.fileno()

    def accept(self) -> socket.socket | None:
        """Who came and may come in, not blocking; ``None`` when nobody did."""
        try:
            end, _ = self._listener.accept()
        except OSError:
            return None
        _pid, user, group = _PEER.unpack(end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
        if not self._admits(user, group):
            end.close()
            return None
        end.setblocking(False)
        return end

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listener.close()
        os.close(self._lock)

    def _admits(self, user: int, group: int) -> bool:
        if user in (0, os.geteuid()):
            return True
        if self._group is None:
            return False
        try:
            return self._group in os.getgrouplist(pwd.getpwuid(user).pw_name, group)
        except KeyError:
            return self._group == group


def _group(name: str) -> int:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise DoorError(f"没有用户组 {name}") from None


def _locked(path: Path) -> int:
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DoorError(f"{path} 打不开：{error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise DoorError("另一个高拍仪进程正在用这个套接字") from None
    return lock
