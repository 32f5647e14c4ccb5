"""Each party's calendar as the newest published catalogue has it: terms are counted by what terminals are told.

The catalogue was checked when it was published; here only its parties and its plans of years are read. Where there is none, or a
party does not stand in it, the province's days count.
"""

from __future__ import annotations

import logging

import msgspec
from msgspec import Struct

from domain.calendar import Calendar, Year, published
from domain.catalogue.pack import Pack
from domain.catalogue.part import JOINT
from domain.catalogue.party import Party
from fleet.documents import Documents
from fleet.store import Store
from mqtt.desired import CatalogueBody, PackBody

_log = logging.getLogger(__name__)


class _Share(Struct):
    party: Party


class _Joint(Struct):
    holidays: tuple[Year, ...] = ()


class _Openings(Struct):
    parties: tuple[Party, ...]


class Calendars:
    """``of`` is asked from any thread; ``refresh`` reads what was published since."""

    def __init__(self) -> None:
        self._known: dict[str, Calendar] = {}
        self._province = Calendar()
        self._digest: str | None = None

    def of(self, party: str) -> Calendar:
        return self._known.get(party, self._province)

    def refresh(self, store: Store, bodies: Documents) -> bool:
        """Whether another catalogue was published since. One that cannot be read changes nothing, and is logged."""
        with store.reading() as db:
            row = db.execute(
                "SELECT sha256 FROM desired d LEFT JOIN rollouts o USING (what, rev) WHERE what = 'catalogue' AND d.target = '*' "
                "AND coalesce(o.state, 'finished') = 'finished' ORDER BY rev DESC LIMIT 1"
            ).fetchone()
        if row is None or row["sha256"] == self._digest:
            return False
        self._digest = row["sha256"]
        try:
            parties, more = _read(bodies.local(row["sha256"]).read_bytes())
        except (OSError, msgspec.MsgspecError):
            _log.exception("the calendars of the published catalogue could not be read")
            return False
        years = (*published(), *more)
        self._known, self._province = {party.party: Calendar.of(party, years) for party in parties}, Calendar(years)
        return True


def _read(body: bytes) -> tuple[tuple[Party, ...], tuple[Year, ...]]:
    """Parties, and plans of years beyond those the program brings."""
    found = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    if "pack" not in found:
        plain = msgspec.json.decode(body, type=CatalogueBody)
        return msgspec.json.decode(plain.openings, type=_Openings).parties, ()
    parts = {p.part: p.body for p in msgspec.json.decode(msgspec.json.decode(body, type=PackBody).pack, type=Pack).parts}
    joint = msgspec.json.decode(parts.pop(JOINT), type=_Joint)
    return tuple(msgspec.json.decode(part, type=_Share).party for part in parts.values()), joint.holidays
