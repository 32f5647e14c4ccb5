"""The A4 printer has no paper: before a job, or from its second page on."""

from __future__ import annotations

from support.pages import pages

from devices.port import DeviceChanged, Life, PrintOutcome


def test_a_job_is_refused_while_there_is_no_paper_and_never_comes_out_later() -> None:
    with pages("paper out") as rig:
        rig.faulted("a4_paper_out")
        assert not any(isinstance(e, DeviceChanged) and e.state.life is Life.READY for e in rig.events)
        assert rig.print("a", text="FIRST") == (PrintOutcome.REFUSED, "a4_paper_out")
        rig.paper.clear()
        rig.usable()
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        assert rig.texts() == ["SECOND"]


def test_paper_that_runs_out_in_a_job_ends_it_and_its_rest_never_comes_out() -> None:
    with pages("paper out mid-job") as rig:
        rig.usable()
        assert rig.print("a", pages=3, text="FIRST") == (PrintOutcome.SPOILT, "a4_paper_out")
        rig.faulted("a4_paper_out")
        rig.paper.clear()
        rig.usable()
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        assert rig.texts() == ["FIRST", "SECOND"]
