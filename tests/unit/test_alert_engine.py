"""What becomes of alerts: told once and together, through flapping, maintenance, restarts and people; nothing is told in vain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed
from support.alerting import LOST, PARTIES, World, sites

from fleet.alerts.engine import GROW, OVERDUE
from fleet.alerts.maintenance import Window
from fleet.alerts.rules import Rule, Where
from fleet.alerts.words import Names, headline
from fleet.board.conditions import AWAY, CENTRE, Standing


def hundreds(count: int = 312) -> World:
    world = World(sites=sites(f"t-{n:03}" for n in range(count)))
    for n in range(count):
        world.begin(f"t-{n:03}", 1000 + n * 60 / count)
    return world


def test_three_hundred_terminals_lost_within_a_minute_are_one_alert_that_says_so() -> None:
    world = hundreds()
    world.now = 990
    assert world.run(1170) == [], "not before it has stood for a while"
    world.run(2000)
    assert world.kinds == [("opened", 312)]
    (alert,) = world.alerts
    said = headline(alert.cause, alert.members, Names(world.sites, PARTIES))
    assert said == "绵竹市 312 台 60 秒内失联：多半是线路"


def test_when_all_are_back_it_ends_by_itself_and_says_so_once() -> None:
    world = hundreds(40)
    world.run(1500)
    for n in range(40):
        world.end(f"t-{n:03}", 1500 + n)
    world.run(1800)
    assert world.kinds == [("opened", 40)], "they may go again"
    world.run(4000)
    assert world.kinds == [("opened", 40), ("resolved", 40)]
    assert world.alerts == []


def test_what_is_short_is_told_to_nobody_and_leaves_nothing() -> None:
    world = World()
    world.begin("t-1", 100)
    world.run(150)
    assert [alert.state for alert in world.alerts] == ["pending"]
    world.end("t-1", 155)
    world.run(3000)
    assert (world.told, world.alerts, world.ended) == ([], [], [])


def test_what_comes_and_goes_all_day_is_told_once() -> None:
    world = World(rules=(changed(LOST, repeat=0, escalate=0),))
    for at in range(100, 100 + 40 * 180, 180):
        world.begin("t-1", at)
        world.end("t-1", at + 60)
    world.run(20000)
    assert world.kinds == [("opened", 1), ("resolved", 1)]
    assert world.ended[0].members["t-1"].spells == 40


def test_who_joins_later_is_told_together_and_opens_what_was_acknowledged() -> None:
    world = World(sites=sites([f"t-{n}" for n in range(9)]), rules=(changed(LOST, repeat=0, escalate=0),))
    world.begin("t-0", 0)
    world.run(200)
    world.alerts = [replace(world.alerts[0], state="acknowledged")]
    for n in range(1, 9):
        world.begin(f"t-{n}", 200 + n * 10)
    world.run(200 + GROW + 300)
    assert world.kinds == [("opened", 1), ("grew", 8)]
    assert world.alerts[0].state == "open"


def test_it_is_repeated_and_escalated_until_somebody_acknowledges() -> None:
    world = World()
    world.begin("t-0", 0)
    world.run(2 * 3600 + 400)
    assert [kind for kind, _ in world.kinds] == ["opened", "escalated", "repeat", "repeat"]
    world.alerts = [replace(world.alerts[0], state="acknowledged")]
    world.run(9 * 3600)
    assert len(world.told) == 4


def test_closed_by_hand_it_is_quiet_for_a_day_and_no_longer_and_a_new_one_opens_it() -> None:
    world = World(sites=sites(["t-0", "t-1"]), rules=(changed(LOST, repeat=0, escalate=0),))
    world.begin("t-0", 0)
    world.run(200)
    world.alerts = [replace(world.alerts[0], state="resolved", resolved=200.0)]
    world.run(200 + OVERDUE - 10, every=60)
    assert world.kinds == [("opened", 1)]
    world.run(200 + OVERDUE + 60, every=60)
    assert world.kinds[1:] == [("reopened", 1)]
    world.alerts = [replace(world.alerts[0], state="resolved", resolved=world.now)]
    world.begin("t-1", world.now)
    world.run(world.now + 300)
    assert world.kinds[2:] == [("reopened", 2)]


def test_under_maintenance_nothing_is_told_and_what_still_stands_afterwards_counts_from_then() -> None:
    world = World(sites=sites(["t-0", "t-1"]))
    world.windows = [Window(1, "换交换机", Where(parties=("mianzhu",)), 0, 1000, "li", "w", 0)]
    world.begin("t-0", 100)
    world.begin("t-1", 100)
    world.end("t-1", 500)
    world.run(1170)
    assert world.told == []
    world.run(1200)
    assert world.kinds == [("opened", 1)]


def test_of_an_open_alert_nothing_is_repeated_while_all_of_it_is_under_maintenance() -> None:
    world = World()
    world.begin("t-0", 0)
    world.run(200)
    world.windows = [Window(1, "修", Where(terminals=("t-0",)), 200, 10000, "li", "w", 0)]
    world.run(9990)
    assert world.kinds == [("opened", 1)]
    world.run(11000)
    assert [kind for kind, _ in world.kinds[1:]] == ["repeat", "escalated"]


def test_a_centre_that_was_away_tells_of_nothing_but_itself_and_has_no_storm_afterwards() -> None:
    rules = (Rule("centre", "中心", ("away",), grade="any", hold=60, clear=0), LOST)
    world = World(rules=rules, sites=sites([f"t-{n}" for n in range(50)]))
    world.begin("t-0", 0)
    world.run(100)
    world.heard = None
    world.conditions.append(Standing(CENTRE, AWAY, 100))
    for n in range(1, 50):
        world.begin(f"t-{n}", 110)
    world.run(4000)
    assert [(scope, note.kind) for _, scope, note in world.told] == [("centre:", "opened")]
    world.heard = 4000.0
    world.end(CENTRE, 4000, "away")
    for n in range(1, 49):
        world.end(f"t-{n}", 4000 + 3 * n)
    world.run(4400)
    assert [(scope, note.kind, note.count) for _, scope, note in world.told[1:]] == [
        ("centre:", "resolved", 1),
        ("party:mianzhu", "opened", 2),
    ]


def test_a_rule_that_is_switched_off_ends_what_it_began_and_another_may_take_it() -> None:
    other = changed(LOST, id="other", hold=0)
    world = World(rules=(LOST, other))
    world.begin("t-0", 0)
    world.run(200)
    world.rules = (changed(LOST, enabled=False), other)
    world.run(230)
    assert [(note.kind, note.count) for _, _, note in world.told] == [("opened", 1), ("resolved", 1), ("opened", 1)]
    assert [alert.cause.rule for alert in world.alerts] == ["other"]


def test_a_device_that_is_faulted_otherwise_is_the_same_alert() -> None:
    rule = Rule("device", "设备", ("device",), hold=60, clear=0, group="terminal")
    world = World(rules=(rule,), sites=sites(["t-0"]))
    world.begin("t-0", 0, "device", "printer", "paper_jam")
    world.run(100)
    world.end("t-0", 105, "device")
    world.begin("t-0", 105, "device", "printer", "cover_open")
    world.begin("t-0", 107, "device", "printer", "hot")
    world.run(500)
    assert world.kinds == [("opened", 1)]


def test_a_whole_hall_is_called_a_whole_hall_and_places_by_what_they_have_in_common() -> None:
    world = World(sites=sites(["t-0", "t-1", "t-2"], hall="mz"), rules=(changed(LOST, group="hall"),))
    world.sites = {t: replace(site, place=f"绵竹市政务服务中心 {t[-1]} 号机") for t, site in world.sites.items()}
    for n in range(3):
        world.begin(f"t-{n}", 0)
    world.run(200)
    (alert,) = world.alerts
    said = headline(alert.cause, alert.members, Names(world.sites, PARTIES))
    assert said == "绵竹市政务服务中心 3 台 60 秒内失联，整个大厅都断了：多半是大厅断网或断电"


EVENTS = st.lists(
    st.tuples(
        st.integers(1, 900),
        st.sampled_from(["lost", "back", "lost", "back", "ack", "close", "plan", "deaf", "hear"]),
        st.sampled_from([f"t-{n}" for n in range(6)]),
    ),
    max_size=40,
)
SETS = st.sampled_from(
    [
        (LOST,),
        (changed(LOST, group="terminal", clear=0),),
        (changed(LOST, id="a", where=Where(terminals=("t-0", "t-1")), hold=0), changed(LOST, id="b", group="hall", repeat=600)),
    ]
)


def play(world: World, events: list[tuple[int, str, str]], every: float | None) -> World:
    """``every``: seconds between looks; ``None``: only when something happened, or the engine said it would, and then it is seen
    whether it was right."""
    at = 0.0
    for pause, what, terminal in [*events, (40000, "end", "")]:
        while (then := world.now + every if every is not None else _next(world)) < at + pause:
            if every is None:
                for between in (world.now + 1, (world.now + then) / 2, then - 1):
                    assert not world.now < between < then or not any(look.changed for look in world.looks(between))
            world.look(then)
            check(world)
        at += pause
        happen(world, what, terminal, at)
        world.look(at)
        check(world)
    return world


def _next(world: World) -> float:
    return min((look.next for look in world.looks(world.now) if look.next is not None), default=float("inf"))


def happen(world: World, what: str, terminal: str, at: float) -> None:
    open_ = {c.terminal for c in world.conditions if c.until is None}
    match what:
        case "lost" if terminal not in open_:
            world.begin(terminal, at)
        case "back" if terminal in open_:
            world.end(terminal, at)
        case "ack":
            world.alerts = [replace(a, state="acknowledged") if a.state == "open" else a for a in world.alerts]
        case "close":
            told = ("open", "acknowledged")
            world.alerts = [replace(a, state="resolved", resolved=at) if a.state in told else a for a in world.alerts]
        case "plan":
            world.windows.append(Window(len(world.windows), "w", Where(terminals=(terminal,)), at, at + 700, "li", "w", at))
        case "deaf":
            world.heard = None
        case "hear" if world.heard is None:
            world.heard = at


def check(world: World) -> None:
    causes = [alert.cause for alert in world.alerts]
    assert len(causes) == len(set(causes))
    held = [(t, a.cause.code, a.cause.subject) for a in world.alerts for t, m in a.members.items() if m.ended is None]
    assert len(held) == len(set(held)), "one condition, one alert"
    assert not any(look.changed for look in world.looks(world.now)), "looking twice is looking once"
    for alert in world.alerts:
        assert alert.members, "of nothing there is no alert"
        assert alert.state != "pending" or not any(member.told for member in alert.members.values())


@given(SETS, EVENTS)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_no_cause_is_told_twice_at_once_and_what_is_told_ends_or_stands(
    rules: tuple[Rule, ...], events: list[tuple[int, str, str]]
) -> None:
    sequences(rules, events)


@pytest.mark.long
@given(SETS, EVENTS)
@settings(max_examples=2000, deadline=None)
def test_nor_in_thousands_of_sequences(rules: tuple[Rule, ...], events: list[tuple[int, str, str]]) -> None:
    sequences(rules, events)


def sequences(rules: tuple[Rule, ...], events: list[tuple[int, str, str]]) -> None:
    world = play(World(rules=rules, sites=sites([f"t-{n}" for n in range(6)])), events, every=120.0)
    stands: dict[str, bool] = {}
    for at, scope, note in world.told:
        if note.kind in ("opened", "reopened"):
            stands[scope] = True
        elif note.kind == "resolved":
            assert stands.pop(scope), "only what was told is ended"
        recent = [n for when, s, n in world.told if s == scope and at - GROW < when <= at and n.kind in ("grew", "repeat")]
        assert len(recent) <= 2, "no storm"
    live = {alert.cause.scope for alert in world.alerts if alert.state != "pending"}
    closed = {alert.cause.scope for alert in world.ended}
    assert stands.keys() <= live | closed
    if world.heard is not None and all(c.until is not None for c in world.conditions):
        assert world.alerts == [], "what is over is over everywhere"


@given(SETS, EVENTS)
@settings(max_examples=40, deadline=None)
def test_the_engine_says_rightly_when_time_alone_will_change_something(
    rules: tuple[Rule, ...], events: list[tuple[int, str, str]]
) -> None:
    events = [event for event in events if event[1] not in ("plan", "deaf", "hear")]
    play(World(rules=rules, sites=sites([f"t-{n}" for n in range(6)])), events, every=None)
