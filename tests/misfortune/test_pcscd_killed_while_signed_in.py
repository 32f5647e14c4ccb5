"""pcscd dies: whoever was let in by a badge is out, and the next sign-in works without a restart of ours."""

from __future__ import annotations

from pathlib import Path

from badge_rig import entrance

from kiosk.staff.door import Closed, Open, PinWanted


def test_the_door_is_closed_and_opens_again_when_pcscd_is_back(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        rig.sign_in()
        rig.pcsc.pcscd.signal("KILL")
        assert rig.refused() == Closed("absent")
        assert rig.audit()[-1][1]["cause"] == "absent"
        rig.pcsc.pcscd.run()
        rig.sign_in_after_a_loss()


def test_killed_between_badge_and_pin_the_pin_goes_nowhere(tmp_path: Path) -> None:
    with entrance(tmp_path) as rig:
        card = rig.lay()
        rig.until(lambda state: isinstance(state, PinWanted))
        rig.pcsc.pcscd.signal("KILL")
        pin = bytearray(b"246810")
        rig.door.pin(pin)
        assert rig.refused() == Closed("absent")
        assert card.pins_seen == 0
        rig.pcsc.pcscd.run()
        assert isinstance(rig.sign_in_after_a_loss(), Open)
        assert pin == bytes(6)
