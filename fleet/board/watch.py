"""The centre's clock over its terminals: what time alone makes true. One thread, a look every :data:`PERIOD` seconds.

Silence means lost only while the centre itself hears; while it does not, or was not running, the centre is *away*, and what its
terminals did meanwhile is unknown.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from itertools import islice

from domain.protection.retention import BY_CODE
from fleet.authority.authority import Identity
from fleet.board import conditions, samples
from fleet.board.conditions import AWAY, CENTRE, LOST, Condition, Grade
from fleet.presence import SILENCE, Hearing, Presence, judge
from fleet.store import Store

_log = logging.getLogger(__name__)

PERIOD = 2.0
AT_ONCE = 100
"""Certificates looked at in one look; twenty thousand take seven minutes."""
ALIVE = 30.0
"""Seconds between two notes that the centre runs: so exactly it is known afterwards since when it did not."""
SOON = 7 * 86400.0
"""Seconds before its end by which a certificate should have been renewed."""
_KEPT = BY_CODE["conditions"].seconds
_UPKEEP = 60.0
"""Seconds between two looks at what is old enough to be forgotten."""


class Watch:
    """``terminals``: those of the fleet. ``identity``: what the authority's books say of one."""

    def __init__(
        self,
        store: Store,
        terminals: Mapping[str, object],
        hearing: Callable[[], Hearing],
        identity: Callable[[str], Identity],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._terminals = terminals
        self._hearing = hearing
        self._identity = identity
        self._now = now
        self._noted = float("-inf")
        self._forgot = now()
        self._turn = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def look(self) -> None:
        """Once. The database's error when it cannot be written."""
        now, hearing = self._now(), self._hearing()
        self._note(now, hearing)
        if hearing.since is not None:
            self._silence(now, hearing)
        self._certificates(now)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.look()
                self._forget(self._now())
            except Exception:
                _log.exception("what stands about the terminals could not be looked at")
            self._ended.wait(PERIOD)

    def _note(self, now: float, hearing: Hearing) -> None:
        """That the centre runs, and whether it hears."""
        first = self._noted == float("-inf")
        with self._store.reading() as db:
            row = db.execute("SELECT value FROM counters WHERE name = 'alive'").fetchone()
            away = any(one.condition == AWAY for one in conditions.standing(db, CENTRE))
        gone = first and row is not None and now - row[0] > 2 * ALIVE
        if away == (hearing.since is None) and not gone and now - self._noted < ALIVE:
            return
        with self._store.transaction() as db:
            if gone and not away:
                conditions.settle(db, CENTRE, {"away"}, {AWAY}, now, since=float(row[0]))
            if hearing.since is None:
                conditions.settle(db, CENTRE, {"away"}, {AWAY}, now)
            else:
                conditions.settle(db, CENTRE, {"away"}, (), hearing.since)
            db.execute(
                "INSERT INTO counters VALUES ('alive', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (int(now),)
            )
        self._noted = now

    def _silence(self, now: float, hearing: Hearing) -> None:
        with self._store.reading() as db:
            silent = db.execute(
                "SELECT terminal, said, heard FROM terminals t WHERE (heard IS NULL OR heard < ?) AND said = 'up' AND NOT EXISTS "
                "(SELECT 1 FROM conditions c WHERE c.terminal = t.terminal AND code = 'lost' AND until IS NULL)",
                (now - SILENCE,),
            ).fetchall()
        gone = [row for row in silent if judge(row["said"], row["heard"], hearing, now) is Presence.LOST]
        lost = [row for row in gone if row["terminal"] in self._terminals]
        if not lost:
            return
        with self._store.transaction() as db:
            for terminal, _, heard in lost:
                (again,) = db.execute("SELECT heard FROM terminals WHERE terminal = ?", (terminal,)).fetchone()
                if again == heard:
                    since = max(heard or 0.0, hearing.since or 0.0)
                    conditions.settle(db, terminal, conditions.PRESENCE | {"help"}, {LOST}, now, since=since)

    def _certificates(self, now: float) -> None:
        names = list(islice(self._terminals, self._turn, self._turn + AT_ONCE))
        self._turn = self._turn + AT_ONCE if len(names) == AT_ONCE else 0
        found = {name: of_identity(self._identity(name), now) for name in names}
        with self._store.reading() as db:
            stand = {
                name: {s.condition for s in conditions.standing(db, name) if s.condition.code == "certificate"} for name in names
            }
        changed = [name for name in names if stand[name] != found[name]]
        if changed:
            with self._store.transaction() as db:
                for name in changed:
                    conditions.settle(db, name, conditions.CERTIFICATE, found[name], now)

    def _forget(self, now: float) -> None:
        if now - self._forgot >= _UPKEEP:
            self._forgot = now
            with self._store.transaction() as db:
                conditions.forget(db, now - _KEPT)
                samples.forget(db, now - samples.FINE, now - _KEPT)


def of_identity(found: Identity, now: float) -> frozenset[Condition]:
    """What is wrong with a terminal's certificate: cloned, revoked, none, expired or expiring."""
    if found.cloned:
        return _certificate(Grade.BAD, "cloned")
    if found.revoked:
        return _certificate(Grade.BAD, "revoked")
    if found.until is None:
        return _certificate(Grade.WARNING, "none")
    if found.until <= now:
        return _certificate(Grade.BAD, "expired")
    return _certificate(Grade.WARNING, "expiring") if found.until - now < SOON else frozenset()


def _certificate(grade: Grade, detail: str) -> frozenset[Condition]:
    return frozenset({Condition("certificate", grade, detail=detail)})
