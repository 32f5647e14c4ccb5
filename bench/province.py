"""A province's ingest: what a worker stores in a second and what an event costs, with one worker and with two, on PostgreSQL and on
SQLite, beside a peer at the same durability. A backlog that drains: ``bench/backlog.py``.

Broker, workers, PostgreSQL (``synchronous_commit`` and ``fsync`` on) and senders are processes of this machine and share its cores.
The workers are held until the broker has everything, so that the senders are no part of a rate; what a visit says is a case, its
receipt and its rating. ``python -m bench 全省``, only when named.

``TONGBAN_BENCH_PROVINCE``: events of each rate.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil
import psycopg
import tomli_w
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from support.postgres import Postgres

from bench import swarm as fleet_bench
from bench.swarm import Row, Stood
from fleet.database import Where
from fleet.store import Store
from fleet.swarm.stage import Stage, name, party, prepare
from fleet.swarm.terminal import Counts, SwarmTerminal
from mqtt import topics
from mqtt.connection import Broker, properties_of
from mqtt.tls import Tls, context

EVENTS = int(os.environ.get("TONGBAN_BENCH_PROVINCE", "30000"))
SENDERS = 16
RATE = 5000.0
TIMES = 3.0
PATIENCE = 900.0
_SETTINGS = ("max_connections=60", "shared_buffers=256MB", "max_wal_size=4GB")


@dataclass(frozen=True, slots=True)
class Way:
    """How the centre is run."""

    words: str
    workers: int
    postgresql: bool = True
    shared: bool = False


WAYS = (
    Way("PostgreSQL，1 个收件进程", 1),
    Way("PostgreSQL，2 个收件进程，按终端分", 2),
    Way("PostgreSQL，2 个收件进程，$share", 2, shared=True),
    Way("SQLite，1 个收件进程", 1, postgresql=False),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Events a second; microseconds of CPU an event of broker, workers and database."""

    a_second: float
    broker: float
    workers: float
    database: float

    def said(self) -> str:
        return f"{self.broker:.0f}、{self.workers:.0f}、{self.database:.0f} µs"


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".bench-") as folder:
        Path(folder).chmod(0o755)
        stage = prepare(Path(folder) / "stage", SENDERS, **fleet_bench._ports())
        server = Postgres(Path(folder) / "server", _SETTINGS)
        server.make()
        server.start()
        try:
            return [*_rates(stage, server), *_peer(stage, server)]
        finally:
            server.stop()


def _rates(stage: Stage, server: Postgres) -> list[Row]:
    found = {way: _rate(stage, server, way) for way in WAYS}
    told: list[Row] = []
    for way, rate in found.items():
        bar = RATE if way is WAYS[0] else found[WAYS[0]].a_second if way.workers > 1 else 0.0
        told += [
            (
                f"{EVENTS} 条落盘：{way.words}",
                f"{rate.a_second:.0f} 条/s",
                f"≥ {bar:.0f} 条/s" if bar else "",
                rate.a_second >= bar,
            ),
            ("其中每条的 CPU：代理、收件、数据库", rate.said(), "", True),
        ]
    return told


def _rate(stage: Stage, server: Postgres, way: Way) -> Rate:
    events = _events(EVENTS // SENDERS // 3)
    with _broker(stage) as broker, _centre(stage, server, way) as (workers, database):
        with ExitStack() as held:
            for one in workers:
                held.enter_context(one.held())
            with ThreadPoolExecutor(SENDERS) as senders:
                list(senders.map(lambda one: _send(stage, *one), events.items()))
            before = _cpu(broker, workers, server)
        began, wanted = time.monotonic(), sum(map(len, events.values()))
        _until(lambda: _count(database) >= wanted)
        took, after = time.monotonic() - began, _cpu(broker, workers, server)
    return Rate(wanted / took, *((b - a) / wanted * 1e6 for a, b in zip(before, after, strict=True)))


def _peer(stage: Stage, server: Postgres) -> list[Row]:
    """The same broker, events of one kind, a commit that is on the disk before the next."""
    with _broker(stage):
        with _centre(stage, server, WAYS[0]) as (workers, database):
            ours = fleet_bench._fed(stage, workers[0], lambda: _count(database))
        theirs = fleet_bench._theirs(stage)
    ratio = ours[0] / theirs[0]
    return [
        (
            f"同一批 {fleet_bench.ALIKE} 条落盘：通办（PostgreSQL）、mqttwarn（SQLite）",
            f"{ours[0]:.0f}、{theirs[0]:.0f} 条/s = {ratio:.1f}",
            f"≥ {TIMES:.0f}",
            ratio >= TIMES,
        ),
        ("每条的 CPU：通办（不计 PostgreSQL）、mqttwarn", f"{ours[1]:.0f}、{theirs[1]:.0f} µs", "", True),
    ]


def _events(visits: int) -> dict[str, list[bytes]]:
    """Terminal → what it has to say, of so many visits."""
    found = {}
    for index in range(SENDERS):
        terminal = SwarmTerminal(name(index), Broker("", 0, Tls("", "")), party(index), Counts())
        for _ in range(visits):
            terminal.visit()
        found[terminal.name] = [said for _, said in terminal.waiting]
    return found


def _send(stage: Stage, terminal: str, events: Sequence[bytes]) -> None:
    """As fast as the broker takes them, QoS 1."""
    broker = stage.broker(terminal)
    client = Client(CallbackAPIVersion.VERSION2, client_id=terminal, protocol=MQTTProtocolVersion.MQTTv5)
    client.tls_set_context(context(broker.tls))
    client.max_inflight_messages_set(100)
    client.connect(broker.host, broker.port)
    client.loop_start()
    for said in events:
        sent = client.publish(topics.events(terminal), said, qos=1, properties=properties_of(topics.EVENT))
    sent.wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()


@contextmanager
def _broker(stage: Stage) -> Iterator[Stood]:
    """That remembers nothing of before."""
    for old in (stage.broker_configuration.parent / "data").glob("*"):
        old.unlink()
    with fleet_bench._process(["mosquitto", "-c", str(stage.broker_configuration)], stage, "broker") as broker:
        yield broker


@contextmanager
def _centre(stage: Stage, server: Postgres, way: Way) -> Iterator[tuple[list[Stood], Where]]:
    """Its workers, with a database that is new, and where that is."""
    folder = Path(tempfile.mkdtemp(dir=stage.folder))
    where: Where = folder / "centre.db"
    settings = msgspec.toml.decode(stage.centre.read_bytes())
    settings |= {"data": str(folder), "ingest": {"workers": way.workers, "shared": way.shared}}
    if way.postgresql:
        server.execute(f"CREATE DATABASE {folder.name}")
        where = server.address(folder.name)
        settings["database"] = {"conninfo": where}
    file = folder / "centre.toml"
    file.write_text(tomli_w.dumps(settings))
    Store(where).close()
    command = [str(Path(sys.executable).with_name("tongban")), "centre", "run", str(file), "--role", "ingest", "--worker"]
    with ExitStack() as running:
        workers = [
            running.enter_context(fleet_bench._process([*command, str(number)], stage, f"worker-{number}"))
            for number in range(1, way.workers + 1)
        ]
        _until(lambda: _count(where, "processes WHERE hearing IS NOT NULL") == way.workers)
        yield workers, where


def _count(where: Where, what: str = "events") -> int:
    query = f"SELECT count(*) FROM {what}"
    if isinstance(where, Path):
        return fleet_bench._count(where, query)
    with psycopg.connect(where) as db:
        row = db.execute(query.encode()).fetchone()
    return int(row[0]) if row is not None else -1


def _cpu(broker: Stood, workers: Sequence[Stood], server: Postgres) -> tuple[float, float, float]:
    """Seconds so far."""
    assert server._process is not None, "it runs"
    postmaster = psutil.Process(server._process.pid)
    ended = postmaster.cpu_times()
    database = ended.children_user + ended.children_system
    for one in (postmaster, *postmaster.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            database += one.cpu_times().user + one.cpu_times().system
    return broker.cpu, sum(one.cpu for one in workers), database


def _until(done: Callable[[], bool]) -> None:
    fleet_bench._until(done)
