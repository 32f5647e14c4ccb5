"""The badge is pulled away, at any of its commands, after its PIN, or while somebody is signed in by it."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from badge_rig import BADGE, OFFICE, PATIENCE, entrance

from devices.protocols import piv
from devices.protocols.apdu import Sw, exchange
from devices.transports.pcsc import Context
from devices.virtual.piv import VirtualPiv
from devices.virtual.vpcd import HangUpError
from kiosk.staff.door import Closed, Open, PinWanted

SHOWING = 4
"""Commands until the PIN is asked for: SELECT, GET DATA, GET RESPONSE, VERIFY without data."""
ALL = SHOWING + 6
"""… and the same again, VERIFY with the PIN, GENERAL AUTHENTICATE."""


def test_pulled_at_any_command_nobody_is_signed_in_and_laid_again_it_works(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        for at in range(1, ALL + 1):
            pulled = Event()

            def before(count: int, at: int = at, pulled: Event = pulled) -> None:
                if count == at:
                    pulled.set()
                    raise HangUpError

            rig.pcsc.put(VirtualPiv(BADGE, before=before))
            rig.door.ask()
            if at > SHOWING:
                rig.pin()
            assert rig.refused() == Closed("card_removed")
            assert pulled.wait(PATIENCE)
            assert not isinstance(rig.door.state, Open)
        rig.sign_in()
        assert [event for event, _ in rig.audit()].count("staff_signed_in") == 1


def test_a_good_sign_in_takes_as_many_commands_as_are_tried_here(tmp_path: Path) -> None:
    counts: list[int] = []
    with entrance(tmp_path) as rig:
        rig.pcsc.put(VirtualPiv(BADGE, before=counts.append))
        rig.door.ask()
        rig.until(lambda state: isinstance(state, PinWanted))
        assert len(counts) == SHOWING
        rig.pin()
        rig.until(lambda state: isinstance(state, Open))
        assert len(counts) == ALL


def test_pulled_while_signed_in_the_door_is_closed_and_written_down(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        rig.sign_in()
        rig.pcsc.lift()
        assert rig.refused() == Closed("card_removed")
        assert rig.audit()[-1][1]["cause"] == "card_removed"


@pytest.mark.parametrize("signed_in", [False, True])
def test_another_badge_laid_in_its_place_takes_nothing_over(tmp_path: Path, signed_in: bool) -> None:
    with entrance(tmp_path) as rig:
        if signed_in:
            rig.sign_in()
        else:
            rig.lay()
            rig.until(lambda state: isinstance(state, PinWanted))
        other = VirtualPiv(OFFICE.badge("party-admin"))
        rig.pcsc.put(other)
        assert rig.refused() == Closed("card_removed")
        assert other.pins_seen == 0


def test_after_the_signature_the_card_has_forgotten_its_pin(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        rig.sign_in()
        context = Context(str(rig.pcsc.socket))
        context.enter()
        with context.card(context.readers()[0]) as transmit:
            exchange(piv.select_piv(), transmit)
            assert exchange(piv.sign(bytes(32)), transmit).sw == Sw.SECURITY_STATUS_NOT_SATISFIED
        context.close()
