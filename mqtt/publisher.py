"""Drains the terminal's outbox to the centre, and sends the state report. The outbox itself lives with the terminal's store."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Protocol

from msgspec import Struct

from mqtt.events import EventData, event
from mqtt.link import Centre, CentreHeard, Connected, Disconnected, Link, LinkEvent, ReceiptHeard
from mqtt.messages import Health
from mqtt.report import Reporter
from mqtt.window import PATIENCE, SIZE, Ranges, Window, is_news
from mqtt.wire import ContractError

_log = logging.getLogger(__name__)

CENTRE_BACK = 5.0
"""Seconds over which terminals tell a centre that is back what they are like; the sequences that wait go at once."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the outbox. ``time``: RFC 3339, when it happened."""

    sequence: int
    time: str
    data: EventData = field(repr=False)


class Outbox(Protocol):
    """The terminal's durable queue. Called from the publisher's thread only, after :meth:`Publisher.start`."""

    @property
    def epoch(self) -> str:
        """16 hexadecimal digits, made with the database."""

    def pending(self, limit: int) -> Sequence[Row]:
        """The most urgent unconfirmed rows: cases and ratings before results before telemetry, each by its sequence."""

    def confirm(self, ranges: Ranges) -> None:
        """The centre has stored these sequences (inclusive ranges): delete exactly them."""


@dataclass(frozen=True, slots=True)
class PublisherCounts:
    """Since the start. ``refused_receipts``: receipts not believed, by the rule they broke."""

    sent: int = 0
    confirmed: int = 0
    resent: int = 0
    """How often the window was sent again for want of a receipt."""
    refused_receipts: dict[str, int] = field(default_factory=dict)


class _Wake:
    pass


class _HealthChanged:
    pass


class _Stop:
    pass


class _Knock(Struct, frozen=True):
    heard: threading.Event


_Note = LinkEvent | _Wake | _HealthChanged | _Stop | _Knock


class Publisher:
    """One thread. ``health`` builds the present report for the given ``bd``; it is called from that thread. ``patience``: seconds
    without a receipt before what is in flight is sent again.
    """

    def __init__(self, link: Link, outbox: Outbox, health: Callable[[int], Health], patience: float = PATIENCE) -> None:
        self._link = link
        self._outbox = outbox
        self._health = health
        self._notes: SimpleQueue[_Note] = SimpleQueue()
        self._window = Window(outbox.epoch, patience)
        self._bd: int | None = None
        self._reporter = Reporter(0, 0.0)
        self._draining = False
        self._counts = PublisherCounts()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    @property
    def counts(self) -> PublisherCounts:
        return self._counts

    def start(self) -> None:
        """Start the link and this thread."""
        self._thread.start()
        self._link.start(self._notes.put)

    def stop(self, why: str = "shutdown") -> None:
        """Leave the broker saying ``why``; what is unconfirmed stays in the outbox. Returns within five seconds."""
        self._link.leave(why)
        self._ended.set()
        self._notes.put(_Stop())
        if self._thread.is_alive():
            self._thread.join(2.0)

    def wake(self) -> None:
        """The outbox has grown: call after the commit."""
        self._notes.put(_Wake())

    def health_changed(self) -> None:
        """The report would now read otherwise: send it at once, or as soon as its rate allows (``mqtt/report.py``)."""
        self._notes.put(_HealthChanged())

    def knock(self, patience: float) -> bool:
        """Whether this thread takes a turn within ``patience`` seconds. Any thread."""
        heard = threading.Event()
        self._notes.put(_Knock(heard))
        return heard.wait(patience)

    def _run(self) -> None:
        while True:
            try:
                note: _Note | None = self._notes.get(timeout=self._wait(time.monotonic()))
            except Empty:
                note = None
            if isinstance(note, _Stop):
                return
            if isinstance(note, _Knock):
                note.heard.set()
                continue
            try:
                self._take(note, time.monotonic())
                self._advance(time.monotonic())
            except Exception:
                # The outbox's disk may fail; its rows are still there, and the next round tries again.
                _log.exception("publisher: a round failed")
                self._window.opened()
                self._ended.wait(1.0)
                self._notes.put(_Wake())

    def _wait(self, now: float) -> float | None:
        if self._bd is None:
            return None
        deadlines = [self._reporter.at] + ([self._window.deadline] if self._window.deadline is not None else [])
        return max(0.0, min(deadlines) - now)

    def _take(self, note: _Note | None, now: float) -> None:
        match note:
            case Connected(bd=bd):
                self._bd = bd
                self._window.opened()
                self._reporter = Reporter(bd, now)
            case Disconnected():
                self._bd = None
                self._window.opened()
            case CentreHeard(centre=Centre.UP, news=True):
                self._window.opened()
                self._reporter.forget(now + random.uniform(0, CENTRE_BACK))  # noqa: S311
            case ReceiptHeard(payload=payload):
                self._believe(payload, now)
            case _HealthChanged():
                self._reporter.changed()
            case _:
                return

    def _believe(self, payload: bytes, now: float) -> None:
        try:
            confirmed = self._window.receipt(payload, now)
        except ContractError as error:
            reason = str(error)
            _log.warning("storage receipt refused: %s", reason)
            refused = dict(self._counts.refused_receipts)
            refused[reason] = refused.get(reason, 0) + 1
            self._counts = replace(self._counts, refused_receipts=refused)
            return
        if confirmed:
            self._outbox.confirm(confirmed)
            stored = sum(last - first + 1 for first, last in confirmed)
            self._counts = replace(self._counts, confirmed=self._counts.confirmed + stored)

    def _advance(self, now: float) -> None:
        if self._bd is None:
            return
        if self._window.overdue(now):
            _log.info("no storage receipt for too long: sending again from the oldest")
            self._counts = replace(self._counts, resent=self._counts.resent + 1)
        if now >= self._reporter.at:
            self._link.publish_report(self._reporter.report(self._health(self._bd), now))
        if self._window.in_flight < SIZE:
            self._send(now)

    def _send(self, now: float) -> None:
        rows = {row.sequence: row for row in self._outbox.pending(SIZE)}
        if self._draining and not rows:
            # The last report spoke of rows that are gone.
            self._reporter.changed()
        self._draining = bool(rows)
        wall = time.time()
        due = self._window.fresh(rows, now, {row.sequence for row in rows.values() if is_news(row.time, wall)})
        for sequence in due:
            row = rows[sequence]
            self._link.publish_event(event(self._link.terminal, self._outbox.epoch, sequence, row.time, row.data))
        self._counts = replace(self._counts, sent=self._counts.sent + len(due))
