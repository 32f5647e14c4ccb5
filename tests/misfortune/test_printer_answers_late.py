"""A cheap printer takes its time with several answers in a row."""

from __future__ import annotations

from support.printing import printing

from devices.port import PrintOutcome


def test_late_answers_are_not_taken_for_answers_to_the_next_question() -> None:
    with printing() as rig:
        rig.usable()
        rig.paper.inject("paper near end")
        rig.paper.inject("late answers")
        rig.until(lambda: rig.state().warning == "paper_near_end")
        rig.until(lambda: "late answers" not in rig.paper.active())
        assert rig.state().fault is None


def test_a_receipt_is_printed_once_and_whole_all_the_same() -> None:
    with printing() as rig:
        rig.usable()
        rig.paper.inject("late answers")
        assert rig.print() == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
        assert len(rig.paper.papers()) == 1
