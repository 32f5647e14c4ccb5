"""Events that are decided together: what they need to know is read once for all of them, what they change is written once.

Only one batch is written at a time, so what was read still holds when it is written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import Enum

from domain.case.life import Taken, begun
from domain.rating.levels import is_bad
from fleet import database
from fleet.cases.ledger import Ledger, taken_of
from fleet.database import rows
from fleet.inputs import EventIn
from fleet.ratings import telling
from fleet.ratings.ledger import COLUMNS, RefusedRatingError, row_of
from fleet.ratings.rating import NewRating
from fleet.ratings.telling import RatedCase, RatedService
from fleet.recording import kept
from mqtt.events import (
    CaseCorrected,
    CaseDelivered,
    CaseTaken,
    CaseWithdrawn,
    DeviceTrouble,
    EventData,
    RatingGiven,
    ReceiptEnded,
    ServiceGiven,
)
from mqtt.wire import encode


class Kept(Enum):
    """It may be confirmed: stored now, or before."""

    NEW = "new"
    KNOWN = "known"


Outcome = Kept | str
"""A text: of the contract, but it contradicts what is stored, and this is how."""


def settle(db: database.Connection, events: Sequence[EventIn], now: float, ledger: Ledger) -> dict[int, Outcome]:
    """What became of those that could be decided together, by ``id()``. Left to be taken one by one, in their order: what is rare,
    what comes twice in this batch, and what is about the same case as one of these before it.
    """
    raws = kept.known(db, {one.place for one in events})
    known = _Known(db, [one.data for one in events if one.place not in raws])
    made = _Made(known, now, ledger)
    told: dict[int, Outcome] = {}
    new: list[EventIn] = []
    seen, touched = set(), set[str]()
    for one in events:
        repeated, about = one.place in seen, _subjects(one.data)
        seen.add(one.place)
        if repeated or (one.place not in raws and (not known.common(one.data) or about & touched)):
            touched |= about
        elif one.place in raws:
            told[id(one)] = again(one, raws[one.place])
        elif (contradiction := made.event(one)) is not None:
            told[id(one)] = contradiction
        else:
            told[id(one)] = Kept.NEW
            new.append(one)
    kept.keep(db, new, now)
    made.write(db)
    return told


def again(one: EventIn, raw: bytes | None) -> Outcome:
    """Of one whose place is taken, by an event of these bytes; ``None``: they were dropped, and so nothing speaks against it."""
    return Kept.KNOWN if raw is None or raw == one.raw else "another event stands under this sequence"


def apply(db: database.Connection, one: EventIn, now: float, ledger: Ledger) -> str | None:
    """What a common event changes, by itself; how it contradicts what is stored, else ``None``."""
    made = _Made(_Known(db, [one.data]), now, ledger)
    contradiction = made.event(one)
    if contradiction is None:
        made.write(db)
    return contradiction


class _Known:
    """What is stored of the cases and services that these events are about."""

    def __init__(self, db: database.Connection, events: Iterable[EventData]) -> None:
        self.cases: dict[str, RatedCase] = {}
        self.services: dict[str, RatedService] = {}
        self.receipts: dict[tuple[str, int], str] = {}
        self.ratings: Counter[tuple[str, str, str, str]] = Counter()
        of: dict[type, set[str]] = {CaseTaken: set(), ReceiptEnded: set(), RatingGiven: set(), ServiceGiven: set()}
        for data in events:
            match data:
                case CaseTaken() | ReceiptEnded() | RatingGiven():
                    of[type(data)].add(data.case)
                case ServiceGiven():
                    of[ServiceGiven].add(data.service)
        asked = "SELECT number, terminal, intake, home, state FROM cases JOIN lives USING (number)"
        for number, *case in _of(db, asked, of[CaseTaken] | of[ReceiptEnded] | of[RatingGiven]):
            self.cases[number] = RatedCase(*case)
        for number, *service in _of(db, "SELECT number, terminal, intake FROM services", of[ServiceGiven] | of[RatingGiven]):
            self.services[number] = RatedService(*service)
        for number, attempt, outcome in _of(db, "SELECT number, attempt, outcome FROM receipts", of[ReceiptEnded]):
            self.receipts[number, attempt] = outcome
        self.ratings.update(tuple(row) for row in _of(db, 'SELECT number, "of", side, task FROM ratings', of[RatingGiven]))

    def common(self, data: EventData) -> bool:
        """A bad rating opens a ticket, a follow-up may close one: they are rare."""
        if isinstance(data, RatingGiven):
            return not is_bad(data.level) and self.ratings[_rated(data)] == 0
        return isinstance(data, CaseTaken | ReceiptEnded | ServiceGiven | DeviceTrouble)


class _Made:
    """Rows to be written. What one event makes is known to those after it."""

    def __init__(self, known: _Known, now: float, ledger: Ledger) -> None:
        self._known, self._now, self._ledger = known, now, ledger
        self._rows: dict[str, list[tuple[object, ...]]] = {
            table: [] for table in ("cases", "case_documents", "lives", "terms", "services")
        }
        self._receipts: dict[tuple[str, int], tuple[object, ...]] = {}
        self._ratings: list[NewRating] = []

    def event(self, one: EventIn) -> str | None:
        """How it contradicts what is known; then nothing is made of it."""
        match one.data:
            case CaseTaken() as case:
                return self._case(one.terminal, case)
            case ReceiptEnded() as receipt:
                return self._receipt(one.terminal, receipt)
            case RatingGiven() as rating:
                return self._rating(one.terminal, rating)
            case ServiceGiven() as service:
                return self._service(one.terminal, service)
            case DeviceTrouble():
                return None  # kept as it came; what a device is like now, the state report says
            case _:
                raise TypeError(f"{type(one.data).__name__} is not decided with others")

    def write(self, db: database.Connection) -> None:
        for table, made in self._rows.items():
            rows.insert(db, table, made)
        rows.insert(
            db,
            "receipts",
            list(self._receipts.values()),
            then="ON CONFLICT (number, attempt) DO UPDATE SET terminal = excluded.terminal, outcome = excluded.outcome, "
            "cause = excluded.cause, received = excluded.received",
        )
        rows.insert(db, "ratings", [row_of(new, 1, self._now) for new in self._ratings], COLUMNS)

    def _case(self, terminal: str, case: CaseTaken) -> str | None:
        if case.case in self._known.cases:
            return "a case of this number was taken in already"
        told = (case.item, case.item_name, case.situation, case.home, case.intake, case.taken_at, case.token)
        terms = encode(case.terms).decode() if case.terms is not None else None
        self._rows["cases"].append((case.case, terminal, *told, self._now, json.dumps(case.awaits), terms))
        self._rows["case_documents"] += [
            (case.case, position, ref.digest, ref.size, ref.kind) for position, ref in enumerate(case.documents)
        ]
        taken: Taken = taken_of(case.case, case.home, case.intake, case.taken_at, case.awaits, case.terms, self._now)
        life = begun(taken)
        stands, terms_of = self._ledger.rows(life, self._now)
        self._rows["lives"].append(stands)
        self._rows["terms"] += terms_of
        self._known.cases[case.case] = RatedCase(terminal, case.intake, case.home, life.state)
        return None

    def _service(self, terminal: str, service: ServiceGiven) -> str | None:
        if service.service in self._known.services:
            return "a service of this number was given already"
        told = (service.item, service.item_name, service.situation, service.home, service.intake, service.way, service.given_at)
        self._rows["services"].append((service.service, terminal, *told, self._now))
        self._known.services[service.service] = RatedService(terminal, service.intake)
        return None

    def _receipt(self, terminal: str, receipt: ReceiptEnded) -> str | None:
        """An attempt that was refused sent nothing, and the terminal goes on with the same one: its last word counts, but another
        outcome is final. Events may come out of order: a refusal that comes later is the older one. What a terminal says of a case
        counts for its own cases only; the case itself may still be on its way.
        """
        case = self._known.cases.get(receipt.case)
        if case is not None and case.terminal != terminal:
            return "of a case another terminal took in"
        place = (receipt.case, receipt.attempt)
        if self._known.receipts.get(place, "refused") != "refused":
            return "this attempt at a receipt has ended already" if receipt.outcome != "refused" else None
        self._receipts[place] = (*place, terminal, receipt.outcome, receipt.cause, self._now)
        self._known.receipts[place] = receipt.outcome
        return None

    def _rating(self, terminal: str, said: RatingGiven) -> str | None:
        case, service = self._known.cases.get(said.case), self._known.services.get(said.case)
        try:
            new = telling.new_rating(terminal, said, case, service, self._ledger)
        except RefusedRatingError as refused:
            return str(refused)
        self._ratings.append(new)
        self._known.ratings[_rated(said)] += 1
        return None


def _of(db: database.Connection, select: str, numbers: Iterable[str]) -> Iterable[database.Row]:
    wanted = sorted(numbers)
    if not wanted:
        return ()
    return db.execute(f"{select} WHERE number IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))  # noqa: S608 ours


def _rated(said: RatingGiven) -> tuple[str, str, str, str]:
    return said.case, said.of, said.side, said.task or ""


def _subjects(data: EventData) -> set[str]:
    """What it is about, by names no two things share: a case, a service, sealed documents."""
    match data:
        case CaseTaken():
            return {data.case, *(ref.digest for ref in data.documents)}
        case CaseCorrected() | CaseDelivered() | CaseWithdrawn():
            return {data.case, data.task, *(ref.digest for ref in data.documents)}
        case ReceiptEnded() | RatingGiven():
            return {data.case}
        case ServiceGiven():
            return {data.service}
    return set()
