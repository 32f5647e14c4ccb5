"""A page is stuck in the A4 printer, or its cover is opened."""

from __future__ import annotations

import pytest
from support.pages import pages, until

from devices.port import PrintOutcome


@pytest.mark.parametrize(
    ("fault", "code"), [("jam", "a4_jam"), pytest.param("cover open", "a4_cover_open", marks=pytest.mark.long)]
)
def test_the_job_is_spoilt_and_clearing_the_printer_does_not_print_it_on(fault: str, code: str) -> None:
    with pages(page_time=0.6) as rig:
        rig.usable()
        rig.begin("a", pages=2, text="FIRST")
        rig.printing()
        rig.paper.inject(fault)
        assert rig.ended("a") == (PrintOutcome.SPOILT, code)
        rig.faulted(code)
        assert all(job.ended for job in rig.paper.jobs())
        rig.paper.clear()
        rig.usable()
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        *first, second = rig.texts()
        assert second == "SECOND"
        assert len(first) <= 1


def test_low_toner_is_a_warning_and_prints() -> None:
    with pages("toner low") as rig:
        rig.usable()
        until(lambda: rig.state().warning == "a4_toner_low")  # told by the first look after it is ready
        assert rig.print() == (PrintOutcome.PRINTED, None)
