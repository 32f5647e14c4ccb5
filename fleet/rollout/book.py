"""Roll-outs in the centre's table. What a look at one changes is written in one transaction: killed anywhere, it goes on.

A publication that is rolled out is one revision for all of its waves: it names whom it was given to (``fleet/desired.py``), so a
wave is nothing but lines of ``rollout_members``. A roll-out of a command orders it for each member in its turn.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import msgspec

from fleet import commands, database, desired
from fleet.presence import Hearing, Presence, judge
from fleet.rollout import engine
from fleet.rollout.engine import Life, Member, Rollout, Rules, Seen, Stand
from fleet.rollout.waves import Waves
from mqtt.commands import LONGEST, Operation, RefreshCatalogue, RefreshSettings, Update, operation
from mqtt.wire import Wanted, encode

COMMAND = "command"
LISTED = "#"
"""The target of what is for its members by name, and for nobody who comes later."""
_AGAIN: dict[str, Operation] = {
    "catalogue": RefreshCatalogue(),
    "settings": RefreshSettings(),
    "notices": RefreshSettings(),
    "program": Update(),
}
"""How a terminal that refused a revision is asked to try it anew: a kind that can be rolled out has its line here."""
_STANDS = {stand.value: stand for stand in Stand}
_ENDED = ("failed", "rejected", "expired", "canceled")


class NoRolloutError(ValueError):
    """It cannot be begun, or done to this one; the text (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A roll-out but for its members. ``what``: a kind of publication, or :data:`COMMAND`."""

    id: int
    what: str
    rev: int | None
    do: Operation | None
    target: str
    title: str
    waves: tuple[str, ...]
    of: int | None
    by: str
    why: str
    made: float


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be rolled out: a publication's body as it lies among the bodies, or an operation."""

    what: str
    title: str
    sha256: str = ""
    size: int = 0
    do: Operation | None = None


def begin(
    db: database.Connection,
    given: Given,
    target: str,
    waves: Waves,
    rules: Rules,
    by: str,
    why: str,
    now: float,
    of: int | None = None,
) -> int:
    """Its number. Nothing is given yet: that is the clock's. :class:`NoRolloutError`."""
    if not why.strip():
        raise NoRolloutError("要写明为什么")
    if not waves.of:
        raise NoRolloutError("一台终端也没有选")
    rev = None
    if given.do is None:
        if of is None:
            _free(db, given.what, waves.of)
        what: Wanted = given.what  # type: ignore[assignment]
        rev = desired.publish(db, what, target, given.sha256, given.size, None, by, why.strip(), now)
    elif rules.until is None or not now < rules.until <= now + LONGEST:
        raise NoRolloutError(f"有效期要在 1 秒到 {LONGEST // 86400} 天之间")
    (id_,) = db.execute(
        "INSERT INTO rollouts (what, rev, body, target, title, waves, rules, of, state, by, why, made) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?) RETURNING id",
        (
            given.what,
            rev,
            encode(given.do) if given.do is not None else None,
            target,
            given.title,
            json.dumps(waves.names, ensure_ascii=False),
            msgspec.json.encode(rules).decode(),
            of,
            by,
            why.strip(),
            now,
        ),
    ).fetchone()
    db.executemany(
        "INSERT INTO rollout_members (rollout, terminal, wave, state, at) VALUES (?, ?, ?, 'waiting', ?)",
        [(id_, terminal, wave, now) for terminal, wave in waves.of.items()],
    )
    log(db, id_, now, "begun", f"{len(waves.of)} 台，{'、'.join(waves.names)}", by, why.strip())
    return int(id_)


def active(db: database.Connection) -> list[int]:
    return [id_ for (id_,) in db.execute("SELECT id FROM rollouts WHERE state IN ('running', 'paused', 'stopped') ORDER BY id")]


def load(db: database.Connection, id_: int) -> tuple[Row, Rollout] | None:
    found = db.execute("SELECT * FROM rollouts WHERE id = ?", (id_,))
    names, row = [column[0] for column in found.description], found.fetchone()
    if row is None:
        return None
    told = dict(zip(names, row, strict=True))
    do = operation(msgspec.Raw(told["body"])) if told["body"] is not None else None
    waves = tuple(json.loads(told["waves"]))
    kept = ("id", "what", "rev", "target", "title", "of", "by", "why", "made")
    members = db.execute(
        "SELECT terminal, wave, state, at, tries, reason FROM rollout_members WHERE rollout = ? ORDER BY terminal", (id_,)
    )
    rollout = Rollout(
        msgspec.json.decode(told["rules"], type=Rules),
        tuple(Member(t, wave, _STANDS[state], at, tries, reason) for t, wave, state, at, tries, reason in members),
        Life(told["state"]),
        told["wave"],
        told["reason"],
    )
    return Row(**{name: told[name] for name in kept}, do=do, waves=waves), rollout


def save(db: database.Connection, row: Row, before: Rollout, after: Rollout, now: float) -> list[str]:
    """Write what is not as it was, and give what is to be given now; to whom."""
    given, known = [], {m.terminal: m for m in before.members}
    for m in after.members:
        old = known.get(m.terminal)
        if old is m:
            continue
        db.execute(
            "INSERT INTO rollout_members (rollout, terminal, wave, state, at, tries, reason) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (rollout, terminal) DO UPDATE SET state = excluded.state, at = excluded.at, tries = excluded.tries, "
            "reason = excluded.reason",
            (row.id, m.terminal, m.wave, m.state.value, m.at, m.tries, m.reason),
        )
        if m.tries > (old.tries if old else 0):
            _give(db, row, m, after.rules, now)
            given.append(m.terminal)
    if (before.state, before.wave, before.reason, before.rules) != (after.state, after.wave, after.reason, after.rules):
        db.execute(
            "UPDATE rollouts SET state = ?, wave = ?, reason = ?, rules = ? WHERE id = ?",
            (after.state.value, after.wave, after.reason, msgspec.json.encode(after.rules).decode(), row.id),
        )
    if after.wave != before.wave:
        log(db, row.id, now, "wave", row.waves[after.wave])
    if after.state is not before.state and after.state in (Life.STOPPED, Life.FINISHED):
        log(db, row.id, now, after.state.value, _failures(after) if after.state is Life.STOPPED else "")
    return given


def stepped(
    db: database.Connection, id_: int, groups: Mapping[str, Collection[str]], hearing: Hearing, now: float
) -> tuple[Row, Rollout, Rollout] | None:
    """How it stands, and how it would after a look now; ``None`` where nothing changes. Writes nothing: :func:`save` does."""
    found = load(db, id_)
    if found is None:
        return None
    row, before = found
    after = engine.step(_with_newcomers(row, before, groups, now), seen(db, row, groups, hearing, now), now)
    return None if after == before else (row, before, after)


def _with_newcomers(row: Row, rollout: Rollout, groups: Mapping[str, Collection[str]], now: float) -> Rollout:
    """With who has come since to what it is for; in its last wave."""
    if row.target == LISTED or rollout.state is not Life.RUNNING or rollout.wave != engine.last(rollout):
        return rollout
    known = {m.terminal for m in rollout.members}
    came = [t for t, of in groups.items() if t not in known and row.target in targets(t, of)]
    return replace(rollout, members=(*rollout.members, *(Member(t, rollout.wave, at=now) for t in came))) if came else rollout


def seen(db: database.Connection, row: Row, groups: Mapping[str, Collection[str]], hearing: Hearing, now: float) -> dict[str, Seen]:
    """Of members that are not over, whose wave has begun or is next; of all of them where something newer was published.

    One that left for an update is to come back: until it does it is lost, not switched off.
    """
    newer = _newer(db, row)
    told = db.execute(
        "SELECT m.terminal, m.at, iif(t.said = 'off' AND t.why = 'update', 'lost', t.said), t.heard, t.state_at, "
        "r.rev, r.state, r.reason, r.received, c.state, c.reason "
        "FROM rollout_members m LEFT JOIN terminals t USING (terminal) "
        "LEFT JOIN reported r ON (r.terminal, r.what) = (m.terminal, ?) LEFT JOIN commands c ON c.id = m.command "
        "JOIN rollouts o ON o.id = m.rollout "
        "WHERE m.rollout = ? AND m.state NOT IN ('done', 'left-out') AND (m.wave <= o.wave + 1 OR ? = 1)",
        (row.what, row.id, bool(newer)),
    )
    found = {}
    for terminal, at, said, heard, state_at, rev, state, reason, received, command, why in told:
        there = _there(said, heard, hearing, now)
        since = max(state_at or 0.0, hearing.since or 0.0)
        word: tuple[str | None, str | None] = (None, None)
        if row.rev is None:
            word = _of_command(command, why)
        elif (rev or 0) > row.rev or (newer and newer & targets(terminal, groups.get(terminal, ()))):
            word = ("superseded", None)
        elif rev == row.rev:
            word = _of_report(state, reason, received >= at, command, why)
        found[terminal] = Seen(there, since, *word)  # type: ignore[arg-type]
    return found


def targets(terminal: str, groups: Collection[str]) -> set[str]:
    """The targets of a publication that name ``terminal``."""
    return {desired.ALL, terminal, *(f"@{group}" for group in groups)}


def log(
    db: database.Connection, id_: int, now: float, what: str, detail: str = "", by: str | None = None, why: str | None = None
) -> None:
    db.execute(
        "INSERT INTO rollout_log (rollout, at, what, detail, by, why) VALUES (?, ?, ?, ?, ?, ?)", (id_, now, what, detail, by, why)
    )


def _give(db: database.Connection, row: Row, member: Member, rules: Rules, now: float) -> None:
    do, life = row.do, (rules.until or 0.0) - now
    if do is None:
        if member.tries == 1:
            return  # that it is a member is what names it
        do, life = _AGAIN[row.what], rules.within
    id_ = commands.order(db, member.terminal, do, row.by, row.why, now, min(max(1.0, life), LONGEST), row.id)
    db.execute("UPDATE rollout_members SET command = ? WHERE (rollout, terminal) = (?, ?)", (id_, row.id, member.terminal))


def _free(db: database.Connection, what: str, terminals: Collection[str]) -> None:
    rows = db.execute(
        "SELECT DISTINCT o.id FROM rollouts o JOIN rollout_members m ON m.rollout = o.id WHERE o.what = ? "
        "AND o.state IN ('running', 'paused', 'stopped') AND m.terminal IN (SELECT value FROM json_each(?))",
        (what, json.dumps(list(terminals))),
    ).fetchall()
    if rows:
        numbers = "、".join(f"{id_} 号" for (id_,) in rows)
        raise NoRolloutError(f"这些终端里有的还在 {numbers} 铺开当中；先等它完成、到此为止，或退回")


def _newer(db: database.Connection, row: Row) -> set[str]:
    """What was published for since: targets, and terminals by name."""
    if row.rev is None:
        return set()
    direct = db.execute(
        "SELECT DISTINCT d.target FROM desired d LEFT JOIN rollouts o USING (what, rev) WHERE what = ? AND rev > ? "
        "AND d.target <> '#' AND coalesce(o.state, 'finished') = 'finished'",
        (row.what, row.rev),
    )
    listed = db.execute(
        "SELECT m.terminal FROM rollouts o JOIN rollout_members m ON m.rollout = o.id "
        "WHERE o.what = ? AND o.rev > ? AND m.tries > 0",
        (row.what, row.rev),
    )
    return {name for (name,) in (*direct, *listed)}


def _there(said: str | None, heard: float | None, hearing: Hearing, now: float) -> str:
    if said is None:
        return "off"
    return {Presence.ONLINE: "here", Presence.LOST: "lost", Presence.LEFT: "off", Presence.UNKNOWN: "unknown"}[
        judge(said, heard, hearing, now)
    ]


def _of_command(state: str | None, reason: str | None) -> tuple[str | None, str | None]:
    if state == "succeeded":
        return "done", None
    return ("failed", reason or state) if state in _ENDED else (None, reason)


def _of_report(state: str, reason: str | None, fresh: bool, command: str | None, why: str | None) -> tuple[str | None, str | None]:
    """``fresh``: said since it was given. A terminal that refuses again for the same reason does not say it twice; then the result
    of the command to try again tells.
    """
    if state == "applied":
        return "done", None
    if state == "refused" and fresh:
        return "failed", reason
    return ("failed", why or command) if command in _ENDED else (None, reason)


def _failures(rollout: Rollout) -> str:
    failed = [m.terminal for m in rollout.members if m.state is Stand.FAILED]
    return f"没有成功 {len(failed)} 台：{'、'.join(failed[:10])}{'…' if len(failed) > 10 else ''}"
