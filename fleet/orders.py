"""Carries what the centre's table holds for terminals to them: commands and pointers to what is wanted, signed as they leave.

One thread. Nothing rests on the broker: at every birth a terminal is sent its oldest open command and all that is wanted of it;
between births what was not answered or settled is sent again. Commands given in another process (``tongban centre command``)
are seen at the next look into the table.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from queue import Empty, SimpleQueue

from fleet import commands, database, desired
from fleet.commands import Due
from fleet.desired import Publication
from fleet.presence import Hearing
from fleet.settings import SettingsError
from fleet.store import Store
from mqtt import topics
from mqtt.commands import PURPOSE as COMMAND
from mqtt.connection import Reply
from mqtt.desired import PURPOSE as DESIRED
from mqtt.signing import Signer
from mqtt.topics import Delivery
from mqtt.wire import Wanted

_log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between two looks into the table."""
_AT_ONCE = 100
"""Terminals welcomed by one look into the table."""
_ANSWERED = 60
"""Seconds for which a command that was accepted is sent again past its own life: only to be answered once more."""

Publish = Callable[[str, bytes, Delivery, Reply | None], bool]


class Orders:
    """``groups``: every terminal of the fleet and the groups it belongs to; ``signer`` is asked before each message; ``hearing``:
    whether there is a broker to give anything to.
    """

    def __init__(
        self,
        store: Store,
        groups: Mapping[str, tuple[str, ...]],
        signer: Callable[[], Signer],
        publish: Publish,
        hearing: Callable[[], Hearing],
    ) -> None:
        self._store = store
        self._groups = groups
        self._signer = signer
        self._publish = publish
        self._hearing = hearing
        self._newest: Mapping[Wanted, int] | None = None
        self._looked = 0.0
        self._told: dict[tuple[str, str], tuple[int, float]] = {}
        self._births: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="orders", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._births.put(None)
        if self._thread.is_alive():
            self._thread.join(2.0)

    def born(self, terminal: str) -> None:
        """A terminal connected. Any thread."""
        self._births.put(terminal)

    def _run(self) -> None:
        looked = 0.0
        while True:
            born = self._born()
            if None in born:
                return
            try:
                if born:
                    self._welcome([terminal for terminal in born if terminal is not None and terminal in self._groups], time.time())
                if time.monotonic() - looked >= LOOK:  # also while a whole fleet connects
                    looked = time.monotonic()
                    self._look(time.time())
            except SettingsError as error:
                _log.error("orders cannot be signed: %s", error)
            except Exception:
                _log.exception("orders: a round failed")

    def _born(self) -> list[str | None]:
        """Who connected since the last time, a few at once; waits for one as long as a look has time."""
        found: list[str | None] = []
        try:
            found.append(self._births.get(timeout=LOOK))
            while len(found) < _AT_ONCE:
                found.append(self._births.get_nowait())
        except Empty:
            pass
        return found

    def _welcome(self, born: list[str], now: float) -> None:
        with self._store.reading() as db:
            open_commands = [one for terminal in born for one in commands.born(db, terminal)]
            kinds = desired.newest(db)
            wanted = [(terminal, one) for terminal in born for one in desired.wanted(db, terminal, self._groups[terminal], kinds)]
        for command in open_commands:
            self._command(command, now)
        for terminal, publication in wanted:
            self._point(terminal, publication, now)

    def _look(self, now: float) -> None:
        with self._store.reading() as db:
            due = commands.due(db, now)
            late = commands.overdue(db, now)
            newest = desired.newest(db) if self._hearing().since is not None else self._newest
            # Looking at every terminal takes seconds for a large fleet: only after a publication, and now and then.
            again = newest is not None and (newest != self._newest or now - self._looked >= desired.AGAIN)
            unsettled = self._unsettled(db, newest, now) if newest and again else []
        if late:
            with self._store.transaction() as db:
                commands.expire(db, now)
        for command in due:
            if command.terminal in self._groups:
                self._command(command, now)
        if all(self._point(terminal, publication, now) for terminal, publication in unsettled):
            self._newest = newest

    def _unsettled(self, db: database.Connection, newest: Mapping[Wanted, int], now: float) -> list[tuple[str, Publication]]:
        self._looked = now
        settled = desired.settled(db, newest)
        return [
            (terminal, one)
            for terminal, groups in self._groups.items()
            if (kinds := [what for what in newest if (terminal, what) not in settled])
            for one in desired.wanted(db, terminal, groups, kinds)
            if not one.settled and not self._told_lately(terminal, one, now)
        ]

    def _told_lately(self, terminal: str, one: Publication, now: float) -> bool:
        rev, at = self._told.get((terminal, one.what), (0, 0.0))
        return rev == one.rev and now - at < desired.AGAIN

    def _command(self, one: Due, now: float) -> None:
        left = int(one.expires - now)
        how = replace(topics.COMMAND, expiry=left if left > 0 else _ANSWERED)
        reply = Reply(topics.answers(one.terminal), one.id.encode())
        signed = self._signer().sign(COMMAND, one.payload())
        if self._publish(topics.commands(one.terminal), signed, how, reply):
            with self._store.transaction() as db:
                commands.sent(db, one.id, now)

    def _point(self, terminal: str, one: Publication, now: float) -> bool:
        signed = self._signer().sign(DESIRED, one.pointer(terminal))
        said = self._publish(topics.desired(terminal, one.what), signed, topics.DESIRED, None)
        if said:
            self._told[terminal, one.what] = (one.rev, now)
        return said
