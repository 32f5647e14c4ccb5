"""The reader is plugged in and does not answer."""

from __future__ import annotations

from pathlib import Path

from serial_rig import reader

from devices.port import CardFailed, CardRead, Life


def test_a_reader_mute_from_the_start_is_mute_and_not_absent_and_wakes_up_by_itself(tmp_path: Path) -> None:
    with reader(tmp_path, "mute", card="liu") as rig:
        state = rig.events.fault("mute")
        assert (state.life, state.proof_at, state.usable) == (Life.FAULTED, None, False)
        rig.device.clear()
        assert rig.events.first(CardRead).document.name == "刘试安"


def test_a_reader_that_falls_silent_is_noticed_while_nobody_uses_it(tmp_path: Path) -> None:
    with reader(tmp_path, armed=False) as rig:
        rig.device.inject("mute")
        rig.events.fault("mute")
        seen = rig.events.changes()
        rig.device.clear()
        rig.events.fault(None, since=seen)


def test_a_reader_that_dies_while_reading_leaves_nobody_waiting_for_the_card(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("dies reading")
        rig.device.lay("liu")
        assert rig.events.first(CardFailed).fault == "mute"
        rig.events.fault("mute")
        assert rig.events.cards() == ["CardFound", "CardFailed mute"]
