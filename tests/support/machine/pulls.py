"""Power cuts of a terminal: what it is doing when the power goes, what it told people before, and what is found after.

One disk lives through all of them, as in a hall. After each, the data partition is looked at by this machine's e2fsck and
SQLite, on a copy, before anything has repaired it; then the terminal is switched on again and asked.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
from support.citizen import Citizen, Upstream
from support.hall import GlassByHttp, Hall, until
from support.machine.booted import Shell
from support.machine.disk import Disk
from support.machine.programs import Publisher

from devices.virtual.rig import Rig

NUMBER = re.compile(r"[0-9]{12}[0-9A-Z]{6}[0-9]{4}[0-9A-Z]")
UNHURT = (0, 1)
"""e2fsck's exit codes for clean, and for a journal that was played back."""


class Place(Protocol):
    """:class:`support.machine.in_a_container.ContainerPlace`, :class:`support.machine.place.Place`."""

    hall: Hall
    disk: Disk
    patience: float

    def glass(self) -> GlassByHttp: ...

    def painted(self, since: float = 0.0) -> bool: ...


class OverError(Exception):
    """The power went."""


class Visit(threading.Thread):
    """A citizen who goes on until the terminal is gone. ``submitting``: set at the tap that hands in."""

    def __init__(self, place: Place, numbers: set[str]) -> None:
        super().__init__(name="citizen", daemon=True)
        self._place = place
        self._numbers = numbers
        self.patience = place.patience
        self.submitting = threading.Event()
        self.over = threading.Event()
        self.stopped: Exception | None = None

    def glass(self) -> GlassByHttp:
        return self._place.glass()

    @property
    def rig(self) -> Rig:
        if self.over.is_set():
            raise OverError
        return self._place.hall.rig

    def run(self) -> None:
        try:
            while True:
                self._once()
        # The screen went dark, or shows what none was waiting for. RuntimeError: httpx's, for a client that was closed.
        except (OverError, httpx.HTTPError, RuntimeError, AssertionError) as error:
            self.stopped = error

    def _once(self) -> None:
        citizen = Citizen(self).reviewed()  # type: ignore[arg-type]
        self.submitting.set()
        citizen.glass.do("submit").see("receipt")
        found = NUMBER.search(re.sub(r"[\s-]|<[^>]+>", "", citizen.glass.html))
        assert found, citizen.glass.html
        self._numbers.add(found.group(0))
        citizen.took_receipt().glass.do("rate", level="5")
        citizen.left()


class Pulls:
    """``told``: numbers of cases people were told are in. ``visit``: seconds one takes here, about; ``update``: from the
    publication to a program that stands.
    """

    def __init__(self, place: Place, publisher: Publisher, chance: random.Random, *, visit: float, update: float) -> None:
        self.told: set[str] = set()
        self.acts: tuple[Callable[[Shell], None], ...] = (
            self.in_a_visit,
            self.handing_in,
            self.while_sending,
            self.in_an_update,
            self.starting,
        )
        self._place, self._publisher, self._chance = place, publisher, chance
        self._visit, self._update = visit, update
        self._standing: Visit | None = None

    def in_a_visit(self, machine: Shell) -> None:
        """Anywhere between the first touch and the last, or in the next one."""
        self._citizen()
        self._wait(1.2 * self._visit)

    def handing_in(self, machine: Shell) -> None:
        """From the last touch to some time after the receipt."""
        citizen = self._citizen()
        self._until(citizen, lambda: citizen.submitting.is_set(), "the last touch")
        self._wait(0.3 * self._visit)

    def while_sending(self, machine: Shell) -> None:
        """The broker was away; it comes back, and everything that waited is sent."""
        self._place.hall.kill("broker")
        before = len(self.told)
        citizen = self._citizen()
        self._until(citizen, lambda: len(self.told) > before, "a case that waits")
        self._place.hall.start("broker")
        self._wait(0.5 * self._visit)

    def in_an_update(self, machine: Shell) -> None:
        """Fetched, unpacked, switched, tried: somewhere in there."""
        self._publisher.publish()
        self._wait(self._update)

    def starting(self, machine: Shell) -> None:
        """While the service comes up."""
        machine.run("systemctl --no-block restart tongban-terminal")
        self._wait(0.5 * self._visit)

    def over(self) -> None:
        """After the cut, the terminal off: whoever stood there goes, and takes along what lies about."""
        if self._standing is not None:
            self._standing.over.set()
            self._standing.join(60)
            assert not self._standing.is_alive(), "the citizen does not go"
            self._standing = None
        rig = self._place.hall.rig
        rig.reader().lift()
        rig.camera().clear_desk()
        rig.printer().tear()

    def arrived(self) -> None:
        """``AssertionError``: the centre has not got everything."""
        until(lambda: self.told <= at_the_centre(self._place), "every case arrives", self._place.patience)

    def kept(self, found: Found) -> None:
        assert self.told <= at_the_centre(self._place) | found.cases, "a case that was handed in is nowhere"

    def _citizen(self) -> Visit:
        self._standing = Visit(self._place, self.told)
        self._standing.start()
        return self._standing

    def _until(self, citizen: Visit, happened: Callable[[], bool], what: str) -> None:
        until(lambda: happened() or citizen.stopped, what, self._place.patience * 2)
        assert citizen.stopped is None, citizen.stopped

    def _wait(self, most: float) -> None:
        time.sleep(self._chance.uniform(0, most))


@dataclass(frozen=True)
class Found:
    """On the disk as the cut left it. ``fsck``: e2fsck's exit code; ``cases``: their numbers, of those the terminal has not
    forgotten; ``programs``: what lies in the folder of updates."""

    fsck: int
    cases: frozenset[str] = frozenset()
    programs: str = "none"


def looked_at(disk: Disk, start: int, size: int, folder: Path) -> Found:
    """The data partition, ``size`` bytes from ``start``. ``AssertionError``: the file system would need a person, the database
    is damaged."""
    raw = folder / "data.img"
    with raw.open("wb") as file:
        file.truncate(size)
        for at in range(0, size, 2**20):
            if (piece := disk.read(start + at, 2**20)).count(0) < 2**20:
                file.seek(at)
                file.write(piece)
    first = subprocess.run(["e2fsck", "-f", "-p", raw], capture_output=True, text=True, check=False)
    assert first.returncode in UNHURT, first.stdout
    again = subprocess.run(["e2fsck", "-f", "-n", raw], capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout
    mounted = folder / "data"
    mounted.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", raw, mounted], check=True)
    try:
        database = mounted / "store" / "terminal.db"
        if not database.exists():
            return Found(first.returncode)
        programs = " ".join(sorted(path.name for path in (mounted / "programs").iterdir()))
        with closing(sqlite3.connect(database)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            cases = frozenset(str(number) for (number,) in db.execute("SELECT number FROM office_case"))
    finally:
        subprocess.run(["umount", mounted], check=True)
        raw.unlink()
    return Found(first.returncode, cases, programs or "none")


def at_the_centre(place: Place) -> set[str]:
    return {str(number) for (number,) in Upstream(place.hall).rows("SELECT number FROM cases")}


def note(line: str) -> None:
    """Told now, and kept where ``TONGBAN_PULLS_LOG`` says."""
    print(line, flush=True)
    if path := os.environ.get("TONGBAN_PULLS_LOG"):
        with Path(path).open("a", encoding="utf-8") as log:
            log.write(line + "\n")
