"""What the centre keeps of ratings: of whom and how often, never changed, and with nothing that could name who gave them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.cases import act_of
from support.casework import WINDOW, Casework, just_now
from support.centre_db import REFUSED
from support.fleet import EPOCH, HOME, INTAKE, OTHER_TERMINAL, TERMINAL, TIME, rating
from test_centre_stores_events_once import count, record

from domain.case import acts
from domain.case.rights import State
from domain.rating.service import Given, Service, Unrated
from fleet.overview import overview
from fleet.ratings import ledger
from mqtt.events import RatingGiven, event


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Casework]:
    made = Casework(tmp_path)
    yield made
    made.close()


def told(centre: Casework, *said: RatingGiven, terminal: str = TERMINAL, first: int = 1000) -> None:
    raws = [event(terminal, EPOCH, first + n, TIME, one) for n, one in enumerate(said)]
    assert len(record(centre.store, *raws, terminal=terminal)) == len(raws)


def kept(centre: Casework, case: str) -> list[tuple[str, str, int, int, str]]:
    with centre.store.reading() as db:
        return [(r.service.of, r.service.side, r.round, r.level, r.party) for r in ledger.of_number(db, case)]


def decided(centre: Casework, case: str) -> None:
    for who, act in ((WINDOW, acts.Prechecked), (WINDOW, acts.Dispatched), (HOME, acts.Accepted)):
        centre.acted(who, case, act_of(act, just_now()))
    centre.acted(HOME, case, act_of(acts.Decided, just_now(), result="granted"))


def test_each_side_is_rated_for_its_own_service_and_its_party_is_what_the_case_says(centre: Casework) -> None:
    case = centre.take()
    decided(centre, case)
    told(centre, replace(rating(case, 5), party="somebody-else"), replace(rating(case, 2), of="delivery", side="home", tags=(207,)))
    assert kept(centre, case) == [("intake", "intake", 1, 5, INTAKE), ("delivery", "home", 1, 2, HOME)]


def test_a_service_has_one_first_and_one_follow_up_and_a_third_is_kept_for_staff_only(centre: Casework) -> None:
    case = centre.take()
    told(centre, rating(case, 2), rating(case, 4), rating(case, 5))
    assert [(round, level) for _, _, round, level, _ in kept(centre, case)] == [(1, 2), (2, 4)]
    assert count(centre.store, "dead_letters") == 1


def test_what_nobody_rated_is_unrated_also_beside_what_was(centre: Casework) -> None:
    case, other = centre.take(), centre.take()
    told(centre, rating(case, 5))
    with centre.store.reading() as db:
        assert ledger.stands(db, Service(case, "intake")) == Given(Service(case, "intake"), 1, 5)
        for service in (Service(other, "intake"), Service(case, "delivery"), Service(case, "delivery", "home")):
            assert ledger.stands(db, service) == Unrated()


def test_a_department_that_has_not_decided_cannot_be_rated(centre: Casework) -> None:
    case = centre.take()
    home = replace(rating(case, 1), of="delivery", side="home", tags=(108,))
    told(centre, home, replace(home, of="intake"))
    assert (kept(centre, case), count(centre.store, "dead_letters")) == ([], 2)


def test_another_hall_s_terminal_rates_nothing_of_a_case(centre: Casework) -> None:
    case = centre.take()
    decided(centre, case)
    said = [replace(rating(case, 1), of=of, tags=(108,)) for of in ("intake", "correction", "delivery")]
    told(centre, *said, replace(said[2], side="home"), terminal=OTHER_TERMINAL)
    assert (kept(centre, case), count(centre.store, "dead_letters")) == ([], 4)


def test_a_rating_is_not_changed_and_not_deleted(centre: Casework) -> None:
    told(centre, rating(centre.take(), 1))
    for statement in ("UPDATE ratings SET level = 5", "DELETE FROM ratings"):
        with pytest.raises(REFUSED), centre.store.transaction() as db:
            db.execute(statement)


def test_a_terminal_of_before_is_still_understood_and_its_rating_has_a_party(centre: Casework) -> None:
    case = centre.take()
    raw = event(TERMINAL, EPOCH, 1000, TIME, rating(case, 4))
    old = raw[: raw.index(b',"side"')] + raw[raw.index(b"},") :] if b'"side"' in raw else raw
    assert b"edition" not in old
    assert record(centre.store, old) == [1000]
    assert kept(centre, case) == [("intake", "intake", 1, 4, INTAKE)]


def test_who_is_rated_sees_no_single_rating_and_no_count_that_grows_with_it(centre: Casework) -> None:
    told(centre, rating(centre.take(), 1))

    def seen(only: frozenset[str] | None) -> dict[int, int]:
        view = overview(centre.store, {}, {}, 2.0, only)
        assert not hasattr(view.cases[0], "rating")
        return dict(view.ratings)

    assert (seen(frozenset({INTAKE})), seen(None)[1]) == ({}, 1)


def test_nobody_at_the_hall_the_window_or_the_home_desk_is_told_anything(
    centre: Casework, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever they can ask for reads after a rating as it did before it."""
    case = centre.take(token="T" * 22)
    decided(centre, case)
    asked = [
        *((who, path) for who in (WINDOW, HOME) for path in (f"/v1/cases/{case}/acts", f"/v1/intakes/{INTAKE}/cases")),
        *((HOME, path) for path in (f"/v1/homes/{HOME}/cases", f"/v1/homes/{HOME}/corrections")),
        *((TERMINAL, path) for path in (f"/v1/cases/{case}", "/v1/halls/tasks")),
    ]

    def seen() -> list[bytes]:
        return [centre.ask(who, "GET", path).get_data() for who, path in asked]

    before = seen()
    assert any(case.encode() in page for page in before)
    told(centre, replace(rating(case, 1), tags=(108,)), replace(rating(case, 2), of="delivery", side="home", tags=(207,)))
    assert seen() == before
    assert len(kept(centre, case)) == 2
    assert "rating" not in caplog.text


SAID = st.tuples(
    st.sampled_from([("intake", "intake"), ("correction", "intake"), ("delivery", "intake"), ("delivery", "home")]),
    st.integers(1, 5),
    st.booleans(),
    st.sampled_from([TERMINAL, TERMINAL, OTHER_TERMINAL]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SAID, max_size=8))
def test_unrated_never_becomes_good_in_whatever_order_and_however_often_it_is_told(centre: Casework, said: list[Any]) -> None:
    """Told twice, by another hall's terminal, a third time: what stands is what a person said first and then, and else nothing."""
    case = centre.standing_in(State.DECIDED)
    model: dict[tuple[str, str], list[int]] = {}
    for n, ((of, side), level, again, terminal) in enumerate(said):
        one = replace(rating(case, level), of=of, side=side)
        for _ in range(1 + again):
            told(centre, one, terminal=terminal, first=int(case[1:]) * 100 + n)
        levels = model.setdefault((of, side), [])
        if terminal == TERMINAL and len(levels) < 2:
            levels.append(level)
    with centre.store.reading() as db:
        for of, side in (("intake", "intake"), ("correction", "intake"), ("delivery", "intake"), ("delivery", "home")):
            levels, service = model.get((of, side), []), Service(case, of, side)  # type: ignore[arg-type]
            expected = Given(service, 2 if len(levels) > 1 else 1, levels[-1]) if levels else Unrated()
            assert ledger.stands(db, service) == expected
