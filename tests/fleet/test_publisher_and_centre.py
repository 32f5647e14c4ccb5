from __future__ import annotations

import time

from support.broker import wait_until
from support.fleet import EPOCH, TERMINAL, TIME, Fleet, rating, terminal_end

from fleet.board.board import Board
from fleet.board.watch import Watch
from fleet.known import Known
from fleet.presence import MISSED, Presence
from mqtt import topics
from mqtt.events import event
from mqtt.link import Centre as CentreWord
from mqtt.messages import DeviceReport, StorageReceipt
from mqtt.report import PERIOD
from mqtt.walk import RECONNECT_WITHIN
from mqtt.wire import encode


def console(fleet: Fleet) -> str:
    return fleet.console()


def test_rows_are_deleted_on_the_centres_receipt_and_only_then(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        for n in range(100):
            terminal.outbox.add(rating(f"C{n}"))
        terminal.publisher.wake()
        wait_until(lambda: len(terminal.outbox) == 0, "everything is confirmed")
        assert sorted(terminal.outbox.confirmed) == list(range(1, 101))
        assert terminal.publisher.counts.confirmed == 100


def test_a_receipt_that_lies_is_refused_counted_and_changes_nothing(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.connected and fleet.centre.ingest.hearing.since, "both are connected")
        lies = [encode(StorageReceipt(v=1, e=EPOCH, r=((1, 10**9),))), b"{", encode(StorageReceipt(v=1, e="f" * 16, r=((1, 1),)))]
        for lie in lies:
            assert fleet.centre.ingest._connection.publish(topics.receipts(TERMINAL), lie, topics.RECEIPT)
        wait_until(lambda: sum(terminal.publisher.counts.refused_receipts.values()) == 3, "three refusals are counted")
        assert "receipt for a sequence never sent" in terminal.publisher.counts.refused_receipts
        terminal.outbox.add(rating())
        terminal.publisher.wake()
        wait_until(lambda: terminal.outbox.confirmed == [1], "the link still works")


def test_a_broken_event_is_shown_to_staff_and_does_not_hold_up_those_behind_it(fleet: Fleet) -> None:
    broken = event(TERMINAL, EPOCH, 1, TIME, rating()).replace(b'"level":5', b'"level":0')
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.connected and fleet.centre.ingest.hearing.since, "both are connected")
        terminal.link.publish_event(broken)
        terminal.link.publish_event(b"\x00\xff")
        wait_until(lambda: "留存待查" in console(fleet) and "k1/rs-hall-01/up/ev" in console(fleet), "the console shows it")
        terminal.outbox.add(rating("C0"))
        terminal.outbox.add(rating("C1"))
        terminal.publisher.wake()
        wait_until(lambda: len(terminal.outbox) == 0, "the others go on")


def test_the_console_tells_a_terminal_that_left_from_one_that_is_there(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        terminal.devices["printer"] = DeviceReport("faulted", fault="paper_out", proof_age=1.0)
        terminal.publisher.health_changed()
        wait_until(lambda: "缺纸" in console(fleet), "the fault is shown")
        assert "在线" in console(fleet)
    wait_until(lambda: "正常关机" in console(fleet), "its leaving is shown")


def test_a_terminal_hears_whether_the_centre_is_there(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.centre is CentreWord.UP, "the centre's birth is heard")
        fleet.centre.ingest.stop()
        wait_until(lambda: terminal.link.state.centre is CentreWord.DOWN, "its leaving is heard")


def test_each_connect_has_a_number_of_its_own(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.connected, "connected")
        fleet.broker.kill()
        wait_until(lambda: not terminal.link.state.connected, "the loss is noticed")
        fleet.broker.start()
        wait_until(lambda: terminal.link.state.connected, "connected again")
        assert terminal.bd >= 2


def test_the_console_says_unknown_while_the_centre_itself_hears_nothing(fleet: Fleet) -> None:
    with terminal_end(fleet.broker):
        wait_until(lambda: '<span class="state online">' in console(fleet), "online")
        fleet.broker.kill()
        wait_until(lambda: "中心与消息服务器断开" in console(fleet), "the console says so")
        assert '<span class="state online">' not in console(fleet)
        assert '<span class="state lost">' not in console(fleet)


def test_who_was_gone_when_the_broker_was_killed_is_unknown_until_it_had_time_to_come_back_and_then_lost(fleet: Fleet) -> None:
    """A broker that is killed sends no will: only silence tells."""
    with terminal_end(fleet.broker):
        wait_until(lambda: presence(fleet) is Presence.ONLINE, "online")
        fleet.broker.kill()
        wait_until(lambda: presence(fleet) is Presence.UNKNOWN, "the centre knows that it does not know")
    silence = time.time()
    fleet.broker.start()
    wait_until(lambda: fleet.centre.ingest.hearing.since, "the centre hears again")
    back, limit = time.time() - silence, PERIOD * MISSED
    assert presence(fleet, limit + 1.0) is Presence.UNKNOWN
    assert presence(fleet, back + limit + RECONNECT_WITHIN) is Presence.LOST


def test_a_terminal_that_was_there_all_along_is_unknown_to_a_centre_that_is_back_only_until_it_speaks(fleet: Fleet) -> None:
    with terminal_end(fleet.broker):
        wait_until(lambda: presence(fleet) is Presence.ONLINE, "online")
        fleet.stop()
        fleet.start()
        wait_until(lambda: presence(fleet) is Presence.ONLINE, "it spoke, though nothing had changed", 15)


def presence(fleet: Fleet, later: float = 0.0) -> Presence:
    """Of the terminal, so many seconds from now."""
    centre, at = fleet.centre, time.time() + later
    if later:
        Watch(centre.store, {TERMINAL: 0}, lambda: centre.ingest.hearing, centre.authority.identity, lambda: at).look()
    board = Board(centre.store, Known({TERMINAL: "大厅"}, {}, {}), lambda: centre.ingest.hearing, lambda: at)
    return board.row(TERMINAL)[1]
