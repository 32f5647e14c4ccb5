"""kill -9 before each SQL statement of a store's life: a process that has imported everything forks one for each."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from support.centre_db import new_database


def killed_before_every_statement(test: Path, folder: Path, *, centre: bool = True) -> int:
    """``test`` is a module with ``life(folder)``, in which the centre's store ``c.db`` is opened: new, or a copy of the one in
    ``folder``; with ``centre`` false there is none, and a life begins with nothing. It is lived once in ``folder/1``,
    ``folder/2``, … and killed before its first, second, … statement; how many there are.
    """
    if centre:
        new_database(folder / "c.db")
    asked = [sys.executable, "-m", "support.killing", test.stem, str(folder)]
    paths = os.pathsep.join((str(test.parent), *sys.path))
    done = subprocess.run(asked, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def _main(life: Callable[[Path], None], folder: Path) -> int:
    for statement in count(1):
        place = folder / str(statement)
        place.mkdir()
        if (folder / "c.db").exists():
            shutil.copy(folder / "c.db", place)  # new, and not made anew each time
        child = os.fork()
        if child == 0:
            _kill_before(statement)
            life(place)
            os._exit(0)
        _, how = os.waitpid(child, 0)
        if how == 0:
            return statement - 1
        assert how == signal.SIGKILL, how
    raise AssertionError


def _kill_before(statement: int) -> None:
    connect, left = sqlite3.connect, statement

    def trace(_said: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **named)
        connection.set_trace_callback(trace)
        return connection

    sqlite3.connect = traced  # type: ignore[assignment]


if __name__ == "__main__":
    print(_main(import_module(sys.argv[1]).life, Path(sys.argv[2])))
