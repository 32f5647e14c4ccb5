"""Samples: the few numbers of a terminal that are worth a curve, at a bounded rate.

A number is kept when it moved by its step and :data:`EVERY` has passed, and after :data:`LEAST` in any case; the first of each
:data:`LEAST` is *coarse* and stays when the others are forgotten. What a terminal's last kept ones are stands in its own row, so
that a report that brings nothing costs no look into the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from fleet import database
from mqtt.messages import Health

EVERY = 300.0
"""Seconds between two samples of one kind at least."""
LEAST = 6 * 3600.0
"""Seconds after which one is kept though nothing moved: a curve that stops must mean that nothing came."""
FINE = 30 * 86400.0
"""Seconds samples are kept as they came; of older ones the coarse ones stay."""
_AT_ONCE = 5000
"""Rows deleted in one transaction, so that nobody waits for it."""


class _Last(NamedTuple):
    at: float
    value: float
    coarse: float
    """When the last coarse one was kept."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``step``: the difference that is worth a sample."""

    name: str
    unit: str
    step: float


KINDS: dict[str, Kind] = {
    "paper": Kind("凭证纸", "2 充足，1 将尽，0 缺纸", 1.0),
    "a4-paper": Kind("A4 纸", "2 充足，1 将尽，0 缺纸", 1.0),
    "queue": Kind("待确认", "条", 1.0),
    "pages": Kind("待传页", "页", 1.0),
    "answer": Kind("命令应答", "秒", 0.0),
}
Sample = tuple[str, str, float, float, int]
"""A row: terminal, what, when, value, whether it is a coarse one."""
AGAIN = "ON CONFLICT (terminal, what, at) DO UPDATE SET value = excluded.value, coarse = excluded.coarse"
"""Of a row for the same moment: the later word counts."""
_PAPER = {"printer": ("paper", "paper_out", "paper_near_end"), "a4": ("a4-paper", "a4_paper_out", "a4_paper_low")}


def of_report(health: Health) -> dict[str, float]:
    """The numbers of one state report. Paper of a printer that can prove nothing is none."""
    found = {"queue": float(health.unconfirmed), "pages": float(health.pages_waiting)}
    for device, (what, out, low) in _PAPER.items():
        report = health.devices.get(device)
        if report is not None and report.life != "unknown":
            found[what] = 0.0 if report.fault == out else 1.0 if report.warning == low else 2.0
    return found


def keep(terminal: str, last: bytes | None, health: Health, now: float) -> tuple[bytes | None, list[Sample]]:
    """The terminal's last kept ones, encoded, for the next time; and what is worth it of this report, for the table."""
    kept: dict[str, _Last] = msgspec.json.decode(last, type=dict[str, _Last]) if last else {}
    new: list[Sample] = []
    for what, value in of_report(health).items():
        before = kept.get(what)
        if _worth(what, value, before, now):
            coarse = before is None or not 0 <= now - before.coarse < LEAST
            new.append((terminal, what, now, value, int(coarse)))
            kept[what] = _Last(now, value, now if before is None or coarse else before.coarse)
    return msgspec.json.encode(kept) if new else last, new


def answered(db: database.Connection, terminal: str, command: str) -> None:
    """How long a command took from the broker to the terminal's first word: its response time. Inside the caller's transaction."""
    db.execute(
        "INSERT INTO samples SELECT c.terminal, 'answer', l.at, max(0, l.at - c.sent), 1 FROM commands c "
        "JOIN command_log l ON l.command = c.id AND l.state = 'accepted' "
        "WHERE (c.id, c.terminal) = (?, ?) AND c.sent <= l.at AND c.sends = 1 ORDER BY l.position LIMIT 1 "
        "ON CONFLICT DO NOTHING",
        (command, terminal),
    )


def read(db: database.Connection, terminal: str, what: str, begin: float, end: float) -> Iterator[tuple[float, float]]:
    """(at, value), oldest first."""
    rows = db.execute(
        "SELECT at, value FROM samples WHERE terminal = ? AND what = ? AND at BETWEEN ? AND ? ORDER BY at",
        (terminal, what, begin, end),
    )
    return ((at, value) for at, value in rows)


def forget(db: database.Connection, fine: float, all_of: float) -> int:
    """Delete what is older than ``all_of``, and what is older than ``fine`` and not coarse; not too much at once. How many."""
    gone = 0
    for coarse, before in ((0, fine), (1, all_of)):
        gone += db.execute(
            "DELETE FROM samples WHERE (terminal, what, at) IN "
            "(SELECT terminal, what, at FROM samples WHERE coarse = ? AND at < ? LIMIT ?)",
            (coarse, before, _AT_ONCE),
        ).rowcount
    return gone


def _worth(what: str, value: float, last: _Last | None, now: float) -> bool:
    if last is None or not 0 <= now - last.at < LEAST:
        return True
    return now - last.at >= EVERY and abs(value - last.value) >= KINDS[what].step
