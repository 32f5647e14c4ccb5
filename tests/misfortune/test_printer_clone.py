"""A clone knows neither process ids nor automatic status."""

from __future__ import annotations

import pytest
from support.printing import printing

from devices.port import PrintOutcome


@pytest.mark.parametrize("lacks", [("no process id",), ("no asb",), ("no process id", "no asb")], ids=" and ".join)
def test_a_receipt_is_printed_and_proven(lacks: tuple[str, ...]) -> None:
    with printing(*lacks) as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


@pytest.mark.parametrize("lacks", [("no process id",), ("no asb",), ("no process id", "no asb")], ids=" and ".join)
def test_paper_that_runs_out_is_never_reported_as_printed(lacks: tuple[str, ...]) -> None:
    with printing(*lacks) as rig:
        rig.usable()
        rig.paper.inject("paper out mid-job")
        assert rig.print() == (PrintOutcome.SPOILT, "paper_out")
        for lack in lacks:
            assert lack in rig.paper.active()
        rig.paper.clear("paper out")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


def test_without_an_answer_in_order_the_process_id_alone_proves_a_receipt() -> None:
    with printing("no gs r") as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
        rig.paper.inject("paper out mid-job")
        assert rig.print("b") == (PrintOutcome.SPOILT, "paper_out")
        rig.paper.clear("paper out")
        rig.usable()
        assert rig.print("b", 2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


def test_a_printer_that_can_prove_nothing_is_not_used() -> None:
    with printing("no process id", "no gs r") as rig:
        rig.faulted("printer_unfit")
        assert rig.print() == (PrintOutcome.REFUSED, "printer_unfit")
        assert rig.paper.papers() == []
