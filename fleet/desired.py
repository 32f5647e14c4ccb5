"""What is wanted of terminals: publications in the centre's table, each a new revision; what terminals report of them.

A publication is for all terminals, for a group or for one; a terminal is wanted to have the newest that names it. One that is
rolled out (``fleet/rollout``) names whom it was given to, and everybody it is for once that has finished. Going back is publishing
the old body again. A revision is at least the time in seconds, so that a database restored from an old copy does not
number what terminals have seen already.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fleet import database
from mqtt.desired import KINDS, Desired
from mqtt.events import DesiredReported
from mqtt.wire import VERSION, Wanted, encode

ALL = "*"
AGAIN = 300.0
"""Seconds after which a terminal that has not settled a revision is told again; at a birth it is at once."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A revision as one terminal is to have it. ``settled``: it said that it holds or refused it."""

    what: Wanted
    rev: int
    sha256: str
    size: int
    since: str | None
    made: float
    settled: bool

    def pointer(self, terminal: str) -> bytes:
        """What is to be signed for ``terminal``."""
        made = int(self.made)
        return encode(Desired(VERSION, self.what, terminal, self.rev, made, self.sha256, self.size, self.since, self.settled))


def publish(
    db: database.Connection, what: Wanted, target: str, sha256: str, size: int, since: str | None, by: str, why: str, now: float
) -> int:
    """The new revision. ``target``: ``*``, ``@group`` or a terminal."""
    (last,) = db.execute("SELECT coalesce(max(rev), 0) FROM desired WHERE what = ?", (what,)).fetchone()
    rev = max(int(last) + 1, int(now))
    db.execute("INSERT INTO desired VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (what, rev, target, sha256, size, since, by, why, now))
    return rev


def newest(db: database.Connection) -> dict[Wanted, int]:
    """Of each kind that was ever published its last revision; another value after each publication."""
    return dict(db.execute("SELECT what, max(rev) FROM desired GROUP BY what").fetchall())


def settled(db: database.Connection, newest: Mapping[Wanted, int]) -> set[tuple[str, Wanted]]:
    """Terminals that hold or refused the last revision there is of a kind: whichever names them, nothing is wanted."""
    rows = db.execute("SELECT terminal, what, rev FROM reported WHERE state <> 'waiting'")
    return {(terminal, what) for terminal, what, rev in rows if what in newest and rev >= newest[what]}


_NAMES = (
    "CASE WHEN o.id IS NULL THEN d.target IN (SELECT value FROM json_each(?2)) WHEN m.terminal IS NOT NULL THEN m.tries > 0 "
    "ELSE o.state = 'finished' AND d.target IN (SELECT value FROM json_each(?2)) END"
)


def wanted(db: database.Connection, terminal: str, groups: Collection[str], kinds: Collection[Wanted] = KINDS) -> list[Publication]:
    """The newest of each kind that names ``terminal``."""
    found = (newest_for(db, what, terminal, groups) for what in kinds)
    return [one for one in found if one is not None]


def newest_for(
    db: database.Connection, what: Wanted, terminal: str, groups: Collection[str], before: int = 2**62
) -> Publication | None:
    """The newest of this kind, and older than ``before``, that names ``terminal``."""
    targets = json.dumps([ALL, terminal, *(f"@{group}" for group in groups)])
    row = db.execute(
        "SELECT d.rev, sha256, size, since, d.made, iif(r.rev >= d.rev AND r.state <> 'waiting', 1, 0) FROM desired d "  # noqa: S608
        "LEFT JOIN reported r ON (r.terminal, r.what) = (?1, d.what) LEFT JOIN rollouts o ON (o.what, o.rev) = (d.what, d.rev) "
        "LEFT JOIN rollout_members m ON (m.rollout, m.terminal) = (o.id, ?1) "
        f"WHERE d.what = ?3 AND d.rev < ?4 AND {_NAMES} ORDER BY d.rev DESC LIMIT 1",
        (terminal, targets, what, before),
    ).fetchone()
    if row is None:
        return None
    rev, sha256, size, since, made, settled = row
    return Publication(what, rev, sha256, size, since, made, bool(settled))


def reported(db: database.Connection, terminal: str, told: DesiredReported, place: tuple[str, int], now: float) -> bool:
    """``place``: epoch and sequence of its event; of one database the later word counts, however they come. Whether this one is."""
    done = db.execute(
        "INSERT INTO reported AS r VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (terminal, what) DO UPDATE SET "
        "rev = excluded.rev, state = excluded.state, reason = excluded.reason, detail = excluded.detail, epoch = excluded.epoch, "
        "sequence = excluded.sequence, received = excluded.received "
        "WHERE r.epoch <> excluded.epoch OR r.sequence < excluded.sequence",
        (terminal, told.what, told.rev, told.state, told.why, told.detail, *place, now),
    )
    return done.rowcount == 1
