"""A ticket is opened with the bad rating that it is about, and keeps what is done: all of it, for good, and nobody's name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.casework import Casework
from support.centre_db import REFUSED
from support.fleet import HOME, INTAKE, rating
from support.tickets import DAY, act_of
from test_ratings_at_the_centre import decided

from domain.calendar import Calendar
from domain.catalogue.party import DayOff
from domain.rating import ticket_acts as acts
from domain.rating.ticket import Ticket
from domain.rating.ticket_rights import RIGHTS, State
from fleet.people import record
from fleet.tickets import ledger
from fleet.tickets.ledger import RefusedTicketError, Tickets
from mqtt.events import RatingGiven


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Casework]:
    made = Casework(tmp_path)
    yield made
    made.close()


def told(centre: Casework, *said: RatingGiven) -> None:
    for one in said:
        centre.tell(one)


def rows(centre: Casework) -> list[sqlite3.Row]:
    with centre.store.reading() as db:
        return db.execute("SELECT * FROM tickets ORDER BY ticket").fetchall()


def do(centre: Casework, number: int, kind: type[acts.Act], at: datetime | None = None, **more: object) -> Ticket:
    at = at or datetime.now(UTC)
    with centre.store.transaction() as db:
        after = ledger.read(db, number).position
        return centre.store.tickets.act(db, number, after, RIGHTS[kind][0], act_of(kind, at, **more), at.timestamp())


def test_each_bad_rating_opens_one_ticket_for_whoever_handled_and_a_good_one_none(centre: Casework) -> None:
    case = centre.take()
    decided(centre, case)
    home = replace(rating(case, 2), of="delivery", side="home", tags=(207,))
    told(centre, rating(case, 1), replace(rating(case, 4), of="delivery"), home)
    assert [(row["party"], row["side"], row["level"], row["state"]) for row in rows(centre)] == [
        (INTAKE, "intake", 1, "open"),
        (HOME, "home", 2, "open"),
    ]
    assert all((row["term"], row["whose"]) == ("acknowledge", "unit") for row in rows(centre))


def test_a_follow_up_that_is_bad_opens_its_own(centre: Casework) -> None:
    case = centre.take()
    told(centre, rating(case, 5), rating(case, 2))
    assert len(rows(centre)) == 1


def test_a_follow_up_after_the_mending_is_the_raters_word_on_it_and_before_it_a_rating_like_any_other(centre: Casework) -> None:
    for case, mended, level, said in ((centre.take(), True, 3, "fairly"), (centre.take(), False, 5, None)):
        told(centre, rating(case, 2))
        number = rows(centre)[-1]["ticket"]
        for kind in (acts.Acknowledged, acts.Answered, acts.Rectified)[: 3 if mended else 1]:
            do(centre, number, kind)
        told(centre, rating(case, level))
        assert rows(centre)[-1]["satisfaction"] == said
    told(centre, rating(centre.take(), 5))
    assert len(rows(centre)) == 2


def test_a_ticket_whose_case_is_still_on_its_way_finds_its_party_when_it_is_there(centre: Casework) -> None:
    told(centre, rating("C77", 1))
    assert [row["party"] for row in rows(centre)] == [""]
    centre.take(number="C77")
    with centre.store.transaction() as db:
        assert centre.store.tickets.refresh(db, datetime.now(UTC).timestamp()) is None
    assert [row["party"] for row in rows(centre)] == [INTAKE]


def test_what_is_done_is_kept_act_by_act_and_in_the_record_with_who_and_why(centre: Casework) -> None:
    told(centre, rating(centre.take(), 2))
    for kind in (acts.Acknowledged, acts.Answered, acts.Rectified, acts.Closed):
        do(centre, 1, kind)
    (row,) = rows(centre)
    assert (row["state"], row["term"], row["outcome"], row["position"]) == ("closed", None, "fix", 4)
    with centre.store.reading() as db:
        assert [type(act) for act in ledger.acts(db, 1)] == [acts.Acknowledged, acts.Answered, acts.Rectified, acts.Closed]
        lines = [line for line in record.lines(db) if line.act.startswith("ticket.")][::-1]
    assert [(line.act, line.who, line.what) for line in lines] == [
        ("ticket.acknowledged", "chen", "1"),
        ("ticket.answered", "chen", "1"),
        ("ticket.rectified", "chen", "1"),
        ("ticket.closed", "hou", "1"),
    ]
    assert lines[1].why == act_of(acts.Answered, datetime.now(UTC)).said  # type: ignore[union-attr]


def test_who_acts_upon_what_they_did_not_see_is_refused_and_nothing_is_written(centre: Casework) -> None:
    told(centre, rating(centre.take(), 2))
    do(centre, 1, acts.Acknowledged)
    now = datetime.now(UTC)
    for after, kind, code in ((0, acts.Answered, "state"), (1, acts.Closed, "state")):
        with pytest.raises(RefusedTicketError) as refused, centre.store.transaction() as db:
            centre.store.tickets.act(db, 1, after, RIGHTS[kind][0], act_of(kind, now), now.timestamp())
        assert refused.value.code == code
    assert rows(centre)[0]["position"] == 1


@pytest.mark.parametrize("table", ["ratings", "tickets", "ticket_acts"])
def test_nobody_deletes_a_rating_a_ticket_or_an_act_and_nobody_changes_what_was_said(centre: Casework, table: str) -> None:
    told(centre, rating(centre.take(), 2))
    do(centre, 1, acts.Acknowledged)
    with pytest.raises(REFUSED), centre.store.transaction() as db:
        db.execute(f"DELETE FROM {table}")
    column = {"ratings": "level = 5", "ticket_acts": "act = act", "tickets": "level = 1"}[table]
    with pytest.raises(REFUSED), centre.store.transaction() as db:
        db.execute(f"UPDATE {table} SET {column}")


def test_terms_are_counted_by_the_calendar_of_the_party_and_anew_each_day(tmp_path: Path) -> None:
    centre = Casework(tmp_path)
    told(centre, rating(centre.take(), 2))
    before = date.fromisoformat(rows(centre)[0]["due"])
    today = datetime.now(UTC).date()
    feast = [DayOff(today + n * DAY, "火把节") for n in range(1, 10)]
    centre.store.tickets = Tickets(lambda party: Calendar(days_off=feast if party == INTAKE else ()))
    with centre.store.transaction() as db:
        centre.store.tickets.refresh(db, datetime.now(UTC).timestamp())
    assert date.fromisoformat(rows(centre)[0]["due"]) - before >= timedelta(days=7)
    centre.close()


def test_every_open_ticket_is_counted_however_many_there_are(centre: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_AT_ONCE", 2)
    for n in range(5):
        told(centre, rating(f"X{n}", 2))
    last: int | None = 0
    looked = []
    while last is not None:
        with centre.store.transaction() as db:
            last = centre.store.tickets.refresh(db, datetime.now(UTC).timestamp(), last)
        looked.append(last)
    assert looked == [2, 4, None]


def test_an_upheld_appeal_ends_the_ticket_and_leaves_the_rating_as_it_was(centre: Casework) -> None:
    told(centre, rating(centre.take(), 1))
    do(centre, 1, acts.Appealed)
    with pytest.raises(RefusedTicketError, match="same_person"):
        do(centre, 1, acts.AppealDecided, upheld=True, by="chen")
    assert do(centre, 1, acts.AppealDecided, upheld=True).state is State.EXCLUDED
    assert [(row["state"], row["appeal"], row["term"]) for row in rows(centre)] == [("excluded", "upheld", None)]
    with centre.store.reading() as db:
        assert [tuple(row) for row in db.execute("SELECT level FROM ratings")] == [(1,)]
