"""Terminals: how each stands."""

from __future__ import annotations

from dataclasses import dataclass

from fleet.api.frame import Api, Call, Page, Paged, absent, paged
from fleet.overview import TerminalView, standing
from fleet.people.rights import Act
from mqtt.wire import Terminal


@dataclass(frozen=True, slots=True)
class Hears:
    """``since``: from when on the centre hears its terminals; null while it does not, and nobody knows how they are."""

    since: float | None


def routes(api: Api) -> None:
    @api.get("/terminals", Act.SEE)
    def terminals(call: Call, ask: Paged) -> Page[TerminalView]:
        """Terminals of one's parties, by their names."""
        places = call.terminals(Act.SEE)

        def read(after: str | None, most: int) -> tuple[TerminalView, ...]:
            chosen = sorted(name for name in places if after is None or name > after)[:most]
            return standing(call.db, {name: places[name] for name in chosen}, call.site.hearing(), call.site.identity, call.now)

        return paged(ask, str, read, lambda one: one.id)

    @api.get("/terminals/<terminal>", Act.SEE)
    def terminal(call: Call, terminal: Terminal) -> TerminalView:
        """One of them."""
        places = call.terminals(Act.SEE)
        if terminal not in places:
            absent()
        (found,) = standing(call.db, {terminal: places[terminal]}, call.site.hearing(), call.site.identity, call.now)
        return found

    @api.get("/centre", Act.SEE)
    def centre(call: Call) -> Hears:
        """Whether the centre hears its terminals."""
        return Hears(call.site.hearing().since)
