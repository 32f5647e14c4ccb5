"""The private cupsd dies in the middle of a job, and is started again."""

from __future__ import annotations

from support.pages import pages

from devices.port import PrintOutcome


def test_the_job_is_uncertain_thrown_out_of_the_printer_and_not_printed_by_the_next_cupsd() -> None:
    with pages(page_time=1.5) as rig:
        rig.usable()
        rig.begin("a", pages=3, text="FIRST")
        rig.printing()
        rig.cupsd.kill()
        assert rig.ended("a") == (PrintOutcome.UNCERTAIN, "a4_queue_down")
        rig.faulted("a4_queue_down")
        assert all(job.ended for job in rig.paper.jobs())
        rig.cupsd.start()
        rig.usable()
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        texts = rig.texts()
        assert texts[-1] == "SECOND"
        assert texts.count("FIRST") < 3


def test_without_cupsd_it_refuses_and_says_so_and_comes_back_by_itself() -> None:
    with pages() as rig:
        rig.usable()
        rig.cupsd.kill()
        rig.faulted("a4_queue_down")
        assert rig.print("a") == (PrintOutcome.REFUSED, "a4_queue_down")
        rig.cupsd.start()
        rig.usable()
        assert rig.print("b") == (PrintOutcome.PRINTED, None)
