"""The A4 printer is switched off or unplugged, in a job and without one, and comes back."""

from __future__ import annotations

import pytest
from support.pages import pages

from devices.port import PrintOutcome


@pytest.mark.parametrize("fault", ["unplug", "cable out"])
def test_in_a_job_it_is_uncertain_and_the_queue_does_not_print_when_it_is_back(fault: str) -> None:
    with pages(page_time=1.0) as rig:
        rig.usable()
        rig.begin("a", pages=2, text="FIRST")
        rig.printing()
        rig.paper.inject(fault)
        assert rig.ended("a") == (PrintOutcome.UNCERTAIN, "absent")
        rig.faulted("absent")
        before = len(rig.paper.papers())
        rig.paper.clear()
        rig.usable()
        assert all(job.ended for job in rig.paper.jobs())
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        after = rig.texts()[before:]
        assert after[-1] == "SECOND"
        assert after.count("FIRST") <= 2 - before  # with its cable out a printer prints on what it has; never more


def test_off_before_a_job_it_refuses_and_is_back_without_a_restart() -> None:
    with pages("unplug") as rig:
        rig.faulted("absent")
        assert rig.print("a", text="FIRST") == (PrintOutcome.REFUSED, "absent")
        rig.paper.clear()
        rig.usable()
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        assert rig.texts() == ["SECOND"]


def test_one_that_takes_connections_and_says_nothing_is_mute() -> None:
    with pages("mute") as rig:
        rig.faulted("mute")
        assert rig.print() == (PrintOutcome.REFUSED, "mute")
        rig.paper.clear()
        rig.usable()
