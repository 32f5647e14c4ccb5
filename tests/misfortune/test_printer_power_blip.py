"""A printer on a serial line loses power for a moment: the line stays, what was in its memory is gone, and it goes on as if new."""

from __future__ import annotations

from support.printing import Cable, printing

from devices.port import PrintOutcome


def test_the_strips_it_lost_are_missed_so_the_receipt_is_not_called_printed() -> None:
    with printing(cable=Cable("serial")) as rig:
        rig.usable()
        rig.paper.inject("power blip mid-job")
        assert rig.print()[0] in (PrintOutcome.UNCERTAIN, PrintOutcome.SPOILT)
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
