"""A badge that answers nothing any more, a card that is none, a pcscd that stands still, a reader another program uses."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from threading import Event

from badge_rig import BADGE, PATIENCE, entrance

from devices.transports.pcsc import Context
from devices.virtual.piv import VirtualPiv
from kiosk.staff.door import Closed, Open

VERIFY = 8


def test_a_badge_that_hangs_with_the_pin_signs_nobody_in_and_the_next_one_works(tmp_path: Path) -> None:
    awake = Event()

    def before(count: int) -> None:
        if count == VERIFY:
            awake.wait(PATIENCE)

    with entrance(tmp_path) as rig:
        rig.pcsc.put(VirtualPiv(BADGE, before=before))
        rig.door.ask()
        rig.pin()
        assert rig.refused() == Closed("mute")
        awake.set()
        rig.sign_in_after_a_loss()
        assert [event for event, _ in rig.audit()].count("staff_signed_in") == 1


def test_pcscd_stands_still_while_somebody_is_signed_in_the_door_is_closed(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        rig.sign_in()
        rig.pcsc.pcscd.signal("STOP")
        assert rig.refused() == Closed("absent")
        rig.pcsc.pcscd.signal("CONT")
        rig.sign_in_after_a_loss()


def test_a_card_laid_the_wrong_way_round_is_told(tmp_path: Path) -> None:
    class WrongWay:
        atr = bytes.fromhex("112233")

        def reset(self) -> None: ...

        def transmit(self, command: bytes) -> bytes:
            return b"\x6f\x00"

    with entrance(tmp_path) as rig:
        rig.pcsc.put(WrongWay())
        rig.door.ask()
        assert rig.refused() == Closed("card_mute")


def test_a_card_another_program_holds_is_told_and_the_next_works(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        rig.pcsc.put(VirtualPiv(BADGE))
        rig.pcsc.settle()
        with closing(Context(str(rig.pcsc.socket))) as other:
            other.enter()
            with other.card(other.readers()[0]):
                rig.door.ask()
                assert rig.refused() == Closed("smartcard_held")
        rig.sign_in()
        rig.until(lambda state: isinstance(state, Open))
