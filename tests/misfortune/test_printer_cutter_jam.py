"""The cutter sticks in the middle of a receipt."""

from __future__ import annotations

from support.printing import printing

from devices.port import PrintOutcome


def test_the_receipt_is_spoilt_and_the_next_one_whole_once_it_has_passed() -> None:
    with printing(pace=150) as rig:
        rig.usable()
        rig.begin()
        rig.printing()
        rig.paper.inject("cutter jam")
        assert rig.ended() == (PrintOutcome.SPOILT, "cutter_jam")
        rig.faulted("cutter_jam")
        rig.paper.clear("cutter jam")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
