"""Carries an outbox: one thread, one row at a time, each until it is gone, refused or given up."""

from __future__ import annotations

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from fleet.outward.outbox import Outbox, Row

_log = logging.getLogger(__name__)


class LaterError(Exception):
    """It did not go now, and may go another time. ``note``: a code; ``after``: seconds the other side asked us to wait."""

    def __init__(self, note: str, after: float = 0.0) -> None:
        super().__init__(note)
        self.note, self.after = note, after


class RefusedError(Exception):
    """The other side will not have this one, however often it is sent. ``note``: a code."""

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: ``first``, doubled at each failure up to ``most``, before a row is tried again; ``lasts``: how long it may wait at
    all (``None``: for ever)."""

    first: float = 5.0
    most: float = 900.0
    lasts: float | None = None

    def wait(self, tries: int) -> float:
        """After ``tries`` failures; a little by chance, so that what failed together does not come back together."""
        return min(self.first * 2.0 ** min(tries, 30), self.most) * random.uniform(0.8, 1.2)  # noqa: S311


class Sender:
    """``send`` hands one row over and returns what is to be noted of the answer (a short text, or nothing); it raises
    :class:`LaterError` or :class:`RefusedError`. It may be called twice with the same row (we were killed in between): the
    other side knows a row by its id."""

    def __init__(self, outbox: Outbox, send: Callable[[Row], str], pace: Pace, clock: Callable[[], float] = time.time) -> None:
        self._outbox, self._send, self._pace, self._clock = outbox, send, pace, clock
        self._woken, self._ended = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="outward", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was put."""
        self._woken.set()

    def stop(self) -> None:
        """Within two seconds; what is being handed over is left to itself and comes again at the next start."""
        self._ended = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def one(self) -> bool:
        """Try one row that is due; ``False`` when there was none."""
        now = self._clock()
        row = self._outbox.due(now)
        if row is None:
            return False
        if self._pace.lasts is not None and now - row.at > self._pace.lasts:
            _log.warning("%s of case %s was given up after %d tries", row.what, row.about, row.tries)
            self._outbox.ended(row.id, "expired", "too_late", now)
            return True
        try:
            note = self._send(row)
        except LaterError as error:
            _log.info("%s of case %s has to wait: %s", row.what, row.about, error.note)
            self._outbox.later(row.id, self._clock() + max(self._pace.wait(row.tries), error.after), error.note)
        except RefusedError as error:
            _log.warning("%s of case %s was refused: %s", row.what, row.about, error.note)
            self._outbox.ended(row.id, "refused", error.note, self._clock())
        except Exception as error:
            # A row that breaks us must not end the thread that carries all others. What the error says may be private.
            _log.error("%s of case %s broke its carrier: %s", row.what, row.about, type(error).__name__)
            self._outbox.later(row.id, self._clock() + self._pace.wait(row.tries), "broke")
        else:
            self._outbox.ended(row.id, "gone", note, self._clock())
        return True

    def _run(self) -> None:
        while not self._ended:
            self._woken.clear()
            try:
                if self.one():
                    continue
                due = self._outbox.next_due()
            except sqlite3.Error as error:
                _log.error("the outbox cannot be used: %s", error)
                due = self._clock() + self._pace.first
            # A clock that jumps is noticed within a minute.
            self._woken.wait(60.0 if due is None else min(max(due - self._clock(), 0.05), 60.0))
