"""The reader's power fails for a moment: it says a line of its own on waking and has forgotten what it had found and selected."""

from __future__ import annotations

from pathlib import Path

from serial_rig import polls, reader

from devices.port import CardFailed, CardOutOfSight, CardRead, CardRemoved


def test_a_reader_that_wakes_in_mid_read_reads_the_card_after_all(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("power blip")
        rig.device.lay("liu")
        assert rig.events.first(CardRead).document.name == "刘试安"
        assert rig.events.cards() == ["CardFound", "CardRead"]
        assert rig.driver.state().usable


def test_a_card_the_reader_forgot_is_not_called_taken_and_not_read_for_the_next_person(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu") as rig:
        rig.events.first(CardRead)
        rig.driver.disarm()
        rig.device.forget()
        rig.events.first(CardOutOfSight)
        rig.driver.arm()
        assert rig.events.first(CardFailed).fault == "card_left_lying"
        polls(rig, 3)
        assert rig.events.of(CardRemoved) == []
        assert len(rig.events.of(CardRead)) == 1

        rig.device.lift()
        polls(rig, 2)
        rig.device.lay("chen")
        assert rig.events.after(1, CardRead).document.name == "陈测宁"


def test_a_reader_that_was_away_while_a_card_lay_there_says_nothing_of_that_card(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu") as rig:
        rig.events.first(CardRead)
        rig.driver.disarm()
        before = rig.events.changes()
        rig.device.inject("unplug")
        rig.events.fault("absent", since=before)
        rig.events.first(CardOutOfSight)  # said while the reader is away, not when it is back
        rig.device.clear()
        rig.events.fault(None, since=before + 1)
        polls(rig, 3)
        assert rig.events.cards() == ["CardFound", "CardRead", "CardOutOfSight"]
