"""The state report: whole at birth, then only what changed; whatever is lost on the way heals by itself."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace
from support.broker import wait_until
from support.fleet import TERMINAL, TIME, Fleet, birth, terminal_end

from fleet.inputs import HealthIn, RefusedIn, StateIn
from fleet.intake import understand
from fleet.store import Store
from mqtt import topics
from mqtt.messages import DeviceReport, Health, HelpWanted, Report, decode_report
from mqtt.report import BURST, GAP, PERIOD, REFILL, WHOLE_PERIOD, Reporter, merged
from mqtt.wire import ContractError, encode

GOOD = Health(
    v=1,
    bd=7,
    devices={"printer": DeviceReport("ready", proof_age=1.0), "idcard": DeviceReport("ready")},
    serving=True,
    unconfirmed=0,
    oldest=None,
    pages_waiting=0,
    ts=TIME,
)
PAPER_OUT = replace(GOOD, devices={**GOOD.devices, "printer": DeviceReport("faulted", fault="paper_out")}, fault="clock_wrong")
FLEET = frozenset({TERMINAL})

devices = st.dictionaries(
    st.sampled_from(["idcard", "printer", "camera"]),
    st.builds(
        DeviceReport,
        life=st.sampled_from(["ready", "faulted"]),
        fault=st.none() | st.just("paper_out"),
        warning=st.none() | st.just("paper_near_end"),
        proof_age=st.none(),
    ),
)
healths = st.builds(
    Health,
    v=st.just(1),
    bd=st.just(7),
    devices=devices,
    serving=st.booleans(),
    unconfirmed=st.integers(0, 3),
    oldest=st.none(),
    pages_waiting=st.integers(0, 3),
    ts=st.just(TIME),
    fault=st.none() | st.just("clock_wrong"),
    also=st.sampled_from([(), ("machine_hot",), ("machine_hot", "power_sagged")]),
    help=st.none() | st.just(HelpWanted(TIME, "scan")),
)


@given(st.lists(st.tuples(healths, st.booleans()), min_size=1, max_size=12))
def test_whatever_is_lost_on_the_way_the_centre_shows_what_was_last_said_or_says_that_it_does_not_know(
    said: list[tuple[Health, bool]],
) -> None:
    reporter, wholes, ever = Reporter(7, 0.0), dict[int, Health](), False
    for at, (health, arrives) in enumerate(said):
        told = decode_report(encode(reporter.report(health, float(at))))
        assert isinstance(told, Report)
        if not arrives:
            continue
        known = merged(wholes.get(told.of), told)
        if told.of == told.n:
            assert known is not None
            wholes, ever = {told.n: known}, True
        assert known in (health, None)
        assert known is not None or not ever or told.of not in wholes


def test_the_first_is_whole_and_a_heartbeat_says_nothing_again() -> None:
    reporter = Reporter(7, 0.0)
    first, second = reporter.report(GOOD, 0.0), reporter.report(replace(GOOD, devices=_aged(GOOD)), PERIOD)
    assert (first.of, first.n, set(first.devices)) == (0, 0, {"printer", "idcard"})
    assert encode(second) == b'{"v":2,"bd":7,"n":1,"of":0,"ts":"2026-11-20T09:30:00+08:00"}'


def test_a_difference_names_what_changed_and_nothing_else() -> None:
    reporter = Reporter(7, 0.0)
    reporter.report(GOOD, 0.0)
    told = reporter.report(PAPER_OUT, 5.0)
    assert (set(told.devices), told.fault, told.serving, told.unconfirmed) == ({"printer"}, "clock_wrong", UNSET, UNSET)


def test_a_report_is_whole_again_after_a_while_and_when_a_device_is_gone() -> None:
    reporter = Reporter(7, 0.0)
    reporter.report(GOOD, 0.0)
    later = reporter.report(GOOD, WHOLE_PERIOD)
    assert later.of == later.n
    without = reporter.report(replace(GOOD, devices={}), WHOLE_PERIOD + 1)
    assert without.of == without.n


def test_a_device_that_flaps_does_not_flood_the_link_and_its_latest_word_gets_through() -> None:
    reporter, now, sent = Reporter(7, 0.0), 0.0, list[float]()
    for word in itertools.cycle((GOOD, PAPER_OUT)):
        reporter.changed()
        now = max(now + 0.1, reporter.at)
        if now > 600:
            break
        assert not sent or now - sent[-1] > GAP - 1e-6
        reporter.report(word, now)
        sent.append(now)
    assert len(sent) <= BURST + 600 / REFILL + 1
    assert max(b - a for a, b in itertools.pairwise(sent)) <= PERIOD + 1e-6


def test_the_centre_merges_by_connect_and_number(store: Store) -> None:
    reporter = Reporter(7, 0.0)
    wholly, change = reporter.report(GOOD, 0.0), reporter.report(PAPER_OUT, 1.0)
    tell(store, birth(7), wholly, change)
    assert known(store) == replace(PAPER_OUT, ts=change.ts)
    tell(store, wholly)
    tell(store, change)
    assert known(store) == replace(PAPER_OUT, ts=change.ts)
    assert refusals(store) == {"state report was heard already": 2}
    tell(store, birth(8), change)
    assert refusals(store) == {"state report was heard already": 2, "state report of an earlier connect": 1}


def test_a_difference_against_a_whole_report_nobody_heard_is_a_heartbeat_of_what_is_not_known(store: Store) -> None:
    reporter = Reporter(7, 0.0)
    reporter.report(GOOD, 0.0)
    tell(store, birth(7), reporter.report(PAPER_OUT, 1.0))
    assert known(store) is None
    assert presence(store) == "up"
    tell(store, reporter.report(PAPER_OUT, WHOLE_PERIOD))
    assert known(store) == PAPER_OUT


def test_a_lost_difference_is_made_good_by_the_next(store: Store) -> None:
    reporter = Reporter(7, 0.0)
    first = reporter.report(GOOD, 0.0)
    reporter.report(PAPER_OUT, 1.0)
    tell(store, birth(7), first, reporter.report(PAPER_OUT, PERIOD))
    assert known(store) == PAPER_OUT


def test_a_new_database_that_counts_from_one_again_is_heard(store: Store) -> None:
    old = Reporter(1, 0.0)
    tell(store, birth(1), *(old.report(GOOD, float(n)) for n in range(5)))
    tell(store, replace(birth(1), boot="another"), Reporter(1, 0.0).report(replace(PAPER_OUT, bd=1), 0.0))
    assert known(store) == replace(PAPER_OUT, bd=1)


def test_the_report_of_the_first_release_is_still_understood(store: Store) -> None:
    raw = (Path(__file__).parents[1] / "contract" / "data" / "v1" / "health.json").read_bytes()
    one = understand(topics.health(TERMINAL), raw, False, FLEET)
    assert isinstance(one, HealthIn)
    store.record([one], 1.0)
    assert known(store) == msgspec.json.decode(raw, type=Health)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"v": 3}, "version not known here"),
        ({"of": 5}, "still to come"),
        ({"n": 3, "of": 3, "serving": UNSET}, "calls itself whole and is not"),
        ({"n": -1}, "Expected `int` >= 0"),
    ],
)
def test_a_report_that_breaks_the_rules_is_refused_by_name(change: dict[str, object], rule: str) -> None:
    raw = encode(replace(Reporter(7, 0.0).report(GOOD, 0.0), **change))
    with pytest.raises(ContractError, match=rule):
        decode_report(raw)
    assert isinstance(understand(topics.health(TERMINAL), raw, False, FLEET), RefusedIn)


def test_a_centre_that_was_away_hears_whole_reports_again(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        terminal.devices["printer"] = DeviceReport("faulted", fault="paper_out")
        terminal.publisher.health_changed()
        wait_until(lambda: "缺纸" in console(fleet), "the fault is shown")
        with fleet.centre.store.transaction() as db:
            db.execute("UPDATE terminals SET whole = NULL, health = NULL")
        fleet.stop()
        fleet.start()
        wait_until(lambda: "缺纸" in console(fleet), "it is shown again, though nothing changed")


def console(fleet: Fleet) -> str:
    return fleet.console()


def tell(store: Store, *said: object) -> None:
    store.record(
        [HealthIn(TERMINAL, one) if isinstance(one, Report) else StateIn(TERMINAL, one, retained=False) for one in said], 1.0
    )  # type: ignore[arg-type]


def known(store: Store) -> Health | None:
    with store.reading() as db:
        (raw,) = db.execute("SELECT health FROM terminals WHERE terminal = ?", (TERMINAL,)).fetchone()
    return msgspec.json.decode(raw, type=Health) if raw else None


def presence(store: Store) -> str:
    with store.reading() as db:
        return str(db.execute("SELECT said FROM terminals").fetchone()[0])


def refusals(store: Store) -> dict[str, int]:
    with store.reading() as db:
        return dict(db.execute("SELECT reason, count FROM refused").fetchall())


def _aged(health: Health) -> dict[str, DeviceReport]:
    return {name: replace(device, proof_age=29.0) for name, device in health.devices.items()}
