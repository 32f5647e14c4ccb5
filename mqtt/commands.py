"""Commands: what the centre may ask a terminal to do. Signed (``mqtt/signing.py``), bound to one terminal, done once, expiring.

A command is sent with Response Topic and Correlation Data (its id). On the response topic the terminal says how it stands
(:class:`CommandAnswer`, not kept by anybody); what became of it is an event of its outbox (``messages.CommandEnded``).
"""

from __future__ import annotations

import secrets
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from mqtt.wire import VERSION, Code, CommandId, ContractError, Count, Terminal, Time, decode, encode, parse

PURPOSE: Literal["tongban-command"] = "tongban-command"
LONGEST = 7 * 24 * 3600
"""Seconds a command may wait for its terminal at most; terminals remember the ids they have seen for longer."""
UNKNOWN_OPERATION = "operation not known here"

Words = Annotated[str, Meta(min_length=1, max_length=200)]


class RestartDevice(Struct, frozen=True, tag_field="op", tag="restart-device"):
    """Close one device and open it anew. ``device``: its name in the state report."""

    device: Code


class RestartService(Struct, frozen=True, tag_field="op", tag="restart-service"):
    """End the program in order; the service manager starts it again."""


class OutOfService(Struct, frozen=True, tag_field="op", tag="out-of-service"):
    """No visit begins; the screen shows ``notice``. ``until``: back by itself then; without it, by a command."""

    notice: Words
    until: Time | None = None


class BackInService(Struct, frozen=True, tag_field="op", tag="back-in-service"):
    """Ends ``out-of-service``."""


class RefreshCatalogue(Struct, frozen=True, tag_field="op", tag="refresh-catalogue"):
    """Fetch the desired catalogue now, also if it was refused or could not be fetched before."""


class RefreshSettings(Struct, frozen=True, tag_field="op", tag="refresh-settings"):
    """Fetch the desired settings and notices now."""


class SelfTest(Struct, frozen=True, tag_field="op", tag="self-test"):
    """Say how every device is, and what else is wrong."""


class TestPrint(Struct, frozen=True, tag_field="op", tag="test-print"):
    """Print a slip that says it is a test, on the receipt printer."""


class SupportBundle(Struct, frozen=True, tag_field="op", tag="support-bundle"):
    """Make a file for technical support, without anything of a person, and upload it; the result is its digest."""


class Reboot(Struct, frozen=True, tag_field="op", tag="reboot"):
    """Restart the machine, between two visits."""


class Update(Struct, frozen=True, tag_field="op", tag="update"):
    """Fetch the desired program now, also if it was refused or could not be fetched before; it is taken when nobody is there."""


class HelpComing(Struct, frozen=True, tag_field="op", tag="help-coming"):
    """Staff have read the call for help of ``since`` (``messages.HelpWanted``) and come; the screen says so."""

    since: Time


Operation = (
    RestartDevice
    | RestartService
    | OutOfService
    | BackInService
    | RefreshCatalogue
    | RefreshSettings
    | SelfTest
    | TestPrint
    | SupportBundle
    | Reboot
    | Update
    | HelpComing
)
OPERATIONS: dict[str, type[Struct]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Operation)}


class Command(Struct, frozen=True):
    """``made`` and ``expires``: the centre's clock, seconds since 1970. ``do``: one of ``OPERATIONS``, still unread: what is not
    known here must yet be refused by its id.
    """

    v: int
    id: CommandId
    terminal: Terminal
    made: Count
    expires: Count
    do: msgspec.Raw


class CommandAnswer(Struct, frozen=True):
    """How a command stands; which one says the Correlation Data. ``waiting``: accepted, but not now (``why``)."""

    v: int
    state: Literal["accepted", "waiting", "running", "ended"]
    why: Code | None = None


def new_id() -> str:
    return secrets.token_hex(16)


def command(id_: str, terminal: str, made: int, expires: int, do: Operation) -> bytes:
    """The bytes to be signed."""
    return encode(Command(VERSION, id_, terminal, made, expires, msgspec.Raw(encode(do))))


def read(payload: bytes) -> Command:
    """:class:`ContractError`; its operation is not looked at."""
    found: Command = decode(payload, Command)
    if not found.made < found.expires <= found.made + LONGEST:
        raise ContractError("command with a life that is none")
    return found


class _Named(Struct, frozen=True):
    op: Code


def name_of(do: msgspec.Raw) -> str:
    """The operation's name, known or not. :class:`ContractError`."""
    found: _Named = parse(bytes(do), _Named)
    return found.op


def operation(do: msgspec.Raw) -> Operation:
    """:class:`ContractError`: ``UNKNOWN_OPERATION``, or what is wrong with its arguments."""
    if name_of(do) not in OPERATIONS:
        raise ContractError(UNKNOWN_OPERATION)
    found: Operation = parse(bytes(do), Operation)
    return found
