"""Somebody opens the cover while a receipt is coming out."""

from __future__ import annotations

import pytest
from support.printing import Cable, over_each_cable, printing

from devices.port import PrintOutcome


@over_each_cable
def test_the_receipt_is_spoilt_and_its_rest_is_marked_void_when_the_cover_is_shut(cable: Cable) -> None:
    with printing(pace=150, cable=cable) as rig:
        rig.usable()
        rig.begin()
        rig.printing(30)
        rig.paper.inject("cover open")
        assert rig.ended() == (PrintOutcome.SPOILT, "cover_open")
        rig.faulted("cover_open")
        rig.paper.clear("cover open")
        rig.usable()
        (void,) = rig.paper.papers()
        assert void.cut
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


def test_jobs_waiting_behind_it_are_refused_with_the_same_cause() -> None:
    with printing(pace=150) as rig:
        rig.usable()
        rig.begin("a")
        rig.begin("b")
        rig.printing(30)
        rig.paper.inject("cover open")
        assert rig.ended("b") == (PrintOutcome.REFUSED, "cover_open")
        assert ("sending", "b", 1) not in rig.journal.lines


def test_a_job_given_during_the_clean_up_is_printed_right_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devices.printer.driver.LOOK_EVERY", 600.0)
    with printing(pace=50) as rig:
        rig.usable()
        rig.begin()
        rig.printing(30)
        rig.paper.inject("cover open")
        assert rig.ended() == (PrintOutcome.SPOILT, "cover_open")
        stopped_at = rig.paper.papers()[-1].height_mm
        rig.paper.clear("cover open")
        rig.printing(stopped_at + 8)
        assert rig.state().fault == "cover_open"
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
