"""One world: a broker, a centre and two terminals, each a real process with a disk of its own, joined by links that can be cut.

The broker stands at the crossing; terminals and centre hang on it by a link (veth) each. Disks are tmpfs of fixed size: a full one
is full, but what ``fsync`` is worth on a real one is not shown here.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.authority import identity
from support.broker import MOSQUITTO

from chaos import namespaces, terminal
from chaos.namespaces import ip
from chaos.plan import BROKER, CENTRE, TERMINALS, Fault, Plan
from fleet.authority.authority import Authority
from fleet.authority.broker import write_configuration
from fleet.authority.keys import Folder
from fleet.centre import Centre
from fleet.settings import AuthoritySettings, BrokerSettings, CentreSettings, HomeEntry, Listen, TerminalEntry
from mqtt.connection import Broker

PLACES = {CENTRE: 2, TERMINALS[0]: 3, TERMINALS[1]: 4}
CROSSING = "10.77.0.1"
BROKER_PORT, API_PORT = 8883, 8443
DISK, CENTRE_DISK = 24 * 1024 * 1024, 48 * 1024 * 1024
_RESTART = 0.2
"""Seconds after which a process that ended by itself is started again, as systemd would."""


def address(name: str) -> str:
    return f"10.77.{PLACES[name]}.2"


@dataclass
class _Process:
    start: Callable[[], int]
    pid: int = 0
    again_at: float | None = 0.0
    """When it is to be started; ``None`` while it runs."""


@dataclass
class World:
    """Made once for many runs. ``folder``: for what is not on one of the world's disks."""

    folder: Path
    rival: str | None = None
    processes: dict[str, _Process] = field(default_factory=dict)
    ended_by_themselves: int = 0

    def __post_init__(self) -> None:
        namespaces.new_world()
        self.places = {name: namespaces.place() for name in PLACES}
        ip("address", "add", f"{CROSSING}/32", "dev", "lo")
        for name, pid in self.places.items():
            n = PLACES[name]
            ip("link", "add", f"to{n}", "type", "veth", "peer", "name", "eth0", "netns", str(pid))
            ip("address", "add", f"10.77.{n}.1/30", "dev", f"to{n}")
            ip("link", "set", f"to{n}", "up")
            inside = ("nsenter", "--net", "--target", str(pid))
            for words in (
                f"ip address add {address(name)}/30 dev eth0",
                "ip link set eth0 up",
                f"ip route add default via 10.77.{n}.1",
            ):
                namespaces.run(*inside, *words.split())
            namespaces.disk(self.disk(name), CENTRE_DISK if name == CENTRE else DISK)
        self.authority = self._authority()
        self.tls = {name: identity(self.authority, name) for name in TERMINALS}

    def disk(self, name: str) -> Path:
        return self.folder / "disks" / name

    def ledger(self, name: str) -> Path:
        return self.folder / f"{name}.ledger"

    def clock(self, name: str) -> Path:
        return self.folder / f"{name}.clock"

    def begin(self, plan: Plan) -> None:
        """Everything new, and started."""
        for name in PLACES:
            for old in self.disk(name).iterdir():
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.rmtree(self.folder / "mosquitto", ignore_errors=True)
        for log in self.folder.glob("*.log"):
            log.unlink()
        configuration = write_configuration(self.folder / "mosquitto", self.authority, port=BROKER_PORT, user="root")
        for n, name in enumerate(TERMINALS):
            self.ledger(name).write_text("")
            self.clock(name).write_text("0")
            spec = terminal.Spec(
                name=name,
                code=f"K0{n + 1}",
                data=self.disk(name),
                ledger=self.ledger(name),
                clock=self.clock(name),
                broker=Broker(CROSSING, BROKER_PORT, self.tls[name]),
                centre=f"https://{address(CENTRE)}:{API_PORT}",
                tls=self.tls[name],
                visits=plan.visits[name],
                reserve=plan.reserve,
                rival=self.rival,
            )
            self._add(name, lambda spec=spec: terminal.run(spec))  # type: ignore[misc]
        self._add(CENTRE, lambda: _centre(self._centre_settings()))
        self._add(BROKER, lambda: os.execv(MOSQUITTO, [MOSQUITTO, "-c", str(configuration)]))
        self.tend(time.monotonic())

    def inflict(self, fault: Fault, now: float) -> Callable[[], None] | None:
        """Do it; what makes it good again."""
        match fault.kind:
            case "kill":
                self._kill(fault.who, now + fault.lasts)
            case "cut":
                link = f"to{PLACES[fault.who]}"
                ip("link", "set", link, "down")
                return lambda: ip("link", "set", link, "up")
            case "full":
                filler = self.disk(fault.who) / "filler"
                _fill(filler)
                return lambda: filler.unlink(missing_ok=True)
            case "clock":
                clock = self.clock(fault.who)
                aside = clock.with_suffix(".new")
                aside.write_text(str(int(clock.read_text()) + fault.jump))
                aside.rename(clock)
        return None

    def tend(self, now: float) -> None:
        """Start what is due; notice what has ended by itself."""
        for process in self.processes.values():
            if process.again_at is None and os.waitpid(process.pid, os.WNOHANG)[0]:
                self.ended_by_themselves += 1
                process.again_at = now + _RESTART
            if process.again_at is not None and now >= process.again_at:
                process.pid, process.again_at = process.start(), None

    def end(self) -> None:
        for name in self.processes:
            self._kill(name, float("inf"))
        self.processes.clear()

    def close(self) -> None:
        for pid in self.places.values():
            os.kill(pid, signal.SIGKILL)
        for name in self.places:
            namespaces.run("umount", "--lazy", str(self.disk(name)))

    def _add(self, name: str, what: Callable[[], None]) -> None:
        log = self.folder / f"{name}.log"
        self.processes[name] = _Process(lambda: namespaces.start(what, log, self.places.get(name)))

    def _kill(self, name: str, again_at: float) -> None:
        process = self.processes[name]
        if process.again_at is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            os.waitpid(process.pid, 0)
        process.again_at = again_at

    def _authority(self) -> Folder:
        folder, now = Folder(self.folder / "authority"), datetime.now(UTC)
        names = (CROSSING, address(CENTRE))
        folder.keep_servers(folder.make(names, now - timedelta(days=1)), names, now)
        books = Authority(folder, ())
        books.write_revoked()
        books.close()
        return folder

    def _centre_settings(self) -> CentreSettings:
        return CentreSettings(
            data=self.disk(CENTRE) / "data",
            authority=AuthoritySettings(self.authority.path, (CROSSING, address(CENTRE))),
            broker=BrokerSettings(CROSSING, BROKER_PORT),
            api=Listen(API_PORT, address(CENTRE)),
            console=Listen(0),
            terminals=tuple(TerminalEntry(name, name) for name in TERMINALS),
            homes=(HomeEntry("demo-jia", "示范甲市"),),
        )


def _centre(settings: CentreSettings) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    Centre(settings, terminal.QUICK).start()
    while True:
        time.sleep(3600)


def _fill(filler: Path) -> None:
    """Not a byte is left, also where others go on writing for a moment."""
    with filler.open("ab", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
