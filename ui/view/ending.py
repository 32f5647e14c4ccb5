"""After 提交: the receipt, the rating, the farewell."""

from __future__ import annotations

from dataclasses import dataclass

from domain import rating
from domain.case.number import grouped
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import PrintState, Visit


@dataclass(frozen=True, slots=True)
class Receipt:
    """``state`` as in the state; ``cause`` is what the citizen reads about the printer, when it said something."""

    case: str
    state: str
    cause: str
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
    case: str
    rated: bool
    posted: bool


def receipt(glass: Glass, visit: Visit) -> Receipt:
    printing = visit.printing
    state = printing.state if printing else PrintState.PRINTING
    cause = glass.fault(printing.cause).citizen if printing and printing.cause else ""
    return Receipt(_case(visit), state.value, cause, bool(printing and printing.attempt > 1))


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
    return Farewell(_case(visit), visit.rated is not None, visit.delivery == "post_applicant")


def _case(visit: Visit) -> str:
    return grouped(visit.submitted.case) if visit.submitted else ""
