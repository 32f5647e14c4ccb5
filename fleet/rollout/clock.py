"""The centre's clock over roll-outs: each second it looks whether one goes on, and writes what changes in one transaction."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping

from fleet.presence import Hearing
from fleet.rollout import book
from fleet.store import Store

_log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks; a look at a large one takes longer, and the next waits ten times as long as it took."""


class RolloutClock:
    """A thread of its own, between :meth:`start` and :meth:`stop`; :meth:`tick` is one look. ``groups``: every terminal of the
    fleet and the groups it belongs to; ``tell``: a terminal is to hear now what is wanted of it.
    """

    def __init__(
        self,
        store: Store,
        groups: Mapping[str, Collection[str]],
        hearing: Callable[[], Hearing],
        tell: Callable[[str], None],
    ) -> None:
        self._store = store
        self._groups = groups
        self._hearing = hearing
        self._tell = tell
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rollouts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def tick(self, now: float) -> None:
        """While nobody can be heard nothing goes on."""
        hearing = self._hearing()
        if hearing.since is None:
            return
        with self._store.reading() as db:
            changed = [id_ for id_ in book.active(db) if book.stepped(db, id_, self._groups, hearing, now)]
        for id_ in changed:
            with self._store.transaction() as db:  # looked at anew: staff may have done something meanwhile
                step = book.stepped(db, id_, self._groups, hearing, now)
                given = book.save(db, *step, now) if step is not None else []
            for terminal in given:
                self._tell(terminal)

    def _run(self) -> None:
        took = 0.0
        while not self._ended.wait(max(EVERY, took * 10)):
            began = time.monotonic()
            try:
                self.tick(time.time())
            except Exception:
                _log.exception("the clock over roll-outs could not look")
            took = time.monotonic() - began
