"""Duties of clerks, and what each may do where clerks sign in: window terminal, intake window, home desk.

A right that does not stand here nobody has. Duties that act on a case have the names of the case's roles (``domain/case/acts.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal


class Duty(StrEnum):
    """What a clerk is there for; the values stand in accounts, in the record and in acts."""

    INTAKE = "intake_officer"
    DISPATCH = "dispatcher"
    LEADER = "leader"
    HOME = "home_officer"
    APPROVER = "approver"


class Right(StrEnum):
    """One thing a clerk can do."""

    SERVE = "serve"
    """Drive a visit from the window, read drafts, help with corrections."""
    PRECHECK = "precheck"
    """Open cases of the intake window: pre-check, see originals, mend, pass on online."""
    PASS_ON = "pass-on"  # noqa: S105
    """Parcels and handover lists, sent and received."""
    OVERSEE = "oversee"
    """For who leads a shift: take a visit over from a colleague who is there (from one who is away, whoever serves may), read who
    opened what.
    """
    RECEIVE = "receive"
    """At the home desk: review, ask for what is missing, accept, give results out."""
    DECIDE = "decide"
    """At the home desk: decide."""


WORDS: dict[Duty, str] = {
    Duty.INTAKE: "收件人员（收件、预审）",
    Duty.DISPATCH: "转送人员",
    Duty.LEADER: "班长（复核）",
    Duty.HOME: "受理人员",
    Duty.APPROVER: "审批人员",
}
_RIGHTS: dict[Duty, frozenset[Right]] = {
    Duty.INTAKE: frozenset({Right.SERVE, Right.PRECHECK}),
    Duty.DISPATCH: frozenset({Right.PASS_ON}),
    Duty.LEADER: frozenset({Right.SERVE, Right.PRECHECK, Right.PASS_ON, Right.OVERSEE}),
    Duty.HOME: frozenset({Right.RECEIVE}),
    Duty.APPROVER: frozenset({Right.DECIDE}),
}

Place = Literal["terminal", "window", "desk"]
"""Where clerks sign in: a window terminal of their hall, the intake window's pages, the home desk's pages."""
_AT: dict[Place, frozenset[Right]] = {
    "terminal": frozenset({Right.SERVE, Right.OVERSEE}),
    "window": frozenset({Right.PRECHECK, Right.PASS_ON, Right.OVERSEE}),
    "desk": frozenset({Right.RECEIVE, Right.DECIDE}),
}


def rights(duties: Iterable[Duty]) -> frozenset[Right]:
    return frozenset(right for duty in duties for right in _RIGHTS[duty])


def may(duties: Iterable[Duty], right: Right) -> bool:
    return right in rights(duties)


def works_at(duties: Iterable[Duty], place: Place) -> bool:
    """Whether who has these duties has anything to do there; nobody else's secrets are laid there."""
    return bool(rights(duties) & _AT[place])
