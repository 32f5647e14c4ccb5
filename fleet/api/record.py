"""The record of what people did."""

from __future__ import annotations

from msgspec import Struct

from fleet.api.frame import Api, Call, Page, Paged, paged
from fleet.people import record as kept
from fleet.people.record import Line
from fleet.people.rights import Act


class Chain(Struct, frozen=True):
    """``position``, ``hash``: of the newest line. ``broken``: the first position that does not hold; null: all hold."""

    position: int
    hash: str
    broken: int | None


def routes(api: Api) -> None:
    @api.get("/record", Act.READ_RECORD, whole=True)
    def record(call: Call, ask: Paged) -> Page[Line]:
        """Every line, newest first."""

        def read(after: int | None, most: int) -> list[Line]:
            return kept.lines(call.db, most, min(after, 2**62) if after is not None else None)

        return paged(ask, int, read, lambda line: line.position)

    @api.get("/record/chain", Act.READ_RECORD, whole=True)
    def record_chain(call: Call) -> Chain:
        """Whether the record was changed."""
        newest = kept.lines(call.db, 1)
        position, last = (newest[0].position, newest[0].hash) if newest else (0, kept.FIRST)
        return Chain(position, last, kept.broken(call.db))
