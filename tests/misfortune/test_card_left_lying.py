"""Cards that lie there too early, too long, or are laid one after another."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from serial_rig import polls, reader

from devices.port import CardFailed, CardFound, CardOutOfSight, CardRead, CardRemoved


def test_a_card_laid_before_arming_is_read_on_arming_and_not_before(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu", armed=False) as rig:
        polls(rig, 1)
        assert rig.events.cards() == []
        rig.driver.arm()
        assert rig.events.first(CardRead).document.name == "刘试安"


def test_a_card_left_lying_is_read_once_and_never_for_the_next_person(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu") as rig:
        rig.events.first(CardRead)
        rig.driver.disarm()
        rig.driver.arm()
        assert rig.events.first(CardFailed).fault == "card_left_lying"
        polls(rig, 4)
        assert rig.events.cards() == ["CardFound", "CardRead", "CardFailed card_left_lying"]


def test_a_second_card_is_read_after_the_first_is_lifted(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu") as rig:
        rig.events.first(CardRead)
        rig.device.lift()
        rig.events.first(CardRemoved)
        rig.device.lay("ji")
        assert rig.events.after(1, CardRead).document.name == "𠮷试"
        assert rig.events.cards() == ["CardFound", "CardRead", "CardRemoved", "CardFound", "CardRead"]


def test_the_same_card_laid_again_is_read_again(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu") as rig:
        rig.events.first(CardRead)
        rig.device.lift()
        rig.events.first(CardRemoved)
        rig.device.lay("liu")
        assert rig.events.after(1, CardRead).document.name == "刘试安"


def test_a_card_taken_after_the_visit_is_noticed_though_nobody_waits_for_one(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu") as rig:
        rig.events.first(CardRead)
        rig.driver.disarm()
        rig.device.lift()
        rig.events.first(CardRemoved)


def test_what_was_begun_for_one_person_is_not_handed_to_the_next(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("slow card")
        rig.device.lay("liu")
        rig.events.first(CardFound)
        rig.driver.disarm()
        rig.driver.arm()
        polls(rig, 4)
        rig.device.clear()
        rig.device.lift()
        polls(rig, 2)
        rig.device.lay("chen")
        assert rig.events.first(CardRead).document.name == "陈测宁"


def test_a_module_that_cannot_say_whether_a_card_is_gone_still_reads_the_next_one(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("removal unknown")
        rig.device.lay("liu")
        rig.events.first(CardOutOfSight)
        polls(rig, 4)
        rig.device.lay("chen")
        assert rig.events.after(1, CardRead).document.name == "陈测宁"
        assert rig.events.cards() == ["CardFound", "CardRead", "CardOutOfSight", "CardRemoved", "CardFound", "CardRead"]


def test_every_invented_document_reads_whole(tmp_path: Path) -> None:
    with reader(tmp_path, chip_time=0.0) as rig:
        for count, card in enumerate(card for card in rig.device.people() if card.known):
            rig.device.lay(card.id)
            document = rig.events.after(count, CardRead).document
            given = {one.name: getattr(document, one.name) for one in fields(card.text) if one.name != "kind"}
            assert given == {name: getattr(card.text, name) for name in given}
            assert document.newest_address == (card.newest_address if card.text.address else None)
            rig.device.lift()
            rig.events.after(count, CardRemoved)
