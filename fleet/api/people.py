"""Accounts and what they may do. Who administers a party sees and changes people whose every grant is that party's."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from fleet.api.frame import Api, Call, Page, Write, absent
from fleet.people import accounts, managing
from fleet.people.accounts import AccountError, Person
from fleet.people.managing import NotYoursError
from fleet.people.rights import Act, Grant, Role

Login = Annotated[str, Meta(pattern=rf"^{accounts.LOGIN.pattern}$")]
Party = Annotated[str, Meta(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9_.-]{0,63})$")]
"""Or ``*``: all of them."""


class Granted(Write, frozen=True, forbid_unknown_fields=True):
    role: Role
    party: Party


class NewPerson(Granted, frozen=True, forbid_unknown_fields=True):
    """``password``: for the first sign-in."""

    login: Login
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    password: Annotated[str, Meta(min_length=accounts.LEAST_PASSWORD, max_length=accounts.MOST_PASSWORD)]


class Begun(Struct, frozen=True):
    """``otpauth``: the address of the account's one-time code, for its owner's app; it is not told again."""

    login: str
    otpauth: str


def routes(api: Api) -> None:
    api.refuses(AccountError)
    api.refuses(NotYoursError, 403)

    @api.get("/people", Act.MANAGE_PEOPLE)
    def people(call: Call) -> Page[Person]:
        """Those one may manage, by login."""
        return Page(managing.managed(call.db, call.parties(Act.MANAGE_PEOPLE)))

    @api.get("/people/<login>", Act.MANAGE_PEOPLE)
    def person(call: Call, login: Login) -> Person:
        """One of them."""
        return _theirs(call, login)

    @api.post("/people", Act.MANAGE_PEOPLE, status=201)
    def add_person(call: Call, body: NewPerson) -> Begun:
        """A new account with one grant."""
        given = _granted(call, body)
        address = accounts.add(call.db, body.login, body.name, body.password, call.now, call.who, body.why)
        accounts.grant(call.db, body.login, given, call.now, call.who, body.why)
        return Begun(body.login, address)

    @api.post("/people/<login>/grant", Act.MANAGE_PEOPLE)
    def grant(call: Call, login: Login, body: Granted) -> Person:
        """One grant more."""
        accounts.grant(call.db, _theirs(call, login).login, _granted(call, body), call.now, call.who, body.why)
        return _theirs(call, login)

    @api.post("/people/<login>/withdraw", Act.MANAGE_PEOPLE)
    def withdraw(call: Call, login: Login, body: Granted) -> None:
        """One grant less. Whoever has none left is the centre's to manage."""
        accounts.withdraw(call.db, _theirs(call, login).login, _granted(call, body), call.now, call.who, body.why)

    @api.post("/people/<login>/disable", Act.MANAGE_PEOPLE)
    def disable(call: Call, login: Login, body: Write) -> None:
        """Shut out at once: sessions end, tokens do nothing."""
        managing.shut_out(call.db, _theirs(call, login), call.login, call.now, call.who, body.why, disabled=True)

    @api.post("/people/<login>/enable", Act.MANAGE_PEOPLE)
    def enable(call: Call, login: Login, body: Write) -> None:
        """Let in again."""
        managing.shut_out(call.db, _theirs(call, login), call.login, call.now, call.who, body.why, disabled=False)


def _theirs(call: Call, login: str) -> Person:
    return managing.target(call.db, login, call.parties(Act.MANAGE_PEOPLE)) or absent()


def _granted(call: Call, body: Granted) -> Grant:
    given = Grant(body.role, body.party)
    managing.granting(given, call.parties(Act.MANAGE_PEOPLE), call.site.known.parties)
    return given
