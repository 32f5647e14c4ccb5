"""Commands in the centre's own table: asked for by staff, sent one at a time for each terminal, sent again, answered, ended.

::

    queued ─▶ sent ─▶ accepted ─▶ running ─▶ succeeded | failed
       │        ├──────────┴──▶ rejected                        (the terminal's word, by an event of its outbox)
       │        └─▶ expired   no answer within its life
       └─▶ canceled           by staff, while the terminal has not accepted it

The broker is only the way: a command lives here until the terminal's result is stored. A result counts whatever was believed
before: a command called expired or canceled may have been done while nobody could hear of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from fleet import database
from mqtt.commands import LONGEST, CommandAnswer, Operation, command, new_id, operation
from mqtt.events import CommandEnded
from mqtt.wire import encode

AGAIN = 30.0
"""Seconds of silence after which a command nobody answered is sent again; at a birth it is at once."""
FORGOTTEN = 24 * 3600.0
"""Seconds after its expiry that an accepted command's result is waited for; a new storage card knows of none."""
_RANK = {"queued": 0, "sent": 1, "accepted": 2, "running": 3}


class NoCommandError(ValueError):
    """The command cannot be given or canceled; the text (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Due:
    """A command to be sent now. ``expires``: seconds since 1970."""

    id: str
    terminal: str
    made: float
    expires: float
    do: Operation

    def payload(self) -> bytes:
        """What is to be signed: the same bytes however often it is sent."""
        return command(self.id, self.terminal, int(self.made), int(self.expires), self.do)


def order(
    db: database.Connection,
    terminal: str,
    do: Operation,
    by: str,
    why: str,
    now: float,
    life: float,
    rollout: int | None = None,
) -> str:
    """Write a command down; its id. It is sent by the running centre, now or when the terminal is there."""
    if not 1 <= life <= LONGEST:
        raise NoCommandError(f"有效期要在 1 秒到 {LONGEST // 86400} 天之间")
    if not by.strip() or not why.strip():
        raise NoCommandError("要写明谁下的命令、为什么")
    id_, op = new_id(), str(type(do).__struct_config__.tag)
    db.execute(
        "INSERT INTO commands (id, terminal, op, body, by, why, made, expires, rollout, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued')",
        (id_, terminal, op, encode(do), by.strip(), why.strip(), now, now + life, rollout),
    )
    _log(db, id_, now, "queued", by.strip(), why.strip())
    return id_


def cancel(db: database.Connection, id_: str, by: str, why: str, now: float) -> None:
    """:class:`NoCommandError` once the terminal has accepted it: then only its result tells."""
    row = db.execute("SELECT state FROM commands WHERE id = ?", (id_,)).fetchone()
    if row is None:
        raise NoCommandError("没有这条命令")
    if row[0] not in ("queued", "sent"):
        raise NoCommandError("终端已经接受，或已经结束，不能取消")
    _now(db, id_, now, "canceled", by=by, reason=why)


def due(db: database.Connection, now: float) -> list[Due]:
    """Of each terminal its oldest open command, if it was never sent or nobody answered for ``AGAIN`` seconds."""
    rows = db.execute(
        "SELECT id, terminal, made, expires, body, state, sent FROM open_commands o WHERE NOT EXISTS "
        "(SELECT 1 FROM open_commands e WHERE e.terminal = o.terminal AND (e.made, e.id) < (o.made, o.id))"
    ).fetchall()
    return [
        _due(id_, terminal, made, expires, body)
        for id_, terminal, made, expires, body, state, sent in rows
        if expires > now and _RANK[state] < _RANK["accepted"] and (sent is None or now - sent >= AGAIN)
    ]


def sent(db: database.Connection, id_: str, now: float) -> None:
    """It was handed to the broker: that says nothing about the terminal."""
    db.execute("UPDATE commands SET sent = ?, sends = sends + 1 WHERE id = ?", (now, id_))
    if db.execute("SELECT 1 FROM commands WHERE id = ? AND state = 'queued'", (id_,)).fetchone():
        _now(db, id_, now, "sent")


def born(db: database.Connection, terminal: str) -> list[Due]:
    """A terminal connected: its oldest open command, to be sent at once, whatever was known of it."""
    row = db.execute(
        "SELECT id, terminal, made, expires, body FROM open_commands WHERE terminal = ? ORDER BY made LIMIT 1", (terminal,)
    ).fetchone()
    return [_due(*row)] if row is not None else []


def answered(db: database.Connection, terminal: str, id_: str, answer: CommandAnswer, now: float) -> str | None:
    """The terminal's word on its way; why it was refused, else ``None``. Answers never go back, and never end a command."""
    row = db.execute("SELECT state, reason FROM commands WHERE (id, terminal) = (?, ?)", (id_, terminal)).fetchone()
    if row is None:
        return "answer to a command this terminal was not given"
    state = {"accepted": "accepted", "waiting": "accepted", "running": "running"}.get(answer.state)
    if state is None or row[0] not in _RANK or (_RANK[state], answer.why) == (_RANK[row[0]], row[1]):
        return None
    if _RANK[state] >= _RANK[row[0]]:
        _now(db, id_, now, state, reason=answer.why)
    return None


def ended(db: database.Connection, terminal: str, result: CommandEnded, now: float) -> bool:
    """The terminal's result, stored with its event; False for a command this terminal was never given."""
    row = db.execute("SELECT 1 FROM commands WHERE (id, terminal) = (?, ?)", (result.command, terminal)).fetchone()
    if row is None:
        return False
    _now(db, result.command, now, result.state, reason=result.why, detail=result.detail)
    return True


def overdue(db: database.Connection, now: float) -> list[tuple[str, str]]:
    """(id, reason) of what nobody answered within its life, or whose result was waited for in vain."""
    rows = db.execute(
        "SELECT id, state FROM open_commands WHERE expires <= iif(state IN ('queued', 'sent'), ?1, ?1 - ?2)", (now, FORGOTTEN)
    )
    return [(id_, "no_result" if _RANK[state] >= _RANK["accepted"] else "no_answer") for id_, state in rows]


def expire(db: database.Connection, now: float) -> None:
    """End all of :func:`overdue`."""
    for id_, reason in overdue(db, now):
        _now(db, id_, now, "expired", reason=reason)


def _due(id_: str, terminal: str, made: float, expires: float, body: bytes) -> Due:
    return Due(id_, terminal, made, expires, operation(msgspec.Raw(body)))


def _now(
    db: database.Connection,
    id_: str,
    now: float,
    state: str,
    *,
    by: str | None = None,
    reason: str | None = None,
    detail: str | None = None,
) -> None:
    db.execute("UPDATE commands SET state = ?, reason = ?, detail = ? WHERE id = ?", (state, reason, detail, id_))
    _log(db, id_, now, state, by, reason)


def _log(db: database.Connection, id_: str, now: float, state: str, by: str | None, reason: str | None) -> None:
    db.execute("INSERT INTO command_log (command, at, state, by, reason) VALUES (?, ?, ?, ?, ?)", (id_, now, state, by, reason))
