"""What pages and programs need to speak of alerts: where terminals stand, what parties are called, and which channels there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fleet import database
from fleet.alerts import book, words
from fleet.alerts.rules import OF_CENTRE, OF_PARTY
from fleet.alerts.settings import ChannelEntry
from fleet.alerts.sites import Site
from fleet.alerts.telling import Teller


@dataclass(frozen=True, kw_only=True)
class Means:
    """``sites``: terminal → where it stands; ``parties``: party → its name; ``teller``: ``None`` where nobody is told."""

    sites: Callable[[database.Connection], Mapping[str, Site]]
    parties: Mapping[str, str]
    teller: Teller | None = None
    entries: dict[str, ChannelEntry] = field(init=False, default_factory=dict)
    channels: book.Channels = field(init=False)

    def __post_init__(self) -> None:
        if self.teller is not None:
            self.entries.update((one.id, one.entry) for one in self.teller.channels.values())
        object.__setattr__(self, "channels", book.Channels({id_: entry.party for id_, entry in self.entries.items()}))

    def known(self, db: database.Connection) -> words.Names:
        return words.Names(self.sites(db), self.parties)

    def said(self, name: str) -> str:
        """A channel in words."""
        common = {OF_PARTY: "所属签约方的渠道", OF_CENTRE: "中心的渠道"}
        return common.get(name) or (self.entries[name].name if name in self.entries else f"{name}（已不在设置里）")
