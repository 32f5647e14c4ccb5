"""Misfortunes of a camera, named in a file that the camera's process reads before every call of picamera2.

One a line: ``hang CALL`` (never returns), ``die CALL`` (kill -9 from within), ``raise CALL`` (RuntimeError), words that a
camera acts on itself (``frozen``, ``no camera``, ``in use``, ``no focus``, ``another size`` …), and ``WORD after N``: WORD once
the process has made N calls. Beside that file, ``calls`` lists the calls made: pid and name.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

FILE = "TONGBAN_MISFORTUNES"
_made = 0


def happening() -> set[str]:
    now = set()
    for line in Path(os.environ[FILE]).read_text("utf-8").splitlines():
        word, _, after = line.partition(" after ")
        if not after or _made >= int(after):
            now.add(word)
    return now


def before(call: str) -> None:
    """Every call of picamera2 comes by here first."""
    global _made
    _made += 1
    with Path(os.environ[FILE]).with_name("calls").open("a") as told:
        told.write(f"{os.getpid()} {call}\n")
    now = happening()
    if f"die {call}" in now:
        os.kill(os.getpid(), signal.SIGKILL)
    if f"hang {call}" in now:
        threading.Event().wait()
    if f"raise {call}" in now:
        raise RuntimeError(f"{call} failed")
