"""The roll is empty when a receipt is asked for."""

from __future__ import annotations

from support.printing import Cable, over_each_cable, printing

from devices.port import DeviceChanged, Life, PrintOutcome


def test_a_printer_that_comes_up_without_paper_is_never_ready_before_it_has_some() -> None:
    with printing("paper out") as rig:
        rig.faulted("paper_out")
        assert not any(isinstance(e, DeviceChanged) and e.state.life is Life.READY for e in rig.events)
        rig.paper.clear("paper out")
        rig.usable()


@over_each_cable
def test_the_job_is_refused_with_its_cause_and_nothing_reaches_the_paper(cable: Cable) -> None:
    with printing("paper out", cable=cable) as rig:
        rig.faulted("paper_out")
        assert rig.print() == (PrintOutcome.REFUSED, "paper_out")
        assert ("sending", "a", 1) not in rig.journal.lines
        rig.paper.clear()
        rig.usable()
        assert rig.paper.papers() == []
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


def test_paper_that_runs_out_while_idle_is_noticed_without_a_job() -> None:
    with printing() as rig:
        rig.usable()
        rig.paper.inject("paper out")
        rig.faulted("paper_out")
        rig.paper.clear("paper out")
        rig.usable()
