"""What a terminal tells of a case, as an act of the applicant. No I/O; hostile values are the normal case."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from domain.case.acts import CitizenAct, Corrected, Delivered, Sealed, Withdrawn
from mqtt.events import AnswerRef, CaseCorrected, CaseDelivered, CaseWithdrawn

CaseEvent = CaseCorrected | CaseDelivered | CaseWithdrawn
_POINT = re.compile(r"[A-Za-z0-9-]{1,40}#[0-9]{1,3}")


def act_of(told: CaseEvent, now: float) -> CitizenAct:
    """``now``: taken where the terminal's time is none. Points that are no points of review are left out."""
    sealed = tuple(_sealed(one) for one in told.documents)
    match told:
        case CaseCorrected():
            points = tuple(point for point in told.points if _POINT.fullmatch(point))
            return Corrected(at=_moment(told.corrected_at, now), documents=sealed, points=points)
        case CaseDelivered():
            return Delivered(at=_moment(told.delivered_at, now), documents=sealed, way="terminal_print")
        case CaseWithdrawn():
            return Withdrawn(at=_moment(told.withdrawn_at, now), documents=sealed)


def _sealed(one: AnswerRef) -> Sealed:
    return Sealed(one.digest, one.size, one.kind)


def _moment(text: str, now: float) -> datetime:
    heard = datetime.fromtimestamp(now, UTC)
    try:
        return min(datetime.fromisoformat(text).astimezone(UTC), heard)
    except (ValueError, OverflowError):
        return heard
