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
    TICKET_HANDLER = "ticket-handler"
    FOLLOW_UP = "follow-up"


class Act(StrEnum):
    """One thing that can be done at the console."""

    SEE = "see"
    STEER = "steer"
    """Give commands to terminals, publish settings and notices."""
    EDIT_ITEMS = "edit-items"
    APPROVE_ITEMS = "approve-items"
    MANAGE_PEOPLE = "manage-people"
    READ_RECORD = "read-record"
    READ_TICKETS = "read-tickets"
    HANDLE_TICKETS = "handle-tickets"
    """For the party that was rated badly: acknowledge, verify, answer, rectify, appeal. Never who gave the rating."""
    FOLLOW_UP = "follow-up"
    """At the centre: call back who left a name, decide appeals, close."""


WORDS = {
    Role.VIEWER: "查看",
    Role.OPERATOR: "运行管理",
    Role.ITEM_ADMIN: "事项管理",
    Role.APPROVER: "事项审核",
    Role.PARTY_ADMIN: "签约方管理",
    Role.AUDITOR: "审计",
    Role.TICKET_HANDLER: "差评处理",
    Role.FOLLOW_UP: "差评回访与复核",
}
RIGHTS: dict[Role, frozenset[Act]] = {
    Role.VIEWER: frozenset({Act.SEE}),
    Role.OPERATOR: frozenset({Act.SEE, Act.STEER}),
    Role.ITEM_ADMIN: frozenset({Act.SEE, Act.EDIT_ITEMS}),
    Role.APPROVER: frozenset({Act.SEE, Act.APPROVE_ITEMS}),
    Role.PARTY_ADMIN: frozenset({Act.SEE, Act.MANAGE_PEOPLE}),
    Role.AUDITOR: frozenset({Act.SEE, Act.READ_RECORD}),
    Role.TICKET_HANDLER: frozenset({Act.SEE, Act.READ_TICKETS, Act.HANDLE_TICKETS}),
    Role.FOLLOW_UP: frozenset({Act.SEE, Act.READ_TICKETS, Act.FOLLOW_UP}),
}
CENTRAL = frozenset({Role.FOLLOW_UP})
"""Roles of the centre's own staff: a grant of them for one party gives nothing."""


@dataclass(frozen=True, slots=True)
class Grant:
    role: Role
    party: str


def scope(grants: Iterable[Grant], act: Act) -> frozenset[str]:
    """The parties for which ``act`` may be done; :data:`ALL` among them means every one; empty: for none."""
    held = (grant for grant in grants if grant.party == ALL or grant.role not in CENTRAL)
    return frozenset(grant.party for grant in held if act in RIGHTS[grant.role])


def may(grants: Iterable[Grant], act: Act, party: str | None = None) -> bool:
    """Whether ``act`` may be done for ``party``; for any at all where none is named."""
    parties = scope(grants, act)
    return bool(parties) if party is None else ALL in parties or party in parties
