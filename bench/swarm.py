"""A fleet's day at one centre: 10,000 terminals connect at once, bring what waited, and are read again by a centre started anew.

Mosquitto, the centre (SQLite, ``synchronous=FULL``) and the swarm are processes of this machine and share its cores: what the
swarm costs is part of every rate, and is told beside the CPU of broker and centre. The peer is mqttwarn with its SQLite service,
in a folder of its own: a commit a message, WAL and ``synchronous=FULL`` as ours. ``python -m bench 终端群``, only when named.
"""

from __future__ import annotations

import math
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import msgspec
import psutil
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from support.hall import free_run
from support.people import account

from fleet.people import sessions
from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role
from fleet.store import Store
from fleet.swarm.stage import Stage, name, prepare
from fleet.swarm.swarm import Figures, Plan, run
from mqtt import topics
from mqtt.events import DeviceTrouble, event
from mqtt.tls import context

TERMINALS = int(os.environ.get("TONGBAN_BENCH_SWARM", "10000"))
PLAN = Plan(visits=3, rate=100.0, seconds=30.0, changes=120)
MEMORY = 250
SEEN = 1.0
"""Seconds from a change at a terminal until an open board has it, at the 99th percentile."""
BACKLOG, OUTAGE = 500, Plan(visits=50, rate=100.0, seconds=1.0)
"""Terminals that come back after an outage, and what each brings. Twenty events of each are under way at once: what takes longer
than a terminal's patience (``mqtt/window.py``) is sent again, and is then part of the work.
"""
RATE, TIMES = 4000.0, 3.0
ALIKE = 6000
"""Events each of the two stores for the comparison."""
SENDERS = 4
PEER = "mqttwarn==0.36.1"
PATIENCE = 900.0

Row = tuple[str, str, str, bool]


class Stood:
    """A process of the stage, its CPU and its memory."""

    def __init__(self, command: list[str], log: Path) -> None:
        with log.open("ab") as file:
            self._child = subprocess.Popen(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
        self._seen = psutil.Process(self._child.pid)

    @property
    def cpu(self) -> float:
        """Seconds."""
        spent = self._seen.cpu_times()
        return float(spent.user + spent.system)

    @property
    def memory(self) -> float:
        """MiB that are resident."""
        return float(self._seen.memory_info().rss) / 2**20

    def alive(self) -> None:
        """``RuntimeError`` when it has ended by itself."""
        if (code := self._child.poll()) is not None:
            raise RuntimeError(f"{self._child.args} ended with {code}")

    @contextmanager
    def held(self) -> Iterator[None]:
        """It does nothing meanwhile (``SIGSTOP``); shorter than its keep-alive."""
        self._seen.suspend()
        try:
            yield
        finally:
            self._seen.resume()

    def end(self) -> None:
        self._child.terminate()
        self._child.wait(60)


def rows() -> list[Row]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, TERMINALS + 1000)), hard))
    with tempfile.TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".bench-") as folder:
        stage = prepare(Path(folder) / "stage", TERMINALS, **_ports())
        with _process(["mosquitto", "-c", str(stage.broker_configuration)], stage, "broker") as broker:
            return [*_outage(stage, broker), *_day(stage, broker), *_anew(stage), *_beside(stage)]


def _outage(stage: Stage, broker: Stood) -> list[Row]:
    spent: dict[str, tuple[float, float]] = {}
    with _centre(stage) as centre:
        figures = run(stage, OUTAGE, mark=lambda phase: spent.update({phase: (broker.cpu, centre.cpu)}), most=BACKLOG)
    of_broker, of_centre = ((spent["steady"][i] - spent["burst"][i]) / figures.events * 1e6 for i in (0, 1))
    rate = figures.events / figures.burst
    return [
        (
            f"{figures.terminals} 台交积压 {figures.events} 条：终端→代理→落盘→回执",
            f"{rate:.0f} 条/s",
            f"≥ {RATE:.0f} 条/s",
            rate >= RATE,
        ),
        ("其中每条的 CPU：代理、中心、模拟终端", _each(of_broker, of_centre, figures), "", True),
    ]


def _each(broker: float, centre: float, figures: Figures) -> str:
    return f"{broker:.0f}、{centre:.0f}、{figures.cpu / figures.events * 1e6:.0f} µs"


def _day(stage: Stage, broker: Stood) -> list[Row]:
    spent: dict[str, tuple[float, float]] = {}
    with _centre(stage) as centre:
        watched = Watched(stage)

        def mark(phase: str) -> None:
            spent[phase] = (broker.cpu, centre.cpu)
            if phase == "steady":
                watched.start()

        figures = run(stage, PLAN, processes=2, mark=mark)
        memory = (broker.memory, centre.memory)
        watched.stop()
    seen = sorted(watched.at.get(terminal, math.inf) - at for terminal, at in figures.changed)
    at_99 = seen[int(len(seen) * 0.99)]
    of_broker, of_centre = ((spent["steady"][i] - spent["burst"][i]) / figures.events * 1e6 for i in (0, 1))
    rate = figures.events / figures.burst
    half, most = figures.waits[len(figures.waits) // 2], figures.waits[int(len(figures.waits) * 0.99)]
    return [
        (f"{TERMINALS} 台同时连上（双向 TLS）", f"{figures.storm:.0f} s，{TERMINALS / figures.storm:.0f} 台/s", "", True),
        (f"各交 {figures.events // TERMINALS} 条，共 {figures.events} 条", f"{rate:.0f} 条/s", "", True),
        ("其中每条的 CPU：代理、中心、模拟终端", _each(of_broker, of_centre, figures), "", True),
        ("平稳 400 条/s：发出→回执，中位、99%", f"{half * 1000:.0f}、{most * 1000:.0f} ms", "", True),
        (
            f"{len(seen)} 处变化→打开着的总览，中位、99%",
            f"{seen[len(seen) // 2] * 1000:.0f}、{at_99 * 1000:.0f} ms",
            f"≤ {SEEN * 1000:.0f} ms",
            at_99 <= SEEN,
        ),
        ("内存：代理、中心", f"{memory[0]:.0f}、{memory[1]:.0f} MiB", f"中心 ≤ {MEMORY} MiB", memory[1] <= MEMORY),
    ]


def _anew(stage: Stage) -> list[Row]:
    """A centre with an empty database reads what the broker kept of everybody."""
    for old in (stage.folder / "centre").glob("centre.db*"):
        old.unlink()
    began = time.monotonic()
    with _centre(stage):
        _until(lambda: _count(_database(stage), "SELECT count(*) FROM terminals WHERE said IS NOT NULL") == TERMINALS)
    took = time.monotonic() - began
    return [("中心从空库启动，读完全部保留状态", f"{TERMINALS} 台，{took:.1f} s（含启动）", "全部", True)]


def _beside(stage: Stage) -> list[Row]:
    ours, theirs = _ours(stage), _theirs(stage)
    ratio = ours[0] / theirs[0]
    return [
        (
            f"同一批 {ALIKE} 条落盘：通办、mqttwarn",
            f"{ours[0]:.0f}、{theirs[0]:.0f} 条/s = {ratio:.1f}",
            f"≥ {TIMES:.0f}",
            ratio >= TIMES,
        ),
        ("每条的 CPU：通办、mqttwarn", f"{ours[1]:.0f}、{theirs[1]:.0f} µs", "", True),
    ]


def _ours(stage: Stage) -> tuple[float, float]:
    """(events a second, CPU microseconds an event)."""
    with _centre(stage) as centre:
        time.sleep(2)
        return _fed(stage, centre, lambda: _count(_database(stage), "SELECT count(*) FROM events"))


def _theirs(stage: Stage) -> tuple[float, float]:
    peer = Path(__file__).parents[1] / ".bench-mqttwarn"
    if not (peer / "bin" / "mqttwarn").exists():
        subprocess.run([sys.executable, "-m", "venv", peer], check=True)
        subprocess.run([peer / "bin" / "pip", "install", "-q", "--disable-pip-version-check", PEER], check=True)
    database = stage.folder / "peer.db"
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE events (payload TEXT)")
    db.close()
    told, own = stage.broker("-"), stage.authority.centre()
    settings = stage.folder / "mqttwarn.ini"
    settings.write_text(
        f"""[defaults]
hostname = '{told.host}'
port = {told.port}
clientid = 'fleet'
protocol = 4
cleansession = False
tls = True
ca_certs = '{own.ca}'
certfile = '{own.identity}'
keyfile = '{own.identity}'
loglevel = WARNING
launch = sqlite
num_workers = 1
[config:sqlite]
targets = {{'all': ['{database}', 'events']}}
[{topics.ALL_EVENTS}]
targets = sqlite:all
qos = 1
"""
    )
    command = ["env", f"MQTTWARNINI={settings}", str(peer / "bin" / "mqttwarn")]
    with _process(command, stage, "peer") as stored:
        time.sleep(4)
        return _fed(stage, stored, lambda: _count(database, "SELECT count(*) FROM events"))


def _fed(stage: Stage, store: Stood, stored: Callable[[], int]) -> tuple[float, float]:
    """The store is held until the broker has everything, so that the senders are no part of what is compared."""
    before, spent = stored(), store.cpu
    threads = [threading.Thread(target=_send, args=(stage, name(index), ALIKE // SENDERS)) for index in range(SENDERS)]
    with store.held():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    began = time.monotonic()
    _until(lambda: (store.alive(), stored() - before >= ALIKE)[1])
    took = time.monotonic() - began
    return ALIKE / took, (store.cpu - spent) / ALIKE * 1e6


def _send(stage: Stage, terminal: str, count: int) -> None:
    """Events as fast as the broker takes them, QoS 1."""
    broker = stage.broker(terminal)
    client = Client(CallbackAPIVersion.VERSION2, client_id=terminal, protocol=MQTTProtocolVersion.MQTTv5)
    client.tls_set_context(context(broker.tls))
    client.max_inflight_messages_set(100)
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType, properties.PayloadFormatIndicator = topics.EVENT.content, 1
    client.connect(broker.host, broker.port)
    client.loop_start()
    epoch = os.urandom(8).hex()
    for sequence in range(1, count + 1):
        said = event(terminal, epoch, sequence, "2026-11-26T08:00:00Z", DeviceTrouble("printer", warning="paper_near_end"))
        sent = client.publish(topics.events(terminal), said, qos=1, properties=properties)
    sent.wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()


class Watched:
    """A browser's stream of the board, filtered to those whose paper is low: terminal → when its row came, monotonic seconds."""

    def __init__(self, stage: Stage) -> None:
        self.at: dict[str, float] = {}
        self._stage = stage
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(10)

    def _watch(self) -> None:
        with closing(Store(_database(self._stage))) as store:
            account(store, "watcher", Grant(Role.OPERATOR, ALL))
            with store.transaction() as db:
                cookie = sessions.begin(db, "watcher", time.time())
        address = msgspec.toml.decode(self._stage.centre.read_bytes())["console"]["port"]
        with httpx.Client(cookies={COOKIE: cookie}, timeout=30) as client:
            while not self._ended.is_set():
                with client.stream("GET", f"http://127.0.0.1:{address}/board/stream?state=paper") as told:
                    for line in told.iter_lines():
                        if line.startswith('data: {"order"'):
                            for terminal in msgspec.json.decode(line[6:])["rows"]:
                                self.at.setdefault(terminal, time.monotonic())
                        if self._ended.is_set():
                            return


@contextmanager
def _centre(stage: Stage) -> Iterator[Stood]:
    with _process([str(Path(sys.executable).with_name("tongban")), "centre", "run", str(stage.centre)], stage, "centre") as centre:
        _until(lambda: _database(stage).exists())
        time.sleep(2)
        yield centre


@contextmanager
def _process(command: list[str], stage: Stage, what: str) -> Iterator[Stood]:
    stood = Stood(command, stage.folder / f"{what}.log")
    time.sleep(0.5)
    try:
        yield stood
    finally:
        stood.end()


def _database(stage: Stage) -> Path:
    return stage.folder / "centre" / "centre.db"


def _count(database: Path, query: str) -> int:
    try:
        db = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
        try:
            return int(db.execute(query).fetchone()[0])
        finally:
            db.close()
    except sqlite3.OperationalError:
        return -1


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("the stage does not get there")
        time.sleep(0.05)


def _ports() -> dict[str, int]:
    first = free_run(3)
    return {"broker": first, "api": first + 1, "console": first + 2}
