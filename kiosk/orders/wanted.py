"""What the centre wants this terminal to have: believed, fetched, checked, and switched to as a whole between two visits.

::

    fetch ─▶ ready ─▶ applied          a newer revision begins at fetch again, wherever the older one stood
      │        │ (waits: a visit runs, or not its time)
      └────────┴─▶ refused             what is held stays held: no body that failed a check ever takes the place of a good one

The switch is one transaction (which body is held) and one new standing, both while no visit can begin. What is held is checked
again at every start; one that is damaged gives way to the one before it, and to the terminal's own after that.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue
from types import MappingProxyType
from typing import Any, Literal, Protocol

from msgspec import Struct

from kiosk.clock import Clock
from kiosk.orders.book import Book, Row
from kiosk.orders.fetch import DamagedError, NotFetchedError
from kiosk.orders.shelf import RefusedError, Shelf, put
from kiosk.orders.trust import Trust
from kiosk.standing import Parts, Stage, offered, passed, shown
from mqtt.desired import Notice
from mqtt.wire import ContractError, Wanted

log = logging.getLogger(__name__)

LOOK = 0.5
_FIRST, _MOST = 2.0, 300.0
"""Seconds until a body that did not come is asked for again; doubled each time, jittered: a fleet asks for the same one."""
_PATIENCE = 60.0
_QUEUE = 100
AT_ONCE: tuple[Wanted, ...] = ("accounts",)
"""Nothing of a visit rests on these, and who was locked out is not to stay for the length of one."""


class Refreshed(Struct, frozen=True):
    """How a kind stands after it was asked for anew. ``state``: as reported, or ``fetch`` where it did not come."""

    what: Wanted
    state: str
    why: str | None


class Progress(Struct, frozen=True):
    """How far a kind that takes long is. ``why``: code of what it waits for, or of why it is refused."""

    state: Literal["applied", "waiting", "refused"]
    why: str = ""
    detail: str = ""


class Taking(Protocol):
    """A kind that is not switched to in a moment, and is held elsewhere than here: asked at every round how far it is."""

    def look(self, rev: int, found: Any, due: bool) -> Progress:
        """``due``: its time has come. Never waits."""

    def holds(self, found: Any) -> bool:
        """Whether that is what there is."""

    def again(self) -> None:
        """What was refused is to be tried anew."""


@dataclass(frozen=True, slots=True)
class _Refresh:
    what: tuple[Wanted, ...]
    reply: Future[list[Refreshed]] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Heard:
    order: bytes = field(repr=False)
    retained: bool


class _Stop:
    pass


class WantedDocuments:
    """One thread. ``fetch`` gets (sha256, size, path) of a body; ``news``: there is something for the centre in the outbox;
    ``slow``: who takes a kind that is not switched to here.
    """

    def __init__(
        self,
        book: Book,
        trust: Trust,
        stage: Stage,
        parts: Parts,
        shelf: Shelf,
        fetch: Callable[[str, int, Path], None],
        clock: Clock,
        news: Callable[[], None],
        slow: Mapping[Wanted, Taking] = MappingProxyType({}),
    ) -> None:
        self._slow = slow
        self._proven: set[Wanted] = set()
        self._book = book
        self._trust = trust
        self._stage = stage
        self._parts = parts
        self._shelf = shelf
        self._fetch = fetch
        self._clock = clock
        self._news = news
        self._again: dict[Wanted, tuple[float, float]] = {}
        self._ready: dict[tuple[Wanted, int], Any] = {}
        self._stood = self._by_the_clock()
        self._notes: SimpleQueue[_Heard | _Refresh | _Stop] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="wanted", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._notes.put(_Stop())
        if self._thread.is_alive():
            self._thread.join(2.0)

    def hear(self, order: bytes, *, retained: bool) -> None:
        """A pointer as it came. Any thread."""
        if self._notes.qsize() < _QUEUE:
            self._notes.put(_Heard(order, retained))

    def refresh(self, what: tuple[Wanted, ...]) -> list[Refreshed]:
        """Try anew now, whatever was refused or is being waited for; how each kind that is wanted stands then."""
        asked = _Refresh(what)
        self._notes.put(asked)
        try:
            return asked.reply.result(_PATIENCE)
        except TimeoutError:
            return [Refreshed(one, "fetch", "not_fetched") for one in what]

    def round(self) -> None:
        """Whatever can be done now. Called by the thread; without one, by whoever has none."""
        for row in self._book.wanted():
            self._advance(row)
        self._time_passes()

    def _run(self) -> None:
        while True:
            try:
                note = self._notes.get(timeout=LOOK)
            except Empty:
                note = None
            if isinstance(note, _Stop):
                return
            try:
                self._take(note)
                self.round()
            except Exception:
                # The disk may fail; what is held is untouched, and the next round tries again.
                log.exception("wanted: a round failed")
            finally:
                if isinstance(note, _Refresh):
                    note.reply.set_result(self._standing(note.what))

    def _take(self, note: _Heard | _Refresh | None) -> None:
        match note:
            case _Heard(order=order, retained=retained):
                self.heard(order, retained=retained)
            case _Refresh(what=what):
                for row in self._book.wanted():
                    if row.what in what and row.stage in ("fetch", "refused"):
                        if row.what in self._slow:
                            self._slow[row.what].again()
                        self._again.pop(row.what, None)
                        self._book.stage(row, "fetch")
            case None:
                pass

    def heard(self, order: bytes, *, retained: bool) -> None:
        """Believe a pointer, or count why not. On the thread."""
        try:
            desired = self._trust.desired(order)
            row = next((one for one in self._book.wanted() if one.what == desired.what), None)
            if row is not None and desired.rev < row.rev:
                if retained:
                    return  # a broker that was killed may keep what was wanted before
                raise ContractError("revision is older than the one held")
        except ContractError as refused:
            log.warning("what is wanted was refused: %s", refused)
            if self._book.refuse("desired", str(refused)):
                self._news()
            return
        if row is not None and desired.rev == row.rev:
            if row.stage == "fetch":
                self._again.pop(row.what, None)
            elif not desired.settled and not retained and self._book.report_again(row):
                self._news()
            return
        self._again.pop(desired.what, None)
        self._book.want(desired)
        log.info("wanted: %s revision %d", desired.what, desired.rev)

    def _advance(self, row: Row) -> None:
        if row.stage == "fetch":
            self._get(row)
            row = next(one for one in self._book.wanted() if one.what == row.what)
        if row.stage == "ready":
            self._switch(row)
        elif row.stage == "applied" and row.what in self._slow and row.what not in self._proven:
            self._proven.add(row.what)
            self._prove(row)

    def _prove(self, row: Row) -> None:
        """Once after a start: what was taken may have been gone back from, at the terminal."""
        try:
            holds = self._slow[row.what].holds(self._shelf.read(row.what, row.sha256))
        except RefusedError:
            holds = False
        if not holds:
            self._refuse(row, f"{row.what}_other")

    def _get(self, row: Row) -> None:
        due, wait = self._again.get(row.what, (0.0, _FIRST))
        if time.monotonic() < due:
            return
        self._again[row.what] = (time.monotonic() + wait * random.uniform(0.5, 1.0), min(_MOST, wait * 2))  # noqa: S311
        try:
            if not self._shelf.sound(row.sha256):
                self._fetch(row.sha256, row.size, self._shelf.path(row.sha256))
            self._ready[row.what, row.rev] = self._shelf.read(row.what, row.sha256)
        except NotFetchedError as error:
            log.info("wanted: %s does not come: %s", row.what, error)
        except DamagedError:
            self._refuse(row, "damaged")
        except RefusedError as error:
            self._refuse(row, error.why, str(error))
        else:
            self._book.stage(row, "ready")

    def _switch(self, row: Row) -> None:
        at_once = row.what in AT_ONCE
        if row.what in self._slow:
            self._ask(row)
            return
        if row.since is not None and not passed(row.since, self._clock.now()):
            self._wait(row, "not_its_time")
            return
        if not at_once and not self._stage.idle:
            self._wait(row, "visit_running")
            return
        found = self._found(row)
        if found is None:
            return

        def switch() -> None:
            self._book.apply(row)
            put(self._parts, found, self._shelf)
            if at_once:
                return
            standing = self._parts.standing(self._clock.now())
            self._stage.stand(standing)
            self._stood = standing.notices, standing.catalogue.day

        if at_once:
            switch()
        if at_once or self._stage.between(switch):
            self._applied(row)

    def _ask(self, row: Row) -> None:
        found = self._found(row)
        if found is None:
            return
        due = row.since is None or passed(row.since, self._clock.now())
        progress = self._slow[row.what].look(row.rev, found, due)
        match progress.state:
            case "applied":
                self._book.apply(row)
                self._proven.add(row.what)
                self._applied(row)
            case "waiting":
                self._wait(row, progress.why)
            case "refused":
                self._refuse(row, progress.why, progress.detail)

    def _found(self, row: Row) -> Any:
        """What was fetched, read and checked; ``None``: it is no longer good, and fetched anew."""
        found = self._ready.get((row.what, row.rev))
        if found is None:  # fetched and checked before a restart
            try:
                found = self._ready[row.what, row.rev] = self._shelf.read(row.what, row.sha256)
            except RefusedError as error:
                log.warning("wanted: %s was good and is %s now; fetched anew", row.what, error.why)
                self._shelf.path(row.sha256).unlink(missing_ok=True)
                self._book.stage(row, "fetch")
        return found

    def _applied(self, row: Row) -> None:
        log.info("wanted: %s revision %d applied", row.what, row.rev)
        self._ready.clear()
        rows = self._book.wanted()
        self._shelf.keep_only({digest for one in rows for digest in (one.sha256, one.held, one.before) if digest})
        self._news()

    def _by_the_clock(self) -> tuple[tuple[Notice, ...], date | None]:
        """What changes by itself: the notices shown, and the day whose catalogue is offered."""
        now = self._clock.now()
        return shown(self._parts.notices, now), offered(now)

    def _time_passes(self) -> None:
        """A notice whose time has come or is over; at midnight what of the catalogue is no longer, or now, in force."""
        if self._by_the_clock() == self._stood:
            return

        def switch() -> None:
            standing = self._parts.standing(self._clock.now())
            self._stage.stand(standing)
            self._stood = standing.notices, standing.catalogue.day

        self._stage.between(switch)

    def _wait(self, row: Row, why: str) -> None:
        if self._book.report(row, "waiting", why):
            self._news()

    def _refuse(self, row: Row, why: str, detail: str = "") -> None:
        log.error("wanted: %s revision %d is refused: %s %s", row.what, row.rev, why, detail)
        if self._book.report(row, "refused", why, detail or None):
            self._news()

    def _standing(self, what: tuple[Wanted, ...]) -> list[Refreshed]:
        return [
            Refreshed(
                row.what,
                {"ready": "waiting"}.get(row.stage, row.stage),
                "not_fetched" if row.stage == "fetch" else row.why,
            )
            for row in self._book.wanted()
            if row.what in what
        ]
