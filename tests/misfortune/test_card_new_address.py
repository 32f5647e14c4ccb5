"""The newest address cannot be had, in every way that can be: the card is read all the same, and nobody is told it has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import reader

from devices.port import CardFailed, CardRead, CardRemoved

NEWEST = "四川省成都市青羊区测试新路99号5栋2单元1801室"


def test_a_card_gives_the_printed_and_the_newest_address(tmp_path: Path) -> None:
    with reader(tmp_path, card="qian") as rig:
        document = rig.events.first(CardRead).document
        assert (document.address, document.newest_address) == ("四川省成都市锦江区测试路1号1栋1单元101室", NEWEST)


@pytest.mark.parametrize("fault", ["address fails", "address mute", "address damaged", "pulled before address", "removal unknown"])
def test_a_newest_address_that_cannot_be_read_is_unknown_and_loses_nothing(tmp_path: Path, fault: str) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject(fault)
        rig.device.lay("qian")
        document = rig.events.first(CardRead).document
        assert (document.name, document.newest_address) == ("钱试搬", None)
        assert rig.driver.state().usable
        assert rig.events.of(CardFailed) == []


def test_no_newest_address_is_asked_of_a_card_without_an_address(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("address mute")
        rig.device.lay("smith")
        rig.events.first(CardRead)
        rig.device.lift()
        rig.events.first(CardRemoved)
        assert rig.events.cards() == ["CardFound", "CardRead", "CardRemoved"]
