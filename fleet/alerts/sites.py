"""Where each terminal stands and whom it belongs to, as rules and maintenance windows ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fleet import database
from fleet.known import Known
from fleet.rollout.audience import groups_of
from fleet.settings import TerminalEntry


@dataclass(frozen=True, slots=True)
class Site:
    """``place``: where it stands, in words; ``hall``: its hall's code; both empty for what is not in the settings any more."""

    party: str | None = None
    place: str = ""
    hall: str = ""
    groups: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()


def of_settings(terminals: Iterable[TerminalEntry]) -> dict[str, Site]:
    """Terminal → its site. A terminal without a hall is a hall of its own."""
    return {
        one.id: Site(one.party, one.place, one.hall or one.id, frozenset(groups_of(one.groups, one.party))) for one in terminals
    }


def of_known(known: Known) -> Mapping[str, Site]:
    """As :func:`of_settings`, where only this is at hand."""
    return {t: Site(known.owners.get(t), place, t, frozenset(known.groups.get(t, ()))) for t, place in known.places.items()}


def tagged(db: database.Connection, sites: Mapping[str, Site]) -> Mapping[str, Site]:
    """With the tags staff gave terminals (``fleet/board/tags.py``)."""
    found: dict[str, set[str]] = {}
    for terminal, tag in db.execute("SELECT terminal, tag FROM tags ORDER BY tag"):
        found.setdefault(terminal, set()).add(tag)
    given = {terminal: replace(sites[terminal], tags=frozenset(tags)) for terminal, tags in found.items() if terminal in sites}
    return {**sites, **given} if given else sites
