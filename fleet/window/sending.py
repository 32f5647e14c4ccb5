"""Sends what the window's book holds, in its order, until the centre has each act or refuses it by name."""

from __future__ import annotations

import logging
import threading
import time

from domain.case.acts import IntakeAct
from fleet.casework.client import CentreError, MovedOnError, NotThereError, RefusedActError
from fleet.window.book import Book, Work
from fleet.window.ledger import Ledger

log = logging.getLogger(__name__)

AGAIN = 10.0
"""Seconds between two attempts while the centre is away."""
MOVED = "moved"
"""Refused here: another window of this party acted on the case."""
ABSENT = "absent"
"""Refused: the centre has no such case of this window."""
_MOST_MOVES = 5
_AWAY = 3
"""Cases in a row that cannot be sent, after which the centre is away."""


class Sender:
    """Any thread may ask it to :meth:`flush`."""

    def __init__(self, ledger: Ledger, book: Book, again: float = AGAIN) -> None:
        self._ledger = ledger
        self._book = book
        self._again = again
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._one = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(2)

    def flush(self) -> bool:
        """Send what waits, now; whether nothing waits any more. The centre's being away is no error: it is tried again.

        A case that cannot be sent holds up its own acts only.
        """
        failed: set[str] = set()
        with self._one:
            for work in self._book.waiting():
                if work.number in failed:
                    continue
                try:
                    self._send(work)
                except CentreError as error:
                    log.info("an act waits for the centre: %s", error)
                    failed.add(work.number)
                    if len(failed) >= _AWAY:
                        break
        return not failed

    def _run(self) -> None:
        while not self._stopping.is_set():
            waits = not self.flush()
            self._wake.wait(self._again if waits else None)
            self._wake.clear()

    def wake(self) -> None:
        self._wake.set()

    def _send(self, work: Work) -> None:
        bodies = self._book.documents(work.id)
        for one in work.act.documents:
            if one.digest in bodies:
                self._ledger.put(bodies[one.digest], one.kind)
        refused: str | None = None
        try:
            self._post(work.number, work.position, work.act)
        except RefusedActError as error:
            refused = error.code
        except NotThereError:
            refused = ABSENT
        if refused is not None:
            log.warning("case %s: the centre refused %s: %s", work.number, type(work.act).__name__, refused)
        self._book.ended(work.id, refused, time.time())

    def _post(self, number: str, position: int, act: IntakeAct) -> None:
        """Where another side's acts came first, ours comes after them, if the centre takes it there: that is for its rules to say.
        Behind another window's act of the same case nothing is written: somebody here must look first."""
        for _ in range(_MOST_MOVES):
            try:
                self._ledger.post(number, position, act)
            except MovedOnError:
                since = [entry.act for entry in self._ledger.ledger(number).file.acts[position:]]
                if act in since:
                    return
                if any(isinstance(one, IntakeAct) for one in since):
                    raise RefusedActError(MOVED) from None
                position += len(since)
            else:
                return
        raise CentreError("办件一直在变动。")
