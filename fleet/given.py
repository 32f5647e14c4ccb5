"""Commands as staff give and read them; each act has its line in the record, whether it came from a page, a program or a shell."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct

from fleet import commands, database
from fleet.people import record
from mqtt.commands import Operation


class Given(Struct, frozen=True):
    """A command as it stands; how it came there says :class:`Step`. ``do``: the operation with its arguments. ``sends``: how often
    it was handed to the broker.
    """

    id: str
    terminal: str
    do: Operation
    by: str
    why: str
    made: float
    expires: float
    state: str
    reason: str | None
    detail: str | None
    sends: int


class Step(Struct, frozen=True):
    """``by`` null: the terminal, or the centre itself."""

    at: float
    state: str
    by: str | None
    reason: str | None


class Told(Struct, frozen=True):
    """All there is of one command."""

    command: Given
    steps: tuple[Step, ...]


def give(db: database.Connection, terminal: str, do: Operation, by: str, why: str, now: float, life: float) -> str:
    """As :func:`fleet.commands.order`."""
    id_ = commands.order(db, terminal, do, by, why, now, life)
    record.write(db, now, by, "command", f"{terminal} {do.__struct_config__.tag}", why, id_)
    return id_


def cancel(db: database.Connection, id_: str, by: str, why: str, now: float) -> None:
    """As :func:`fleet.commands.cancel`."""
    commands.cancel(db, id_, by, why, now)
    record.write(db, now, by, "command.cancel", id_, why)


def listed(
    db: database.Connection, terminals: Collection[str], terminal: str | None, after: tuple[float, str] | None, most: int
) -> list[Given]:
    """Of these terminals, or of this one of them, newest first; ``after``: (made, id) of the one before."""
    chosen = [terminal] if terminal is not None and terminal in terminals else [] if terminal is not None else sorted(terminals)
    made, id_ = after if after is not None else (1e300, "")
    rows = db.execute(
        "SELECT id, terminal, body, by, why, made, expires, state, reason, detail, sends FROM commands "
        "WHERE terminal IN (SELECT value FROM json_each(?)) AND (made, id) < (?, ?) ORDER BY made DESC, id DESC LIMIT ?",
        (json.dumps(chosen), made, id_, most),
    )
    return [_given(tuple(row)) for row in rows]


def one(db: database.Connection, id_: str) -> Told | None:
    row = db.execute(
        "SELECT id, terminal, body, by, why, made, expires, state, reason, detail, sends FROM commands WHERE id = ?", (id_,)
    ).fetchone()
    if row is None:
        return None
    steps = db.execute("SELECT at, state, by, reason FROM command_log WHERE command = ? ORDER BY position", (id_,))
    return Told(_given(tuple(row)), tuple(Step(*step) for step in steps))


def _given(row: tuple[Any, ...]) -> Given:
    id_, terminal, body, *rest = row
    return Given(id_, terminal, msgspec.json.decode(body, type=Operation), *rest)
