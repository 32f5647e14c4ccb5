"""The A4 printer takes a job and does not print it: holds it, throws it out, forgets it, is far too slow, or lies."""

from __future__ import annotations

from support.pages import pages

from devices.a4.driver import Deadline
from devices.port import PrintOutcome

SHORT = Deadline(page=0.5, margin=2.0)


def test_a_job_held_for_ever_is_cancelled_at_its_deadline_and_stays_so() -> None:
    with pages("hold", deadline=SHORT) as rig:
        rig.usable()
        assert rig.print("a", text="FIRST") == (PrintOutcome.REFUSED, "a4_too_slow")
        assert all(job.ended for job in rig.paper.jobs())
        rig.paper.clear()
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        assert rig.texts() == ["SECOND"]


def test_one_that_is_far_too_slow_is_cancelled_and_uncertain() -> None:
    with pages("slow", deadline=SHORT) as rig:
        rig.usable()
        assert rig.print("a", text="FIRST") == (PrintOutcome.UNCERTAIN, "a4_too_slow")
        assert all(job.ended for job in rig.paper.jobs())


def test_a_job_thrown_out_by_the_printer_is_spoilt() -> None:
    with pages("abort") as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.SPOILT, "a4_job_dropped")


def test_a_job_it_forgot_is_never_called_printed() -> None:
    with pages("forget", deadline=SHORT) as rig:
        rig.usable()
        outcome, cause = rig.print()
        assert outcome in (PrintOutcome.UNCERTAIN, PrintOutcome.REFUSED)
        assert cause in ("a4_unproven", "a4_too_slow")


def test_a_completed_job_without_its_pages_counted_is_not_called_printed() -> None:
    with pages("lie") as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.UNCERTAIN, "a4_unproven")
        assert rig.paper.papers() == ()
