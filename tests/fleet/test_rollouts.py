"""Roll-outs in the centre's table: a wave reaches whom it is for, reports carry it on, and staff have the last word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.centre_db import REFUSED
from support.rolling import NOW, TERMINALS, Rolling

from fleet import desired
from fleet.cases.calendars import Calendars
from fleet.people import record
from fleet.presence import Hearing
from fleet.rollout import acts, book
from fleet.rollout.book import Given, NoRolloutError
from fleet.rollout.engine import Rules
from fleet.rollout.waves import Waves, at_once
from mqtt.commands import OutOfService, SelfTest

A, B, C, D, E = TERMINALS
WAVES = Waves(("1 %", "50 %", "全部"), {A: 0, B: 1, C: 1, D: 2, E: 2})
WHO = ("李工", "试一试")


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Rolling]:
    made = Rolling(tmp_path)
    made.here()
    yield made
    made.close()


def ids(pair: tuple[list[int], list[str]]) -> list[int]:
    return pair[0]


def test_a_wave_reaches_its_members_and_no_one_else(one: Rolling) -> None:
    first = one.begins("1")
    one.ticks()
    assert one.phones() == "1 1 1 1 1"
    for terminal in TERMINALS:
        one.reports(terminal)
    one.ticks()
    assert one.stands(first) == ("finished", "ddddd")
    one.told.clear()
    second = one.begins("2", WAVES)
    one.ticks()
    assert one.phones() == "2 1 1 1 1"
    assert one.told == [A]
    one.reports(A)
    one.ticks()
    assert one.phones() == "2 2 2 1 1"
    assert one.stands(second) == ("running", "dgg..")


def test_all_have_reported_and_it_is_finished_and_whoever_comes_later_is_meant_too(one: Rolling) -> None:
    id_ = one.begins("1", WAVES)
    for _ in range(4):
        one.ticks()
        for terminal in TERMINALS:
            if (wanted := one.wanted(terminal)) and not wanted.settled:
                one.reports(terminal)
    assert one.stands(id_) == ("finished", "ddddd")
    assert one.log(id_) == ["begun", "wave", "wave", "finished"]
    with one.store.reading() as db:
        assert desired.newest_for(db, "settings", "r-hall-99", ()) is not None


def test_who_comes_while_the_last_wave_is_under_way_becomes_one_of_it(one: Rolling) -> None:
    id_ = one.begins("1")
    one.ticks()
    one.groups["r-hall-06"] = ()
    one.here("r-hall-06")
    one.ticks()
    one.ticks()
    assert one.stands(id_) == ("running", "gggggg")


def test_a_refusal_stops_it_repaired_and_resumed_it_is_asked_to_try_anew(one: Rolling) -> None:
    id_ = one.begins("1", WAVES)
    one.ticks()
    one.reports(A, "refused", "settings_refused")
    one.ticks()
    assert one.stands(id_) == ("stopped", "f....")
    one.ticks(10)
    assert one.phones() == "1 - - - -"
    with one.store.transaction() as db:
        acts.resume(db, id_, *WHO, one.now)
    one.ticks()
    with one.store.reading() as db:
        told = [tuple(row) for row in db.execute("SELECT terminal, op, rollout FROM commands")]
    assert told == [(A, "refresh-settings", id_)]
    one.ends(A, "failed", "settings_refused")
    one.ticks()
    assert one.stands(id_) == ("stopped", "f....")  # a terminal that refuses again for the same reason reports it once only
    with one.store.transaction() as db:
        acts.resume(db, id_, *WHO, one.now)
    one.ticks()
    one.reports(A)
    one.ticks()
    assert one.stands(id_) == ("running", "dgg..")
    assert one.log(id_) == ["begun", "stopped", "resumed", "stopped", "resumed", "wave"]


def test_paused_nothing_is_given_and_left_out_by_name_it_finishes(one: Rolling) -> None:
    id_ = one.begins("1", WAVES)
    one.ticks()
    with one.store.transaction() as db:
        acts.pause(db, id_, *WHO, one.now)
    one.reports(A)
    one.ticks()
    assert one.stands(id_) == ("paused", "d....")
    with one.store.transaction() as db:
        acts.leave_out(db, id_, [B, C, D, E, "nobody"], *WHO, one.now)
    one.ticks()
    assert one.stands(id_) == ("finished", "dxxxx")
    assert one.phones() == "1 - - - -"
    with one.store.reading() as db:
        assert [line.act for line in record.lines(db)][:3] == ["rollout.left-out", "rollout.paused", "rollout.begin"]
        assert record.lines(db, 1)[0].why == WHO[1]


def test_taken_back_whoever_was_given_it_is_given_what_it_had(one: Rolling) -> None:
    with one.store.transaction() as db:
        for target, phone in ((desired.ALL, "1"), (A, "special")):
            body = one.body(phone)
            desired.publish(db, "settings", target, body.sha256, body.size, None, "x", "y", NOW)
    id_ = one.begins("2", Waves(("a", "b"), {A: 0, B: 0, C: 1, D: 1, E: 1}))
    one.ticks()
    assert one.phones() == "2 2 1 1 1"
    with one.store.transaction() as db:
        begun, kept = acts.take_back(db, one.bodies, one.groups, id_, *WHO, one.now)
    one.ticks()
    assert (one.phones(), len(begun), kept) == ("special 1 1 1 1", 2, [])
    for terminal in (A, B):
        one.reports(terminal)
    one.ticks()
    assert [one.stands(b)[0] for b in begun] == ["finished", "finished"]
    assert one.stands(id_)[0] == "taken-back"
    with one.store.transaction() as db, pytest.raises(NoRolloutError, match="已经退回"):
        acts.take_back(db, one.bodies, one.groups, id_, *WHO, one.now)


def test_taken_back_to_nothing_a_terminal_has_its_own_settings_again_and_late_comers_too(one: Rolling) -> None:
    id_ = one.begins("2")
    one.ticks()
    for terminal in TERMINALS:
        one.reports(terminal)
    one.ticks()
    one.groups["r-hall-06"] = ()
    one.here("r-hall-06")
    assert one.wanted("r-hall-06") is not None
    with one.store.transaction() as db:
        (back,) = ids(acts.take_back(db, one.bodies, one.groups, id_, *WHO, one.now))
    one.ticks()
    assert one.phones() == "own own own own own"
    assert one.stands(back) == ("running", "gggggg")


def test_a_catalogue_before_which_there_was_none_is_kept_and_named(one: Rolling) -> None:
    with one.store.transaction() as db:
        given = Given("catalogue", "目录", "1" * 64, 10)
        id_ = acts.begin(db, given, desired.ALL, at_once(TERMINALS), Rules(600.0), *WHO, one.now)
    one.ticks()
    with one.store.transaction() as db:
        assert acts.take_back(db, one.bodies, one.groups, id_, *WHO, one.now) == ([], list(TERMINALS))


def test_a_catalogue_that_is_being_rolled_out_is_not_yet_the_one_terms_are_counted_by(one: Rolling) -> None:
    with one.store.transaction() as db:
        given = Given("catalogue", "目录", "1" * 64, 10)
        id_ = acts.begin(db, given, desired.ALL, at_once(TERMINALS), Rules(600.0), *WHO, one.now)
    calendars = Calendars()
    calendars.refresh(one.store, one.bodies)
    assert calendars._digest is None
    with one.store.transaction() as db:
        acts.end(db, id_, *WHO, one.now)
    one.ticks()
    calendars.refresh(one.store, one.bodies)
    assert calendars._digest == "1" * 64


def test_something_newer_published_directly_has_the_last_word(one: Rolling) -> None:
    id_ = one.begins("1", WAVES)
    one.ticks()
    body = one.body("3")
    with one.store.transaction() as db:
        desired.publish(db, "settings", B, body.sha256, body.size, None, "x", "y", one.now)
    one.reports(A)
    one.ticks()
    assert one.stands(id_) == ("running", "dxg..")
    assert one.phones() == "1 3 1 - -"


def test_two_of_a_kind_for_one_terminal_at_a_time_are_refused(one: Rolling) -> None:
    one.begins("1", at_once([A, B]), book.LISTED)
    one.begins("2", at_once([C]), book.LISTED)
    with pytest.raises(NoRolloutError, match="1 号"):
        one.begins("3", at_once([B, C]), book.LISTED)
    assert one.commands(SelfTest(), waves=at_once([A]))


def test_who_is_off_is_passed_over_and_catches_up(one: Rolling) -> None:
    one.off(B)
    id_ = one.begins("1", WAVES)
    for terminal in (A, C):
        one.ticks()
        one.reports(terminal)
    one.ticks()
    assert one.stands(id_) == ("running", "d.dgg")
    for terminal in (D, E):
        one.reports(terminal)
    one.ticks()
    assert one.stands(id_) == ("running", "d.ddd")
    one.here(B)
    one.ticks()
    assert one.told[-1] == B
    one.reports(B)
    one.ticks()
    assert one.stands(id_)[0] == "finished"


def test_while_the_centre_hears_nobody_nothing_goes_on(one: Rolling) -> None:
    one.begins("1")
    one.hearing = Hearing(None)
    one.ticks()
    assert one.phones() == "- - - - -"


def test_a_command_to_many_is_given_to_each_and_its_results_are_its_end(one: Rolling) -> None:
    one.off(E)
    id_ = one.commands(OutOfService("检修"))
    one.ticks()
    assert one.stands(id_) == ("running", "gggg.")
    one.ends(A)
    one.ends(B, "rejected", "clock_wrong")
    with one.store.transaction() as db:
        acts.end(db, id_, *WHO, one.now)
    one.ticks()
    assert one.stands(id_) == ("finished", "dfxxx")
    with one.store.transaction() as db:
        acts.resume(db, id_, *WHO, one.now)
    one.ticks()
    assert one.stands(id_) == ("running", "dgxxx")
    one.ends(B)
    one.ticks()
    assert one.stands(id_) == ("finished", "ddxxx")


def test_a_command_whose_time_is_over_is_ended_and_repeated_it_gets_as_much_again(one: Rolling) -> None:
    one.off(E)
    id_ = one.commands(life=100.0)
    one.ticks()
    for terminal in (A, B, C):
        one.ends(terminal)
    one.ends(D, "failed", "internal")
    one.ticks(150)
    assert one.stands(id_) == ("finished", "dddfx")
    one.here(D)
    with one.store.transaction() as db:
        acts.resume(db, id_, *WHO, one.now)
    one.ticks()
    with one.store.reading() as db:
        (life,) = db.execute("SELECT expires - made FROM commands WHERE terminal = ? ORDER BY made DESC", (D,)).fetchone()
    assert 90 < life <= 100


@pytest.mark.parametrize(("terminals", "why", "said"), [((), "x", "一台终端也没有"), ((A,), "  ", "为什么")])
def test_without_whom_or_why_it_is_not_begun(one: Rolling, terminals: tuple[str, ...], why: str, said: str) -> None:
    with one.store.transaction() as db, pytest.raises(NoRolloutError, match=said):
        acts.begin(db, one.body("1"), desired.ALL, at_once(terminals), Rules(600.0), "王工", why, NOW)


def test_what_staff_did_stays_written_down(one: Rolling) -> None:
    one.begins("1")
    for statement in ("UPDATE rollout_log SET by = 'x'", "DELETE FROM rollout_log"):
        with pytest.raises(REFUSED), one.store.transaction() as db:
            db.execute(statement)
