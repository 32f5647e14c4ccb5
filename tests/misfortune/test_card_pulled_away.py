"""The card is taken away while its chip is being read."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import reader

from devices.port import CardFailed, CardFound, CardRead, CardRemoved


def test_a_card_pulled_away_is_said_to_be_removed_and_reads_when_laid_again(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("card pulled away")
        rig.device.lay("liu")
        assert rig.events.first(CardFailed).fault == "card_removed"
        assert rig.device.lying() is None
        assert rig.driver.state().usable

        rig.device.lay("liu")
        assert rig.events.first(CardRead).document.name == "刘试安"
        assert rig.events.cards() == ["CardFound", "CardFailed card_removed", "CardFound", "CardRead"]


@pytest.mark.parametrize("fault", ["pulled when found", "pulled when selected"])
def test_a_card_pulled_between_two_questions_is_said_to_be_removed(tmp_path: Path, fault: str) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject(fault)
        rig.device.lay("liu")
        assert rig.events.first(CardFailed).fault == "card_removed"
        assert rig.driver.state().usable
        rig.device.lay("chen")
        assert rig.events.first(CardRead).document.name == "陈测宁"
        assert rig.events.cards() == ["CardFound", "CardFailed card_removed", "CardFound", "CardRead"]


def test_a_card_pulled_as_soon_as_its_text_was_read_is_read_and_then_gone(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("pulled before address")
        rig.device.lay("liu")
        rig.events.first(CardRemoved)
        assert rig.events.cards() == ["CardFound", "CardRead", "CardRemoved"]


def test_a_card_lifted_by_hand_during_a_slow_read_is_said_to_be_removed(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("slow card")
        rig.device.lay("liu")
        rig.events.first(CardFound)
        rig.device.lift()
        assert rig.events.first(CardFailed).fault == "card_removed"


def test_one_card_exchanged_for_another_during_the_read_is_never_mixed_up(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("slow card")
        rig.device.lay("liu")
        rig.events.first(CardFound)
        rig.device.lay("chen")
        assert rig.events.first(CardRead).document.name == "陈测宁"
        assert len(rig.events.of(CardFailed)) == 0
