"""The board in memory: every terminal as it stands, kept up with the database by what changed since the last look.

One look reads the terminals whose number grew and when terminals were last heard, nothing else; so a view costs the same however
long the history is, and whichever process wrote.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping

from fleet import database
from fleet.board import conditions
from fleet.board.conditions import Standing
from fleet.board.query import Found, Query, find, fitting, options, rolled
from fleet.board.rows import Row, build
from fleet.known import Known
from fleet.people.rights import ALL
from fleet.presence import Hearing, Presence
from fleet.store import Store

_MEMO = 64
"""Views remembered: several people often look at the same."""
Version = tuple[int, float | None, int]


class Board:
    """For any thread."""

    def __init__(self, store: Store, known: Known, hearing: Callable[[], Hearing], now: Callable[[], float] = time.time) -> None:
        self.known = known
        self._store = store
        self._hearing = hearing
        self._now = now
        self._lock = threading.Lock()
        self._rows: dict[str, Row] = {}
        self._number = -1
        self._heard = 0.0
        self._crossed = 0
        self._looked = float("-inf")
        self._memo: OrderedDict[tuple[Version, Query, frozenset[str]], Found] = OrderedDict()
        self._options: dict[frozenset[str], tuple[Version, dict[str, list[tuple[str, int]]]]] = {}

    def version(self, age: float = 0.0) -> Version:
        """Another one when anything the board shows may be another. ``age``: seconds the last look may be old."""
        hearing = self._hearing()
        with self._lock:
            if time.monotonic() - self._looked >= age:
                self._look(hearing)
            return self._number, hearing.since, self._crossed

    @property
    def hears(self) -> bool:
        """Whether the centre hears its terminals."""
        return self._hearing().since is not None

    def view(self, query: Query, seen: frozenset[str]) -> Found:
        """What ``query`` asks for of the parties ``seen``."""
        version = self.version()
        key = (version, query, seen)
        with self._lock:
            if (known := self._memo.get(key)) is not None:
                return known
            rows = list(self._rows.values())
        of = len(rows) if ALL in seen else sum(row.party in seen for row in rows)
        found = find(rows, query, seen, Hearing(version[1]), self._now(), of)
        with self._lock:
            self._memo[key] = found
            while len(self._memo) > _MEMO:
                self._memo.popitem(last=False)
        return found

    def all(self, query: Query, seen: frozenset[str]) -> list[tuple[Row, Presence]]:
        """As :meth:`view`, of all pages."""
        hearing = Hearing(self.version()[1])
        return fitting(self.rows(seen), query, seen, hearing, self._now())[0]

    def rows(self, seen: frozenset[str]) -> list[Row]:
        """All of these parties."""
        self.version()
        with self._lock:
            return [row for row in self._rows.values() if ALL in seen or row.party in seen]

    def row(self, terminal: str) -> tuple[Row, Presence]:
        """``KeyError`` for a terminal that is none."""
        version = self.version()
        row = self._rows[terminal]
        return row, row.presence(Hearing(version[1]), self._now())

    def rolled(self, query: Query, by: str, seen: frozenset[str]) -> list[tuple[str, int, Mapping[str, int]]]:
        """What the query leaves, by ``by`` (party, setting, label or version): (value, terminals, state → how many)."""
        hearing = Hearing(self.version()[1])
        return rolled(self.rows(seen), query, by, seen, hearing, self._now())

    def options(self, seen: frozenset[str]) -> dict[str, list[tuple[str, int]]]:
        """What the filters offer, with how many there are."""
        version = self.version()
        known = self._options.get(seen)
        if known is None or known[0] != version:
            known = self._options[seen] = (version, options(self.rows(seen), seen))
        return known[1]

    def _look(self, hearing: Hearing) -> None:
        with self._store.reading() as db:
            (number,) = db.execute("SELECT coalesce(max(n), 0) FROM changes").fetchone()
            if self._number < 0:
                changed: Iterable[str] = self.known.places
            elif number > self._number:
                rows = db.execute("SELECT terminal FROM changes WHERE n > ?", (self._number,))
                changed = [terminal for (terminal,) in rows if terminal in self.known.places]
            else:
                changed = ()
            self._read(db, changed, whole=self._number < 0)
            for terminal, heard in db.execute("SELECT terminal, heard FROM terminals WHERE heard >= ?", (self._heard,)):
                self._heard = max(self._heard, heard)
                row = self._rows.get(terminal)
                if row is not None and row.heard != heard:
                    self._crossed += hearing.since is not None and (row.heard or 0.0) < hearing.since <= heard
                    row.heard = heard
        self._number, self._looked = number, time.monotonic()

    def _read(self, db: database.Connection, changed: Iterable[str], *, whole: bool) -> None:
        """Of all in three reads, of a few by their names."""
        if whole:
            stands: dict[str, list[Standing]] = defaultdict(list)
            for one in conditions.standing(db):
                stands[one.terminal].append(one)
            tags: dict[str, list[str]] = defaultdict(list)
            for terminal, tag in db.execute("SELECT terminal, tag FROM tags ORDER BY tag"):
                tags[terminal].append(tag)
            said = {row["terminal"]: row for row in db.execute(_ROWS)}
            self._rows = {t: build(t, self.known, said.get(t), stands[t], tags[t]) for t in changed}
            return
        for terminal in changed:
            row = db.execute(f"{_ROWS} WHERE terminal = ?", (terminal,)).fetchone()
            labels = [tag for (tag,) in db.execute("SELECT tag FROM tags WHERE terminal = ? ORDER BY tag", (terminal,))]
            self._rows[terminal] = build(terminal, self.known, row, conditions.standing(db, terminal), labels)


_ROWS = "SELECT terminal, said, heard, state_at, birth, health FROM terminals"
