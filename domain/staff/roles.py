"""Roles of staff, and what each may do. A right that does not stand here nobody has."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a badge's certificate says its holder is; the values stand in certificates, code books and audit lines."""

    TECHNICIAN = "technician"
    CLERK = "clerk"
    PARTY_ADMIN = "party-admin"


class Right(StrEnum):
    """One thing that is not for citizens."""

    SEE_STATUS = "see-status"
    MAINTAIN = "maintain"
    """Try devices out, change paper and parts, restart."""
    CONFIGURE = "configure"
    """Change settings, enrol, update."""
    SERVE_WINDOW = "serve-window"
    """Drive a visit from the window, open what is sealed to the intake window."""
    READ_AUDIT = "read-audit"


class Purpose(StrEnum):
    """What a proof is given for; it is bound into what the badge signs, so that no proof serves another purpose."""

    SIGN_IN = "sign-in"


WORDS = {Role.TECHNICIAN: "技术人员", Role.CLERK: "窗口工作人员", Role.PARTY_ADMIN: "签约方管理员"}
_RIGHTS = {
    Role.TECHNICIAN: frozenset({Right.SEE_STATUS, Right.MAINTAIN, Right.CONFIGURE}),
    Role.CLERK: frozenset({Right.SEE_STATUS, Right.SERVE_WINDOW}),
    Role.PARTY_ADMIN: frozenset({Right.SEE_STATUS, Right.READ_AUDIT}),
}


def rights(role: Role) -> frozenset[Right]:
    return _RIGHTS[role]


def may(role: Role, right: Right) -> bool:
    return right in _RIGHTS[role]
