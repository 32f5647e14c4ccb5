from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.fleet import TERMINAL, TIME, birth

from fleet.inputs import HealthIn, StateIn
from fleet.presence import Hearing, Presence, judge
from fleet.store import Store
from mqtt.messages import Birth, Health, Left, Lost

UP = Hearing(since=0.0)


@pytest.mark.parametrize(
    ("said", "heard", "hearing", "presence"),
    [
        ("up", 990.0, UP, Presence.ONLINE),
        ("up", 909.0, UP, Presence.LOST),
        ("up", 909.0, Hearing(800.0), Presence.UNKNOWN),
        ("up", 909.0, Hearing(None), Presence.UNKNOWN),
        ("up", 909.0, Hearing(950.0), Presence.UNKNOWN),
        ("up", None, UP, Presence.LOST),
        ("lost", 999.0, UP, Presence.LOST),
        ("lost", 999.0, Hearing(None), Presence.UNKNOWN),
        ("off", 10.0, UP, Presence.LEFT),
        ("off", 10.0, Hearing(None), Presence.LEFT),
        (None, None, UP, Presence.UNKNOWN),
    ],
)
def test_presence_is_what_was_said_and_heard_and_unknown_when_we_could_not_hear(
    said: str | None, heard: float | None, hearing: Hearing, presence: Presence
) -> None:
    assert judge(said, heard, hearing, 1000.0) == presence


def test_a_will_of_an_earlier_connect_says_nothing(store: Store) -> None:
    _say(store, birth(2), Lost(v=1, bd=1))
    assert _known(store) == ("up", 2)
    _say(store, Lost(v=1, bd=2))
    assert _known(store) == ("lost", 2)


def test_a_birth_of_a_new_database_is_believed_though_it_counts_from_one_again(store: Store) -> None:
    _say(store, birth(40), birth(1))
    assert _known(store) == ("up", 1)


def test_an_old_birth_the_broker_still_retains_does_not_undo_a_will(store: Store) -> None:
    _say(store, birth(3), Lost(v=1, bd=3))
    store.record([StateIn(TERMINAL, birth(3), retained=True)], 5.0)
    assert _known(store) == ("lost", 3)


def test_a_report_of_a_later_connect_proves_a_birth_we_missed(store: Store) -> None:
    _say(store, birth(3), Lost(v=1, bd=3))
    report = Health(v=1, bd=4, devices={}, serving=True, unconfirmed=0, oldest=None, pages_waiting=0, ts=TIME)
    store.record([HealthIn(TERMINAL, report)], 9.0)
    assert _known(store) == ("up", 4)


@pytest.mark.parametrize("after", [Lost(v=1, bd=3), Left(v=1, bd=3, why="night")])
def test_an_older_birth_a_killed_broker_delivers_again_is_no_news(store: Store, after: Lost | Left) -> None:
    _say(store, birth(2), birth(3), after)
    for old in (2, 3):
        store.record([StateIn(TERMINAL, birth(old), retained=True)], 5.0)
    with store.reading() as db:
        assert tuple(db.execute("SELECT said, bd FROM terminals").fetchone()) == ("lost" if isinstance(after, Lost) else "off", 3)


def test_a_birth_of_a_new_database_is_believed_also_from_the_broker_s_memory(store: Store) -> None:
    _say(store, birth(40), Lost(v=1, bd=40))
    store.record([StateIn(TERMINAL, replace(birth(1), boot="b1", ts="2026-11-21T09:30:00+08:00"), retained=True)], 5.0)
    assert _known(store) == ("up", 1)


def test_who_came_and_left_while_nobody_here_listened_has_left(store: Store) -> None:
    _say(store, birth(3))
    store.record([StateIn(TERMINAL, Left(v=1, bd=5, why="night"), retained=True)], 5.0)
    assert _known(store) == ("off", 5)
    store.record([StateIn(TERMINAL, Lost(v=1, bd=4), retained=True)], 6.0)
    assert _known(store) == ("off", 5)


def test_leaving_keeps_its_reason(store: Store) -> None:
    _say(store, birth(3), Left(v=1, bd=3, why="update"))
    with store.reading() as db:
        assert tuple(db.execute("SELECT said, why FROM terminals").fetchone()) == ("off", "update")


def _say(store: Store, *states: Birth | Lost | Left) -> None:
    store.record([StateIn(TERMINAL, state, retained=False) for state in states], 1.0)


def _known(store: Store) -> tuple[str, int]:
    with store.reading() as db:
        said, bd = db.execute("SELECT said, bd FROM terminals WHERE terminal = ?", (TERMINAL,)).fetchone()
    return said, bd
