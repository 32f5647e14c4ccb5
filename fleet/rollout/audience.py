"""Whom something is for: chosen terminals, and what of them it would reach now, later, or not at all, each with why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from fleet import database, desired, words
from fleet.authority.authority import Identity
from fleet.people.rights import ALL
from fleet.presence import Hearing, Presence, judge
from fleet.rollout.book import LISTED
from mqtt.commands import BackInService, Operation, RestartDevice
from mqtt.messages import Health

_PARTY = "party:"


def groups_of(groups: Sequence[str], party: str | None) -> tuple[str, ...]:
    """A terminal's groups, with its party's: by that something is published to a party's terminals, and to those to come."""
    return (*groups, f"{_PARTY}{party}") if party else tuple(groups)


@dataclass(frozen=True, slots=True)
class Choice:
    """What staff chose: ``target`` as of a publication, :data:`LISTED` for terminals by name. ``words`` say it."""

    target: str
    terminals: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    terminal: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Preview:
    """``now``: would be given it at once, when their wave comes; ``later``: when they are back; ``excluded``: never."""

    now: tuple[Line, ...]
    later: tuple[Line, ...]
    excluded: tuple[Line, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(line.terminal for line in (*self.now, *self.later))

    @property
    def here(self) -> tuple[str, ...]:
        return tuple(line.terminal for line in self.now)


def choices(
    places: Mapping[str, str], groups: Mapping[str, Collection[str]], parties: Mapping[str, str], mine: frozenset[str]
) -> dict[str, str]:
    """Targets that stay true for terminals to come → their words; ``mine``: the parties of whoever asks."""
    if ALL not in mine:
        return {f"@{_PARTY}{party}": f"{parties.get(party, party)}的全部终端" for party in sorted(mine)}
    own = {f"@{_PARTY}{party}": f"{name}的全部终端" for party, name in parties.items()}
    named = sorted({group for t in places for group in groups.get(t, ()) if not group.startswith(_PARTY)})
    return {desired.ALL: "全部终端", **own, **{f"@{group}": f"组 {group}" for group in named}}


def chosen(
    target: str,
    listed: Collection[str],
    places: Mapping[str, str],
    groups: Mapping[str, Collection[str]],
    offered: Mapping[str, str],
) -> Choice | None:
    """``places``: what whoever asks may steer; ``offered``: of :func:`choices`. ``None``: not theirs, or nothing at all."""
    if target in offered:
        terminals = tuple(t for t in sorted(places) if target == desired.ALL or target[1:] in groups.get(t, ()))
        return Choice(target, terminals, offered[target])
    if target != LISTED or not set(listed) <= set(places):
        return None
    terminals = tuple(sorted(set(listed)))
    return Choice(LISTED, terminals, "、".join(terminals) if len(terminals) <= 3 else f"选定的 {len(terminals)} 台终端")


def preview(
    db: database.Connection,
    terminals: Collection[str],
    places: Mapping[str, str],
    do: Operation | None,
    identity: Callable[[str], Identity],
    hearing: Hearing,
    now: float,
) -> Preview:
    """``do``: the command, or ``None`` for a publication."""
    known = {row[0]: tuple(row)[1:] for row in db.execute("SELECT terminal, said, heard, health FROM terminals")}
    queued = dict(db.execute("SELECT terminal, count(*) FROM open_commands GROUP BY terminal").fetchall()) if do else {}
    found: tuple[list[Line], list[Line], list[Line]] = ([], [], [])
    for terminal in sorted(terminals):
        said, heard, health_of = known.get(terminal, (None, None, None))
        presence = judge(said, heard, hearing, now)
        health = msgspec.json.decode(health_of, type=Health) if health_of else None
        if why := _never(identity(terminal), health, do):
            place, said = 2, why
        elif presence is Presence.ONLINE:
            before = queued.get(terminal, 0)
            place, said = 0, f"前面还有 {before} 条命令没做完，按先后做" if before else ""
        else:
            place, said = 1, words.PRESENCE[presence.value]
        found[place].append(Line(terminal, places.get(terminal, ""), said))
    return Preview(*(tuple(lines) for lines in found))


def _never(identity: Identity, health: Health | None, do: Operation | None) -> str:
    """Why it would be of no use to this terminal; empty when it may be."""
    if identity.revoked:
        return "证书已吊销"
    if identity.cloned:
        return "疑似被复制，先查清"
    if isinstance(do, RestartDevice) and health is not None and do.device not in health.devices:
        return f"没有{words.DEVICES.get(do.device, do.device)}"
    if isinstance(do, BackInService) and health is not None and health.serving:
        return "正在服务，没有暂停"
    return ""
