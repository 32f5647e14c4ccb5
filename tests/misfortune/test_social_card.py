"""What a social security card says, generation by generation, and what is never done to it."""

from __future__ import annotations

import pytest
from card_rig import slot
from serial_rig import until

from devices.port import CardFailed, CardFound, ChipCardRemoved, Proof, SocialCardRead
from devices.smartcard.security import REFUSED, UNREACHABLE, Question, Verdict
from devices.virtual.social import LONG_NAME, FakeModule


def test_generation_2_is_read_freely_is_a_claim_and_takes_at_most_20_commands() -> None:
    with slot(card="social-2") as rig:
        document = rig.read()
        assert document.holder is not None
        assert document.holder.name == "刘试安"
        assert document.holder.birth == "19900512"
        assert (document.generation, document.region, document.expires) == ("2", "510100", "20300601")
        assert (document.proof, document.unread) == (Proof.CLAIMED, None)
        assert len(rig.commands) <= 20
        assert len(rig.events.of(CardFound)) == 1


def test_generation_1_has_no_second_name_record_and_is_read_without() -> None:
    with slot(card="social-1") as rig:
        document = rig.read()
        assert document.holder is not None
        assert (document.generation, document.holder.name, document.holder.sex) == ("1", "陈测宁", "2")


def test_generation_3_without_a_module_gives_the_card_and_says_why_not_its_holder() -> None:
    with slot(card="social-3") as rig:
        document = rig.read()
        assert (document.generation, document.region, document.issued) == ("3", "510100", "20200601")
        assert (document.holder, document.unread, document.proof) == (None, "security_module_missing", Proof.CLAIMED)


@pytest.mark.parametrize("card", ["social-2", "social-3"])
def test_with_a_module_that_knows_the_key_any_generation_is_authenticated(card: str) -> None:
    with slot(card=card, module=FakeModule()) as rig:
        document = rig.read()
        assert document.proof is Proof.AUTHENTICATED
        assert document.holder is not None


class Stranger:
    """A module that knows other keys."""

    def answer(self, question: Question) -> Verdict | str:
        return Verdict(bytes(8), bytes(8))


class Silent:
    def answer(self, question: Question) -> Verdict | str:
        return UNREACHABLE


@pytest.mark.parametrize(("module", "why"), [(Stranger(), REFUSED), (Silent(), UNREACHABLE)])
def test_a_module_that_does_not_prove_the_card_leaves_a_claim_or_a_reason(module: Stranger | Silent, why: str) -> None:
    with slot(card="social-3", module=module) as rig:
        assert (rig.read().holder, rig.read().unread, rig.read().proof) == (None, why, Proof.CLAIMED)
    with slot(card="social-2", module=module) as rig:
        assert rig.read().holder is not None
        assert rig.read().proof is Proof.CLAIMED


def test_a_long_name_cut_inside_a_character_is_whole_again() -> None:
    with slot(card="social-long") as rig:
        document = rig.read()
        assert document.holder is not None
        assert document.holder.name == LONG_NAME


def test_a_rare_character_is_read() -> None:
    with slot(card="social-rare") as rig:
        document = rig.read()
        assert document.holder is not None
        assert document.holder.name == "田䶮"


def test_another_chip_card_is_not_supported_and_asked_nothing_but_our_application() -> None:
    with slot(card="bank") as rig:
        assert rig.events.first(CardFailed).fault == "card_not_supported"
        assert {command[1] for command in rig.commands} == {0xA4}


def test_nothing_is_read_until_armed_and_a_card_left_in_is_read_once() -> None:
    with slot(card="social-2", armed=False) as rig:
        rig.events.fault(None)
        assert not rig.commands
        rig.driver.arm()
        rig.read()
        rig.driver.disarm()
        rig.driver.arm()
        rig.device.lift()
        rig.events.first(ChipCardRemoved)
        assert len(rig.events.of(SocialCardRead)) == 1
        rig.device.lay("social-1")
        assert rig.read(1).generation == "1"


def test_no_pin_is_ever_sent_and_the_bank_on_the_chip_is_never_selected() -> None:
    with slot(module=FakeModule()) as rig:
        for number, card in enumerate(("social-1", "social-2", "social-3", "bank")):
            rig.device.lay(card)
            until(lambda number=number: len(rig.events.of(SocialCardRead)) + len(rig.events.of(CardFailed)) > number)  # type: ignore[misc]
        assert len(rig.commands) > 30
        assert not [command for command in rig.commands if command[1] in (0x20, 0x24, 0x2C)]
        assert not [command for command in rig.commands if bytes.fromhex("A000000333") in command]
