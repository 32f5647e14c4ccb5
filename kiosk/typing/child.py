"""``python -m kiosk.typing.child FD FOLDER``: letters in, words out, a line of JSON each way, until nobody asks any more.

What a person types is read here by a library of other people's making. It can write no file, reach no network, take no more memory
than it was given, outlive nobody and leave no core; when the visit ends it is killed, and the kernel takes back what it knew.
"""

from __future__ import annotations

import ctypes
import json
import resource
import signal
import socket
import sys
from pathlib import Path

from kiosk.typing.rime import EngineError, Rime

EX_UNAVAILABLE = 69
"""Exit status when library or dictionary are not there (sysexits.h)."""
MEMORY = 192 << 20
"""Bytes of its own; the dictionary is mapped and does not count."""
FAR = 400
"""A candidate that lies further down was never shown."""
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_MDWE = 1, 4, 38, 65
_REFUSE_EXEC_GAIN = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> int:
    _confine()
    try:
        rime = Rime(Path(sys.argv[2]))
    except EngineError:
        return EX_UNAVAILABLE
    with socket.socket(fileno=int(sys.argv[1])) as end, end.makefile("rwb") as lines:
        for line in lines:
            lines.write(json.dumps(answer(rime, json.loads(line)), ensure_ascii=False).encode() + b"\n")
            lines.flush()
    return 0


def answer(rime: Rime, asked: dict[str, object]) -> list[str] | str:
    """Candidates from ``first`` on, or the letters that ``word`` leaves; none where it is not among them."""
    letters = str(asked["letters"])
    if "word" not in asked:
        return rime.words(letters, int(str(asked["first"])), int(str(asked["most"])))
    words = rime.words(letters, 0, FAR)
    taken = rime.take(letters, words.index(str(asked["word"]))) if asked["word"] in words else None
    return taken[1] if taken else ""


def _confine() -> None:
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_MDWE, _REFUSE_EXEC_GAIN, 0, 0, 0)  # since Linux 6.3; what units call MemoryDenyWriteExecute
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the terminal's to hear
    # A network of its own with nothing in it. Where the kernel lets only root do that, the unit's own rules hold.
    libc.unshare(_CLONE_NEWNET) and libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_DATA, MEMORY)):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    sys.exit(main())
