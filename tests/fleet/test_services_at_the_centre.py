"""Services without a case at the centre: stored once, counted, rated apart from intakes; and what a case still awaits is shown."""

from __future__ import annotations

from msgspec.structs import replace
from support.fleet import EPOCH, OTHER_TERMINAL, TERMINAL, TIME, case_content, rating, taken
from test_centre_stores_events_once import count, record

from domain.case import content
from domain.case.content import Unproven
from fleet.progress import progress
from fleet.store import Store
from mqtt.events import CaseTaken, ServiceGiven, decode_event, event
from mqtt.wire import encode, parse

SERVICE = ServiceGiven("Z1", "i1", "社会保障卡申领", "s1", "demo-jia", "demo-bing", "online", TIME)


def test_a_service_is_stored_once_and_another_under_its_number_is_refused(store: Store) -> None:
    raw = event(TERMINAL, EPOCH, 1, TIME, SERVICE)
    assert record(store, raw, raw) == [1, 1]
    record(store, event(OTHER_TERMINAL, EPOCH, 1, TIME, SERVICE), terminal=OTHER_TERMINAL)
    assert (count(store, "services"), count(store, "dead_letters")) == (1, 1)


def test_its_rating_is_told_apart_from_an_intake_s(store: Store) -> None:
    record(store, event(TERMINAL, EPOCH, 1, TIME, SERVICE), event(TERMINAL, EPOCH, 2, TIME, replace(rating("Z1", 4), of="consult")))
    record(store, event(TERMINAL, EPOCH, 3, TIME, rating("C1", 5)))
    with store.reading() as db:
        assert [tuple(row) for row in db.execute("SELECT number, of, level FROM ratings ORDER BY id")] == [
            ("Z1", "consult", 4),
            ("C1", "intake", 5),
        ]


def test_a_terminal_of_the_first_release_is_still_understood() -> None:
    old = encode(taken("C1", [b"a"])).replace(b',"awaits":[]', b"")
    assert b"awaits" not in old
    assert parse(old, CaseTaken).awaits == ()
    assert decode_event(event(TERMINAL, EPOCH, 1, TIME, SERVICE))[1] == SERVICE


def test_whoever_holds_the_receipt_reads_what_is_still_to_be_done(store: Store) -> None:
    record(store, event(TERMINAL, EPOCH, 1, TIME, replace(taken("C1", [b"a"]), awaits=("person", "original"))))
    found = progress(store, "t" * 22, {})
    assert found is not None
    assert found.awaits == ("核对本人", "核验原件")


def test_a_sealed_case_says_what_is_unproven_and_one_sealed_before_says_nothing() -> None:
    whole = replace(case_content("C1", ()), unproven=(Unproven("original", "M-1", "户口簿"), Unproven("person")), window_days=10)
    assert content.decode(content.encode(whole)) == whole
    assert case_content("C1", ()).unproven == ()


def test_the_console_lists_both(store: Store) -> None:
    from fleet.overview import overview

    record(store, event(TERMINAL, EPOCH, 1, TIME, SERVICE), event(TERMINAL, EPOCH, 2, TIME, replace(rating("Z1", 4), of="consult")))
    record(store, event(TERMINAL, EPOCH, 3, TIME, replace(taken("C1", [b"a"]), awaits=("paper",))))
    view = overview(store, {}, {}, 2.0)
    assert view.cases[0].awaits == ("收纸质原件",)
    assert (view.services["线上全程网办"], view.consults[4], view.ratings[4]) == (1, 1, 0)
