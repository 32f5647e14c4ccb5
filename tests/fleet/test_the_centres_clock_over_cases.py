"""The centre's clock: terms by the published catalogue's calendars, counted anew each day; and the ledger is the life it tells."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cases import act_of, path_to
from support.centre_db import new_database
from support.fleet import EPOCH, TERMINAL, taken
from support.lives import some_act
from support.packs import Made

from domain.calendar import CHINA
from domain.case import acts
from domain.case.acts import CitizenAct, ClockAct, HomeAct, IntakeAct
from domain.case.life import Life, Refusal, begun, day_of, step
from domain.case.rights import State
from domain.catalogue.catalogue import DATA
from fleet import desired
from fleet.cases.calendars import Calendars
from fleet.cases.clock import CaseClock
from fleet.cases.ledger import Ledger, RefusedActError
from fleet.documents import Documents
from fleet.intake import understand
from fleet.store import Store
from mqtt import topics
from mqtt.desired import CatalogueBody, PackBody
from mqtt.events import event
from mqtt.wire import VERSION, encode

MONDAY = datetime(2026, 3, 2, 9, tzinfo=CHINA)


class Running:
    """A store, its clock, and what was published."""

    def __init__(self, folder: Path) -> None:
        self.calendars = Calendars()
        self.store = Store(new_database(folder / "c.db"), Ledger(self.calendars.of))
        self.bodies = Documents(folder / "desired")
        self.clock = CaseClock(self.store, self.calendars, self.bodies)
        self.count = 0

    def publish(self, body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()
        self.bodies.take("centre", digest, BytesIO(body), len(body))
        with self.store.transaction() as db:
            desired.publish(db, "catalogue", "*", digest, len(body), None, "me", "why", time.time())

    def take(self, home: str = "demo-jia", at: datetime = MONDAY) -> str:
        self.count += 1
        case = f"C{self.count}"
        told = msgspec.structs.replace(taken(case, (case.encode(),), home), intake="demo-yi", taken_at=at.isoformat())
        raw = event(TERMINAL, EPOCH, self.count, at.isoformat(), told)
        self.store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], at.timestamp())
        return case

    def terms(self, case: str) -> dict[str, str]:
        with self.store.reading() as db:
            return {row["term"]: row["due"] for row in db.execute("SELECT term, due FROM terms WHERE number = ?", (case,))}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    made.store.close()


def plain(days_off: dict[str, list[dict[str, object]]]) -> bytes:
    """The demonstration's catalogue, with days off."""
    openings = msgspec.json.decode((DATA / "openings_demo.json").read_bytes())
    for party in openings["parties"]:
        party["days_off"] = days_off.get(party["party"], [])
    items = msgspec.Raw((DATA / "catalogue_demo.json").read_bytes())
    return encode(CatalogueBody(VERSION, items, msgspec.Raw(msgspec.json.encode(openings))))


def test_terms_follow_the_calendar_that_is_published_and_of_the_party_whose_they_are(centre: Running) -> None:
    case, other = centre.take("demo-jia"), centre.take("demo-qi")
    assert centre.terms(case) == {"notice_window": "2026-03-09"}
    centre.publish(plain({"demo-jia": [{"day": "2026-03-04", "name": "火把节"}]}))
    centre.clock.tick(MONDAY.timestamp())
    assert centre.terms(case) == {"notice_window": "2026-03-10"}
    assert centre.terms(other) == {"notice_window": "2026-03-09"}
    centre.publish(plain({"demo-jia": [{"day": "2026-03-07", "name": "调休", "works": True}]}))
    centre.clock.tick(MONDAY.timestamp())
    assert centre.terms(case) == {"notice_window": "2026-03-07"}


def test_a_signed_catalogue_has_calendars_too_and_one_that_cannot_be_read_changes_none(
    centre: Running, caplog: pytest.LogCaptureFixture
) -> None:
    made = Made()
    share = msgspec.json.decode(made.bodies["demo-jia"])
    share["party"]["days_off"] = [{"day": "2026-03-04", "name": "火把节"}]
    made.bodies["demo-jia"] = msgspec.json.encode(share)
    centre.publish(encode(PackBody(VERSION, msgspec.Raw(made.data))))
    centre.clock.tick(MONDAY.timestamp())
    assert not centre.calendars.of("demo-jia").works(date(2026, 3, 4))
    assert centre.calendars.of("nobody-known").works(date(2026, 3, 4))
    centre.publish(b'{"v":1,"pack":{}}')
    centre.clock.tick(MONDAY.timestamp())
    assert not centre.calendars.of("demo-jia").works(date(2026, 3, 4))
    assert "could not be read" in caplog.text


def test_a_halted_term_moves_with_each_day_and_silence_is_kept_by_the_tick(centre: Running) -> None:
    halted, silent = centre.take(), centre.take()
    with centre.store.transaction() as db:
        for act in path_to(State.SUSPENDED, MONDAY):
            centre.store.ledger.write(db, halted, act, act.at.timestamp())
        for act in path_to(State.ARRIVED, MONDAY):
            centre.store.ledger.write(db, silent, act, act.at.timestamp())
    due = centre.terms(halted)["legal"]
    centre.clock.tick((MONDAY + timedelta(days=1)).timestamp())
    assert centre.terms(halted)["legal"] > due
    centre.clock.tick((MONDAY + timedelta(days=8)).timestamp())
    assert set(centre.terms(silent)) == {"legal"}
    with centre.store.reading() as db:
        assert centre.store.ledger.life(db, silent).state is State.ACCEPTED


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_the_ledger_tells_is_the_life_that_was_lived(centre: Running, data: st.DataObject) -> None:
    """Any acts, in any order, refused ones among them: after each, the table agrees with the pure life."""
    case = centre.take()
    at = MONDAY
    with centre.store.transaction() as db:
        life = centre.store.ledger.life(db, case)
        assert life == begun(life.taken)
        for _ in range(data.draw(st.integers(1, 15))):
            at += timedelta(hours=data.draw(st.sampled_from((1, 30, 120))))
            act = decodable(data, life, at)
            expected = step(life, act)
            try:
                centre.store.ledger.write(db, case, act, at.timestamp())
                written = None
            except RefusedActError as refused:
                written = Refusal(refused.code)
            assert written == (expected if isinstance(expected, Refusal) else None)
            life = expected if isinstance(expected, Life) else life
            assert centre.store.ledger.life(db, case) == life
            row = db.execute("SELECT state, position FROM lives WHERE number = ?", (case,)).fetchone()
            assert row == (life.state, life.position)
        assert day_of(at) >= day_of(MONDAY)


def decodable(data: st.DataObject, life: Life, at: datetime) -> acts.Act:
    """An act as it would come over the wire: of its types, with the role of its own side."""
    act = data.draw(some_act(life, at))
    side = next(kinds for kinds in (IntakeAct, HomeAct, CitizenAct, ClockAct) if isinstance(act, get_args(kinds) or (kinds,)))
    try:
        return msgspec.json.decode(msgspec.json.encode(act), type=side)  # type: ignore[no-any-return]
    except msgspec.ValidationError:
        return act_of(type(act), at)
