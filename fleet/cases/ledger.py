"""The ledger of each case's acts (流转): an act is written with all it changes in the caller's transaction, or it is not there.

Lives here: SQL, and the order of acts. Which act may come next is ``domain.case.life``'s business, when a term ends
``domain.case.deadlines``'. Times are seconds since 1970 by the centre's clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from domain.calendar import CHINA, Calendar
from domain.case.acts import Act, Awaited, HomeAct, IntakeAct
from domain.case.deadlines import Calendars, Term, access_until, deemed, timers
from domain.case.life import RULES, Life, Refusal, Rules, Taken, Terms, day_of, fold, step
from domain.case.rights import State
from domain.catalogue.item import Limit
from fleet import database
from fleet.cases.events import CaseEvent, act_of
from fleet.cases.named import named, stored
from fleet.protection import requests
from mqtt.casework import CLOCK_APART, MOST_ACTS, Entry
from mqtt.events import CaseDelivered, CaseLimit, CaseTerms

_ACT: msgspec.json.Decoder[Act] = msgspec.json.Decoder(Act)
_SILENT = {"window": Term.NOTICE_WINDOW, "arrival": Term.NOTICE_ARRIVAL}
_DAYS = Calendar()
"""The years whose holidays the program brings."""
RUNNING = tuple(state for state in State if state not in (State.CLOSED, State.WITHDRAWN, State.TRANSFERRED, State.DELIVERED))
"""States in which a term may run."""


class RefusedActError(Exception):
    """The act may not be done now; ``code`` as in ``domain/case/lifewords.py``. Nothing was written."""

    def __init__(self, code: str) -> None:
        super().__init__(f"act of a case refused: {code}")
        self.code = code


class OtherActError(Exception):
    """Where this act was to stand another one does, or one before it is lacking."""


class Ledger:
    """``calendars``: party → its days. ``halls``: terminal → its hall; one that is not named is a hall of its own."""

    def __init__(
        self,
        calendars: Callable[[str], Calendar] = lambda _party: _DAYS,
        rules: Rules = RULES,
        halls: Mapping[str, str] | None = None,
    ) -> None:
        self.calendars = calendars
        self.rules = rules
        self._halls = halls or {}

    def hall(self, terminal: str) -> str:
        return self._halls.get(terminal, f"/{terminal}")

    def post(self, db: database.Connection, number: str, after: int, act: IntakeAct | HomeAct, now: float) -> bool:
        """A desk's act, the next one after ``after``; False when the same stands there already.

        :class:`OtherActError`, :class:`RefusedActError` (also ``clock``, and ``not_whole``: a document it lists is lacking).
        """
        done = [entry.act for entry in entries(db, number)]
        if after < len(done) and done[after] == act:
            return False
        if after != len(done):
            raise OtherActError("another act stands there")
        if abs(act.at.timestamp() - now) > CLOCK_APART:
            raise RefusedActError("clock")
        if any(not stored(db, document.digest) for document in act.documents):
            raise RefusedActError("not_whole")
        self.write(db, number, act, now)
        return True

    def told(self, db: database.Connection, terminal: str, event: CaseEvent, now: float) -> None:
        """What happened at a terminal of the hall, behind whatever stands there by now; at no later than the centre's clock.

        What answers somebody's question about their own information is no act (``fleet.protection.requests``).
        :class:`RefusedActError`, also ``other_hall``: a case that is none, or another hall's; ``no_task``: it was never asked for.
        """
        number = event.case
        row = db.execute("SELECT terminal FROM cases WHERE number = ?", (number,)).fetchone()
        if row is None or self.hall(row[0]) != self.hall(terminal):
            raise RefusedActError("other_hall")
        act = act_of(event, now)
        heard, known = datetime.fromtimestamp(now, UTC), [d for d in act.documents if not named(db, d.digest)]
        if isinstance(event, CaseDelivered) and requests.handed(db, terminal, event.task, known, now):
            return
        asked = "SELECT 1 FROM act_documents WHERE number = ? AND digest = ? AND kind = 'task'"
        if db.execute(asked, (number, event.task)).fetchone() is None:
            raise RefusedActError("no_task")
        act = replace(act, heard=heard, documents=tuple(known))
        self.write(db, number, act, now, terminal)

    def keep_silence(self, db: database.Connection, now: float) -> int:
        """Acceptances by silence that have come about, by the calendars of now; how many."""
        moment = datetime.fromtimestamp(now, UTC)
        late = db.execute(
            "SELECT number FROM terms WHERE term = ? AND due < ? AND estimate = 0",
            (_SILENT[self.rules.silence], str(day_of(moment))),
        ).fetchall()
        count = 0
        for (number,) in late:
            life = self.life(db, number)
            act = deemed(life, self._calendars(life.taken), moment, self.rules)
            if act is not None and life.position < MOST_ACTS:
                self.write(db, number, act, now)
                count += 1
        return count

    def refresh(self, db: database.Connection, numbers: Iterable[str], now: float) -> None:
        """The terms of these cases anew: a day has passed, or a calendar has changed."""
        for number in numbers:
            self._stand(db, self.life(db, number), now)

    def life(self, db: database.Connection, number: str) -> Life:
        """As its acts have made it. ``LookupError``."""
        return fold(taken(db, number), (entry.act for entry in entries(db, number)))

    def write(self, db: database.Connection, number: str, act: Act, now: float, terminal: str | None = None) -> None:
        """The next act, of whoever: with its documents and with how the case stands by it. :class:`RefusedActError`."""
        after = step(self.life(db, number), act, self.rules)
        if isinstance(after, Refusal):
            raise RefusedActError(after.code)
        if after.position > MOST_ACTS:
            raise RefusedActError("too_many")
        if any(named(db, document.digest) for document in act.documents):
            raise RefusedActError("document_known")
        place = (number, after.position)
        kind = str(type(act).__struct_config__.tag)
        db.execute("INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?)", (*place, kind, terminal, now, msgspec.json.encode(act)))
        db.executemany(
            "INSERT INTO act_documents VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(*place, d.digest, d.size, d.kind) for d in act.documents],
        )
        self._stand(db, after, now, acted=True)

    def rows(self, life: Life, now: float) -> tuple[tuple[object, ...], list[tuple[object, ...]]]:
        """How the case stands, and the terms that run: of the tables ``lives`` and ``terms``."""
        until = access_until(life, self.rules)
        number = life.taken.case
        stands = (number, life.state, life.position, json.dumps(life.awaits), until.timestamp() if until is not None else None)
        running = timers(life, self._calendars(life.taken), day_of(datetime.fromtimestamp(now, UTC)), self.rules)
        return stands, [
            (number, t.term, t.side, str(t.begins), str(t.due.day), str(t.warns), int(t.due.estimate), int(t.halted))  #
            for t in running
        ]

    def _stand(self, db: database.Connection, life: Life, now: float, *, acted: bool = False) -> None:
        stands, running = self.rows(life, now)
        db.execute(
            "INSERT INTO lives VALUES (?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET state = excluded.state, "
            "position = excluded.position, awaits = excluded.awaits, access = excluded.access",
            stands,
        )
        if acted and life.ended not in ("withdrawn", "transferred"):
            _end(db, life, {str(term) for _, term, *_ in running}, now)
        db.execute("DELETE FROM terms WHERE number = ?", (life.taken.case,))
        db.executemany("INSERT INTO terms VALUES (?, ?, ?, ?, ?, ?, ?, ?)", running)

    def _calendars(self, case: Taken) -> Calendars:
        return Calendars(self.calendars(case.home), self.calendars(case.intake))


def taken(db: database.Connection, number: str) -> Taken:
    """What was taken in. ``LookupError``."""
    row = db.execute("SELECT home, intake, taken_at, awaits, terms, received FROM cases WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise LookupError(number)
    home, intake, taken_at, awaits, terms, received = row
    said = msgspec.json.decode(terms, type=CaseTerms) if terms is not None else None
    return taken_of(number, home, intake, taken_at, json.loads(awaits), said, received)


def taken_of(
    number: str, home: str, intake: str, taken_at: str, awaits: Iterable[Awaited], terms: CaseTerms | None, received: float
) -> Taken:
    """A terminal's clock that is ahead of the centre's, or no time at all, is not believed."""
    heard = datetime.fromtimestamp(received, CHINA)
    try:
        at = min(datetime.fromisoformat(taken_at).astimezone(CHINA), heard)
    except (ValueError, OverflowError):
        at = heard
    return Taken(number, home, intake, at, tuple(awaits), _terms(terms) if terms is not None else Terms(), heard)


def entries(db: database.Connection, number: str) -> tuple[Entry, ...]:
    """The acts of a case, in order."""
    rows = db.execute("SELECT position, received, act FROM acts WHERE number = ? ORDER BY position", (number,))
    return tuple(Entry(position, datetime.fromtimestamp(received, UTC), _ACT.decode(act)) for position, received, act in rows)


def _end(db: database.Connection, life: Life, running: set[str], now: float) -> None:
    """The terms that ran until this act, and whether it came in time."""
    today = str(day_of(datetime.fromtimestamp(now, UTC)))
    before = db.execute("SELECT term, side, due FROM terms WHERE number = ?", (life.taken.case,)).fetchall()
    ended = [
        (life.taken.case, life.position, term, side, due, now, today <= due) for term, side, due in before if term not in running
    ]
    db.executemany("INSERT INTO ended_terms VALUES (?, ?, ?, ?, ?, ?, ?)", ended)


def _terms(said: CaseTerms) -> Terms:
    """An item whose catalogue names no legal term has the law's."""
    legal = _limit(said.legal)
    return Terms(said.electronic, said.window_days, legal if legal.unit is not None else Terms().legal, _limit(said.promised))


def _limit(said: CaseLimit) -> Limit:
    return Limit(said.value, said.unit)
