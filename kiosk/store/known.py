"""What a terminal remembers of progress: of its own cases the words the centre last said; and tries by number that failed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from kiosk.clock import Clock
from kiosk.store.db import Database

TRIES = 10
"""Questions by number an hour that have no answer: somebody who types numbers from the floor gets no further than a day's few."""
HOUR = 3600.0
WAITING = "已收件，材料正在上传"
TAKEN_IN = "已收件，材料已全部上传"
"""What a terminal knows of its own cases by itself."""


_SELECT = "SELECT number, item, home, words, words_at, whole, taken_at FROM office_case WHERE"


class Known(Struct, frozen=True):
    """``item`` and ``home`` by their codes; ``at``: when that was known."""

    number: str
    item: str
    home: str
    words: str
    at: str


class Memory:
    """Any thread. Nothing in it is of a person."""

    def __init__(self, database: Database, clock: Clock, wall: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._wall = wall

    def by_token(self, token: str) -> Known | None:
        return self._one(f"{_SELECT} token = ?", token)

    def by_number(self, number: str) -> Known | None:
        return self._one(f"{_SELECT} number = ?", number)

    def remember(self, number: str, words: str) -> None:
        """Of a case that was taken in here; others are not kept."""
        with self._database.transaction() as db:
            at = self._clock.now().isoformat()
            db.execute("UPDATE office_case SET words = ?, words_at = ? WHERE number = ?", (words, at, number))

    def may_try(self) -> bool:
        """Whether another question by number may be asked: not after :data:`TRIES` that failed within the hour, restart or not."""
        ((count,),) = self._database.rows("SELECT count(*) FROM failed_try WHERE at > ?", self._wall() - HOUR)
        return int(str(count)) < TRIES

    def failed(self) -> None:
        with self._database.transaction() as db:
            now = self._wall()
            # One dated ahead, by a clock that was wrong, would never go.
            db.execute("DELETE FROM failed_try WHERE at <= ? OR at > ?", (now - HOUR, now))
            db.execute("INSERT INTO failed_try VALUES (?)", (now,))

    def _one(self, query: str, value: str) -> Known | None:
        rows = self._database.rows(query, value)
        if not rows:
            return None
        number, item, home, words, at, whole, taken_at = rows[0]
        said = str(words) if words else TAKEN_IN if whole else WAITING
        return Known(str(number), str(item), str(home), said, str(at or taken_at))
