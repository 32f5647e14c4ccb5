"""Cases as entries, without an applicant."""

from __future__ import annotations

from fleet.api.frame import Api, Call, Name, Page, Paged, absent, paged
from fleet.cases.entries import Entry, entries, entry
from fleet.people.rights import Act


def routes(api: Api) -> None:
    @api.get("/cases", Act.SEE)
    def cases(call: Call, ask: Paged) -> Page[Entry]:
        """Cases one of one's parties decides or took in, newest first."""
        only = call.only(Act.SEE)

        def read(after: tuple[float, str] | None, most: int) -> list[Entry]:
            return entries(call.db, only, after, most)

        return paged(ask, tuple[float, str], read, lambda one: (one.received, one.number))

    @api.get("/cases/<number>", Act.SEE)
    def case(call: Call, number: Name) -> Entry:
        """One of them."""
        return entry(call.db, call.only(Act.SEE), number) or absent()
