"""Does what the centre orders, one thing at a time: checks whose word it is, writes it down, waits for its moment, does it once.

A command is on the disk before it is answered, its intent before it is begun, its result in one transaction with the event that
tells it. Killed between any two of these, the next start knows what to do (``manners.After``).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from kiosk.orders.book import Book, Given
from kiosk.orders.manners import MANNERS, After
from kiosk.orders.operations import Outcome
from kiosk.orders.trust import Trust
from mqtt.commands import UNKNOWN_OPERATION, CommandAnswer, Operation, name_of, operation
from mqtt.wire import VERSION, ContractError, encode

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between two looks at what waits for its moment."""
VISIT = "visit_running"
EXPIRED = "expired"
_QUEUE = 100
"""Commands heard and not yet looked at; more are dropped: the centre sends again what nobody answered."""


class Doing(Protocol):
    """What the terminal can do; ``kiosk.orders.operations.Operations``."""

    def idle(self) -> bool:
        """Whether no visit runs."""

    def do(self, do: Operation) -> Outcome | None:
        """``None``: a visit began; it was not done."""

    def restarted(self, *, machine: bool) -> Outcome:
        """What became of a reboot that was begun: the program runs again, and whether the machine has started anew."""

    def tick(self) -> None:
        """Twice a second, from the thread of commands."""


class _Stop(Struct, frozen=True):
    pass


class Commands:
    """One thread. ``answer``: publishes (answer, id); ``news``: there is something for the centre in the outbox."""

    def __init__(
        self,
        book: Book,
        trust: Trust,
        doing: Doing,
        answer: Callable[[bytes, bytes], object],
        news: Callable[[], None],
        boot: str | None = None,
    ) -> None:
        self._book = book
        self._trust = trust
        self._doing = doing
        self._answer = answer
        self._news = news
        self._boot = boot or machine_boot()
        self._waiting: set[str] = set()
        self._results: dict[str, Outcome] = {}
        self._notes: SimpleQueue[bytes | _Stop] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    def start(self) -> None:
        self.settle()
        self._thread.start()

    def stop(self) -> None:
        """What is under way is ended, within a moment or by the next start."""
        self._notes.put(_Stop())
        if self._thread.is_alive():
            self._thread.join(2.0)

    def hear(self, order: bytes) -> None:
        """A command as it came. Any thread."""
        if self._notes.qsize() < _QUEUE:
            self._notes.put(order)

    def round(self, order: bytes | None = None) -> None:
        """Take what came, if anything, then do whatever can be done now. Called by the thread; without one, by whoever has none."""
        if order is not None:
            self._take(order)
        self._doing.tick()
        if self._book.refusals_due():
            self._news()
        for given in self._book.open():
            self._turn(given)

    def _run(self) -> None:
        while True:
            try:
                note = self._notes.get(timeout=LOOK)
            except Empty:
                note = None
            if isinstance(note, _Stop):
                return
            try:
                self.round(note)
            except Exception:
                # The disk may fail; what was written down is still there, and the next round tries again.
                log.exception("commands: a round failed")

    # --- what came ----------------------------------------------------------------------------------------------------

    def _take(self, order: bytes) -> None:
        try:
            command = self._trust.command(order)
            op = name_of(command.do)
        except ContractError as refused:
            log.warning("command refused: %s", refused)
            if self._book.refuse("command", str(refused)):
                self._news()
            return
        known = self._book.known(command.id)
        if known is not None:
            self._say(command.id, "waiting" if command.id in self._waiting else known, VISIT)
            return
        self._book.accept(command, op)
        why = self._unfit(command.expires, command.do)
        if why is not None:
            self._end(command.id, op, _never(why))
        else:
            self._say(command.id, "accepted")

    def _unfit(self, expires: int, raw: msgspec.Raw) -> str | None:
        """Why it will never be done."""
        if self._trust.passed(expires):
            return EXPIRED
        try:
            do = operation(raw)
        except ContractError as error:
            return "unknown_operation" if str(error) == UNKNOWN_OPERATION else "bad_arguments"
        if MANNERS[type(do)].clocked and not self._trust.clock_trusted:
            return "clock_wrong"
        return None

    # --- what is to be done -------------------------------------------------------------------------------------------

    def _turn(self, given: Given) -> None:
        if given.id in self._results:  # done, but its result could not be written
            self._end(given.id, given.op, self._results[given.id])
            return
        if given.boot is not None:
            return  # under way: its end is the program's, or the machine's
        why = self._unfit(given.expires, msgspec.Raw(given.body))
        if why is not None:
            self._end(given.id, given.op, _never(why))
            return
        do = operation(msgspec.Raw(given.body))
        if MANNERS[type(do)].disturbs and not self._doing.idle():
            self._wait(given)
            return
        self._book.begin(given.id, self._boot)
        self._say(given.id, "running")
        try:
            outcome = self._doing.do(do)
        except Exception:
            log.exception("command %s failed", given.op)
            outcome = Outcome("failed", "internal")
        if outcome is None:
            self._book.put_back(given.id)
            self._wait(given)
        elif outcome.state != "under_way":
            self._results[given.id] = outcome
            self._end(given.id, given.op, outcome)

    def _wait(self, given: Given) -> None:
        if given.id not in self._waiting:
            self._waiting.add(given.id)
            self._say(given.id, "waiting", VISIT)

    def _end(self, id_: str, op: str, outcome: Outcome) -> None:
        if outcome.state == "under_way":
            raise ValueError("nothing has ended")
        self._waiting.discard(id_)
        self._book.end(id_, op, outcome.state, outcome.why, outcome.detail, outcome.beside)
        self._results.pop(id_, None)
        log.info("command %s: %s %s", op, outcome.state, outcome.why or "")
        self._news()

    def settle(self) -> None:
        """At start: what was begun and has no result."""
        for given in self._book.open():
            if given.boot is None:
                continue
            try:
                after = MANNERS[type(operation(msgspec.Raw(given.body)))].after
            except ContractError:  # begun by another version of this program
                self._end(given.id, given.op, Outcome("failed", "interrupted"))
                continue
            if after is After.AGAIN:
                self._book.put_back(given.id)
            elif after is After.DONE:
                self._end(given.id, given.op, Outcome("succeeded"))
            else:
                self._end(given.id, given.op, self._doing.restarted(machine=given.boot != self._boot))

    def _say(self, id_: str, state: Literal["accepted", "waiting", "running", "ended"], why: str | None = None) -> None:
        told = CommandAnswer(VERSION, state, why if state == "waiting" else None)
        self._answer(encode(told), id_.encode())


def _never(why: str) -> Outcome:
    return Outcome("expired" if why == EXPIRED else "rejected", why)


def machine_boot() -> str:
    """Another text after each boot of the machine (random(4))."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
