"""What staff do to a roll-out, in the caller's transaction; who and why also stand in the record (``fleet/people/record.py``)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

from fleet import commands, database, desired
from fleet.documents import Documents
from fleet.people import record
from fleet.rollout import book, engine
from fleet.rollout.book import Given, NoRolloutError, Row
from fleet.rollout.engine import ACTIVE, Life, Rollout, Rules, Stand
from fleet.rollout.waves import Waves
from mqtt.desired import NoticesBody, ProgramBody, SettingsBody
from mqtt.wire import VERSION, Wanted, encode

_NOTHING: dict[str, bytes] = {
    "settings": encode(SettingsBody(VERSION)),
    "notices": encode(NoticesBody(VERSION, ())),
    "program": encode(ProgramBody(VERSION, ())),
}
"""What a terminal is given back that had nothing of the kind before: its own settings, no notice, the program it came with."""


def begin(db: database.Connection, given: Given, target: str, waves: Waves, rules: Rules, by: str, why: str, now: float) -> int:
    """Its number; :class:`NoRolloutError`."""
    id_ = book.begin(db, given, target, waves, rules, by, why, now)
    record.write(db, now, by, "rollout.begin", f"{id_} 号 {given.title}，{len(waves.of)} 台", why)
    return id_


def pause(db: database.Connection, id_: int, by: str, why: str, now: float) -> None:
    """Nobody is given it any more; what was given goes on."""
    row, rollout = _found(db, id_, why)
    if rollout.state is not Life.RUNNING:
        raise NoRolloutError("它没有在铺开，不用暂停")
    _write(db, row, rollout, replace(rollout, state=Life.PAUSED), "paused", by, why, now)


def resume(db: database.Connection, id_: int, by: str, why: str, now: float) -> None:
    """It goes on; whoever failed is given it again in its turn. A command whose time is over gets as much time again."""
    row, rollout = _found(db, id_, why)
    failed = sum(m.state is Stand.FAILED for m in rollout.members)
    if rollout.state is Life.TAKEN_BACK or (rollout.state in (Life.RUNNING, Life.FINISHED) and not failed):
        raise NoRolloutError("没有要继续、要重试的")
    after, until = engine.again(rollout, now), rollout.rules.until
    if until is not None and until <= now:
        after = replace(after, rules=replace(rollout.rules, until=now + (until - row.made)))
    _write(db, row, rollout, after, "resumed", by, why, now, f"重试 {failed} 台" if failed else "")


def leave_out(db: database.Connection, id_: int, terminals: Collection[str], by: str, why: str, now: float) -> None:
    """These are not waited for any more, and not given it if they were not yet."""
    row, rollout = _found(db, id_, why)
    found = {m.terminal for m in rollout.members if m.terminal in terminals and m.state not in engine.OVER}
    if rollout.state not in ACTIVE or not found:
        raise NoRolloutError("没有可以除外的终端")
    _write(db, row, rollout, _without(rollout, found, why, now), "left-out", by, why, now, "、".join(sorted(found)))


def end(db: database.Connection, id_: int, by: str, why: str, now: float) -> None:
    """Whoever has not been given it, or failed, is left out; of a command also who has not accepted it yet. Whoever was given it is
    still waited for.
    """
    row, rollout = _found(db, id_, why)
    if rollout.state not in ACTIVE:
        raise NoRolloutError("已经结束")
    over = (Stand.WAITING,) if row.do is not None else (Stand.WAITING, Stand.FAILED)
    left = {m.terminal for m in rollout.members if m.state in over}
    if row.do is not None:
        sent = "SELECT terminal, command FROM rollout_members WHERE rollout = ? AND state = 'given'"
        for terminal, command in db.execute(sent, (id_,)).fetchall():
            with suppress(commands.NoCommandError):
                commands.cancel(db, command, by, why, now)
                left.add(terminal)
    _write(db, row, rollout, _without(rollout, left, "canceled", now), "ended", by, why, now, f"不再给 {len(left)} 台")


def take_back(
    db: database.Connection,
    bodies: Documents,
    groups: Mapping[str, Collection[str]],
    id_: int,
    by: str,
    why: str,
    now: float,
) -> tuple[list[int], list[str]]:
    """Whoever was given it is given what was published for it before, by roll-outs that do not stop: their numbers, and the
    terminals that had nothing before and keep what they have. :class:`NoRolloutError`.
    """
    row, rollout = _found(db, id_, why)
    if row.rev is None:
        raise NoRolloutError("命令做过了，退不回去")
    if rollout.state is Life.TAKEN_BACK:
        raise NoRolloutError("已经退回")
    what: Wanted = row.what  # type: ignore[assignment]
    given = {m.terminal for m in rollout.members if m.tries}
    if rollout.state is Life.FINISHED:
        members = {m.terminal for m in rollout.members}
        given |= {t for t, of in groups.items() if t not in members and row.target in book.targets(t, of)}
    before: dict[tuple[str, int] | None, list[str]] = defaultdict(list)
    for terminal in sorted(given):
        of = groups.get(terminal, ())
        now_wanted = desired.newest_for(db, what, terminal, of)
        if now_wanted is not None and now_wanted.rev == row.rev:
            old = desired.newest_for(db, what, terminal, of, before=row.rev)
            before[(old.sha256, old.size) if old else None].append(terminal)
    _write(db, row, rollout, replace(rollout, state=Life.TAKEN_BACK), "taken-back", by, why, now, f"{len(given)} 台")
    kept = [] if what in _NOTHING else before.pop(None, [])
    if None in before:
        before[_stored(bodies, _NOTHING[what])] += before.pop(None)
    whole = rollout.state is Life.FINISHED and len(before) == 1 and not kept
    rules = replace(rollout.rules, most_failed=1.0, soak=0.0, hours=None)
    begun = []
    for body, terminals in before.items():
        assert body is not None
        back = Given(what, f"退回：{row.title}", *body)
        waves = Waves(("退回",), dict.fromkeys(terminals, 0))
        begun.append(book.begin(db, back, row.target if whole else book.LISTED, waves, rules, by, why, now, of=row.id))
    return begun, kept


def _found(db: database.Connection, id_: int, why: str) -> tuple[Row, Rollout]:
    if not why.strip():
        raise NoRolloutError("要写明为什么")
    found = book.load(db, id_)
    if found is None:
        raise NoRolloutError("没有这一次")
    return found


def _without(rollout: Rollout, terminals: Collection[str], reason: str, now: float) -> Rollout:
    members = tuple(
        replace(m, state=Stand.LEFT_OUT, at=now, reason=reason) if m.terminal in terminals else m for m in rollout.members
    )
    return replace(rollout, members=members)


def _write(
    db: database.Connection, row: Row, before: Rollout, after: Rollout, what: str, by: str, why: str, now: float, detail: str = ""
) -> None:
    book.save(db, row, before, after, now)
    book.log(db, row.id, now, what, detail, by, why.strip())
    record.write(db, now, by, f"rollout.{what}", f"{row.id} 号 {row.title}" + (f"，{detail}" if detail else ""), why.strip())


def _stored(bodies: Documents, data: bytes) -> tuple[str, int]:
    digest = hashlib.sha256(data).hexdigest()
    bodies.take("centre", digest, BytesIO(data), len(data))
    return digest, len(data)
