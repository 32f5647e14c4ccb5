"""A card that answers nonsense, without end, far too much, or not at all: bounded, with a name, and the next card reads."""

from __future__ import annotations

import threading

import pytest
from card_rig import slot
from serial_rig import until

from devices.port import CardFailed, SocialCardRead
from devices.protocols.apdu import MAX_ROUNDS


@pytest.mark.parametrize("fault", ["endless answer", "wrong length forever", "too long", "no status", "garbage", "lying length"])
def test_a_hostile_card_is_unreadable_after_few_commands(fault: str) -> None:
    with slot() as rig:
        rig.device.inject(fault)
        rig.device.lay("social-2")
        assert rig.events.first(CardFailed).fault in ("card_unreadable", "card_not_supported")
        assert len(rig.commands) <= MAX_ROUNDS
        assert not rig.events.of(SocialCardRead)
        assert rig.driver.state().usable


def test_a_card_that_does_not_answer_to_power_is_told_and_the_next_one_reads() -> None:
    with slot("mute card", card="social-2") as rig:
        assert rig.events.first(CardFailed).fault == "card_mute"
        rig.device.clear()
        assert rig.read().generation == "2"


def test_a_hung_transmit_is_mute_until_the_card_is_out_and_the_next_one_reads() -> None:
    with slot(patience=0.5) as rig:
        rig.device.inject("hangs")
        since = rig.events.changes()
        rig.device.lay("social-2")
        assert rig.events.first(CardFailed).fault == "mute"
        rig.events.fault("mute", since)
        rig.device.lift()
        rig.device.clear()
        rig.events.fault(None, since + 1)
        rig.device.lay("social-1")
        assert rig.read().generation == "1"


def test_the_driver_stops_in_time_though_a_card_hangs() -> None:
    with slot() as rig:
        rig.device.inject("hangs")
        rig.device.lay("social-2")
        until(lambda: bool(rig.commands))
        rig.driver.stop()
        assert "device-smartcard" not in {thread.name for thread in threading.enumerate()}


def test_a_slow_card_is_read_all_the_same() -> None:
    with slot("slow card", card="social-2") as rig:
        assert rig.read().holder is not None
