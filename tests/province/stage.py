"""Where it plays: a :class:`World` with three nodes of RabbitMQ, the centre's processes and the terminals'; and what an observer
reads of it.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import tomli_w
from support.authority import authority, identity
from support.nodes import OUTSIDE, PORT, Node, World, cluster, host, until
from support.postgres import Postgres

from fleet.authority.cluster import write
from fleet.authority.keys import Folder
from fleet.presence import Hearing, Presence, judge
from fleet.settings import CentreSettings, read
from fleet.store import Store
from province.fleet import Told

NODES = 3
API, CONSOLE = 8443, 8600
ROOT = Path(__file__).parents[2]
WITHIN = 30.0
"""``[centre] reconnect`` of so small a fleet."""


def names(count: int) -> list[str]:
    return [f"terminal-{n:04d}" for n in range(1, count + 1)]


@dataclass
class Stage:
    """``folder`` is made ready; nothing of the centre runs before :meth:`begin`."""

    folder: Path
    terminals: list[str]
    postgres: Postgres
    workers: int

    def __post_init__(self) -> None:
        self._store: Store | None = None
        self.folder.mkdir()
        known = (*(host(n) for n in range(1, NODES + 1)), OUTSIDE)
        self.keys: Folder = authority(self.folder / "authority", known)
        for one in self.terminals:
            identity(self.keys, one)
        self.settings_file = self.folder / "centre.toml"
        told: dict[str, Any] = {
            "data": str(self.folder / "data"),
            "authority": {"folder": str(self.keys.path), "names": list(known)},
            "broker": {"host": host(1), "port": PORT, "more": [f"{host(n)}:{PORT}" for n in (2, 3)], "kind": "rabbitmq"},
            "api": {"host": OUTSIDE, "port": API},
            "console": {"port": CONSOLE},
            "terminals": [{"id": one, "place": one} for one in self.terminals],
            "homes": [{"party": "mianzhu", "name": "绵竹市"}, {"party": "renshou", "name": "仁寿县"}],
        }
        told |= {"database": {"conninfo": self.database}, "ingest": {"workers": self.workers}}
        self.settings_file.write_text(tomli_w.dumps(told), "utf-8")
        self.settings = read(self.settings_file, CentreSettings)
        folders = write(self.folder / "nodes", self.keys, self.settings, ())
        self.world = World(self.folder / "world", NODES)
        try:
            self.nodes: list[Node] = cluster(self.world, "rabbitmq", folders)
        except BaseException:
            self.world.close()
            raise

    @property
    def database(self) -> str:
        return self.postgres.address("centre")

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """The centre's processes: name and command."""
        run = (sys.executable, "-m", "kiosk", "centre", "run", str(self.settings_file))
        each = {f"worker-{n}": (*run, "--role", "ingest", "--worker", str(n)) for n in range(1, self.workers + 1)}
        return {**each, "console": (*run, "--role", "console")}

    def begin(self, name: str) -> None:
        self.world.start(name, *self.parts[name])

    def store(self) -> Store:
        """The observer's own, open until the end."""
        if self._store is None:
            self._store = Store(self.database)
        return self._store

    def send_out(self, shares: int, *, events: int, cases: int, seconds: float) -> None:
        """The terminals, in ``shares`` processes."""
        for n in range(shares):
            spec = {
                "names": self.terminals[n::shares],
                "identities": str(self.folder / "identities"),
                "brokers": [[host(k), PORT] for k in range(1, NODES + 1)],
                "api": f"https://{OUTSIDE}:{API}",
                "events": events,
                "cases": cases,
                "seconds": seconds,
                "within": WITHIN,
                "told": str(self.folder / f"fleet-{n}.json"),
            }
            path = self.folder / f"fleet-{n}.spec"
            path.write_text(json.dumps(spec))
            self.world.start(f"fleet-{n}", "env", f"PYTHONPATH={ROOT / 'tests'}", sys.executable, "-m", "province.fleet", str(path))

    def told(self) -> Told:
        """Of all terminals together."""
        found = [msgspec.json.decode(path.read_bytes(), type=Told) for path in sorted(self.folder.glob("fleet-*.json"))]
        at: dict[str, int] = {}
        for one in found:
            for where, count in one.at.items():
                at[where] = at.get(where, 0) + count
        return Told(
            connected=sum(one.connected for one in found),
            connects=sum(one.connects for one in found),
            at=at,
            made=sum(one.made for one in found),
            confirmed=sum(one.confirmed for one in found),
            whole=sum(one.whole for one in found),
            digests={case: digests for one in found for case, digests in one.digests.items()},
        )

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
        self.world.close()


def shown(store: Store, terminals: list[str], now: float) -> dict[Presence, int]:
    """What the board says of the terminals, for a centre that hears them."""
    with store.reading() as db:
        rows = {row["terminal"]: (row["said"], row["heard"]) for row in db.execute("SELECT terminal, said, heard FROM terminals")}
    found: dict[Presence, int] = {}
    for one in terminals:
        said, heard = rows.get(one, (None, None))
        presence = judge(said, heard, Hearing(0.0), now)
        found[presence] = found.get(presence, 0) + 1
    return found


def right_again(stage: Stage, store: Callable[[], Store], patience: float = 90.0) -> float:
    """Seconds until every terminal is connected and the board shows every one online, asked of a database that may be away."""
    began = time.monotonic()
    everybody = {Presence.ONLINE: len(stage.terminals)}

    def right() -> bool:
        with contextlib.suppress(Exception):
            return stage.told().connected == len(stage.terminals) and shown(store(), stage.terminals, time.time()) == everybody
        return False

    until(right, "the board is right", patience)
    return time.monotonic() - began


def _kill(postgres: Postgres) -> None:
    """SIGKILL to its first process, and until the others have noticed: none can start beside them."""
    pid = postgres.pid
    others = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    postgres.stop(signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{one}").exists() for one in others), "its processes notice", 60)


def misfortunes(stage: Stage) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """Name, what happens, what mends it."""
    for node in stage.nodes:
        yield f"node {node.number} killed", node.kill, node.start
    cut = stage.nodes[1]
    yield f"node {cut.number} cut off", lambda: stage.world.cut(cut.number), lambda: stage.world.mend(cut.number)
    yield "PostgreSQL killed", lambda: _kill(stage.postgres), stage.postgres.start
    for name in stage.parts:
        yield f"{name} killed", lambda name=name: stage.world.kill(name), lambda name=name: stage.begin(name)  # type: ignore[misc]
