"""A planted PIN stands in no log line, no repr and no file, whatever goes wrong with the badge."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from badge_rig import OFFICE, entrance
from support import planted

from devices.smartcard.badge import Proof

PIN = "83629174"
WRONG = "71926384"


def test_no_log_line_no_repr_and_no_file_tells_a_pin(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = OFFICE.badge(pin=PIN)
    with entrance(tmp_path) as rig:
        rig.lay(made, pulled_at=9)
        rig.pin(PIN)
        rig.refused()
        rig.lay(made)
        rig.pin(WRONG)
        rig.until(lambda state: getattr(state, "left", None) == 2)
        rig.pin(PIN)
        rig.until(lambda state: bool(rig.audit()) and rig.audit()[-1][0] == "staff_signed_in")
        rig.pcsc.pcscd.signal("KILL")
        rig.refused()
        told = caplog.text + repr(rig.audit()) + repr(Proof(bytearray(PIN.encode()), bytes(32))) + repr(made)
    assert caplog.text
    assert not [pin for pin in (PIN, WRONG) if pin in told or pin.encode().hex() in told]
    assert not planted.search([tmp_path], [PIN, WRONG])
