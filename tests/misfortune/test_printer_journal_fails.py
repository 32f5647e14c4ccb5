"""The journal cannot be written: the disk is full."""

from __future__ import annotations

from support.printing import Journal, printing

from devices.port import PrintOutcome


class FullDisk(Journal):
    def sending(self, job: str, attempt: int) -> None:
        raise OSError(28, "No space left on device")


class FullAfterwards(Journal):
    def ended(self, job: str, attempt: int, outcome: PrintOutcome, cause: str | None) -> None:
        raise OSError(28, "No space left on device")


def test_nothing_is_printed_that_the_journal_does_not_know_of() -> None:
    with printing(journal=FullDisk()) as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.REFUSED, "store_failed")
        assert rig.paper.papers() == []
        assert rig.state().usable


def test_an_end_that_cannot_be_written_is_told_all_the_same() -> None:
    with printing(journal=FullAfterwards()) as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.PRINTED, None)
        assert rig.journal.lines == [("sending", "a", 1)]


class Once(Journal):
    """As the terminal's own: one attempt, one piece of paper."""

    def sending(self, job: str, attempt: int) -> None:
        if ("sending", job, attempt) in self.lines:
            raise ValueError("sent before")
        super().sending(job, attempt)


def test_the_same_attempt_given_twice_is_one_piece_of_paper() -> None:
    with printing(journal=Once(), pace=1000) as rig:
        rig.usable()
        rig.begin()
        rig.begin()
        rig.until(lambda: len(rig.ends()) == 2)
        assert rig.ends() == [(PrintOutcome.PRINTED, None), (PrintOutcome.REFUSED, "store_failed")]
        assert len(rig.paper.papers()) == 1
