"""A badge that is no good, or not one, in the real reader: refused by name, and no PIN is given to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from badge_rig import BADGE, OFFICE, entrance

from devices.virtual.badges import CARD_AUTHENTICATION, Badge, Office
from kiosk.staff.door import Closed

BAD: dict[str, Badge] = {
    "badge_foreign": Office().badge(),
    "badge_expired": OFFICE.badge(ends=timedelta(minutes=-1)),
    "badge_without_role": OFFICE.badge("god"),
    "badge_unfit": OFFICE.badge(purposes=CARD_AUTHENTICATION),  # a certificate of slot 9E moved to 9A
}


class SocialCard:
    """A citizen's social security card, as far as a badge reader hears of it: it knows no PIV application."""

    atr = bytes.fromhex("3B6D000000544253482086604D4B543E3D")

    def reset(self) -> None: ...

    def transmit(self, command: bytes) -> bytes:
        return b"\x6a\x82" if command[1] == 0xA4 else b"\x69\x86"


@pytest.mark.parametrize("fault", BAD)
def test_it_is_refused_before_its_pin_is_asked_for(tmp_path: Path, fault: str) -> None:
    with entrance(tmp_path) as rig:
        card = rig.lay(BAD[fault])
        assert rig.refused() == Closed(fault)
        assert card.pins_seen == 0
        rig.sign_in()


def test_a_revoked_badge_and_a_list_too_old_open_nothing(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        rig.list.write_bytes(OFFICE.revocation([BADGE.serial]))
        rig.lay()
        assert rig.refused() == Closed("badge_revoked")
        rig.list.write_bytes(OFFICE.revocation(age=timedelta(days=8)))
        rig.lay()
        rig.until(lambda state: state == Closed("revocation_stale"))


@pytest.mark.parametrize("fault", ["cloned", "replayed"])
def test_a_copied_certificate_and_an_old_signature_open_nothing(tmp_path: Path, fault: str) -> None:
    with entrance(tmp_path) as rig:
        card = rig.lay(BADGE, fault)
        if fault == "replayed":
            rig.pin()
            rig.until(lambda state: not isinstance(state, Closed) and card.signatures == 1 and bool(rig.audit()))
            rig.door.sign_out()
            rig.pcsc.put(card)
            rig.door.ask()
        rig.pin()
        assert rig.refused() == Closed("badge_unproven")


def test_the_last_try_is_left_to_the_person(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        card = rig.lay()
        for left in (2, 1):
            rig.pin("111111")
            rig.until(lambda state, left=left: getattr(state, "left", None) == left)
        assert rig.door.state == Closed("badge_pin_wrong", 1)
        rig.pcsc.put(card)
        rig.door.ask()
        rig.until(lambda state: state == Closed("badge_last_try", 1))
        assert (card.tries, card.pins_seen) == (1, 2)
        assert rig.lay(BADGE, "blocked").tries == 0
        rig.until(lambda state: state == Closed("badge_blocked", 0))


def test_a_citizens_social_card_in_the_badge_reader_is_told_apart_and_left_alone(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        rig.pcsc.put(SocialCard())
        rig.door.ask()
        assert rig.refused() == Closed("badge_unknown")
        rig.sign_in()


@pytest.mark.parametrize("fault", ["hostile length", "endless"])
def test_a_card_that_answers_nonsense_is_refused_and_the_next_badge_works(tmp_path: Path, fault: str) -> None:
    with entrance(tmp_path) as rig:
        rig.lay(BADGE, fault)
        assert rig.refused() == Closed("badge_answer_damaged")
        rig.sign_in()
