"""A roll-out to 20,000 terminals: one look of the centre's clock, a wave given, a page of it, in CPU time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from support.rolling import Rolling

from fleet import desired
from fleet.rollout import book, reading
from fleet.rollout.waves import by_share

MANY = 20_000
PAGE = 300.0
"""Milliseconds the console's first view of the fleet may take; a roll-out's page no longer."""


def rows() -> list[tuple[str, str, str, bool]]:
    terminals = tuple(f"k-{n:05}" for n in range(MANY))
    with tempfile.TemporaryDirectory() as folder:
        one = Rolling(Path(folder), terminals)
        _all_here(one)
        id_ = one.begins("12345", by_share(terminals, terminals, salt="x"))
        given = _cpu(lambda: one.ticks())  # the first wave, 1 %
        look = median(_cpu(lambda: one.ticks(0.0)) for _ in range(5))
        _reported(one, id_)
        wave = _cpu(lambda: one.ticks(0.0))  # the second, 9 %
        with one.store.reading() as db:
            page = median(_cpu(lambda: reading.one(db, id_, None, {}, one.groups, one.hearing, one.now)) for _ in range(5))
            wanted = _cpu(lambda: [desired.newest_for(db, "settings", t, ()) for t in terminals[:1000]])
        one.close()
    return [
        (f"{MANY} 台，看一次没有变化", f"{look:.0f} ms CPU", "隔它的十倍再看", True),
        ("给第一批 200 台；给第二批 1800 台", f"{given:.0f}；{wave:.0f} ms CPU", "", True),
        ("铺开页的一页", f"{page:.0f} ms CPU", f"≤ {PAGE:.0f}", page <= PAGE),
        ("一台终端该有哪一份，每台", f"{wanted:.0f} µs CPU", "", True),
    ]


def _all_here(one: Rolling) -> None:
    with one.store.transaction() as db:
        db.executemany(
            "INSERT INTO terminals (terminal, said, bd, state_at, heard) VALUES (?, 'up', 1, ?, ?)",
            [(t, one.now - 3600, one.now) for t in one.terminals],
        )


def _reported(one: Rolling, id_: int) -> None:
    """Whoever was given it has it."""
    with one.store.transaction() as db:
        found = book.load(db, id_)
        assert found is not None
        db.executemany(
            "INSERT INTO reported VALUES (?, 'settings', ?, 'applied', NULL, NULL, 'e', 1, ?)",
            [(m.terminal, found[0].rev, one.now) for m in found[1].members if m.tries],
        )


def _cpu(work: Callable[[], object]) -> float:
    """Milliseconds of this process."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000
