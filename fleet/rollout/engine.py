"""How a roll-out goes on: a pure function of how it stands, what its terminals say and are like, and the time.

::

    running ◀──resume── stopped      by itself: too many of a wave failed
       │  ◀──resume── paused         by staff
       └─▶ finished                  nobody is left: all have it, or were left out by name
    any of them ─▶ taken-back        by staff: those who were given it are given what they had before, by a roll-out of its own

    waiting ─▶ given ─▶ done         a member; a terminal's later word counts, whatever was believed before
       ▲         └─▶ failed          refused, not done within its time, or lost since
       └──again────────┘
    waiting, given, failed ─▶ left-out   by staff, because something newer was published for it, or when its time is over

A wave goes on when nobody of it who is there is still to report, and somebody of it has it: terminals that are off are passed
over, and are given it when they come back. At no time more than a wave is under way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

_BEIJING = 8 * 60
_DAY = 24 * 60


class Life(StrEnum):
    """Values stand in the database."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    TAKEN_BACK = "taken-back"


class Stand(StrEnum):
    """How a member stands. Values stand in the database."""

    WAITING = "waiting"
    GIVEN = "given"
    DONE = "done"
    FAILED = "failed"
    LEFT_OUT = "left-out"


ACTIVE = (Life.RUNNING, Life.PAUSED, Life.STOPPED)
OVER = (Stand.DONE, Stand.LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Rules:
    """``within``: seconds a terminal that is there has, to report. ``most_failed``: the part of a wave that may fail, 0…1; more
    stop it. ``soak``: seconds between a wave's last success and the next wave. ``hours``: minutes of the day (Beijing) from which
    and to which something is given; over midnight where the first is later. ``until``: seconds since 1970; who was not given it by
    then is left out. ``once``: a failure is a result like any other (a command), and holds nothing up.
    """

    within: float
    most_failed: float = 0.0
    soak: float = 0.0
    hours: tuple[int, int] | None = None
    until: float | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """``wave``: counted from 0. ``at``: since when it stands so, seconds since 1970. ``tries``: how often it was given."""

    terminal: str
    wave: int
    state: Stand = Stand.WAITING
    at: float = 0.0
    tries: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Rollout:
    """``reason``: why it stopped."""

    rules: Rules
    members: tuple[Member, ...]
    state: Life = Life.RUNNING
    wave: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a terminal now. ``there``: ``off`` was switched off in order, or was never there; ``unknown``: we cannot
    have heard it. ``since``: from when it could have reported. ``said``: its word on what this roll-out gave it, last time.
    """

    there: Literal["here", "lost", "off", "unknown"]
    since: float = 0.0
    said: Literal["done", "failed", "superseded"] | None = None
    reason: str | None = None


AWAY = Seen("off")


def step(rollout: Rollout, seen: Mapping[str, Seen], now: float) -> Rollout:
    """The roll-out after one look; the same one where nothing happened."""
    if rollout.state not in ACTIVE:
        return rollout
    rollout = replace(rollout, members=tuple(_heard(m, seen.get(m.terminal, AWAY), rollout.rules, now) for m in rollout.members))
    if all(m.state in OVER or (rollout.rules.once and m.state is Stand.FAILED) for m in rollout.members):
        return replace(rollout, state=Life.FINISHED, reason=None)
    if rollout.state is not Life.RUNNING:
        return rollout
    if (wave := _too_many(rollout)) is not None:
        return replace(rollout, state=Life.STOPPED, reason=f"wave:{wave}")
    if not within_hours(rollout.rules.hours, now):
        return rollout
    while rollout.wave < last(rollout) and _complete(rollout, seen, now):
        rollout = replace(rollout, wave=rollout.wave + 1)
    return _given(rollout, seen, now)


def again(rollout: Rollout, now: float) -> Rollout:
    """Resumed: whoever failed is to be given it once more, in its turn."""
    members = tuple(
        replace(m, state=Stand.WAITING, at=now) if m.state is Stand.FAILED else m  # its reason stays to be read
        for m in rollout.members
    )
    return replace(rollout, members=members, state=Life.RUNNING, reason=None)


def last(rollout: Rollout) -> int:
    """The last wave's number."""
    return max((m.wave for m in rollout.members), default=0)


def size(rollout: Rollout, wave: int) -> int:
    """How many of the wave were not left out."""
    return sum(m.wave == wave and m.state is not Stand.LEFT_OUT for m in rollout.members)


def within_hours(hours: tuple[int, int] | None, now: float) -> bool:
    if hours is None:
        return True
    minute = (int(now // 60) + _BEIJING) % _DAY
    begins, ends = hours
    return begins <= minute < ends if begins <= ends else minute >= begins or minute < ends


def _heard(member: Member, seen: Seen, rules: Rules, now: float) -> Member:
    def stands(state: Stand, reason: str | None = None) -> Member:
        return replace(member, state=state, at=now, reason=reason)

    match member.state, seen.said:
        case ((Stand.DONE | Stand.LEFT_OUT), _):
            return member
        case _, "superseded":
            return stands(Stand.LEFT_OUT, "superseded")
        case _, "done" if member.tries:
            return stands(Stand.DONE)
        case Stand.GIVEN, "failed":
            return stands(Stand.FAILED, seen.reason)
        case Stand.GIVEN, None if seen.there in ("here", "lost") and now - max(member.at, seen.since) >= rules.within:
            return stands(Stand.FAILED, "late" if seen.there == "here" else "lost")
        case Stand.WAITING, _ if rules.until is not None and now >= rules.until:
            return stands(Stand.LEFT_OUT, "expired")
    return member


def _too_many(rollout: Rollout) -> int | None:
    """The first wave of which more failed than may."""
    sizes = Counter(m.wave for m in rollout.members if m.state is not Stand.LEFT_OUT)
    failed = Counter(m.wave for m in rollout.members if m.state is Stand.FAILED)
    return next((w for w in sorted(failed) if failed[w] > rollout.rules.most_failed * sizes[w]), None)


def _complete(rollout: Rollout, seen: Mapping[str, Seen], now: float) -> bool:
    mine = [m for m in rollout.members if m.wave == rollout.wave and m.state is not Stand.LEFT_OUT]
    for m in mine:
        there = seen.get(m.terminal, AWAY).there
        if m.state is Stand.WAITING and there in ("here", "unknown"):
            return False
        if m.state is Stand.GIVEN and there != "off":
            return False
    done = [m.at for m in mine if m.state is Stand.DONE]
    return not mine or (bool(done) and now >= max(done) + rollout.rules.soak)


def _given(rollout: Rollout, seen: Mapping[str, Seen], now: float) -> Rollout:
    """Whoever is due and there, as long as not more than a wave is under way."""
    under_way = sum(m.state is Stand.GIVEN and seen.get(m.terminal, AWAY).there != "off" for m in rollout.members)
    left = max(1, size(rollout, rollout.wave)) - under_way
    due = sorted(
        (m.wave, m.terminal)
        for m in rollout.members
        if m.state is Stand.WAITING and m.wave <= rollout.wave and seen.get(m.terminal, AWAY).there == "here"
    )
    now_given = {terminal for _, terminal in due[: max(0, left)]}
    if not now_given:
        return rollout
    members = tuple(
        replace(m, state=Stand.GIVEN, at=now, tries=m.tries + 1, reason=None) if m.terminal in now_given else m
        for m in rollout.members
    )
    return replace(rollout, members=members)
