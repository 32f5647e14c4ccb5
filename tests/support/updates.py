"""Programs to update to, as a publisher makes them, and a terminal's folder of programs with the real launcher over it.

The programs are small: a ``kiosk/cli.py`` and what says which databases it reads. The launcher, the folder, archives, signatures
and databases are the real ones.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass, field
from datetime import date
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.orders import Floor

from domain.program.manifest import Manifest, public_hex, sign
from kiosk.clock import Clock
from kiosk.orders.wanted import Progress
from kiosk.program.archive import pack
from kiosk.program.choosing import machine
from kiosk.program.place import Programs, Stood
from kiosk.program.updating import Means, Updater

LAUNCHER = Path(__file__).parents[2] / "systemd" / "launcher" / "tongban"
PUBLISHER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = (public_hex(PUBLISHER),)


def tree(folder: Path, version: str, store: int = 6) -> Path:
    """A program as it is packed: it says who it is, and reads databases up to ``store``."""
    kiosk = folder / "site" / "kiosk"
    (kiosk / "store").mkdir(parents=True)
    (kiosk / "staff").mkdir()
    (kiosk / "__init__.py").touch()
    (kiosk / "cli.py").write_text(f'VERSION = "{version}"\n\n\ndef main():\n    print(VERSION, flush=True)\n')
    (kiosk / "store" / "db.py").write_text(f"VERSION = {store}\n")
    (kiosk / "staff" / "memory.py").write_text("VERSION = 2\n")
    return folder


@dataclass(frozen=True)
class Made:
    """An archive and its signed manifest."""

    archive: Path
    manifest: Manifest
    signed: str


def made(folder: Path, version: str, store: int = 6, **changed: Any) -> Made:
    """Packed and signed; ``changed``: fields of the manifest that say otherwise than is so."""
    return packed_as(folder, tree(folder / f"tree-{version}-{store}", version, store), version, store, **changed)


def packed_as(folder: Path, source: Path, version: str, store: int = 6, **changed: Any) -> Made:
    """As :func:`made`, of a tree that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{version}-{store}.tar.xz"
    packed = pack(source, archive)
    arch, python = machine()
    fields = {
        "v": 1,
        "version": version,
        "arch": arch,
        "python": python,
        "sha256": packed.sha256,
        "size": packed.size,
        "unpacked": packed.unpacked,
        "files": packed.files,
        "stores": {"terminal.db": store, "staff.db": 2},
        "made": date(2026, 11, 26),
    }
    manifest = Manifest(**{**fields, **changed})
    return Made(archive, manifest, sign(manifest, PUBLISHER))


class SetClock(Clock):
    """Monotonic time is what a test says."""

    def __init__(self) -> None:
        self.at = 1000.0

    def monotonic(self) -> float:
        return self.at


@dataclass
class Box:
    """A machine: a read-only factory, a folder of programs, a data folder. Nothing of it is in memory: any process may go on."""

    folder: Path
    floor: Floor = field(default_factory=Floor)
    clock: SetClock = field(default_factory=SetClock)
    left: int = 0
    busy: str = ""
    stood: Stood = field(default_factory=Stood)

    def __post_init__(self) -> None:
        self.programs.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(exist_ok=True)
        if not self.factory.exists():
            tree(self.factory, "1.0")

    @property
    def programs(self) -> Path:
        return self.folder / "programs"

    @property
    def factory(self) -> Path:
        return self.folder / "factory"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def launcher(self) -> ModuleType:
        loader = SourceFileLoader("launcher", str(LAUNCHER))
        spec = spec_from_loader("launcher", loader)
        assert spec is not None
        module = module_from_spec(spec)
        loader.exec_module(module)
        module.PROGRAMS, module.FACTORY = self.programs, self.factory  # type: ignore[attr-defined]
        module.signal = _NoAlarm()  # type: ignore[attr-defined]
        return module

    def start(self) -> Programs:
        """What the launcher starts as ``tongban run``; it lies there whole."""
        version = self.launcher().chosen(["run"])
        started = self.running(version)
        assert started.lies(version), version
        return started

    def running(self, version: str | None) -> Programs:
        site = (self.programs / version if version else self.factory) / "site"
        return Programs(self.programs, self.factory, site.resolve())

    def updater(self, programs: Programs, archives: dict[str, Path]) -> Updater:
        """Of the program that runs there; archives come from ``archives``, by their digest."""

        def fetch(manifest: Manifest, path: Path, _wait: object) -> None:
            path.write_bytes(archives[manifest.sha256].read_bytes())

        def leave() -> None:
            self.left += 1

        means = Means(fetch, lambda: self.busy, lambda: self.stood, self.data, 0, leave)
        own = programs.running or "1.0"
        return Updater(programs, KEYS, own, self.floor, means, self.clock)

    def database(self, version: int, said: str) -> None:
        """What a program of this version does when it starts and works: the schema goes up, something is written."""
        db = sqlite3.connect(self.data / "terminal.db")
        with db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE IF NOT EXISTS said (what TEXT)")
            db.execute("INSERT INTO said VALUES (?)", (said,))
            db.execute(f"PRAGMA user_version = {version}")
        db.close()

    def said(self) -> tuple[int, list[str]]:
        db = sqlite3.connect(self.data / "terminal.db")
        found = db.execute("PRAGMA user_version").fetchone()[0], [what for (what,) in db.execute("SELECT what FROM said")]
        db.close()
        return found


class _NoAlarm:
    def alarm(self, _seconds: int) -> None:
        pass


def until_left(box: Box, updater: Updater, rev: int, signed: tuple[str, ...], rounds: int = 2000) -> Progress:
    """The looks of a terminal where nobody is, until the program ends for the next, or there is nothing more to wait for."""
    for _ in range(rounds):
        found = updater.look(rev, signed, True)
        if found.state != "waiting" or found.why == "program_trial":
            return found
        if found.why == "program_waits":
            box.clock.at += 61.0
        else:
            time.sleep(0.01)
    raise AssertionError(found)
