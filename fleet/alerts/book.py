"""Alerts in the centre's database: what the engine looks at, and what it made of it, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fleet import database
from fleet.alerts.engine import Alert, Cause, Look, Member
from fleet.alerts.rules import OF_CENTRE, OF_PARTY, Rule
from fleet.board.conditions import Condition, Grade, Standing

_AT_ONCE = 500
_OPENED: tuple[str, ...] = ("opened", "grew", "repeat", "reopened")
_MEMBER = "terminal, first, since, ended, bad, spells, told, detail"
_ANEW = ", ".join(f"excluded.{column}" for column in _MEMBER.split(", "))


class Channels:
    """Which channels there are: id → the party it belongs to, ``None``: the centre."""

    def __init__(self, owners: Mapping[str, str | None]) -> None:
        self._owners = owners

    def of(self, names: Iterable[str], party: str) -> tuple[str, ...]:
        """The channels ``names`` mean for an alert of ``party``; what is not there any more is left out."""
        found: dict[str, None] = {}
        for name in names:
            if name == OF_PARTY:
                found.update((id_, None) for id_, owner in self._owners.items() if owner and owner == party)
            elif name == OF_CENTRE:
                found.update((id_, None) for id_, owner in self._owners.items() if owner is None)
            elif name in self._owners:
                found[name] = None
        return tuple(found)


def conditions(db: database.Connection, codes: Iterable[str], ended_after: float) -> Iterator[Standing]:
    """Of these codes what stands, and what ended after that moment."""
    wanted = tuple(codes)
    marks = ", ".join("?" * len(wanted))
    columns = "SELECT terminal, code, grade, subject, detail, since, until FROM conditions"
    rows = db.execute(
        f"{columns} WHERE until IS NULL AND code IN ({marks}) UNION ALL {columns} WHERE until > ? AND code IN ({marks})",
        (*wanted, ended_after, *wanted),
    )
    for terminal, code, grade, subject, detail, since, until in rows:
        yield Standing(terminal, Condition(code, Grade(grade), subject, detail), since, until)


def live(db: database.Connection) -> list[Alert]:
    """Every alert that lives, with its members."""
    members: dict[int, dict[str, Member]] = {}
    for alert, terminal, *rest in db.execute(
        f"SELECT alert, {_MEMBER} FROM alert_members WHERE alert IN (SELECT id FROM alerts WHERE live = 1) ORDER BY terminal"  # noqa: S608 ours
    ):
        members.setdefault(alert, {})[terminal] = _member(rest)
    rows = db.execute(
        "SELECT id, rule, code, subject, scope, party, state, opened, told, escalated, resolved "
        "FROM alerts WHERE live = 1 ORDER BY id"
    )
    return [
        Alert(Cause(*row[1:6]), row[6], members.get(row[0], {}), row[7], row[8], bool(row[9]), row[10], True, row[0])
        for row in rows
    ]


def one(db: database.Connection, number: int) -> Alert | None:
    """An alert with its members, whether it lives or not; ``None``: no such one, or one nobody was told of."""
    row = db.execute(
        "SELECT rule, code, subject, scope, party, state, opened, told, escalated, resolved, live FROM alerts "
        "WHERE id = ? AND state != 'pending'",
        (number,),
    ).fetchone()
    if row is None:
        return None
    cause = Cause(*tuple(row)[:5])
    return Alert(cause, row[5], members(db, number), row[6], row[7], bool(row[8]), row[9], bool(row[10]), number)


def members(db: database.Connection, number: int) -> dict[str, Member]:
    rows = db.execute(f"SELECT {_MEMBER} FROM alert_members WHERE alert = ? ORDER BY terminal", (number,))  # noqa: S608 ours
    return {row[0]: _member(tuple(row)[1:]) for row in rows}


def write(db: database.Connection, look: Look, rule: Rule | None, channels: Channels, now: float) -> None:
    """What one look changed: the alert, its members, its log, and what is to be told."""
    before, alert = look.before, look.alert
    if alert is None:
        if before is not None:
            db.execute("DELETE FROM alert_members WHERE alert = ?", (before.id,))
            db.execute("DELETE FROM alerts WHERE id = ?", (before.id,))
        return
    number = save(db, alert, rule)
    old = before.members if before is not None else {}
    changed = [(number, t, m) for t, m in alert.members.items() if old.get(t) != m]
    db.executemany(
        f"INSERT INTO alert_members (alert, {_MEMBER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 ours
        f"ON CONFLICT (alert, terminal) DO UPDATE SET ({_MEMBER}) = ({_ANEW})",
        [(n, t, m.first, m.since, m.ended, m.bad, m.spells, m.told, m.detail) for n, t, m in changed],
    )
    left = [(number, terminal) for terminal in old if terminal not in alert.members]
    db.executemany("DELETE FROM alert_members WHERE alert = ? AND terminal = ?", left)
    for note in look.notes:
        log(db, number, now, note.kind, note.count)
        tell(db, number, alert, note.kind, note.count, rule, channels, now)


def save(db: database.Connection, alert: Alert, rule: Rule | None) -> int:
    """The alert without its members; its number."""
    standing = sum(member.ended is None for member in alert.members.values())
    began = min((member.first for member in alert.members.values()), default=alert.opened)
    said = (alert.state, alert.live, alert.opened, alert.told, alert.escalated, alert.resolved, standing, len(alert.members))
    if alert.id is not None:
        db.execute(
            "UPDATE alerts SET state = ?, live = ?, opened = ?, told = ?, escalated = ?, resolved = ?, standing = ?, "
            "most = max(most, ?), began = min(began, ?), name = coalesce(?, name), severity = coalesce(?, severity) WHERE id = ?",
            (*said, began, rule.name if rule else None, rule.severity if rule else None, alert.id),
        )
        return alert.id
    assert rule is not None, "nothing begins without a rule"
    cause = alert.cause
    made = db.execute(
        "INSERT INTO alerts (rule, code, subject, scope, party, state, live, opened, told, escalated, resolved, standing, most, "
        "began, name, severity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (cause.rule, cause.code, cause.subject, cause.scope, cause.party, *said, began, rule.name, rule.severity),
    )
    return int(made.fetchone()[0])


def log(db: database.Connection, number: int, at: float, kind: str, count: int, by: str | None = None, why: str = "") -> None:
    db.execute(
        "INSERT INTO alert_log (alert, at, kind, count, by, why) VALUES (?, ?, ?, ?, ?, ?)", (number, at, kind, count, by, why)
    )


def forget(db: database.Connection, before: float) -> tuple[int, list[str]]:
    """Delete alerts that ended before, their log, and what was told of them, not too much at once: how many, and which messages."""
    ended = "SELECT id FROM alerts WHERE live = 0 AND resolved < ? ORDER BY id LIMIT ?"
    gone = [tuple(row) for row in db.execute(ended, (before, _AT_ONCE))]
    for table in ("alert_members", "alert_log", "alert_tellings"):
        db.executemany(f"DELETE FROM {table} WHERE alert = ?", gone)  # noqa: S608 ours
    db.executemany("DELETE FROM alerts WHERE id = ?", gone)
    told = db.execute(
        "DELETE FROM alert_messages WHERE at < ? AND handed = 1 "
        "AND NOT EXISTS (SELECT 1 FROM alert_tellings WHERE message = alert_messages.id) RETURNING id",
        (before,),
    )
    return len(gone), [row[0] for row in told]


def tell(
    db: database.Connection, number: int, alert: Alert, kind: str, count: int, rule: Rule | None, channels: Channels, now: float
) -> None:
    """Put down what is to be told to whom. That something ended is told to whoever was, or would be, told that it stands."""
    if kind == "resolved":
        told = [row[0] for row in db.execute("SELECT DISTINCT channel FROM alert_tellings WHERE alert = ?", (number,))]
    elif rule is None:
        told = []
    elif kind in _OPENED:
        told = list(channels.of((*rule.tell, *(rule.escalate_to if alert.escalated else ())), alert.cause.party))
    else:
        told = list(channels.of(rule.escalate_to, alert.cause.party))
    db.executemany(
        "INSERT INTO alert_tellings (alert, channel, kind, count, at) VALUES (?, ?, ?, ?, ?)",
        [(number, channel, kind, count, now) for channel in told],
    )


def _member(row: Iterable[object]) -> Member:
    first, since, ended, bad, spells, told, detail = row
    return Member(first, since, ended, bad, spells, bool(told), detail)  # type: ignore[arg-type]
