"""What the centre's settings say of places and parties, as pages and interface need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.catalogue.party import Hours
from fleet.people.rights import ALL


@dataclass(frozen=True, slots=True)
class Known:
    """``places``: terminal → where it stands; ``owners``: terminal → the party it belongs to; ``parties``: party → its name;
    ``groups``: terminal → its groups, that of its party among them (``fleet/rollout/audience.py``); ``windows``: the terminals
    that stand at a window, the others stand in a hall; ``hours``: terminal → when it is to serve; ``halls``: terminal → its hall,
    for those that share one.
    """

    places: Mapping[str, str]
    owners: Mapping[str, str]
    parties: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    windows: frozenset[str] = frozenset()
    hours: Mapping[str, tuple[Hours, ...]] = field(default_factory=dict)
    halls: Mapping[str, str] = field(default_factory=dict)

    def of(self, seen: frozenset[str]) -> Mapping[str, str]:
        """The terminals of these parties."""
        return {t: place for t, place in self.places.items() if ALL in seen or self.owners.get(t) in seen}

    def hall(self, terminal: str) -> str:
        """A terminal without a hall is one of its own."""
        return self.halls.get(terminal, terminal)

    def has(self, terminal: str, seen: frozenset[str]) -> bool:
        """Whether ``terminal`` is one of these parties'."""
        return terminal in self.places and (ALL in seen or self.owners.get(terminal) in seen)
