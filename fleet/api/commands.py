"""Commands to terminals."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from fleet import given
from fleet.api.frame import Api, Call, Page, Paged, Write, absent, paged
from fleet.commands import NoCommandError
from fleet.given import Given, Told
from fleet.people.rights import Act
from mqtt.commands import LONGEST, Operation
from mqtt.wire import CommandId, Terminal


class CommandsAsked(Paged, frozen=True, forbid_unknown_fields=True):
    """``terminal``: of this one only."""

    terminal: Terminal | None = None


class Order(Write, frozen=True, forbid_unknown_fields=True):
    """``within``: seconds it may wait for its terminal; later it is not done."""

    terminal: Terminal
    do: Operation
    within: Annotated[int, Meta(ge=1, le=LONGEST)] = 3600


class Ordered(Struct, frozen=True):
    id: str


def routes(api: Api) -> None:
    api.refuses(NoCommandError)

    @api.get("/commands", Act.SEE)
    def commands(call: Call, ask: CommandsAsked) -> Page[Given]:
        """Commands to terminals of one's parties, newest first."""
        places = call.terminals(Act.SEE)

        def read(after: tuple[float, str] | None, most: int) -> list[Given]:
            return given.listed(call.db, places, ask.terminal, after, most)

        return paged(ask, tuple[float, str], read, lambda one: (one.made, one.id))

    @api.get("/commands/<command>", Act.SEE)
    def command(call: Call, command: CommandId) -> Told:
        """One of them with every step: who, why, when."""
        return _theirs(call, command, Act.SEE)

    @api.post("/commands", Act.STEER, status=201)
    def order(call: Call, body: Order) -> Ordered:
        """Give a command to a terminal: signed, done once, sent until it is answered or its time is over."""
        if body.terminal not in call.terminals(Act.STEER):
            absent()
        return Ordered(given.give(call.db, body.terminal, body.do, call.who, body.why, call.now, body.within))

    @api.post("/commands/<command>/cancel", Act.STEER)
    def cancel(call: Call, command: CommandId, body: Write) -> None:
        """Take one back that its terminal has not accepted yet."""
        _theirs(call, command, Act.STEER)
        given.cancel(call.db, command, call.who, body.why, call.now)


def _theirs(call: Call, command: str, act: Act) -> Told:
    found = given.one(call.db, command)
    if found is None or found.command.terminal not in call.terminals(act):
        absent()
    return found
