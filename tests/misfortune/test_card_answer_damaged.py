"""The card's answer arrives damaged, every time: wrong checksum, cut in half, lengths that cannot be, text that is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import polls, reader

from devices.port import CardFailed, CardRead

DAMAGE = ["wrong checksum", "half a frame", "impossible layout", "broken text", "read fails"]


@pytest.mark.parametrize("fault", DAMAGE)
def test_a_card_that_never_arrives_whole_is_unreadable_once_and_the_reader_stays_usable(tmp_path: Path, fault: str) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject(fault)
        rig.device.lay("liu")
        assert rig.events.first(CardFailed).fault == "card_unreadable"
        assert rig.driver.state().usable

        rig.device.clear()
        rig.device.lift()
        polls(rig, 2)
        rig.device.lay("liu")
        assert rig.events.first(CardRead).document.name == "刘试安"
        assert rig.events.cards() == ["CardFound", "CardFailed card_unreadable", "CardFound", "CardRead"]


@pytest.mark.parametrize("fault", ["select fails", "odd select"])
def test_trouble_with_selecting_is_cured_without_the_citizen_noticing(tmp_path: Path, fault: str) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject(fault)
        rig.device.lay("liu")
        assert rig.events.first(CardRead).document.name == "刘试安"
        assert rig.events.cards() == ["CardFound", "CardRead"]


def test_a_number_that_cannot_be_is_given_as_the_chip_has_it(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("impossible number")
        rig.device.lay("liu")
        assert rig.events.first(CardRead).document.number == "510100199005120155"
