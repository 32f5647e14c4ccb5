"""The ledger of tickets: one is opened in the transaction in which a bad rating is written down, and each act is written with all
it changes, or it is not there.

Lives here: SQL. Which act may come next is ``domain.rating.ticket``'s business, when a term ends ``domain.rating.ticket_terms``'.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from domain.calendar import Calendar
from domain.rating.levels import is_bad
from domain.rating.ticket import RULES, Opened, Refusal, Rules, Ticket, day_of, fold, step
from domain.rating.ticket_acts import OF_LEVEL, Act, Rerated, Role
from domain.rating.ticket_rights import ENDED
from domain.rating.ticket_terms import rectify_due, running
from fleet import database
from fleet.people import record
from fleet.ratings.rating import Rating

CENTRE = ""
"""The party whose calendar is nobody's: the province's days."""
_ACT: msgspec.json.Decoder[Act] = msgspec.json.Decoder(Act)
_AT_ONCE = 500


class RefusedTicketError(Exception):
    """The act may not be done now; ``code`` as in ``domain/rating/ticket_words.py``. Nothing was written."""

    def __init__(self, code: str) -> None:
        super().__init__(f"act of a ticket refused: {code}")
        self.code = code


class Tickets:
    """``calendars``: party → its days; of :data:`CENTRE` the province's."""

    def __init__(self, calendars: Callable[[str], Calendar] = lambda _party: Calendar(), rules: Rules = RULES) -> None:
        self.calendars = calendars
        self.rules = rules

    def open_for(self, db: database.Connection, rating: Rating, now: float) -> int | None:
        """The number of the ticket ``rating`` opens; ``None`` for one that is not bad. A follow-up is also the rater's word on what
        was mended after the first."""
        if rating.round == 2:
            self._rerated(db, rating, now)
        if not is_bad(rating.level):
            return None
        party = rating.party or _party(db, rating.service.number, rating.service.side)
        opened = Opened(party, rating.service.side, rating.named, datetime.fromtimestamp(now, UTC))
        said = (rating.id, party, rating.service.side, rating.level, rating.named, now, str(day_of(opened.at)))
        (number,) = db.execute(
            "INSERT INTO tickets (rating, party, side, level, named, opened, day, state, position, estimate, rectify_due) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 'open', 0, 0, '') RETURNING ticket",
            said,
        ).fetchone()
        self._stand(db, int(number), Ticket(opened), now)
        return int(number)

    def act(self, db: database.Connection, number: int, after: int, role: Role, act: Act, now: float) -> Ticket:
        """The next act, after those ``after`` that whoever acts knows of (``Ticket.seen``). ``LookupError``,
        :class:`RefusedTicketError`."""
        ticket = read(db, number)
        if ticket.seen(role) != after:
            raise RefusedTicketError("state")
        then = step(ticket, role, act, self.calendars(ticket.opened.party), self.rules)
        if isinstance(then, Refusal):
            raise RefusedTicketError(then.code)
        db.execute("INSERT INTO ticket_acts VALUES (?, ?, ?)", (number, then.position, msgspec.json.encode(act)))
        self._stand(db, number, then, now)
        kind = str(type(act).__struct_config__.tag)
        who = "-" if isinstance(act, Rerated) else act.by
        record.write(db, now, who, f"ticket.{kind}", str(number), getattr(act, "said", ""), str(then.state))
        return then

    def refresh(self, db: database.Connection, now: float, after: int = 0) -> int | None:
        """The terms of some open tickets anew, those behind number ``after``: a day has passed, or a calendar has changed. The last
        number looked at; ``None`` when there are no more."""
        rows = db.execute(
            "SELECT ticket FROM tickets WHERE ticket > ? AND state NOT IN (?, ?) ORDER BY ticket LIMIT ?",
            (after, *sorted(ENDED), _AT_ONCE),
        ).fetchall()
        for (number,) in rows:
            self._stand(db, number, read(db, number), now)
        return int(rows[-1][0]) if len(rows) == _AT_ONCE else None

    def _rerated(self, db: database.Connection, rating: Rating, now: float) -> None:
        of = rating.service
        row = db.execute(
            "SELECT t.ticket FROM tickets t JOIN ratings r ON r.id = t.rating "
            'WHERE (r.number, r."of", r.side, r.task) = (?, ?, ?, ?) AND r.round = 1',
            (of.number, of.of, of.side, of.task),
        ).fetchone()
        if row is not None:
            with suppress(RefusedTicketError):  # not mended yet, or asked before: it is a rating like any other
                said = Rerated(datetime.fromtimestamp(now, UTC), OF_LEVEL[rating.level])
                self.act(db, int(row[0]), read(db, int(row[0])).seen("rater"), "rater", said, now)

    def _stand(self, db: database.Connection, number: int, ticket: Ticket, now: float) -> None:
        today = day_of(datetime.fromtimestamp(now, UTC))
        calendar = self.calendars(ticket.opened.party)
        timer = running(ticket, today, calendar, self.calendars(CENTRE), self.rules)
        due = (timer.term, timer.whose, str(timer.due.day), str(timer.warns), timer.due.estimate) if timer else (None,) * 4 + (0,)
        in_time = rectify_due(ticket, today, calendar, self.rules)
        settled, called = (str(day) if day else None for day in (ticket.settled, ticket.called))
        db.execute(
            "UPDATE tickets SET party = ?, state = ?, position = ?, term = ?, whose = ?, due = ?, warns = ?, estimate = ?, "
            "rectify_due = ?, outcome = ?, settled = ?, called = ?, satisfaction = ?, appeal = ? WHERE ticket = ?",
            (ticket.opened.party, ticket.state, ticket.position, *due, str(in_time), ticket.outcome, settled, called,
             ticket.satisfaction, _appeal(ticket), number),
        )  # fmt: skip


def read(db: database.Connection, number: int) -> Ticket:
    """As its acts have made it. ``LookupError``."""
    about = "SELECT t.party, t.side, t.named, t.opened, r.number FROM tickets t JOIN ratings r ON r.id = t.rating WHERE ticket = ?"
    row = db.execute(about, (number,)).fetchone()
    if row is None:
        raise LookupError(number)
    party, side, named, opened, case = row
    party = party or _party(db, case, side)
    return fold(Opened(party, side, bool(named), datetime.fromtimestamp(opened, UTC)), acts(db, number))


def acts(db: database.Connection, number: int) -> tuple[Act, ...]:
    """In order."""
    rows = db.execute("SELECT act FROM ticket_acts WHERE ticket = ? ORDER BY position", (number,))
    return tuple(_ACT.decode(act) for (act,) in rows)


def _party(db: database.Connection, number: str, side: str) -> str:
    """Of a rating whose terminal did not say; empty while its case is on its way."""
    column = "home" if side == "home" else "intake"
    for table in ("cases", "services"):
        row = db.execute(f"SELECT {column} FROM {table} WHERE number = ?", (number,)).fetchone()  # noqa: S608 names of ours
        if row is not None:
            return str(row[0])
    return ""


def _appeal(ticket: Ticket) -> str | None:
    if ticket.appeal is None:
        return None
    if ticket.appeal.decided is None:
        return "waiting"
    return "upheld" if ticket.appeal.upheld else "rejected"
