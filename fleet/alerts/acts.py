"""What people do with an alert: acknowledge, assign, comment, escalate, resolve, reopen. Each is one transaction of its caller,
with a line in the alert's log and in the record. Who may do so for the alert's party was asked before.
"""

from __future__ import annotations

from dataclasses import replace

from fleet import database
from fleet.alerts import book, rules
from fleet.alerts.engine import Alert
from fleet.people import accounts, record
from fleet.people.rights import Act, may

MOST_WHY = 500


class ActError(ValueError):
    """It cannot be done now; the text (Chinese) says why."""


def acknowledge(db: database.Connection, number: int, by: str, why: str, now: float) -> None:
    """Somebody has seen it and looks after it: no more repeats, no escalation, until another terminal joins."""
    alert = _unresolved(db, number)
    if alert.state == "acknowledged":
        raise ActError("已经有人确认")
    _done(db, replace(alert, state="acknowledged"), "acknowledge", by, why, now)
    db.execute("UPDATE alerts SET assigned = coalesce(assigned, ?) WHERE id = ?", (by.partition("#")[0], number))


def assign(db: database.Connection, number: int, to: str, by: str, why: str, now: float) -> None:
    """``to``: a login of somebody who may steer the alert's party."""
    alert = _unresolved(db, number)
    person = accounts.person(db, to)
    if person is None or person.disabled or not may(person.grants, Act.STEER, alert.cause.party):
        raise ActError("请选由谁处理；要有这个签约方的运行管理权限")
    db.execute("UPDATE alerts SET assigned = ? WHERE id = ?", (to, number))
    _done(db, alert, "assign", by, f"{to}：{why.strip()}" if why.strip() else to, now)


def comment(db: database.Connection, number: int, by: str, why: str, now: float) -> None:
    if not why.strip():
        raise ActError("请写备注")
    _done(db, _known(db, number), "comment", by, why, now)


def escalate(db: database.Connection, number: int, by: str, why: str, now: float, channels: book.Channels) -> None:
    """Tell those it is escalated to now, whoever acknowledged it."""
    alert = _unresolved(db, number)
    rule = _rule(db, alert)
    if rule is None or not channels.of(rule.escalate_to, alert.cause.party):
        raise ActError("这条规则没有写明升级告诉谁")
    if not why.strip():
        raise ActError("请写明为什么升级")
    after = replace(alert, escalated=True)
    _done(db, after, "escalate", by, why, now)
    book.tell(db, number, after, "escalate", _standing(alert), rule, channels, now)


def resolve(db: database.Connection, number: int, by: str, why: str, now: float, channels: book.Channels) -> None:
    """Closed by hand, also while it stands: then it is quiet until another terminal joins, or for a day."""
    alert = _unresolved(db, number)
    if not why.strip():
        raise ActError("请写明为什么关闭")
    after = replace(alert, state="resolved", resolved=now, live=_standing(alert) > 0)
    _done(db, after, "resolve", by, why, now)
    book.tell(db, number, after, "resolved", len(alert.members), _rule(db, alert), channels, now)


def reopen(db: database.Connection, number: int, by: str, why: str, now: float, channels: book.Channels) -> None:
    """One that was closed while it stood. What has ended opens by itself when it comes back."""
    alert = _known(db, number)
    if alert.state != "resolved":
        raise ActError("它没有关闭")
    if not alert.live or not _standing(alert):
        raise ActError("终端都已恢复，没有可重开的；再出现会自己报")
    if not why.strip():
        raise ActError("请写明为什么重开")
    after = replace(alert, state="open", opened=now, told=now, escalated=False, resolved=None)
    _done(db, after, "reopen", by, why, now)
    book.tell(db, number, after, "reopened", _standing(alert), _rule(db, alert), channels, now)


def _done(db: database.Connection, alert: Alert, act: str, by: str, why: str, now: float) -> None:
    assert alert.id is not None, "it was read from the database"
    why = why.strip()
    if len(why) > MOST_WHY:
        raise ActError(f"最多 {MOST_WHY} 个字")
    book.save(db, alert, None)
    book.log(db, alert.id, now, act, _standing(alert), by, why)
    record.write(db, now, by, f"alert.{act}", f"#{alert.id}", why)


def _known(db: database.Connection, number: int) -> Alert:
    found = book.one(db, number)
    if found is None:
        raise ActError("没有这条报警")
    return found


def _unresolved(db: database.Connection, number: int) -> Alert:
    found = _known(db, number)
    if found.state == "resolved":
        raise ActError("它已经恢复或关闭")
    return found


def _rule(db: database.Connection, alert: Alert) -> rules.Rule | None:
    return next((rule for rule in rules.current(db).rules if rule.id == alert.cause.rule), None)


def _standing(alert: Alert) -> int:
    return sum(member.ended is None for member in alert.members.values())
