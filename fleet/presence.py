"""Whether a terminal is there: judged from what it said, when it was heard, and whether we could have heard it at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mqtt.report import PERIOD
from mqtt.walk import RECONNECT_WITHIN

MISSED = 3
"""Reports missed before silence means lost. The will is not enough: a broker that is killed never sends it."""
SILENCE = PERIOD * MISSED
"""Seconds."""


class Presence(StrEnum):
    """``UNKNOWN``: we were not listening ourselves; never shown as good or bad."""

    ONLINE = "online"
    LOST = "lost"
    LEFT = "left"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Hearing:
    """The centre's own link. ``since``: when it came up, seconds since 1970; ``None`` while it is down."""

    since: float | None


def judge(said: str | None, heard: float | None, hearing: Hearing, now: float) -> Presence:
    """``said``: up, lost, off or ``None`` (never anything); ``heard``: when it last proved alive. Seconds since 1970."""
    if said == "off":
        return Presence.LEFT
    if said is None or hearing.since is None:
        return Presence.UNKNOWN
    if said == "lost":
        return Presence.LOST
    if heard is not None and now - heard <= SILENCE:
        return Presence.ONLINE
    # What kept us away may have been the broker: then terminals come back over minutes, and silence says nothing before.
    return Presence.LOST if now - hearing.since > SILENCE + RECONNECT_WITHIN else Presence.UNKNOWN
