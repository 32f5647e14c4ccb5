"""The printer does not let go of flow control: its line takes nothing more, and a write must not wait for it for ever."""

from __future__ import annotations

import pytest
from support.printing import Cable, printing

from devices.port import PrintOutcome

XONXOFF = Cable("serial", flow="xonxoff")


def test_blocked_before_a_job_it_is_refused_and_the_printer_is_back_when_it_lets_go() -> None:
    with printing(cable=XONXOFF) as rig:
        rig.usable()
        rig.paper.inject("flow blocked")
        assert rig.print() == (PrintOutcome.REFUSED, "mute")
        assert rig.paper.papers() == []
        rig.paper.clear("flow blocked")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


@pytest.mark.parametrize("cable", [XONXOFF, Cable("usb")], ids=["serial", "usb"])
def test_blocked_in_the_middle_the_receipt_is_uncertain_and_the_driver_stops_at_once(cable: Cable) -> None:
    with printing(cable=cable, pace=150) as rig:
        rig.usable()
        rig.begin()
        rig.printing()
        rig.paper.inject("flow blocked")
        assert rig.ended() == (PrintOutcome.UNCERTAIN, "mute")


def test_no_byte_is_lost_on_a_line_that_is_told_to_stop_in_time() -> None:
    with printing(cable=XONXOFF, pace=60) as rig:
        rig.usable()
        rig.begin()
        rig.printing()
        assert rig.paper.overrun == 0
