"""What the process that reads may not do, told to the kernel before the library is loaded.

A library of other people's making, fed with pictures anybody lays under a camera: it can reach no network, write no file, take no
more memory than it was given, outlive nobody and leave no core. ``RLIMIT_DATA`` counts what a process has of its own (heap and
anonymous mappings, Linux 4.7 and later), touched or not, so it stands a quarter above what may be resident, on which the parent
keeps an eye itself (``child.py``). ``RLIMIT_AS`` would count reserved addresses too, three times what is ever used.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NICE = 10
FIRST_TO_GO = "900"
"""For the kernel's killer when the machine's memory is short: a page that is not read costs least."""


def confine(memory: int) -> None:
    """For good. ``memory``: MiB that may be resident."""
    libc = ctypes.CDLL(None)
    with contextlib.suppress(OSError):  # a kindness to others, no promise; afterwards the file is root's, as of all undumpable
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the terminal's to hear
    os.nice(NICE)
    # A network of its own with nothing in it. Where the kernel lets only root do that, what is below still holds.
    libc.unshare(CLONE_NEWNET) and libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_DATA, (memory << 20) * 5 // 4)):
        resource.setrlimit(kind, (most, most))
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: object) -> None:
    if event.startswith(
        ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.", "os.exec", "os.fork")
    ):
        raise PermissionError(f"{event} is not for a reader of pages")
