"""What is told when: waiting tellings become messages, messages go through a durable outbox to their channels.

A channel gets at most one message a :data:`SPACING`: what came up meanwhile goes together in the next one, so that no night of a
hundred alerts is a hundred messages. What falls into a rule's quiet hours waits for their end; what ended meanwhile is told as
that. A message stands in the database before the outbox has it, and is put there under its own id: killed in between, it is put
again, and told once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from domain.calendar import CHINA
from fleet import database
from fleet.alerts import book, words
from fleet.alerts.channels import Channel
from fleet.alerts.rules import Rule, Severity
from fleet.outward.outbox import Entry, Outbox, Row
from fleet.outward.sender import LaterError, Pace, RefusedError, Sender

SPACING = 60.0
"""Seconds between two messages of one channel."""
PACE = Pace(first=5.0, most=600.0, lasts=24 * 3600.0)
"""What could not be told within a day is old news; the console shows that it was not told."""
MOST_TEXT = 600
"""Characters: a robot of WeCom takes 2,048 bytes."""
_ORDER: dict[str, int] = {"critical": 0, "major": 1, "minor": 2}


@dataclass(frozen=True, slots=True)
class Telling:
    """Something that waits to be told."""

    position: int
    alert: int
    channel: str
    kind: str
    count: int
    rule: str


class Message(Struct, frozen=True):
    title: str
    text: str


def due(waiting: Iterable[Telling], rules: Mapping[str, Rule], last: Mapping[str, float], now: float) -> dict[str, list[Telling]]:
    """Channel → what goes in its next message, now. ``last``: when each channel had its last one. Pure."""
    found: dict[str, list[Telling]] = {}
    for one in waiting:
        rule = rules.get(one.rule)
        quiet = rule is not None and rule.quiet is not None and rule.quiet.at(now)
        if not quiet and now - last.get(one.channel, float("-inf")) >= SPACING:
            found.setdefault(one.channel, []).append(one)
    return found


def waiting(db: database.Connection) -> list[Telling]:
    rows = db.execute(
        "SELECT position, alert, channel, kind, count, rule FROM alert_tellings JOIN alerts ON id = alert "
        "WHERE message IS NULL ORDER BY position"
    )
    return [Telling(*row) for row in rows]


def last_messages(db: database.Connection, channels: Iterable[str]) -> dict[str, float]:
    found = {}
    for channel in channels:
        (at,) = db.execute("SELECT max(at) FROM alert_messages WHERE channel = ?", (channel,)).fetchone()
        if at is not None:
            found[channel] = at
    return found


def put(
    db: database.Connection, channel: str, tellings: Sequence[Telling], names: words.Names, address: str, now: float
) -> Message:
    """One message of all of these, in the caller's transaction."""
    message = compose(db, tellings, names, address, now)
    id_ = secrets.token_hex(16)
    db.execute("INSERT INTO alert_messages VALUES (?, ?, ?, ?, ?, 0)", (id_, channel, now, message.title, message.text))
    db.executemany("UPDATE alert_tellings SET message = ? WHERE position = ?", [(id_, one.position) for one in tellings])
    return message


def put_test(db: database.Connection, channel: str, now: float) -> str:
    """A test message, told as any other; its id."""
    id_ = secrets.token_hex(16)
    db.execute("INSERT INTO alert_messages VALUES (?, ?, ?, ?, ?, 0)", (id_, channel, now, TEST.title, TEST.text))
    return id_


def compose(db: database.Connection, tellings: Sequence[Telling], names: words.Names, address: str, now: float) -> Message:
    """How each alert stands now, those of one kind that are many in one line; nothing of it names anybody."""
    lines = [
        _Line.of(db, alert, [t for t in tellings if t.alert == alert], names, now) for alert in {t.alert: None for t in tellings}
    ]
    lines.sort(key=lambda line: (line.ended, _ORDER[line.severity], line.alert))
    worst = min((line.severity for line in lines if not line.ended), key=_ORDER.__getitem__, default=None)
    mark = f"【通办报警·{words.SEVERITIES[worst]}】" if worst else "【通办·恢复】"
    if len(lines) == 1:
        (line,) = lines
        title = f"{mark}{line.said}"
        text = [f"{line.since}。{line.more}".removesuffix("。") + f"。报警 #{line.alert}。"]
    else:
        title = f"{mark}{len(lines)} 条：{lines[0].said}"
        text = _gathered(lines)
    if address:
        link = f"/alerts/{lines[0].alert}" if len(lines) == 1 else "/alerts"
        text.append(address.rstrip("/") + link)
    return Message(title[:120], _within(text))


TEST = Message("【通办·试发】这是一条测试消息", "收到即说明本渠道可用。没有发生报警。")


@dataclass(frozen=True, slots=True)
class _Line:
    alert: int
    severity: Severity
    ended: bool
    said: str
    since: str
    more: str
    what: str
    count: int

    @classmethod
    def of(cls, db: database.Connection, number: int, tellings: Sequence[Telling], names: words.Names, now: float) -> _Line:
        found = book.one(db, number)
        assert found is not None, "what is told was written"
        severity, began, resolved = db.execute("SELECT severity, began, resolved FROM alerts WHERE id = ?", (number,)).fetchone()
        last, ended = tellings[-1], found.state == "resolved"
        kind = ("closed" if found.live else "resolved") if ended else last.kind
        more = words.of_kind(kind, last.count, (resolved if ended else now) - began)
        said = words.headline(found.cause, found.members, names)
        what = words.happened(found.cause, set())
        return cls(number, severity, ended, said, f"{_clock(began)} 起", more, what, len(found.members))


def _gathered(lines: Sequence[_Line]) -> list[str]:
    """A line each; those of one kind that are many, one line together."""
    kinds: dict[tuple[bool, str], list[_Line]] = {}
    for line in lines:
        kinds.setdefault((line.ended, line.what), []).append(line)
    text: list[str] = []
    for (ended, what), those in kinds.items():
        if len(those) > words.FEW:
            total, most = sum(line.count for line in those), max(those, key=lambda line: line.count)
            text.append(f"· {'已恢复，' if ended else ''}{what}：{len(those)} 处共 {total} 台，如 {most.said}")
            continue
        for line in those:
            more = f"，{line.more}" if line.more else ""
            text.append(f"· [{words.SEVERITIES[line.severity]}] {line.said}；{line.since}{more} #{line.alert}")
    return text


def _within(lines: Sequence[str]) -> str:
    kept: list[str] = []
    for n, line in enumerate(lines):
        if sum(map(len, kept)) + len(line) > MOST_TEXT:
            return "\n".join([*kept, f"另有 {len(lines) - n} 行，见控制台"])
        kept.append(line)
    return "\n".join(kept)


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, CHINA).strftime("%m-%d %H:%M")


class Teller:
    """The outbox of messages and the thread that carries them. ``data``: the centre's folder."""

    def __init__(self, channels: Iterable[Channel], data: Path, pace: Pace = PACE, clock: Callable[[], float] = time.time) -> None:
        self.channels = {one.id: one for one in channels}
        self._outbox = Outbox(data / "alerts-told.db")
        self._sender = Sender(self._outbox, self._send, pace, clock)

    def hand(self, id: str, channel: str, message: Message, now: float) -> None:
        """In the outbox when this returns, once."""
        self._outbox.put(id, channel, "alert", msgspec.json.encode(message), now)
        self._sender.wake()

    def entry(self, id: str) -> Entry | None:
        """What became of a message; ``None`` while the outbox does not have it."""
        return self._outbox.entry(id)

    def test(self, channel: str) -> str:
        """Send a test at once; empty when it was taken, else a code. ``KeyError`` for no such channel."""
        try:
            self.channels[channel].send(secrets.token_hex(16), TEST.title, TEST.text)
        except (LaterError, RefusedError) as error:
            return error.note
        return ""

    def forget(self, ids: Iterable[str]) -> None:
        """What became of these messages."""
        self._outbox.forget(ids)

    def one(self) -> bool:
        """Carry one message that is due, without the thread; ``False`` when there was none."""
        return self._sender.one()

    def start(self) -> None:
        self._sender.start()

    def stop(self) -> None:
        self._sender.stop()
        self._outbox.close()

    def _send(self, row: Row) -> str:
        channel = self.channels.get(row.about)
        if channel is None:
            raise RefusedError("no_such_channel")
        message = msgspec.json.decode(row.body, type=Message)
        channel.send(row.id, message.title, message.text)
        return ""
