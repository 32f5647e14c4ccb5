"""User, network and mount namespaces: whoever runs this is root in a world of its own, and nobody outside."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

_NEWNS, _NEWNET = 0x00020000, 0x40000000
_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

ENTER = ("unshare", "--user", "--map-root-user", "--net", "--mount", "--fork", "--kill-child")
"""Needs no root. The kernel has to allow user namespaces (sysctl ``user.max_user_namespaces``, on Debian also
``kernel.unprivileged_userns_clone`` and, from 6.x on, no AppArmor rule against it)."""


def possible() -> str | None:
    """Why it cannot be done on this machine, or ``None``."""
    try:
        tried = subprocess.run(
            [*ENTER, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True, check=False, timeout=20
        )
    except OSError as error:
        return str(error)
    return None if tried.returncode == 0 else f"no user namespaces here (sysctl user.max_user_namespaces): {tried.stderr.strip()}"


def new_world() -> None:
    """Leave for a network and a mount namespace of this process's own. Only as root of a user namespace."""
    _checked(_libc.unshare(_NEWNS | _NEWNET))
    ip("link", "set", "lo", "up")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def ip(*words: str) -> None:
    run("ip", *words)


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def disk(folder: Path, size: int) -> None:
    """A disk of ``size`` bytes at ``folder``, in memory, for this world only."""
    folder.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tongban-chaos", str(folder))


def place() -> int:
    """A network namespace of its own, kept by a process that does nothing; that process's id."""
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        with_parent()
        _checked(_libc.unshare(_NEWNET))
        ip("link", "set", "lo", "up")
        os.write(told, b".")
        while True:
            signal.pause()
    os.read(ready, 1)
    os.close(ready)
    os.close(told)
    return pid


def start(what: Callable[[], None], log: Path, where: int | None = None) -> int:
    """``what`` in a process of its own, in the network of ``where`` (:func:`place`); its id. It ends with this process."""
    pid = os.fork()
    if pid:
        return pid
    try:
        with_parent()
        if where is not None:
            handle = os.open(f"/proc/{where}/ns/net", os.O_RDONLY)
            _checked(_libc.setns(handle, _NEWNET))
            os.close(handle)
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        what()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def with_parent() -> None:
    """End when the parent does."""
    _libc.prctl(_PDEATHSIG, signal.SIGKILL)


def _checked(answer: int) -> None:
    if answer != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
