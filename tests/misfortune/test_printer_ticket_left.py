"""A printer with a presenter holds a receipt out, and nobody takes it."""

from __future__ import annotations

from msgspec.structs import replace
from support.printing import Rig, printing, receipt

from devices.port import PrintOutcome
from devices.printer.model import Model, models

KIOSK = models()["custom-kiosk"]


def soon(model: Model) -> Model:
    """The same printer, less patient than a citizen would like."""
    assert model.presenter is not None
    return replace(model, presenter=replace(model.presenter, after=0.6))


def held(rig: Rig) -> None:
    rig.until(lambda: bool(rig.paper.papers()) and rig.paper.papers()[-1].cut)


def test_a_receipt_is_called_printed_when_somebody_has_taken_it() -> None:
    with printing("ticket left", model=KIOSK, presenter="custom", pace=1000) as rig:
        rig.usable()
        rig.begin()
        held(rig)
        assert rig.state().life == "busy"
        rig.paper.clear("ticket left")
        assert rig.ended() == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
        assert rig.paper.binned() == []


def test_one_nobody_takes_is_taken_back_staff_are_told_and_the_next_job_is_not_shown_it() -> None:
    with printing("ticket left", model=soon(KIOSK), presenter="custom", pace=1000) as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.SPOILT, "ticket_retracted")
        rig.until(lambda: rig.state().usable and rig.state().warning == "ticket_retracted")
        assert rig.paper.papers() == [], "nothing is left to read, and nothing had to be voided"
        (binned,) = rig.paper.binned()
        assert rig.is_whole(binned)
        rig.paper.clear("ticket left")
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        rig.until(lambda: rig.state().usable and rig.state().warning is None)


def test_a_ticket_still_held_out_after_the_cable_was_pulled_is_taken_back_before_anybody_prints() -> None:
    with printing("ticket left", model=KIOSK, presenter="custom", pace=1000) as rig:
        rig.usable()
        rig.begin()
        held(rig)
        rig.paper.inject("unplug")
        assert rig.ended() == (PrintOutcome.UNCERTAIN, "absent")
        rig.paper.clear("unplug")
        rig.usable()
        assert rig.paper.papers() == []
        assert rig.is_whole(rig.paper.binned()[0])


def test_a_presenter_that_cannot_be_asked_takes_back_by_itself_and_is_told_to_before_the_next_job() -> None:
    with printing("ticket left", model=models()["citizen-pmu"], presenter="citizen", pace=1000) as rig:
        rig.usable()
        assert rig.print("a", slip=receipt()) == (PrintOutcome.PRINTED, None)
        assert rig.print("b", slip=receipt()) == (PrintOutcome.PRINTED, None)
        (left,) = rig.paper.binned()
        assert rig.is_whole(left)
