"""After 提交: the receipt, the rating, the farewell."""

from __future__ import annotations

from dataclasses import dataclass

from domain import rating
from domain.case.number import grouped
from kiosk.visit.snapshot import Fault, Glass
from kiosk.visit.state import PrintState, Visit
from ui.view.frame import named


@dataclass(frozen=True, slots=True)
class Receipt:
    """``state`` as in the state; ``trouble`` is what keeps the printer from printing now, ``by_itself``: it will once that ends."""

    case: str
    state: str
    trouble: str
    by_itself: bool
    waiting: bool
    again: bool


@dataclass(frozen=True, slots=True)
class Rating:
    levels: tuple[rating.Level, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    level: rating.Level
    first: tuple[rating.Tag, ...]
    more: tuple[rating.Tag, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """``paper``: something came out of the printer, or may have."""

    case: str
    rated: bool
    posted: bool
    paper: bool


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
        trouble = glass.fault("slip_unprintable").citizen
    elif retracted:
        trouble = glass.fault(_RETRACTED).citizen
    elif overlay is not None:
        trouble = named(overlay, "打印机")
    else:
        # The printer is well again: what stopped it is told no more.
        trouble = ""
    return Receipt(
        case=_case(visit),
        state="retracted" if retracted else state.value,
        trouble=trouble,
        by_itself=cause not in _NOT_BY_ITSELF,
        waiting=overlay is not None,
        again=bool(printing and printing.attempt > 1),
    )


def rate(_glass: Glass, _visit: Visit) -> Rating:
    return Rating(rating.levels())


def reason(_glass: Glass, visit: Visit) -> Reason:
    if visit.rated is None:
        raise LookupError("no level was given, yet its reasons are asked for")
    level = rating.level(visit.rated.level)
    return Reason(
        level,
        tuple(t for t in level.tags if t.default_shown),
        tuple(t for t in level.tags if not t.default_shown),
        visit.errors.get("tags", ""),
    )


def farewell(_glass: Glass, visit: Visit) -> Farewell:
    paper = visit.printing is not None and visit.printing.state is not PrintState.REFUSED
    return Farewell(_case(visit), visit.rated is not None, visit.delivery == "post_applicant", paper)


def _case(visit: Visit) -> str:
    return grouped(visit.submitted.case) if visit.submitted else ""
