"""The record's head, kept outside of the database: that its end was cut off, or all of it written anew, shows against it.

A file of the authority's folder, a JSON line each time: position and hash of the newest line then. Lines are only added. Whoever
can write the database does not by that write there; a copy elsewhere (the backup has one) shows more still.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from fleet import database
from fleet.people import record

NAME = "record.anchors"


class Anchor(Struct, frozen=True, forbid_unknown_fields=True):
    """``at``: seconds since 1970."""

    position: int
    hash: str
    at: float


def drop(db: database.Connection, folder: Path, now: float) -> None:
    """Write the head down, if it is another one than last time. ``OSError``."""
    newest, known = record.lines(db, 1), anchors(folder)
    if not newest or (known and known[-1].position == newest[0].position):
        return
    line = msgspec.json.encode(Anchor(newest[0].position, newest[0].hash, now)) + b"\n"
    handle = os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def anchors(folder: Path) -> list[Anchor]:
    """Oldest first; a line a crash left unfinished does not count."""
    try:
        lines = (folder / NAME).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=Anchor))
        except msgspec.MsgspecError:
            continue
    return found


def adrift(db: database.Connection, folder: Path) -> Anchor | None:
    """The first anchor the record does not hold any more: what stood there is gone or another line now."""
    for one in anchors(folder):
        row = db.execute("SELECT hash FROM record WHERE position = ?", (one.position,)).fetchone()
        if row is None or row[0] != one.hash:
            return one
    return None
