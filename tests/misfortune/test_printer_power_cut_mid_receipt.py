"""The printer loses power in the middle of a receipt, and with it all it had been sent."""

from __future__ import annotations

from support.printing import Cable, over_each_cable, printing

from devices.port import PrintOutcome


@over_each_cable
def test_the_receipt_is_uncertain_its_rest_is_voided_and_the_copy_is_whole(cable: Cable) -> None:
    with printing(cable=cable) as rig:
        rig.usable()
        rig.paper.inject("power cut mid-job")
        gone = "mute" if cable.kind == "serial" else "absent"  # an adapter stays when the printer behind it goes
        assert rig.print() == (PrintOutcome.UNCERTAIN, gone)
        rig.faulted(gone)
        (rest,) = rig.paper.papers()
        assert rest.hanging
        assert not rest.cut
        rig.paper.clear("power cut mid-job")
        rig.usable()
        (void,) = rig.paper.papers()
        assert void.cut
        assert void.height_mm > rest.height_mm
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
