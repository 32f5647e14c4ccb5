"""The printer is connected and says nothing."""

from __future__ import annotations

from support.printing import printing

from devices.port import PrintOutcome


def test_an_idle_printer_that_stops_answering_is_called_mute_and_is_back_when_it_answers() -> None:
    with printing() as rig:
        rig.usable()
        rig.paper.inject("mute")
        rig.faulted("mute")
        assert rig.print() == (PrintOutcome.REFUSED, "mute")
        rig.paper.clear("mute")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)


def test_a_job_given_before_the_silence_was_noticed_is_refused_and_leaves_no_paper() -> None:
    with printing() as rig:
        rig.usable()
        rig.paper.inject("mute")
        assert rig.print() == (PrintOutcome.REFUSED, "mute")
        rig.paper.clear("mute")
        rig.usable()
        assert rig.paper.papers() == []


def test_silence_in_the_middle_of_a_receipt_leaves_it_uncertain() -> None:
    with printing(pace=150) as rig:
        rig.usable()
        rig.begin()
        rig.printing()
        rig.paper.inject("mute")
        assert rig.ended() == (PrintOutcome.UNCERTAIN, "mute")
        rig.faulted("mute")
        rig.paper.clear("mute")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


def test_a_printer_that_was_mute_from_the_start_is_never_called_ready() -> None:
    with printing("mute") as rig:
        rig.faulted("mute")
        assert rig.state().proof_at is None
        rig.paper.clear()
        rig.usable()
