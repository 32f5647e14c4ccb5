"""What stands about a terminal, and since when: from what it says, from silence, and never from what nobody could hear."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.centre_db import REFUSED
from support.console_board import stamp
from support.fleet import EPOCH, birth

from fleet import commands
from fleet.authority.authority import Identity
from fleet.board import conditions, samples
from fleet.board.conditions import CENTRE, CODES, Standing
from fleet.board.watch import ALIVE, SOON, Watch
from fleet.inputs import AnswerIn, HealthIn, StateIn
from fleet.intake import understand
from fleet.presence import SILENCE, Hearing
from fleet.store import Store
from mqtt import topics
from mqtt.commands import CommandAnswer, RestartDevice
from mqtt.events import DesiredReported, event
from mqtt.messages import Backlog, Birth, DeviceReport, Health, HelpWanted, Left, Lost
from mqtt.walk import RECONNECT_WITHIN

BEGIN = 1_794_000_000.0
T = "t-01"
GOOD = Health(1, 7, {"printer": DeviceReport("ready"), "idcard": DeviceReport("ready")}, True, 0, None, 0, stamp(BEGIN))
FINE = Identity(BEGIN + 400 * 86400, revoked=False, cloned=False)


@dataclass
class World:
    """One terminal, the centre's clock, and whether the centre hears."""

    store: Store
    terminal: str = T
    now: float = BEGIN
    since: float | None = BEGIN - 3600.0
    identity: Identity = FINE
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.store, {self.terminal: 0}, lambda: Hearing(self.since), lambda _t: self.identity, lambda: self.now)

    def state(self, said: Birth | Lost | Left, *, retained: bool = False) -> None:
        self.store.record([StateIn(self.terminal, said, retained)], self.now)

    def report(self, health: Health) -> None:
        self.store.record([HealthIn(self.terminal, replace(health, ts=stamp(self.now)))], self.now)

    def later(self, seconds: float) -> None:
        self.now += seconds
        self.watch.look()

    def stands(self, terminal: str | None = None) -> dict[tuple[str, str, str], float]:
        """Name → since, of what is open."""
        with self.store.reading() as db:
            found = conditions.standing(db, self.terminal if terminal is None else terminal)
            return {one.condition.name: one.since for one in found}

    def all(self, terminal: str | None = None) -> list[Standing]:
        with self.store.reading() as db:
            return list(conditions.history(db, self.terminal if terminal is None else terminal, 0.0, 1e12))

    def codes(self) -> set[str]:
        return {code for code, _, _ in self.stands()}


@pytest.fixture
def world(store: Store) -> World:
    made = World(store)
    made.state(birth(7))
    made.report(GOOD)
    made.watch.look()
    return made


def spoilt(**devices: DeviceReport) -> Health:
    return replace(GOOD, devices={**GOOD.devices, **devices})


@pytest.mark.parametrize(
    ("health", "names"),
    [
        (spoilt(printer=DeviceReport("faulted", fault="paper_out")), {("paper-out", "printer", "paper_out")}),
        (spoilt(printer=DeviceReport("ready", warning="paper_near_end")), {("paper-low", "printer", "paper_near_end")}),
        (spoilt(idcard=DeviceReport("absent")), {("device", "idcard", "absent")}),
        (spoilt(idcard=DeviceReport("unknown")), {("device", "idcard", "unknown")}),
        (spoilt(idcard=DeviceReport("opening")), set()),
        (replace(GOOD, serving=False, fault="store_failed"), {("out-of-service", "", ""), ("fault", "", "store_failed")}),
        (replace(GOOD, serving=False, fault="out_of_service"), {("paused", "", "")}),
        (replace(GOOD, serving=False, fault="maintenance"), {("paused", "", "maintenance")}),
        (replace(GOOD, fault="clock_wrong"), {("clock", "", "")}),
        (
            replace(GOOD, fault="machine_hot", also=("clock_wrong", "power_sagged")),
            {("fault", "", "machine_hot"), ("clock", "", ""), ("fault", "", "power_sagged")},
        ),
        (replace(GOOD, unconfirmed=3, oldest=4000.0), {("outbox-old", "", "")}),
        (replace(GOOD, unconfirmed=0, oldest=4000.0), set()),
        (replace(GOOD, backlog=Backlog(1.0, 2)), {("storage", "", ""), ("set-aside", "", "")}),
        (replace(GOOD, help=HelpWanted(stamp(BEGIN), "scan")), {("help", "", "scan")}),
    ],
)
def test_a_state_report_says_what_stands_and_the_next_one_what_no_longer_does(
    world: World, health: Health, names: set[tuple[str, str, str]]
) -> None:
    world.later(10.0)
    world.report(health)
    assert world.stands() == dict.fromkeys(names, world.now)
    world.later(20.0)
    world.report(health)
    assert world.stands() == dict.fromkeys(names, world.now - 20.0), "it stands since it began"
    world.report(GOOD)
    assert world.stands() == {}
    assert {(one.condition.name, one.until) for one in world.all()} == {(name, world.now) for name in names}


def test_a_terminal_whose_clock_is_not_the_centres_is_seen_by_its_report(world: World) -> None:
    world.store.record([HealthIn(T, replace(GOOD, ts=stamp(world.now - conditions.SKEW - 5.0)))], world.now)
    assert world.codes() == {"clock"}


def test_a_will_and_a_leaving_stand_until_the_next_birth_and_nobody_waits_where_nobody_answers(world: World) -> None:
    world.report(replace(GOOD, help=HelpWanted(stamp(BEGIN), "scan")))
    world.now += 5.0
    world.state(Lost(v=1, bd=7))
    assert world.stands() == {("lost", "", ""): world.now}
    world.now += 5.0
    world.state(birth(8))
    assert world.stands() == {}
    world.state(Left(v=1, bd=8, why="night"))
    assert world.stands() == {("off", "", "night"): world.now}


def test_silence_is_lost_since_the_last_word_and_a_late_will_does_not_move_it(world: World) -> None:
    heard = world.now
    world.later(SILENCE - 1.0)
    assert world.stands() == {}
    world.later(2.0)
    assert world.stands() == {("lost", "", ""): heard}
    world.state(Lost(v=1, bd=7))
    assert world.stands() == {("lost", "", ""): heard}
    world.state(birth(8))
    assert world.stands() == {}


def test_while_the_centre_is_away_nothing_is_said_of_terminals_but_that_nobody_knows(world: World) -> None:
    world.later(30.0)
    world.since = None
    world.later(1.0)
    gone = world.now
    assert world.stands(CENTRE) == {("away", "", ""): gone}
    world.later(7200.0)
    assert world.stands() == {}, "two hours of silence nobody could have heard"
    world.since = back = world.now
    world.later(5.0)
    assert [(one.since, one.until) for one in world.all(CENTRE)] == [(gone, back)]
    world.later(SILENCE)
    assert world.stands() == {}, "terminals come back over minutes"
    world.later(RECONNECT_WITHIN)
    assert world.stands() == {("lost", "", ""): back}, "lost, as far as anybody knows, since somebody listened again"


def test_a_centre_that_did_not_run_was_away_since_its_last_note(world: World) -> None:
    noted = world.now
    world.now += 5000.0
    world.since = None
    world.watch = Watch(world.store, {T: 0}, lambda: Hearing(world.since), lambda _t: FINE, lambda: world.now)
    world.watch.look()
    world.since = world.now + 1.0
    world.later(2.0)
    assert [(one.since, one.until) for one in world.all(CENTRE)] == [(noted, world.since)]
    world.later(3 * ALIVE)
    world.watch = Watch(world.store, {T: 0}, lambda: Hearing(world.since), lambda _t: FINE, lambda: world.now)
    world.later(ALIVE)
    assert len(world.all(CENTRE)) == 1, "a restart within a minute is none"


def test_what_is_wrong_with_a_certificate_comes_from_the_books(world: World) -> None:
    for identity, detail in (
        (Identity(None, revoked=False, cloned=False), "none"),
        (replace_identity(until=BEGIN + SOON / 2), "expiring"),
        (replace_identity(until=BEGIN), "expired"),
        (replace_identity(revoked=True), "revoked"),
        (replace_identity(cloned=True), "cloned"),
    ):
        world.identity = identity
        world.later(1.0)
        assert set(world.stands()) == {("certificate", "", detail)}
        began = world.now
        world.later(1.0)
        assert set(world.stands().values()) == {began}
    world.identity = FINE
    world.later(1.0)
    assert world.stands() == {}


def replace_identity(until: float | None = BEGIN + 4e7, *, revoked: bool = False, cloned: bool = False) -> Identity:
    return Identity(until, revoked, cloned)


def test_a_terminal_that_refused_what_it_was_to_have_stands_so_until_it_takes_the_next(world: World) -> None:
    told = DesiredReported("settings", 5, "refused", "settings_refused")
    other = DesiredReported("catalogue", 6, "applied")
    for sequence, data in enumerate((told, other), start=1):
        tell(world, sequence, data)
    assert set(world.stands()) == {("settings-refused", "settings", "settings_refused")}
    tell(world, 4, replace(told, rev=7, state="applied", why=None))
    assert world.stands() == {}
    tell(world, 3, told)
    assert world.stands() == {}, "an older word that comes later says nothing"


def tell(world: World, sequence: int, data: DesiredReported) -> None:
    raw = event(T, EPOCH, sequence, stamp(world.now), data)
    world.store.record([understand(topics.events(T), raw, False, frozenset({T}))], world.now)


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE conditions SET since = since - 1",
        "UPDATE conditions SET grade = 'off' WHERE until IS NULL",
        "UPDATE conditions SET until = until + 1 WHERE until IS NOT NULL",
        "UPDATE conditions SET until = NULL",
        "DELETE FROM conditions",
    ],
)
def test_the_table_itself_keeps_what_was(world: World, spoil: str) -> None:
    for life in ("absent", "ready", "absent"):
        world.now += 1.0
        world.report(spoilt(idcard=DeviceReport(life)))
    with pytest.raises(REFUSED), world.store.transaction() as db:
        db.execute(spoil)


def test_only_what_the_board_shows_differently_is_a_change(world: World) -> None:
    def number() -> int:
        with world.store.reading() as db:
            return int(db.execute("SELECT max(n) FROM changes").fetchone()[0])

    before = number()
    world.now += 30.0
    world.report(replace(GOOD, devices={name: replace(one, proof_age=3.0) for name, one in GOOD.devices.items()}))
    assert number() == before, "a heartbeat"
    world.report(replace(GOOD, unconfirmed=1))
    assert number() == before + 1


def test_samples_come_when_a_number_moved_and_now_and_then(world: World) -> None:
    def queue() -> list[float]:
        with world.store.reading() as db:
            return [value for _, value in samples.read(db, T, "queue", 0.0, 1e12)]

    for n in range(20):  # every half minute another number
        world.now += 30.0
        world.report(replace(GOOD, unconfirmed=n))
    assert len(queue()) == 3
    for _ in range(20):
        world.now += samples.LEAST / 4
        world.report(GOOD)
    assert len(queue()) == 8
    with world.store.transaction() as db:
        samples.forget(db, world.now, 0.0)
        coarse = db.execute("SELECT count(*) FROM samples WHERE terminal = ? AND what = 'queue'", (T,)).fetchone()[0]
        samples.forget(db, world.now, world.now + 1.0)
    assert (coarse, queue()) == (5, [])


def test_how_long_a_command_waited_for_its_first_word_is_a_sample_and_one_only(world: World) -> None:
    with world.store.transaction() as db:
        command = commands.order(db, T, RestartDevice("printer"), "wang", "试验", world.now, 600.0)
        commands.sent(db, command, world.now + 1.0)
    for later, why in ((3.5, None), (4.0, None), (9.0, "visit_running")):
        world.store.record([AnswerIn(T, command, CommandAnswer(1, "accepted", why))], world.now + later)
    with world.store.reading() as db:
        assert list(samples.read(db, T, "answer", 0.0, 1e12)) == [(world.now + 3.5, 2.5)]


def test_every_code_has_words() -> None:
    assert set(CODES) >= conditions.REPORTED | conditions.PRESENCE | conditions.CERTIFICATE


# --- any life ---
devices = st.sampled_from(
    [
        DeviceReport("ready"),
        DeviceReport("faulted", fault="paper_out"),
        DeviceReport("faulted", fault="cover_open", warning="paper_near_end"),
        DeviceReport("ready", warning="paper_near_end"),
        DeviceReport("unknown"),
        DeviceReport("absent"),
    ]
)
healths = st.builds(
    lambda printer, idcard, serving, oldest: replace(
        spoilt(printer=printer, idcard=idcard), serving=serving, unconfirmed=int(oldest is not None), oldest=oldest
    ),
    devices,
    devices,
    st.booleans(),
    st.sampled_from([None, 10.0, 5000.0]),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("report"), healths),
        st.tuples(st.just("will"), st.none()),
        st.tuples(st.just("birth"), st.none()),
        st.tuples(st.just("leave"), st.sampled_from(["night", "update"])),
        st.tuples(st.just("later"), st.sampled_from([-40.0, 1.0, 50.0, 100.0, 700.0])),
        st.tuples(st.just("hear"), st.booleans()),
    ),
    max_size=25,
)
_NAMES = itertools.count()


def live(store: Store, given: list[tuple[str, object]]) -> None:
    """After every step: one open at most of a name, none overlaps, ``since`` never moves, what was reported is what stands."""
    world = World(store, f"t-{next(_NAMES)}")
    bd, before, health = 1, dict[tuple[str, str, str], float](), None
    world.state(birth(bd))
    for step, told in given:
        match step:
            case "report":
                assert isinstance(told, Health)
                health = replace(told, bd=bd)
                world.report(health)
            case "will":
                world.state(Lost(v=1, bd=bd))
            case "birth":
                bd += 1
                world.state(birth(bd))
            case "leave":
                world.state(Left(v=1, bd=bd, why=str(told)))  # type: ignore[arg-type]
            case "later":
                assert isinstance(told, float)
                world.later(told)
            case "hear":
                world.since = world.now if told and world.since is None else world.since if told else None
        stands, everything = world.stands(), world.all()
        for name, since in before.items():
            over = any(one.condition.name == name and one.since == since and one.until is not None for one in everything)
            assert over or stands.get(name) == since, (name, "moved")
        spans: dict[tuple[str, str, str], list[tuple[float, float | None]]] = defaultdict(list)
        for one in sorted(everything, key=lambda one: (one.since, one.until is None, one.until)):
            spans[one.condition.name].append((one.since, one.until))
        for name, lives in spans.items():
            assert all(end is not None and end <= begin for (_, end), (begin, _) in itertools.pairwise(lives)), (name, lives)
        if step == "report" and health is not None:
            found = conditions.of_report(replace(health, ts=stamp(world.now)), world.now)
            assert {n for n in stands if n[0] in conditions.REPORTED} == {one.name for one in found}
        before = stands


@given(steps)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_life_conditions_of_one_name_never_overlap_and_never_move(store: Store, given: list[tuple[str, object]]) -> None:
    live(store, given)


@pytest.mark.long
@given(steps)
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_thousands_of_lives_they_never_do(store: Store, given: list[tuple[str, object]]) -> None:
    live(store, given)
