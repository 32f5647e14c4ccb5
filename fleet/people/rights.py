"""Roles at the centre, and what each may do. A right that does not stand here nobody has.

A grant is a role for one party, or for all of them (:data:`ALL`). Who drafts never approves what they drafted themselves; that is
looked at where something is approved, because a role alone cannot say it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ALL = "*"
"""Every party: the centre's own staff."""


class Role(StrEnum):
    """The values stand in the database and in the record."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ITEM_ADMIN = "item-admin"
    APPROVER = "approver"
    PARTY_ADMIN = "party-admin"
    AUDITOR = "auditor"


class Act(StrEnum):
    """One thing that can be done at the console."""

    SEE = "see"
    STEER = "steer"
    """Give commands to terminals, publish settings and notices."""
    EDIT_ITEMS = "edit-items"
    APPROVE_ITEMS = "approve-items"
    MANAGE_PEOPLE = "manage-people"
    READ_RECORD = "read-record"


WORDS = {
    Role.VIEWER: "查看",
    Role.OPERATOR: "运行管理",
    Role.ITEM_ADMIN: "事项管理",
    Role.APPROVER: "事项审核",
    Role.PARTY_ADMIN: "签约方管理",
    Role.AUDITOR: "审计",
}
RIGHTS: dict[Role, frozenset[Act]] = {
    Role.VIEWER: frozenset({Act.SEE}),
    Role.OPERATOR: frozenset({Act.SEE, Act.STEER}),
    Role.ITEM_ADMIN: frozenset({Act.SEE, Act.EDIT_ITEMS}),
    Role.APPROVER: frozenset({Act.SEE, Act.APPROVE_ITEMS}),
    Role.PARTY_ADMIN: frozenset({Act.SEE, Act.MANAGE_PEOPLE}),
    Role.AUDITOR: frozenset({Act.SEE, Act.READ_RECORD}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    role: Role
    party: str


def scope(grants: Iterable[Grant], act: Act) -> frozenset[str]:
    """The parties for which ``act`` may be done; :data:`ALL` among them means every one; empty: for none."""
    return frozenset(grant.party for grant in grants if act in RIGHTS[grant.role])


def may(grants: Iterable[Grant], act: Act, party: str | None = None) -> bool:
    """Whether ``act`` may be done for ``party``; for any at all where none is named."""
    parties = scope(grants, act)
    return bool(parties) if party is None else ALL in parties or party in parties
