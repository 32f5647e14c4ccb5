"""Whatever happens in whatever order to a terminal that is to take programs: what starts is whole, what did not stand never stays,
what was good is reached in the end, and no database of a newer program is left to an older one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.updates import Box, Made, made

from kiosk.orders.wanted import Progress
from kiosk.program import updating
from kiosk.program.place import Programs

GOOD, BAD, CRASHES, FALLS = "good", "bad archive", "crashes", "falls"
KINDS = {"1.1": GOOD, "1.2": CRASHES, "1.3": BAD, "1.4": FALLS, "1.5": GOOD}
EVENTS = st.sampled_from(["power cut", "visit begins", "visit ends", "looks", "looks", "looks", "the next is wanted", "asked anew"])


class Hall:
    """One terminal, and what is wanted of it. Every program reads one version more of the database than the one before it."""

    def __init__(self, folder: Path, several: dict[str, Made]) -> None:
        self.box = Box(folder)
        self.several = several
        self.wanted = 0
        self.box.database(6, "old")
        self.said: dict[int, Progress] = {}
        self.starts(self.box.start())

    @property
    def one(self) -> Made:
        return list(self.several.values())[self.wanted]

    def starts(self, programs: Programs) -> None:
        """A start and what comes of it, until a program runs on; the service manager starts what has ended."""
        for _ in range(20):
            self.box.database(_reads(programs), programs.running or "old")
            trial = programs.trial()
            kind = KINDS.get(programs.running or "", GOOD)
            if trial is None or kind is GOOD:
                programs.stand()
                break
            if kind is FALLS:
                programs.fail("program_falls")
            programs = self.box.start()
        else:
            raise AssertionError("never comes up")
        self.programs = programs
        self.updater = self.box.updater(programs, {one.manifest.sha256: one.archive for one in self.several.values()})
        assert KINDS.get(programs.running or "", GOOD) is GOOD, f"{programs.running} stayed"
        assert self.box.said()[0] <= _reads(programs), "an older program with a newer one's database"

    def does(self, event: str) -> None:
        match event:
            case "power cut":
                self.updater.stop()
                self.starts(self.box.start())
            case "visit begins" | "visit ends":
                self.box.floor.busy = event == "visit begins"
            case "the next is wanted":
                self.wanted = min(self.wanted + 1, len(self.several) - 1)
            case "asked anew":
                self.updater.again()
                self.said.pop(self.wanted, None)
            case "looks":
                self.looks()

    def looks(self) -> None:
        if self.wanted in self.said:  # told once; until asked anew
            return
        self.box.clock.at += 61
        found = self.updater.look(self.wanted + 1, (self.one.signed,), True)
        while found.why in ("program_fetching", "program_unpacking"):
            assert self.updater._job is not None
            self.updater._job._thread.join(10)
            found = self.updater.look(self.wanted + 1, (self.one.signed,), True)
        if found.why == "program_trial":
            assert self.box.floor.idle, "somebody was interrupted"
            self.starts(self.box.start())
        elif found.state != "waiting":
            self.said[self.wanted] = found
            good = KINDS[self.one.manifest.version] is GOOD
            assert (found.state == "applied") == good or found.why == "program_older", (self.one.manifest.version, found)


def _reads(programs: Programs) -> int:
    return 6 if programs.running is None else 6 + int(programs.running.rpartition(".")[2])


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    folder = tmp_path_factory.mktemp("made")
    changed = {version: {"unpacked": 10} if kind is BAD else {} for version, kind in KINDS.items()}
    return {version: made(folder, version, store=7 + n, **changed[version]) for n, version in enumerate(KINDS)}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS, max_size=20))
def test_in_any_order(
    several: dict[str, Made], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, events: list[str]
) -> None:
    monkeypatch.setattr(updating, "_compile", lambda _site: None)
    hall = Hall(tmp_path_factory.mktemp("hall"), several)
    for event in events:
        hall.does(event)
    hall.wanted = len(several) - 1
    for event in ("asked anew", "visit ends", *["looks"] * 4):
        hall.does(event)
    assert hall.programs.running == "1.5"
    assert hall.box.said()[1][0] == "old"
