"""Whose people somebody may manage: those of the parties they do it for, the same at the console's pages and for programs."""

from __future__ import annotations

from collections.abc import Collection

from fleet import database
from fleet.people import accounts
from fleet.people.accounts import Person
from fleet.people.rights import ALL, Grant


class NotYoursError(Exception):
    """Not theirs to give, or not theirs to do; the text (Chinese) says why."""


def managed(db: database.Connection, mine: Collection[str]) -> tuple[Person, ...]:
    """``mine``: for which parties people may be managed; ``*`` among them: for all."""
    return tuple(one for one in accounts.people(db) if _mine(one, mine))


def target(db: database.Connection, login: str, mine: Collection[str]) -> Person | None:
    """Whom it is about; ``None`` for somebody who is not theirs, and for nobody."""
    found = accounts.person(db, login)
    return found if found is not None and _mine(found, mine) else None


def granting(given: Grant, mine: Collection[str], parties: Collection[str]) -> None:
    """:class:`NotYoursError` unless who manages ``mine`` may give and take ``given``."""
    if ALL not in mine and given.party not in mine:
        raise NotYoursError(f"{given.party} 不是您管的签约方")
    if given.party != ALL and given.party not in parties:
        raise NotYoursError(f"没有 {given.party} 这个签约方")


def shut_out(db: database.Connection, found: Person, login: str, now: float, by: str, why: str = "", *, disabled: bool) -> None:
    """``login`` does it, whatever the record calls them: whoever shuts themselves out cannot mend it."""
    if found.login == login:
        raise NotYoursError("不能停用自己的账号")
    accounts.disable(db, found.login, now, by, why, disabled=disabled)


def _mine(one: Person, mine: Collection[str]) -> bool:
    """Somebody with a grant elsewhere is not one party's to change; somebody without any is the centre's."""
    return ALL in mine or (bool(one.grants) and all(grant.party in mine for grant in one.grants))
