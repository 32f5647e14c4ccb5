"""A province comes back after a day: what waited drains, and what is said meanwhile stays fresh.

Every terminal is a connection of its own by mutual TLS, with the terminal's own window, state reports and time of coming back
(``fleet/swarm/returning.py``); its outbox is in memory and many share a process. Broker, workers, PostgreSQL
(``synchronous_commit`` and ``fsync`` on) and all senders share this machine; the senders that bring a backlog stand back
(``nice``), those that go on do not. ``python -m bench 积压``, only when named.

``TONGBAN_BENCH_BACKLOG``: terminals; each brings 14 visits, 42 events. 30,000 come back within 180 s, fewer in as much less, so
that as much is offered a second. No more are connected at once than this machine has open files for: who has brought everything
leaves.
"""

from __future__ import annotations

import os
import resource
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from support.postgres import Postgres

from bench import province
from bench import swarm as fleet_bench
from bench.swarm import Row
from fleet.database import Where
from fleet.swarm import returning
from fleet.swarm.returning import Day
from fleet.swarm.stage import Stage, prepare
from fleet.swarm.swarm import Swarm, open_files
from mqtt.walk import RECONNECT_WITHIN

TERMINALS = int(os.environ.get("TONGBAN_BENCH_BACKLOG", "3000"))
PROVINCE = 30_000
VISITS = 14
LIVE, RATE = 300, 10.0
"""Terminals that bring nothing and go on, and the visits a second of all of them: four events each."""
FRESH = 5.0
"""Seconds from what is said during a backlog to its receipt, at the 99th percentile."""
PROCESSES = 4
WAY = province.WAYS[2]
_OTHER_FILES = 700
_LESS = 10
"""Whoever plays the terminals that come back takes what the centre leaves: a fleet brings processors of its own."""
_SAMPLE, _BUSY = 2.0, 30.0
"""Seconds between two looks at what is stored; over which the best rate is told."""
_DIGEST = "SELECT count(*), sum(('x' || left(encode(sha256(raw), 'hex'), 15))::bit(60)::bigint) FROM events"
_REFUSED = "SELECT (SELECT count(*) FROM dead_letters) + (SELECT coalesce(sum(count), 0) FROM refused)"
_STORED = "SELECT coalesce(sum(highest), 0) FROM outboxes"


def rows() -> list[Row]:
    open_files(TERMINALS + LIVE + _OTHER_FILES)
    with tempfile.TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".bench-") as folder:
        Path(folder).chmod(0o755)
        stage = prepare(Path(folder) / "stage", TERMINALS + LIVE, **fleet_bench._ports())
        server = Postgres(Path(folder) / "server", province._SETTINGS)
        server.make()
        server.start()
        try:
            return _drained(stage, server)
        finally:
            server.stop()


def _drained(stage: Stage, server: Postgres) -> list[Row]:
    names = stage.terminals()
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - LIVE - _OTHER_FILES
    day = Day(VISITS, RECONNECT_WITHIN * TERMINALS / PROVINCE, files if files < TERMINALS else None)
    with province._broker(stage) as broker, province._centre(stage, server, WAY) as (workers, database):
        live = Live(stage, names[TERMINALS:])
        before = province._cpu(broker, workers, server)
        with Stored(database) as stored:
            live.start()
            os.nice(_LESS)
            found = returning.run(stage, names[:TERMINALS], day, PROCESSES)
            live.end()
        spent = [b - a for a, b in zip(before, province._cpu(broker, workers, server), strict=True)]
        count, digest = _one(database, _DIGEST)
        (refused,) = _one(database, _REFUSED)
        memory = broker.memory
    events, said = found.events + len(live.waits), live.waits
    each = "、".join(f"{seconds / events * 1e6:.0f}" for seconds in (*spent, found.cpu))
    half, most = said[len(said) // 2], said[int(len(said) * 0.99)]
    wrong = abs(count - events), abs(digest - found.digest - live.digest)
    left = f"，{found.left} 台交完先走" if found.left else ""
    return [
        (
            f"{found.terminals} 台 {day.within:.0f} s 内回来，交一天的积压 {found.events} 条",
            f"{found.stored:.0f} s，{found.events / found.stored:.0f} 条/s",
            f"{found.connected:.0f} s 时都已连上{left}",
            True,
        ),
        (f"其中最快的 {_BUSY:.0f} s", f"{stored.best(_BUSY):.0f} 条/s", "", True),
        ("每条的 CPU（握手、状态都在内）：代理、收件、数据库、模拟终端", f"{each} µs", "", True),
        ("重发的、连接的次数", f"{found.sent - found.events} 条、{found.connects} 次", "", True),
        ("代理的内存", f"{memory:.0f} MiB", "", True),
        (
            f"其间另外 {LIVE} 台的 {len(said)} 条：说出→回执，中位、99%、最长",
            f"{half * 1000:.0f}、{most * 1000:.0f}、{said[-1] * 1000:.0f} ms",
            f"99% ≤ {FRESH * 1000:.0f} ms",
            most <= FRESH,
        ),
        (
            f"落盘的 {count} 条与说过的之差：条数、摘要；被拒的",
            f"{wrong[0]}、{wrong[1]}；{refused}",
            "0、0；0",
            not (any(wrong) or refused),
        ),
    ]


class Live:
    """Terminals that have nothing to bring and go on: how long each of their events waits, from its being said, while others bring
    theirs. ``waits``: ascending, once ended.
    """

    def __init__(self, stage: Stage, names: Sequence[str]) -> None:
        self._swarm = Swarm(stage, names)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._say, daemon=True)
        self.waits: list[float] = []

    @property
    def digest(self) -> int:
        return self._swarm.counts.digest

    def start(self) -> None:
        self._swarm.storm()
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(province.PATIENCE)
        self._swarm.leave()
        self.waits.sort()

    def _say(self) -> None:
        self.waits = self._swarm.steady(RATE, 24 * 3600.0, self._ended.is_set)


class Stored:
    """How many events are stored, looked at again and again."""

    def __init__(self, database: Where) -> None:
        self._database = database
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._seen: list[tuple[float, int]] = []

    def __enter__(self) -> Stored:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def best(self, seconds: float) -> float:
        """Events a second, of the busiest so many seconds."""
        pairs = ((a, b) for i, a in enumerate(self._seen) for b in self._seen[i + 1 :])
        return max(((b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs if seconds <= b[0] - a[0] < seconds + 2 * _SAMPLE), default=0.0)

    def _look(self) -> None:
        while not self._ended.wait(_SAMPLE):
            self._seen.append((time.monotonic(), *_one(self._database, _STORED)))  # type: ignore[arg-type]


def _one(database: Where, query: str) -> tuple[int, ...]:
    assert isinstance(database, str), "PostgreSQL"
    with psycopg.connect(database) as db:
        row = db.execute(query.encode()).fetchone()
    assert row is not None
    return tuple(int(value) for value in row)
