"""Somebody asks for one receipt after the other."""

from __future__ import annotations

from support.printing import printing

from devices.port import PrintOutcome
from devices.printer.driver import QUEUE_LIMIT


def test_more_than_the_queue_holds_is_refused_and_every_job_ends_once() -> None:
    with printing(pace=1000) as rig:
        rig.usable()
        for n in range(QUEUE_LIMIT + 3):
            rig.begin(str(n))
        ends = [rig.ended(str(n)) for n in range(QUEUE_LIMIT + 3)]
        assert ends[0] == (PrintOutcome.PRINTED, None)
        assert (PrintOutcome.REFUSED, "printer_busy") in ends
        printed = sum(end == (PrintOutcome.PRINTED, None) for end in ends)
        assert len(rig.paper.papers()) == printed
        assert rig.print("later") == (PrintOutcome.PRINTED, None)
