"""A week without the broker: what a terminal has taken in by then, and what it is like to start, to serve and to drain."""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from support.citizen import Citizen
from support.hall import Hall, hall, until
from support.stores import HOME, Shelf, new_case

from devices.port import PrintOutcome
from domain import sealing
from kiosk.clock import Clock
from kiosk.store.room import Room
from kiosk.visit.state import Rated
from mqtt.events import DeviceTrouble

SUBMITS = 40
REPORT = "cn.tongban.device.trouble.v1"
PATIENCE = 3600.0


@dataclass(frozen=True)
class Size:
    """``pages`` of ``page`` bytes a case; ``reports``: changes of a device's trouble."""

    cases: int = 5000
    pages: int = 4
    page: int = 100_000
    reports: int = 100_000


@dataclass
class Figures:
    """Seconds. ``start`` and ``submit``: empty and full, medians. ``early``: reports the centre stored before the week's last
    case.
    """

    start: tuple[float, float]
    submit: tuple[float, float]
    days: float | None
    cases_there: float = 0
    events_there: float = 0
    documents_there: float = 0
    early: int = 0
    stored: tuple[int, ...] = ()
    """Cases, ratings, documents and dead letters at the centre in the end."""
    live: list[float] = field(default_factory=list)
    """From a citizen's tap on 提交 to the centre's commit, while the week is drained."""


class WeekClock(Clock):
    """Civil time as the week goes by."""

    def __init__(self, began: datetime) -> None:
        self.at = began

    def now(self) -> datetime:
        return self.at.replace(microsecond=0)


def spend(folder: Path, size: Size) -> None:
    """Seven days until now, through the real store, with ``fsync`` switched off while it is made."""
    clock = WeekClock(Clock().now() - timedelta(days=7))
    step = timedelta(days=7) / size.cases
    shelf = Shelf(folder, clock)
    shelf.database.rows("PRAGMA synchronous = OFF")
    with patch("os.fsync"):
        for n in range(size.cases):
            visit = f"week-{n}"
            pages = tuple(shelf.store.keep_page(visit, sealing.seal(os.urandom(size.page), (HOME,))) for _ in range(size.pages))
            case = shelf.store.take_case(new_case(visit, pages)).case
            shelf.journal.sending(case, 1)
            shelf.journal.ended(case, 1, PrintOutcome.PRINTED, None)
            shelf.rate(case, Rated(5, "pad"))
            shelf.store.end_visit(visit, "done", True, 0, ())
            told = size.reports * (n + 1) // size.cases - size.reports * n // size.cases
            shelf.outbox.report(clock.now(), [DeviceTrouble("printer", ("paper_out", None)[k % 2]) for k in range(told)], room=True)
            clock.at += step
    shelf.close()
    os.sync()


def measure(folder: Path, size: Size) -> Figures:
    """Everything real: terminal, broker and centre are processes of their own, visits go through the screen."""
    with hall(folder / "hall", "broker") as one:
        one.stop("broker")
        data = one.layout.base / "terminal"
        empty = [_started(one) for _ in range(3)]
        shutil.rmtree(data)
        spend(data, size)
        full = [_started(one) for _ in range(3)]
        submits, days = _submits(folder / "empty", data)
        figures = Figures((statistics.median(empty), statistics.median(full)), submits, days)
        _drain(one, figures)
    return figures


def _started(one: Hall) -> float:
    seconds = _seconds(lambda: one.start("terminal"))
    one.stop("terminal")
    return seconds


def _submits(empty: Path, full: Path) -> tuple[tuple[float, float], float | None]:
    shelves = Shelf(empty), Shelf(full)
    took: tuple[list[float], list[float]] = ([], [])
    for n in range(SUBMITS):  # side by side: a noisy neighbour hits both
        for shelf, seconds in zip(shelves, took, strict=True):
            case = new_case(f"measured-{n}")
            drawn = shelf.store.draw_up(case)
            seconds.append(_seconds(partial(shelf.store.take_case, case, drawn)))
    days = Room(full, shelves[1].database, 512 * 2**20).days(Clock().now().date())
    for shelf in shelves:
        shelf.close()
    return (statistics.median(took[0]), statistics.median(took[1])), days


def _drain(one: Hall, figures: Figures) -> None:
    terminal, centre = one.layout.base / "terminal" / "terminal.db", one.layout.base / "centre" / "centre.db"
    ((last,),) = _ask(terminal, "SELECT number FROM office_case ORDER BY sequence DESC LIMIT 1")
    one.start("broker", "centre", "terminal")
    began = time.time()

    def arrived(number: str) -> float:
        """When the centre stored it, by the centre's clock; one clock here."""
        until(lambda: _ask(centre, "SELECT 1 FROM cases WHERE number = ?", number), "the case arrives", PATIENCE)
        return float(_ask(centre, "SELECT received FROM cases WHERE number = ?", number)[0][0])

    def visit() -> None:
        citizen = Citizen(one).reviewed()
        tapped = time.time()
        citizen.glass.do("submit").see("receipt")
        ((number,),) = _ask(terminal, "SELECT number FROM office_case ORDER BY sequence DESC LIMIT 1")
        figures.live.append(arrived(number) - tapped)
        citizen.took_receipt().left()

    visit()
    cases_at = arrived(last)
    visit()
    until(lambda: _ask(terminal, "SELECT count(*) FROM outbox") == [(0,)], "every event is confirmed", PATIENCE)
    ((events_at,),) = _ask(centre, "SELECT max(received) FROM events WHERE type = ?", REPORT)
    visit()
    until(lambda: _ask(terminal, "SELECT count(*) FROM document") == [(0,)], "every document is there", PATIENCE)
    figures.cases_there, figures.events_there, figures.documents_there = cases_at - began, events_at - began, time.time() - began
    ((figures.early,),) = _ask(centre, "SELECT count(*) FROM events WHERE type = ? AND received < ?", REPORT, cases_at)
    figures.stored = tuple(
        _ask(centre, f"SELECT count(*) FROM {table}")[0][0] for table in ("cases", "ratings", "documents", "dead_letters")
    )


def _ask(path: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as db:
        return db.execute(query, values).fetchall()


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
