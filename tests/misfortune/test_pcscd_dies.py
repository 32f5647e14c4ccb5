"""pcscd is killed, restarted, frozen: the terminal notices, and nobody has to come."""

from __future__ import annotations

import gc
import threading

import psutil
import pytest
from card_rig import looks, slot

from devices.port import CardFailed, CardFound, ChipCardRemoved, SocialCardRead
from devices.transports.pcsc import Context


def test_killed_with_a_card_in_it_is_absent_and_back_by_itself_and_the_card_is_not_read_twice() -> None:
    with slot(card="social-2") as rig:
        rig.read()
        since = rig.events.changes()
        rig.device.inject("service killed")
        rig.events.first(ChipCardRemoved)
        rig.events.fault("absent", since)
        rig.device.clear()
        rig.events.fault(None, since + 1)
        looks(rig, 1)  # long enough for pcscd to find it again
        assert len(rig.events.of(SocialCardRead)) == 1
        rig.device.lift()
        rig.device.lay("social-1")
        assert rig.read(1).generation == "1"
        assert len(rig.events.of(SocialCardRead)) == 2


def test_killed_while_the_card_is_read_the_read_fails_and_is_made_up_for_when_it_is_back() -> None:
    with slot() as rig:
        rig.device.inject_after(6, "service killed")
        since = rig.events.changes()
        rig.device.lay("social-2")
        assert rig.events.first(CardFailed).fault == "absent"
        rig.events.fault("absent", since)
        rig.device.clear()
        assert rig.read().generation == "2"


def test_a_pcscd_that_is_not_there_is_absence_and_its_first_start_is_seen() -> None:
    with slot("service killed", card="social-2") as rig:
        rig.events.fault("absent")
        rig.device.clear()
        assert rig.read().generation == "2"


def test_a_frozen_pcscd_is_mute_and_goes_on_when_it_does() -> None:
    with slot(patience=0.3) as rig:
        rig.device.inject("service frozen")
        since = rig.events.changes()
        rig.events.fault("mute", since)
        rig.device.clear()
        rig.events.fault(None, since + 1)


def test_the_driver_stops_in_time_though_pcscd_is_frozen() -> None:
    with slot() as rig:
        rig.device.inject("service frozen")
        rig.driver.stop()
        assert "device-smartcard" not in {thread.name for thread in threading.enumerate()}


def cycle_inserts(count: int) -> None:
    with slot() as rig:
        for number in range(count):
            rig.device.lay("social-2")
            rig.events.after(number, SocialCardRead)
            rig.device.lift()
            rig.events.after(number, ChipCardRemoved)


def cycle_kills(count: int) -> None:
    with slot(card="social-2") as rig:
        rig.events.first(CardFound)
        for _ in range(count):
            since = rig.events.changes()
            rig.device.inject("service killed")
            rig.events.fault("absent", since)
            rig.device.clear()
            rig.events.fault(None, since + 1)


def held() -> tuple[int, int, int]:
    """Descriptors, threads and kilobytes of this process."""
    gc.collect()
    process = psutil.Process()
    return process.num_fds(), process.num_threads(), process.memory_info().rss // 1024


@pytest.mark.parametrize(
    ("inserts", "kills", "growth"),
    [(2, 2, 2048), pytest.param(1000, 100, 4096, marks=[pytest.mark.long, pytest.mark.timeout(3000)])],
)
def test_inserting_and_killing_again_and_again_leaves_nothing_behind(inserts: int, kills: int, growth: int) -> None:
    cycle_inserts(1)
    cycle_kills(1)
    files, threads, memory = held()
    cycle_inserts(inserts)
    cycle_kills(kills)
    assert held()[:2] == (files, threads)
    assert held()[2] - memory < growth


def test_contexts_that_were_hung_up_leave_no_descriptor() -> None:
    with slot() as rig:
        rig.driver.stop()
        files = held()[0]
        for _ in range(20):
            context = Context(rig.device.address)
            context.enter()
            context.hang_up()
            with pytest.raises(TimeoutError):
                context.readers()
            context.close()
        assert held()[0] == files
