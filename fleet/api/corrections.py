"""纠错: errors windows found in the catalogue."""

from __future__ import annotations

from fleet.api.frame import Api, Call
from fleet.corrections import found
from fleet.people.rights import Act
from mqtt.resources import CorrectionList


def routes(api: Api) -> None:
    @api.get("/corrections", Act.SEE)
    def corrections(call: Call) -> CorrectionList:
        """In items of one's parties, newest first, at most 1000."""
        return found(call.db, call.only(Act.SEE))
