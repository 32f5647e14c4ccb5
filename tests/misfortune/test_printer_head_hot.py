"""The head gets too hot in the middle of a receipt."""

from __future__ import annotations

from support.printing import printing

from devices.port import PrintOutcome


def test_the_receipt_is_spoilt_and_the_next_one_whole_once_it_has_passed() -> None:
    with printing(pace=150) as rig:
        rig.usable()
        rig.begin()
        rig.printing()
        rig.paper.inject("head hot")
        assert rig.ended() == (PrintOutcome.SPOILT, "head_hot")
        rig.faulted("head_hot")
        rig.paper.clear("head hot")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
