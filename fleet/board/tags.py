"""Tags: what staff call terminals by, many to many. Notes: what they want the next one to know of a terminal."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from fleet import database
from fleet.board.conditions import bump
from fleet.people import record

TAG = re.compile(r"[\w.·-]{1,20}")
MOST_TAGS = 20
MOST_NOTE = 500
"""Characters."""


class BoardError(ValueError):
    """What was asked for cannot be done; the text (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Note:
    at: float
    by: str
    text: str


def add(db: database.Connection, terminals: Collection[str], tag: str, by: str, now: float) -> int:
    """``tag`` to each of them; how many did not have it. :class:`BoardError`."""
    if not TAG.fullmatch(tag):
        raise BoardError("标签 1 至 20 个字，用汉字、字母、数字、点和连字符")
    added = 0
    for terminal in terminals:
        (count,) = db.execute("SELECT count(*) FROM tags WHERE terminal = ? AND tag <> ?", (terminal, tag)).fetchone()
        if count >= MOST_TAGS:
            raise BoardError(f"{terminal} 已有 {MOST_TAGS} 个标签")
        if db.execute("INSERT INTO tags VALUES (?, ?) ON CONFLICT DO NOTHING", (terminal, tag)).rowcount:
            bump(db, terminal)
            added += 1
    record.write(db, now, by, "tag.add", tag, result=_result(terminals, added))
    return added


def remove(db: database.Connection, terminals: Collection[str], tag: str, by: str, now: float) -> int:
    """How many had it."""
    gone = 0
    for terminal in terminals:
        if db.execute("DELETE FROM tags WHERE (terminal, tag) = (?, ?)", (terminal, tag)).rowcount:
            bump(db, terminal)
            gone += 1
    record.write(db, now, by, "tag.remove", tag, result=_result(terminals, gone))
    return gone


def tagged(db: database.Connection, tag: str) -> frozenset[str]:
    """The terminals that have it."""
    return frozenset(terminal for (terminal,) in db.execute("SELECT terminal FROM tags WHERE tag = ?", (tag,)))


def note(db: database.Connection, terminal: str, text: str, by: str, now: float) -> None:
    """:class:`BoardError`."""
    said = text.strip()
    if not 1 <= len(said) <= MOST_NOTE:
        raise BoardError(f"备注 1 至 {MOST_NOTE} 个字")
    db.execute("INSERT INTO notes (terminal, at, by, text) VALUES (?, ?, ?, ?)", (terminal, now, by, said))
    record.write(db, now, by, "note", terminal)


def notes(db: database.Connection, terminal: str, most: int = 50) -> tuple[Note, ...]:
    """Newest first."""
    rows = db.execute("SELECT at, by, text FROM notes WHERE terminal = ? ORDER BY at DESC, id DESC LIMIT ?", (terminal, most))
    return tuple(Note(at, by, text) for at, by, text in rows)


def _result(terminals: Iterable[str], count: int) -> str:
    named = sorted(terminals)
    return f"{count} 台：{'、'.join(named[:5])}{' …' if len(named) > 5 else ''}"
