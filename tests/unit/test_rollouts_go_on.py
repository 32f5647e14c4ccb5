"""A roll-out goes on by what its terminals report, stops by itself, and never gives more than a wave at a time. Lives by chance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.rollout import engine
from fleet.rollout.engine import Life, Member, Rollout, Rules, Seen, Stand
from fleet.rollout.waves import at_once, by_ring, by_share

NOW = 1_800_000_000.0
HERE, OFF, LOST, UNKNOWN = (Seen(there) for there in ("here", "off", "lost", "unknown"))  # type: ignore[arg-type]
DONE, REFUSED = Seen("here", said="done"), Seen("here", said="failed", reason="settings_refused")


def rollout(*waves: str, **rules: Any) -> Rollout:
    """``waves``: each a word, its letters are the terminals."""
    members = tuple(Member(t, n) for n, wave in enumerate(waves) for t in wave)
    return Rollout(Rules(**{"within": 600.0, "most_failed": 0.2, **rules}), members)


def stands(one: Rollout) -> str:
    """The first letter of each member's state."""
    return "".join({"waiting": ".", "given": "g", "done": "d", "failed": "f", "left-out": "x"}[m.state] for m in one.members)


def everyone(one: Rollout, seen: Seen, **others: Seen) -> dict[str, Seen]:
    return {m.terminal: others.get(m.terminal, seen) for m in one.members}


def test_the_first_wave_is_given_at_once_and_nothing_else() -> None:
    one = rollout("a", "bc", "defg")
    assert stands(engine.step(one, everyone(one, HERE), NOW)) == "g......"


def test_the_next_wave_begins_when_the_last_of_this_one_has_reported() -> None:
    one = rollout("ab", "cd")
    one = engine.step(one, everyone(one, HERE), NOW)
    one = engine.step(one, everyone(one, HERE, a=DONE), NOW)
    assert (stands(one), one.wave) == ("dg..", 0)
    one = engine.step(one, everyone(one, HERE, a=DONE, b=DONE), NOW)
    assert (stands(one), one.wave) == ("ddgg", 1)
    one = engine.step(one, everyone(one, DONE), NOW)
    assert one.state is Life.FINISHED


def test_a_wave_may_have_to_rest_before_the_next() -> None:
    one = rollout("a", "b", soak=300.0)
    one = engine.step(engine.step(one, everyone(one, HERE), NOW), everyone(one, HERE, a=DONE), NOW)
    assert stands(engine.step(one, everyone(one, HERE, a=DONE), NOW + 299)) == "d."
    assert stands(engine.step(one, everyone(one, HERE, a=DONE), NOW + 300)) == "dg"


def test_too_many_refusals_stop_it_and_a_stop_is_a_stop() -> None:
    one = rollout("abcde", "fghij")
    one = engine.step(one, everyone(one, HERE), NOW)
    one = engine.step(one, everyone(one, HERE, a=REFUSED), NOW)
    assert (one.state, stands(one)) == (Life.RUNNING, "fgggg.....")
    one = engine.step(one, everyone(one, HERE, a=REFUSED, b=REFUSED), NOW)
    assert (one.state, one.reason) == (Life.STOPPED, "wave:0")
    for later in range(3):
        one = engine.step(one, everyone(one, DONE, a=REFUSED, b=REFUSED), NOW + later)
    assert (one.state, stands(one)) == (Life.STOPPED, "ffddd.....")


def test_resumed_those_that_failed_have_their_turn_again() -> None:
    one = rollout("ab", "c")
    one = engine.step(engine.step(one, everyone(one, HERE), NOW), everyone(one, DONE, b=REFUSED), NOW)
    assert one.state is Life.STOPPED
    again = engine.step(engine.again(one, NOW), everyone(one, DONE, b=HERE), NOW)
    assert (again.state, stands(again)) == (Life.RUNNING, "dg.")
    assert [m.tries for m in again.members] == [1, 2, 0]


def test_not_done_within_its_time_is_failed_and_a_later_word_counts() -> None:
    one = rollout("ab", "c", most_failed=0.5)
    one = engine.step(one, everyone(one, HERE), NOW)
    late = engine.step(one, everyone(one, HERE, a=DONE), NOW + 600)
    assert (stands(late), late.members[1].reason) == ("dfg", "late")
    assert stands(engine.step(late, everyone(one, HERE, b=DONE), NOW + 700)) == "ddg"


def test_one_that_is_lost_after_it_was_given_is_a_failure_and_one_switched_off_in_order_is_not() -> None:
    one = rollout("abc", "d", most_failed=0.4)
    one = engine.step(one, everyone(one, HERE), NOW)
    after = engine.step(one, everyone(one, HERE, a=DONE, b=LOST, c=OFF), NOW + 600)
    assert (stands(after), after.members[1].reason) == ("dfgg", "lost")


def test_its_time_runs_only_while_it_could_have_reported() -> None:
    one = rollout("a")
    one = engine.step(one, everyone(one, HERE), NOW)
    assert stands(engine.step(one, {"a": Seen("here", since=NOW + 500)}, NOW + 700)) == "g"
    assert stands(engine.step(one, everyone(one, UNKNOWN), NOW + 7000)) == "g"


def test_who_is_off_is_passed_over_and_is_given_it_when_back() -> None:
    one = rollout("ab", "c")
    one = engine.step(one, everyone(one, HERE, b=OFF), NOW)
    one = engine.step(one, everyone(one, HERE, a=DONE, b=OFF), NOW)
    assert (stands(one), one.wave) == ("d.g", 1)
    one = engine.step(one, everyone(one, HERE, a=DONE, c=DONE), NOW)
    assert (stands(one), one.state) == ("dgd", Life.RUNNING)
    assert engine.step(one, everyone(one, DONE), NOW).state is Life.FINISHED


def test_a_wave_nobody_of_which_has_it_does_not_count_as_gone_well() -> None:
    one = rollout("a", "b")
    for _ in range(3):
        one = engine.step(one, everyone(one, HERE, a=OFF), NOW)
    assert (stands(one), one.wave) == ("..", 0)


def test_while_it_is_not_known_who_is_there_no_wave_is_called_complete() -> None:
    one = rollout("ab", "c")
    one = engine.step(one, everyone(one, HERE, b=UNKNOWN), NOW)
    one = engine.step(one, everyone(one, DONE, b=UNKNOWN, c=HERE), NOW)
    assert stands(one) == "d.."


@pytest.mark.parametrize(
    ("hours", "open_"), [((0, 1440), True), ((22 * 60, 6 * 60), False), ((8 * 60, 18 * 60), True), ((16 * 60, 17 * 60), True)]
)
def test_outside_its_hours_nothing_is_given(hours: tuple[int, int], open_: bool) -> None:
    """NOW is 16:00 in Beijing."""
    one = rollout("a", hours=hours)
    assert stands(engine.step(one, everyone(one, HERE), NOW)) == ("g" if open_ else ".")


def test_over_midnight_the_hours_hold_too() -> None:
    assert engine.within_hours((22 * 60, 6 * 60), NOW + 7 * 3600)
    assert engine.within_hours((22 * 60, 6 * 60), NOW + 13 * 3600)
    assert not engine.within_hours((22 * 60, 6 * 60), NOW + 14 * 3600)


def test_for_whom_something_newer_was_published_it_is_left_out() -> None:
    one = rollout("ab")
    one = engine.step(one, everyone(one, HERE, a=Seen("here", said="superseded")), NOW)
    assert (stands(one), one.members[0].reason) == ("xg", "superseded")


def test_a_command_ends_with_its_time_and_a_failure_is_a_result() -> None:
    one = rollout("abc", once=True, until=NOW + 100, most_failed=1.0)
    one = engine.step(one, everyone(one, HERE, c=OFF), NOW)
    one = engine.step(one, everyone(one, DONE, b=REFUSED, c=OFF), NOW + 50)
    assert (stands(one), one.state) == ("df.", Life.RUNNING)
    one = engine.step(one, everyone(one, DONE, b=REFUSED, c=OFF), NOW + 100)
    assert (stands(one), one.state) == ("dfx", Life.FINISHED)


# --- lives ----------------------------------------------------------------------------------------------------------------

_THERE = st.sampled_from(["here", "here", "here", "here", "off", "lost", "unknown"])
_SAID = st.sampled_from([None, None, "done", "done", "failed", "superseded"])
_SEEN = st.builds(Seen, _THERE, st.just(0.0), _SAID)
_LOOK = st.tuples(st.sampled_from(["", "", "", "", "pause", "again"]), st.sampled_from([1.0, 60.0, 700.0]), st.data())
_WAVES = st.lists(st.integers(1, 5), min_size=1, max_size=4)
_RULES = st.builds(
    Rules, st.just(600.0), st.sampled_from([0.0, 0.2, 0.5]), st.sampled_from([0.0, 120.0]), st.sampled_from([None, (0, 960)])
)


def live(sizes: list[int], rules: Rules, looks: list[tuple[str, float, Any]]) -> None:
    one = Rollout(rules, tuple(Member(f"t{w}-{n}", w) for w, size in enumerate(sizes) for n in range(size)))
    now = NOW
    for staff, pause, data in looks:
        now += pause
        if staff == "pause" and one.state is Life.RUNNING:
            one = replace(one, state=Life.PAUSED)
        if staff == "again" and one.state in engine.ACTIVE:
            one = engine.again(one, now)
        seen = {m.terminal: data.draw(_SEEN) for m in one.members}
        before, one = one, engine.step(one, seen, now)
        looked(before, one, seen, now)
    settle(one, now)


def looked(before: Rollout, after: Rollout, seen: dict[str, Seen], now: float) -> None:
    """What holds of every look."""
    given = [n for o, n in zip(before.members, after.members, strict=True) if n.tries > o.tries]
    under_way = sum(m.state is Stand.GIVEN and seen[m.terminal].there != "off" for m in after.members)
    assert not given or under_way <= max(1, engine.size(after, after.wave)), "more than a wave under way"
    assert not given or (after.state is Life.RUNNING and engine.within_hours(after.rules.hours, now)), "given while it stands"
    assert all(n.wave <= after.wave and seen[n.terminal].there == "here" for n in given), (
        "given out of turn, or to who is not there"
    )
    assert before.state is Life.RUNNING or after.state in (before.state, Life.FINISHED), "a stop is a stop"
    assert after.wave >= before.wave
    for w in range(before.wave, after.wave):
        assert all(m.tries or m.state is Stand.LEFT_OUT or seen[m.terminal].there != "here" for m in after.members if m.wave == w)
    for old, new in zip(before.members, after.members, strict=True):
        assert not (old.state in engine.OVER and new is not old), "what is over is over"
        assert new.tries <= old.tries + 1
    if after.state is Life.FINISHED:
        assert all(m.state in engine.OVER for m in after.members), "finished: all have it, or were left out"
        assert all(m.tries for m in after.members if m.state is Stand.DONE)
    if after.state is Life.RUNNING:
        for w in {m.wave for m in after.members}:
            failed = sum(m.wave == w and m.state is Stand.FAILED for m in after.members)
            assert failed <= after.rules.most_failed * engine.size(after, w), "too many failed, and it goes on"


def settle(one: Rollout, now: float) -> None:
    """From wherever it stands: resumed, and everybody there and willing, it finishes."""
    if one.state in engine.ACTIVE:
        one = engine.again(one, now)
    for _ in range(4 * len(one.members) + 8):
        now += 3600.0
        seen = {m.terminal: DONE if m.tries else HERE for m in one.members}
        one = engine.step(one, seen, now)
    assert one.state is Life.FINISHED


@settings(max_examples=120, deadline=None)
@given(_WAVES, _RULES, st.lists(_LOOK, max_size=12))
def test_whatever_happens_in_its_life(sizes: list[int], rules: Rules, looks: list[tuple[str, float, Any]]) -> None:
    live(sizes, rules, looks)


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(max_examples=5_000, deadline=None)
@given(_WAVES, _RULES, st.lists(_LOOK, max_size=40))
def test_whatever_happens_in_five_thousand_lives(sizes: list[int], rules: Rules, looks: list[tuple[str, float, Any]]) -> None:
    live(sizes, rules, looks)


# --- waves ----------------------------------------------------------------------------------------------------------------


def test_shares_grow_and_every_terminal_is_in_one_wave() -> None:
    waves = by_share([f"t{n}" for n in range(1000)], [], salt="x")
    assert waves.names == ("1 %", "10 %", "50 %", "全部")
    assert [list(waves.of.values()).count(n) for n in range(4)] == [10, 90, 400, 500]


def test_those_that_are_there_come_first_and_of_few_terminals_few_waves_are_made() -> None:
    waves = by_share(["a", "b", "c"], ["c"])
    assert (waves.names, waves.of["c"]) == (("1 %", "50 %", "全部"), 0)


def test_rings_are_groups_in_their_order_and_the_others_come_last() -> None:
    waves = by_ring("abcd", {"a": ("pilot",), "b": ("pilot", "north"), "c": ("north",)}, ["pilot", "north", "south"])
    assert (waves.names, dict(waves.of)) == (("pilot", "north", "其余"), {"a": 0, "b": 0, "c": 1, "d": 2})


@given(st.sets(st.text("abcdefgh", min_size=1, max_size=3)), st.sampled_from([(100,), (1, 100), (1, 10, 50, 100), (30, 60, 100)]))
def test_nobody_is_forgotten_whatever_the_shares(terminals: set[str], shares: tuple[int, ...]) -> None:
    waves = by_share(terminals, (), shares)
    assert set(waves.of) == terminals
    assert set(waves.of.values()) == set(range(len(waves.names)))
    assert set(at_once(terminals).of.values()) <= {0}
