"""The roll ends in the middle of a receipt; after the refill printers go on by themselves."""

from __future__ import annotations

from support.printing import Cable, over_each_cable, printing

from devices.port import PrintOutcome


@over_each_cable
def test_the_receipt_is_spoilt_and_the_copy_comes_out_whole(cable: Cable) -> None:
    with printing(cable=cable) as rig:
        rig.usable()
        rig.paper.inject("paper out mid-job")
        assert rig.print() == (PrintOutcome.SPOILT, "paper_out")
        rig.faulted("paper_out")
        rig.paper.clear("paper out")
        rig.usable()
        first, rest = rig.paper.papers()
        assert not first.cut
        assert not first.hanging
        assert rest.cut
        assert not rest.blank
        assert rest.height_mm < 60
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
        assert len(rig.paper.papers()) == 3


def test_the_journal_holds_both_attempts_in_order() -> None:
    with printing() as rig:
        rig.usable()
        rig.paper.inject("paper out mid-job")
        rig.print()
        rig.paper.clear()
        rig.usable()
        rig.print(attempt=2)
        assert rig.journal.lines == [
            ("sending", "a", 1),
            ("ended", "a", 1, PrintOutcome.SPOILT, "paper_out"),
            ("sending", "a", 2),
            ("ended", "a", 2, PrintOutcome.PRINTED, None),
        ]
