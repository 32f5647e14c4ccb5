"""What the pages of alerts share: who may do what for which party, and what things are called."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from fleet.alerts import book, words
from fleet.alerts.rules import OF_CENTRE, OF_PARTY, Where
from fleet.alerts.settings import ChannelEntry
from fleet.alerts.sites import Site
from fleet.alerts.telling import Teller
from fleet.people import gate
from fleet.people.rights import ALL, Act
from fleet.store import Store

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Hub:
    """``sites``: terminal → where it stands; ``parties``: party → its name; ``teller``: ``None`` where nothing is told."""

    store: Store
    sites: Callable[[sqlite3.Connection], Mapping[str, Site]]
    parties: Mapping[str, str]
    teller: Teller | None = None
    now: Callable[[], float] = time.time
    entries: dict[str, ChannelEntry] = field(init=False, default_factory=dict)
    channels: book.Channels = field(init=False)

    def __post_init__(self) -> None:
        if self.teller is not None:
            self.entries.update((one.id, one.entry) for one in self.teller.channels.values())
        object.__setattr__(self, "channels", book.Channels({id_: entry.party for id_, entry in self.entries.items()}))

    def only(self, act: Act) -> frozenset[str] | None:
        """The parties the visitor may do ``act`` for; ``None``: all of them, and for what is no party's."""
        mine = gate.parties(act)
        return None if ALL in mine else mine

    def may(self, party: str, act: Act) -> bool:
        allowed = self.only(act)
        return allowed is None or party in allowed

    def steers_all(self) -> bool:
        return self.only(Act.STEER) is None

    def known(self, db: sqlite3.Connection) -> words.Names:
        return words.Names(self.sites(db), self.parties)

    def said(self, name: str) -> str:
        """A channel in words."""
        common = {OF_PARTY: "所属签约方的渠道", OF_CENTRE: "中心的渠道"}
        return common.get(name) or (self.entries[name].name if name in self.entries else f"{name}（已不在设置里）")


def within(where: Where, covered: list[str], sites: Mapping[str, Site], allowed: frozenset[str] | None) -> bool:
    """Whether it names nothing but terminals of these parties, now and when more terminals come."""
    if allowed is None:
        return True
    bound = (where.parties and set(where.parties) <= allowed) or (where.terminals and set(where.terminals) <= set(covered))
    return bool(bound) and all(sites[t].party in allowed for t in covered)
