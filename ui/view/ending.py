"""After 提交: the receipt and the farewell."""

from __future__ import annotations

from msgspec import Struct

from domain.case.number import grouped, ticket
from kiosk.visit import path, proof
from kiosk.visit.delivery import delivery
from kiosk.visit.snapshot import Fault, Glass
from kiosk.visit.state import PrintState, Visit
from ui.view import said
from ui.words import _


class Receipt(Struct, frozen=True):
    """``case``: the case's number, or the ticket of a service without one. ``state`` as in the state; ``trouble`` is what keeps the
    printer from printing now, ``by_itself``: it will once that ends. ``followup``: what was done about a former case.
    """

    case: str
    state: str
    trouble: str
    by_itself: bool
    waiting: bool
    again: bool
    followup: str = ""


class Farewell(Struct, frozen=True):
    """``way`` of a visit without a case: what comes next differs. ``later``: the window must still see something.
    ``paper``: something came out of the printer, or may have."""

    case: str
    way: str
    later: bool
    rated: bool
    delivery: str
    paper: bool
    followup: str = ""


_NOT_BY_ITSELF = {"slip_unprintable", "store_failed"}
"""Causes that lie in the receipt or in the store: no refill ends them."""


_RETRACTED = "ticket_retracted"
"""Nobody took it, so the printer took it back: whole on paper, and in nobody's hand."""


def receipt(glass: Glass, visit: Visit, overlay: Fault | None) -> Receipt:
    printing = visit.printing
    state = printing.state if printing else PrintState.PRINTING
    cause = printing.cause if printing and state is PrintState.REFUSED else None
    retracted = state is PrintState.SPOILT and printing is not None and printing.cause == _RETRACTED
    if cause in _NOT_BY_ITSELF:
        trouble = said.fault(glass, "slip_unprintable")
    elif retracted:
        trouble = said.fault(glass, _RETRACTED)
    elif overlay is not None:
        trouble = said.about(overlay, _("打印机"))
    else:
        # The printer is well again: what stopped it is told no more.
        trouble = ""
    return Receipt(
        case=_number(visit),
        state="retracted" if retracted else state.value,
        trouble=trouble,
        by_itself=cause not in _NOT_BY_ITSELF,
        waiting=overlay is not None,
        again=bool(printing and printing.attempt > 1),
        followup=(visit.followup.doing or "") if visit.followup else "",
    )


def farewell(glass: Glass, visit: Visit) -> Farewell:
    paper = visit.printing is not None and visit.printing.state is not PrintState.REFUSED
    opened = path.opening(visit, glass.catalogue)
    if visit.followup is not None:
        number = _number(visit) if visit.followup.answered else ""
        doing = visit.followup.doing or ("rate" if visit.followup.rating is not None else "")
        return Farewell(number, "followup", False, any(visit.ratings), "", paper, doing)
    return Farewell(
        case=grouped(visit.submitted.case) if visit.submitted else "",
        way="" if visit.submitted else path.way(visit, glass.catalogue) or visit.channel or "elsewhere",
        later=bool(visit.submitted and opened and proof.unproven(visit, opened, glass.catalogue)),
        rated=any(visit.ratings),
        delivery=delivery(visit, opened) or "",
        paper=paper,
    )


def _number(visit: Visit) -> str:
    if visit.followup is not None:
        return grouped(visit.followup.task.case) if visit.followup.task else ""
    if visit.submitted is not None:
        return grouped(visit.submitted.case)
    return ticket(visit.noted.number) if visit.noted is not None else ""
