"""What stands about terminals, since when, and what stood."""

from __future__ import annotations

from fleet.api.frame import Api, Call, Page, absent
from fleet.board import conditions as kept
from fleet.board.conditions import Standing
from fleet.people.rights import Act
from mqtt.wire import Terminal

_MONTH = 31 * 86400.0


def routes(api: Api) -> None:
    @api.get("/conditions", Act.SEE)
    def conditions(call: Call) -> Page[Standing]:
        """What stands now about terminals of one's parties, oldest first."""
        places = call.terminals(Act.SEE)
        return Page(tuple(one for one in kept.standing(call.db) if one.terminal in places))

    @api.get("/terminals/<terminal>/conditions", Act.SEE)
    def conditions_of(call: Call, terminal: Terminal) -> Page[Standing]:
        """What stood about one of them within 31 days, newest first."""
        if terminal not in call.terminals(Act.SEE):
            absent()
        return Page(tuple(kept.history(call.db, terminal, call.now - _MONTH, call.now)))
