"""A command is done once, in its moment, by whom it was given to; what is not the centre's word changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.orders import TERMINAL, Centre, Hands, OrderedTerminal

from kiosk.orders.manners import MANNERS
from kiosk.orders.operations import Outcome
from mqtt import commands as op
from mqtt.commands import OPERATIONS, Command, new_id
from mqtt.wire import encode


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Centre:
    return Centre(tmp_path_factory.mktemp("centre"))


@pytest.fixture
def terminal(tmp_path: Path, centre: Centre) -> Iterator[OrderedTerminal]:
    one = OrderedTerminal(tmp_path, centre)
    yield one
    one.database.close()


def test_every_operation_of_the_contract_has_its_manner() -> None:
    assert set(MANNERS) == set(OPERATIONS.values())


def test_it_is_accepted_run_and_its_result_waits_in_the_outbox(terminal: OrderedTerminal, centre: Centre) -> None:
    id_ = new_id()
    terminal.commands.round(centre.command(op.RestartDevice("printer"), id_=id_))
    assert terminal.hands.done == [op.RestartDevice("printer")]
    assert [(i, a.state) for i, a in terminal.answers] == [(id_, "accepted"), (id_, "running")]
    (result,) = terminal.ended()
    assert (result.command, result.op, result.state) == (id_, "restart-device", "succeeded")
    assert terminal.database.rows("SELECT count(*) FROM audit WHERE event = 'command_ended'") == [(1,)]


def test_delivered_twice_it_is_done_once_and_answered_twice(terminal: OrderedTerminal, centre: Centre) -> None:
    order = centre.command()
    for _ in range(3):
        terminal.commands.round(order)
    assert len(terminal.hands.done) == len(terminal.ended()) == 1
    assert [a.state for _, a in terminal.answers] == ["accepted", "running", "ended", "ended"]


def test_delivered_again_after_a_restart_it_is_not_done_again(tmp_path: Path, terminal: OrderedTerminal, centre: Centre) -> None:
    order = centre.command()
    terminal.commands.round(order)
    again = OrderedTerminal(tmp_path, centre)
    again.commands.settle()
    again.commands.round(order)
    assert again.hands.done == []
    again.database.close()


def test_in_whatever_order_they_come_each_is_done(terminal: OrderedTerminal, centre: Centre) -> None:
    first, second = centre.command(op.SelfTest()), centre.command(op.SupportBundle())
    for order in (second, first, second):
        terminal.commands.round(order)
    assert {type(one) for one in terminal.hands.done} == {op.SelfTest, op.SupportBundle}
    assert len(terminal.ended()) == 2


def test_while_a_visit_runs_it_says_not_now_and_is_done_afterwards(terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.hands.busy = True
    order = centre.command(op.RestartService())
    terminal.commands.round(order)
    terminal.commands.round()
    terminal.commands.round(order)
    assert terminal.hands.done == []
    assert [(a.state, a.why) for _, a in terminal.answers] == [
        ("accepted", None),
        ("waiting", "visit_running"),
        ("waiting", "visit_running"),
    ]
    terminal.hands.busy = False
    terminal.commands.round()
    assert terminal.hands.done == [op.RestartService()]


def test_a_visit_that_begins_in_the_very_moment_is_not_disturbed(terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.hands.outcome = None
    terminal.commands.round(centre.command(op.Reboot()))
    assert terminal.ended() == []
    terminal.hands.outcome = Outcome("succeeded")
    terminal.commands.round()
    assert [one.state for one in terminal.ended()] == ["succeeded"]


def test_what_does_not_disturb_is_done_while_a_visit_runs(terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.hands.busy = True
    terminal.commands.round(centre.command(op.SelfTest()))
    assert terminal.hands.done == [op.SelfTest()]


def test_one_that_expired_on_its_way_is_refused_by_name(terminal: OrderedTerminal, centre: Centre) -> None:
    now = terminal.clock.now().timestamp()
    terminal.commands.round(centre.command(op.Reboot(), made=now - 7200, life=3600))
    assert terminal.hands.done == []
    assert [(one.state, one.why) for one in terminal.ended()] == [("expired", "expired")]


def test_one_that_expires_while_it_waits_for_a_visit_to_end_is_not_done(terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.hands.busy = True
    terminal.commands.round(centre.command(op.Reboot(), life=60))
    terminal.clock.ahead = timedelta(seconds=120)
    terminal.hands.busy = False
    terminal.commands.round()
    assert terminal.hands.done == []
    assert [one.state for one in terminal.ended()] == ["expired"]


@pytest.mark.parametrize("do", [op.Reboot(), op.RestartService(), op.OutOfService("停"), op.BackInService()])
def test_where_the_clock_is_wrong_what_could_harm_is_refused_by_name(
    terminal: OrderedTerminal, centre: Centre, do: op.Operation
) -> None:
    terminal.wrong = True
    terminal.commands.round(centre.command(do))
    assert terminal.hands.done == []
    assert [(one.state, one.why) for one in terminal.ended()] == [("rejected", "clock_wrong")]


def test_where_the_clock_is_wrong_what_cannot_harm_is_done(terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.wrong = True
    terminal.clock.ahead = timedelta(days=4000)
    for do in (op.SupportBundle(), op.Update()):
        terminal.commands.round(centre.command(do))
    assert terminal.hands.done == [op.SupportBundle(), op.Update()]


def test_a_clock_behind_what_the_centre_has_signed_is_wrong_without_being_told(terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.clock.ahead = timedelta(days=-30)
    terminal.commands.round(centre.command(op.Reboot()))
    assert [(one.state, one.why) for one in terminal.ended()] == [("rejected", "clock_wrong")]


def test_however_far_back_the_clock_stands_what_the_centre_has_outlived_is_expired(
    terminal: OrderedTerminal, centre: Centre
) -> None:
    now = terminal.clock.now().timestamp()
    old = centre.command(op.SelfTest(), made=now - 9000, life=3600)
    terminal.commands.round(centre.command(op.SelfTest()))
    terminal.clock.ahead = timedelta(days=-3650)
    terminal.commands.round(old)
    assert [one.state for one in terminal.ended()] == ["succeeded", "expired"]


def test_an_operation_nobody_here_knows_is_refused_by_name(terminal: OrderedTerminal, centre: Centre) -> None:
    now = int(terminal.clock.now().timestamp())
    for do, why in ((b'{"op":"sing"}', "unknown_operation"), (b'{"op":"restart-device"}', "bad_arguments")):
        plain = encode(Command(1, new_id(), TERMINAL, now, now + 60, msgspec.Raw(do)))
        terminal.commands.round(centre.sign("tongban-command", plain))
        result = terminal.ended()[-1]
        assert (result.state, result.why) == ("rejected", why)
    assert terminal.ended()[0].op == "sing"


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda order: order.rpartition(b".")[2], "not signed"),
        (lambda order: order[:-8] + b"AAAAAAAA", "signature does not match"),
        (lambda order: b"x" * 60_000, "larger than 49152 bytes"),
    ],
)
def test_what_is_not_the_centre_s_word_changes_nothing_and_is_told_by_its_rule(
    terminal: OrderedTerminal, centre: Centre, spoil: object, rule: str
) -> None:
    terminal.commands.round(spoil(centre.command(op.Reboot())))  # type: ignore[operator]
    assert (terminal.hands.done, terminal.answers, terminal.database.rows("SELECT * FROM command")) == ([], [], [])
    assert [(one.what, one.rule, one.count) for one in terminal.refused()] == [("command", rule, 1)]


def test_one_for_another_terminal_is_refused(terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.commands.round(centre.command(op.Reboot(), terminal="rs-hall-02"))
    assert terminal.hands.done == []
    assert [one.rule for one in terminal.refused()] == ["order for another terminal"]


@pytest.mark.parametrize("change", [b'"v":2', b'"v":0'])
def test_another_version_is_refused_by_name(terminal: OrderedTerminal, centre: Centre, change: bytes) -> None:
    now = int(terminal.clock.now().timestamp())
    plain = op.command(new_id(), TERMINAL, now, now + 60, op.SelfTest()).replace(b'"v":1', change)
    terminal.commands.round(centre.sign("tongban-command", plain))
    assert [one.rule for one in terminal.refused()] == ["version not known here"]


def test_a_flood_of_forgeries_is_counted_and_fills_no_outbox(terminal: OrderedTerminal, centre: Centre) -> None:
    order = centre.command(op.Reboot())
    for _ in range(50):
        terminal.commands.round(order[:-8] + b"AAAAAAAA")
    assert len(terminal.refused()) == 1
    assert terminal.database.rows("SELECT count FROM order_refused") == [(50,)]
    terminal.clock.ahead = timedelta(hours=2)
    terminal.commands.round()
    assert [one.count for one in terminal.refused()] == [1, 49]


def test_one_that_fails_by_our_mistake_is_a_failure_by_name_and_the_next_is_done(terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.hands.raises = RuntimeError("ours")
    terminal.commands.round(centre.command(op.SelfTest()))
    terminal.hands.raises = None
    terminal.commands.round(centre.command(op.SelfTest()))
    assert [(one.state, one.why) for one in terminal.ended()] == [("failed", "internal"), ("succeeded", None)]


def test_a_result_the_disk_did_not_take_is_written_later_and_nothing_is_done_again(
    terminal: OrderedTerminal, centre: Centre
) -> None:
    full = [sqlite3.OperationalError("database or disk is full")]

    def beside(_db: sqlite3.Connection) -> None:
        if full:
            raise full.pop()

    terminal.hands.outcome = Outcome("succeeded", beside=beside)
    with pytest.raises(sqlite3.OperationalError):
        terminal.commands.round(centre.command(op.SelfTest()))
    terminal.commands.round()
    assert (len(terminal.hands.done), [one.state for one in terminal.ended()]) == (1, ["succeeded"])


def test_a_centre_whose_clock_once_stood_far_ahead_is_believed_again_with_a_new_key(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "centre")
    terminal = OrderedTerminal(tmp_path, centre)
    now = terminal.clock.now().timestamp()
    terminal.commands.round(centre.command(op.SelfTest(), made=now + 30 * 86400))
    terminal.commands.round(centre.command(op.SelfTest()))
    assert [one.state for one in terminal.ended()] == ["succeeded", "expired"]
    centre.folder.keep_orders(centre.folder.load(), datetime.now(UTC), anew=True)
    terminal.commands.round(centre.command(op.SelfTest()))
    assert terminal.ended()[-1].state == "succeeded"
    terminal.database.close()


def test_a_restart_that_was_asked_for_is_its_own_result(tmp_path: Path, terminal: OrderedTerminal, centre: Centre) -> None:
    terminal.hands.outcome = Outcome("under_way")
    terminal.commands.round(centre.command(op.RestartService()))
    terminal.commands.round()
    assert len(terminal.hands.done) == 1
    again = OrderedTerminal(tmp_path, centre)
    again.commands.settle()
    again.commands.round()
    assert (again.hands.done, [one.state for one in again.ended()]) == ([], ["succeeded"])
    again.database.close()


@pytest.mark.parametrize(("boot", "machine"), [("boot-1", False), ("boot-2", True)])
def test_a_reboot_is_never_begun_twice_and_the_machine_s_boot_tells(
    tmp_path: Path, terminal: OrderedTerminal, centre: Centre, boot: str, machine: bool
) -> None:
    terminal.hands.outcome = Outcome("under_way")
    terminal.commands.round(centre.command(op.Reboot()))
    again = OrderedTerminal(tmp_path, centre, Hands(), boot)
    again.commands.settle()
    again.commands.round()
    assert (again.hands.done, again.hands.reboots, len(again.ended())) == ([], [machine], 1)
    again.database.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plain=st.one_of(st.binary(max_size=200), st.dictionaries(st.text(max_size=8), st.integers()).map(msgspec.json.encode)))
def test_whatever_the_centre_signs_nothing_raises(terminal: OrderedTerminal, centre: Centre, plain: bytes) -> None:
    terminal.commands.round(centre.sign("tongban-command", plain))
    assert terminal.hands.done == []
