"""Moving what is stored from one storage to another while the centre works: each document is read, checked, put, and left there.

Broken off, it goes on where it was: what the other has whole is passed over. What is deleted at the end of its time meanwhile is
not brought back: a copy whose original has gone goes too, and :func:`sweep` looks for those that went between two runs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fleet.storage.folder import refusing
from fleet.storage.port import Reading, Storage
from fleet.storage.writing import Writing, gone_at_the_end
from fleet.store import Store

_NAME = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}")
_CHUNK = 64 * 1024
_AT_ONCE = 500


@dataclass
class Copied:
    """So far. ``there``: those the other had; ``damaged``: names whose content is not theirs, where they lay or where they are."""

    copied: int = 0
    there: int = 0
    size: int = 0
    damaged: list[str] = field(default_factory=list)


def copy(source: Storage, target: Storage, scratch: Path, verify: bool, told: Callable[[Copied], None]) -> Copied:
    """``verify``: what the other has is read and checked too. ``scratch``: for one file at a time. :class:`StorageError`."""
    writing, done = Writing(scratch), Copied()
    for entry in source.names(""):
        name, digest = entry.name, entry.name[3:]
        if not _NAME.fullmatch(name):
            continue  # a document that was cut off: its terminal sends it again
        if target.size(name) == entry.size:
            if verify and _digest(target.open(name)) != digest:
                done.damaged.append(name)
            else:
                done.there += 1
        else:
            _one(source, target, name, digest, writing.new("copy", digest), done)
        told(done)
    return done


def sweep(store: Store, target: Storage) -> int:
    """Remove from ``target`` what the centre deleted at the end of its time; how much there was."""
    gone = 0
    found: list[str] = []
    for entry in target.names(""):
        if _NAME.fullmatch(entry.name):
            found.append(entry.name)
        if len(found) >= _AT_ONCE:
            gone += _swept(store, target, found)
            found = []
    return gone + _swept(store, target, found)


def _one(source: Storage, target: Storage, name: str, digest: str, file: Path, done: Copied) -> None:
    with gone_at_the_end(file):
        try:
            opened = source.open(name)
        except FileNotFoundError:
            return  # its time was over in this moment
        if _digest(opened, file) != digest:
            done.damaged.append(name)
            return
        size = opened.size
        target.put(name, file, digest)
        if source.size(name) is None:
            target.remove((name,))
            return
    done.copied += 1
    done.size += size


def _digest(opened: Reading, to: Path | None = None) -> str:
    seen = hashlib.sha256()
    try:
        with refusing():
            out = to.open("xb") if to is not None else None
        try:
            while chunk := opened.read(_CHUNK):
                seen.update(chunk)
                if out is not None:
                    with refusing():
                        out.write(chunk)
        finally:
            if out is not None:
                out.close()
    finally:
        opened.close()
    return seen.hexdigest()


def _swept(store: Store, target: Storage, names: list[str]) -> int:
    with store.reading() as db:
        over = [
            name
            for name in names
            if db.execute(
                "SELECT 1 FROM deletions WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM documents WHERE digest = ?1)", (name[3:],)
            ).fetchone()
        ]
    target.remove(over)
    return len(over)
