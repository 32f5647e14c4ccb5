"""Submit → durable, beside one bare 4 kB commit with ``synchronous=FULL`` on the same disk in the same run."""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from domain import sealing
from kiosk.clock import Clock
from kiosk.store.db import Database
from kiosk.store.store import NewCase, Numbering, Store

ROUNDS = 120
CONTENT = os.urandom(2250).hex().encode()
RECIPIENTS = tuple(sealing.new_key(name)[0] for name in ("home", "intake", "recovery"))


def rows() -> list[tuple[str, str, str, bool]]:
    # Beside the checkout, not in /tmp: that may be memory, where a commit costs nothing.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".bench-") as folder:
        bare, store = _bare(Path(folder)), _store(Path(folder))
        commits, submits = [], []
        # Side by side, so that a noisy neighbour hits both.
        for index in range(ROUNDS):
            commits.append(_seconds(bare))
            case = _case(index)
            drawn = store.draw_up(case)  # as the clerk does when the review comes on the screen
            submits.append(_seconds(partial(store.take_case, case, drawn)))
        store.database.close()
    commit, submit = statistics.median(commits) * 1000, statistics.median(submits) * 1000
    ratio = submit / commit
    return [("提交→落盘，相对一次 4 kB FULL 提交", f"{submit:.2f} / {commit:.2f} ms = {ratio:.2f}", "≤ 2 倍", ratio <= 2)]


def _bare(folder: Path) -> Callable[[], object]:
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE t (b BLOB)"):
        db.execute(statement)
    return lambda: db.execute("INSERT INTO t VALUES (?)", (os.urandom(4096),))


def _store(folder: Path) -> Store:
    return Store(Database(folder / "terminal.db"), folder / "pages", Numbering("519902", "K01"), Clock())


def _case(index: int) -> NewCase:
    """As large as a real one without its pages (they were written when kept): identity, form, a signature of 150 points."""
    return NewCase(f"visit-{index}", "MED-REMOTE", "异地就医备案", "MED-2", "home", "intake", (), lambda _: CONTENT, RECIPIENTS)


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
