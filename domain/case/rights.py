"""Who may do what in which state: one table, asked by the centre, by both desks, and gone over whole by a test.

A right that does not stand here nobody has. What an act wants beside the state (nothing awaited any more, a parcel that is
known) is ``life.step``'s.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from domain.case import acts
from domain.case.acts import Act, DocumentKind, Role


class State(StrEnum):
    """Where a case stands. A case in review (审查中) is one that was accepted: no act parts the two."""

    SUBMITTED = "submitted"
    PRECHECKED = "prechecked"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    CORRECTION = "correction"
    CORRECTED = "corrected"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    NOT_ACCEPTED = "not_accepted"
    DECIDED = "decided"
    RESULT_SENT = "result_sent"
    DELIVERED = "delivered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


S = State
_BEFORE = frozenset({S.SUBMITTED, S.PRECHECKED, S.DISPATCHED, S.ARRIVED, S.CORRECTION, S.CORRECTED})
"""Not accepted yet."""
_REVIEW = frozenset({S.ACCEPTED, S.SUSPENDED})
_AFTER = frozenset({S.NOT_ACCEPTED, S.DECIDED, S.RESULT_SENT, S.DELIVERED, S.WITHDRAWN, S.TRANSFERRED})
"""Settled, and not closed: paper may still be on its way."""
_UNNOTICED = _BEFORE - {S.CORRECTION}

RIGHTS: dict[type[Act], tuple[frozenset[Role], frozenset[State]]] = {
    acts.Prechecked: (frozenset({"intake_officer"}), _BEFORE - {S.DISPATCHED, S.ARRIVED}),
    acts.OriginalsSeen: (frozenset({"intake_officer"}), _BEFORE | _REVIEW),
    acts.Mended: (frozenset({"intake_officer"}), frozenset({S.SUBMITTED, S.PRECHECKED})),
    acts.Dispatched: (frozenset({"dispatcher"}), (_BEFORE | _REVIEW) - {S.SUBMITTED}),
    acts.Received: (frozenset({"dispatcher"}), _BEFORE | _REVIEW | _AFTER),
    acts.Returned: (frozenset({"intake_officer"}), _BEFORE | _REVIEW | _AFTER),
    acts.HandedOver: (frozenset({"intake_officer"}), frozenset({S.RESULT_SENT})),
    acts.Arrived: (frozenset({"home_officer"}), (_BEFORE | _REVIEW | _AFTER) - {S.SUBMITTED, S.PRECHECKED}),
    acts.CorrectionRequested: (frozenset({"home_officer"}), _UNNOTICED),
    acts.Accepted: (frozenset({"home_officer"}), frozenset({S.ARRIVED, S.CORRECTED})),
    acts.NotAccepted: (frozenset({"home_officer"}), _BEFORE),
    acts.Suspended: (frozenset({"home_officer", "approver"}), frozenset({S.ACCEPTED})),
    acts.Resumed: (frozenset({"home_officer", "approver"}), frozenset({S.SUSPENDED})),
    acts.Extended: (frozenset({"approver"}), _REVIEW),
    acts.Decided: (frozenset({"approver"}), frozenset({S.ACCEPTED})),
    acts.ResultSent: (frozenset({"home_officer"}), frozenset({S.DECIDED, S.NOT_ACCEPTED})),
    acts.SentBack: (frozenset({"home_officer"}), _BEFORE | _REVIEW | _AFTER),
    acts.CameBack: (frozenset({"home_officer"}), frozenset({S.RESULT_SENT})),
    acts.Served: (frozenset({"home_officer"}), frozenset({S.RESULT_SENT})),
    acts.Transferred: (frozenset({"home_officer"}), _BEFORE),
    acts.Closed: (frozenset({"home_officer"}), frozenset({S.DELIVERED, S.WITHDRAWN, S.TRANSFERRED})),
    # What a citizen brought to a terminal is written down also where it comes too late to change anything.
    acts.Corrected: (frozenset({"terminal"}), frozenset(State)),
    acts.Delivered: (frozenset({"terminal"}), frozenset({S.RESULT_SENT})),
    acts.Withdrawn: (frozenset({"terminal"}), _BEFORE | _REVIEW),
    acts.DeemedAccepted: (frozenset({"clock"}), _UNNOTICED),
}


def may(role: Role, act: type[Act], state: State) -> bool:
    roles, states = RIGHTS[act]
    return role in roles and state in states


Side = Literal["intake", "home", "hall"]

READERS: dict[DocumentKind | Literal["case"], frozenset[Side]] = {
    "case": frozenset({"home", "intake"}),
    "page": frozenset({"home", "intake"}),
    "paper": frozenset({"home", "intake"}),
    "list": frozenset({"home", "intake"}),
    "record": frozenset({"home", "intake"}),
    "note": frozenset({"home"}),
    "task": frozenset({"home", "hall"}),
    "result": frozenset({"home", "hall"}),
    "correction": frozenset({"home", "intake"}),
    "delivery": frozenset({"home"}),
    "withdrawal": frozenset({"home", "intake"}),
}
"""Who may fetch a sealed document of a case, by its kind. ``hall``: a terminal of the hall that took the case in, while the task is
open; ``intake``: the window, until its access expires."""
