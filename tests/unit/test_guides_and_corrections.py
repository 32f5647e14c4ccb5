"""The middle's part of what is open to anyone: paper between visits only, and errors in the catalogue that are not lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from devices.port import DeviceState, Life, PrintEnded, PrintJob, PrintOutcome
from domain.catalogue.catalogue import load
from kiosk.clock import Clock
from kiosk.corrections import CorrectionDesk
from kiosk.guides import AN_HOUR, GuideDesk
from kiosk.store.db import Database
from kiosk.visit.snapshot import Hall

GUIDE = ("demo-jia", "UNEMP-REG", "UNEMP-1")


class Stage:
    """A middle with or without a visit."""

    catalogue = load()
    hall = Hall("K01", "示范三县", "示范三县政务服务中心", "0800-123-4567", "12345")
    idle = True

    def between(self, action: Callable[[], None]) -> bool:
        if self.idle:
            action()
        return self.idle


class Printer:
    name = "printer"
    life = Life.READY

    def __init__(self) -> None:
        self.jobs: list[PrintJob] = []

    def state(self) -> DeviceState:
        return DeviceState(self.name, self.life, proof_at=0.0)

    def print(self, job: PrintJob) -> None:
        self.jobs.append(job)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock()


def test_one_guide_at_a_time_and_not_more_in_an_hour_than_paper_bears(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(Clock, "monotonic", lambda _self: now)
    stage, printer = Stage(), Printer()
    desk = GuideDesk(stage, printer, clock)  # type: ignore[arg-type]
    for _ in range(AN_HOUR):
        job = desk.print(*GUIDE)
        assert job is not None
        assert (desk.paper(job), desk.print(*GUIDE)) == ("printing", None)
        assert desk.ended(PrintEnded(job, 1, PrintOutcome.PRINTED, None))
        assert desk.paper(job) == "printed"
    assert desk.print(*GUIDE) is None
    now += 3601
    assert desk.print(*GUIDE) is not None


def test_no_guide_during_a_visit_of_nothing_known_or_without_a_printer(clock: Clock) -> None:
    stage, printer = Stage(), Printer()
    desk = GuideDesk(stage, printer, clock)  # type: ignore[arg-type]
    stage.idle = False
    assert desk.print(*GUIDE) is None
    stage.idle = True
    assert desk.print("demo-jia", "UNEMP-REG", "nothing") is None
    printer.life = Life.FAULTED
    assert desk.print(*GUIDE) is None
    assert printer.jobs == []


def test_what_a_printer_says_of_a_case_is_not_taken_for_a_guides(clock: Clock) -> None:
    desk = GuideDesk(Stage(), Printer(), clock)  # type: ignore[arg-type]
    assert not desk.ended(PrintEnded("511381261122K01RRK00018", 1, PrintOutcome.PRINTED, None))
    assert desk.ended(PrintEnded("slip-0123456789abcdef", 1, PrintOutcome.SPOILT, "paper_out")), "of a run before"
    assert desk.paper("slip-0123456789abcdef") is None


def test_a_correction_is_in_the_outbox_before_the_page_says_so_and_a_full_disk_is_told(tmp_path: Path, clock: Clock) -> None:
    database, told = Database(tmp_path / "terminal.db"), []
    desk = CorrectionDesk(database, clock, lambda: "demo-0.2", lambda: told.append("committed"))
    assert desk.report(*GUIDE, "limit", "承诺时限已经改成 5 个工作日")
    ((kind, data),) = database.rows("SELECT type, data FROM outbox")
    assert (kind, "demo-0.2" in str(data), told) == ("ItemError", True, ["committed"])
    assert database.rows("SELECT event FROM audit") == [("item_error_reported",)]
    assert not desk.report(*GUIDE, "limit", "长" * 300), "the centre would refuse it"
    assert len(database.rows("SELECT 1 FROM outbox")) == 1
    database.close()
