"""What was refused, by name; never the payload."""

from __future__ import annotations

from fleet import database
from mqtt.wire import MOST_COUNT


def count(db: database.Connection, where: str, reason: str, now: float, count: int = 1) -> None:
    """``where`` and ``reason`` must be few."""
    db.execute(
        "INSERT INTO refused VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (topic, reason) DO UPDATE SET count = min(refused.count, ?5 - ?3) + ?3, last = excluded.last",
        (where[:80], reason[:160], count, now, MOST_COUNT),
    )
