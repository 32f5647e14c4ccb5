"""Where every piece of paper of a case lies: nothing of it comes from nowhere, and nothing goes.

A piece is taken in at the window, travels in parcels that are counted at both ends, and goes back to the applicant, stays with the
home department, or is *missing*: then a discrepancy says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.case.acts import Discrepancy, Parcel, Piece

Place = Literal["window", "to_home", "home", "to_window", "counter", "to_applicant", "applicant", "elsewhere", "missing"]
"""``window``: taken in, to be sent; ``counter``: at the window again, to be handed over; ``elsewhere``: with the body it was
transferred to."""
IN_HANDS: tuple[Place, ...] = ("window", "to_home", "to_window", "counter", "to_applicant")
"""Where nothing may lie any more when a case is closed."""


class Leg(Struct, frozen=True):
    """A parcel on one of its ways; ``counted``: it came in and was counted, or came back."""

    parcel: Parcel
    road: Literal["to_home", "to_window", "to_applicant"]
    pieces: tuple[Piece, ...]
    counted: bool = False


class Paper(Struct, frozen=True):
    """``lies``: (place, material) → count. ``owed``: material → how many originals are to reach the applicant again."""

    lies: Mapping[tuple[Place, str], int] = {}
    owed: Mapping[str, int] = {}
    legs: tuple[Leg, ...] = ()

    def at(self, *places: Place) -> dict[str, int]:
        """What lies there: material → count."""
        found: Counter[str] = Counter()
        for (place, material), count in self.lies.items():
            if place in places:
                found[material] += count
        return dict(found)

    def there(self, place: Place, pieces: Iterable[Piece]) -> bool:
        """Whether all these lie there."""
        lies = self.at(place)
        return all(lies.get(material, 0) >= count for material, count in counts(pieces).items())

    def leg(self, waybill: str, road: str) -> Leg | None:
        """The parcel of this number that is still on its way."""
        return next((x for x in self.legs if x.parcel.waybill == waybill and x.road == road and not x.counted), None)

    def still_owed(self) -> dict[str, int]:
        """Originals that neither came back to the applicant nor are accounted for."""
        settled = self.at("applicant", "missing", "elsewhere")
        left = {material: count - settled.get(material, 0) for material, count in self.owed.items()}
        return {material: count for material, count in left.items() if count > 0}

    def added(self, place: Place, pieces: Iterable[Piece]) -> Paper:
        """Taken in, or issued."""
        pieces = tuple(pieces)
        owed = Counter(self.owed)
        owed.update(counts(p for p in pieces if p.back))
        return replace(self, lies=_moved(self.lies, None, place, counts(pieces)), owed=dict(owed))

    def moved(self, source: Place, target: Place, pieces: Iterable[Piece]) -> Paper:
        return replace(self, lies=_moved(self.lies, source, target, counts(pieces)))

    def sent(self, source: Place, leg: Leg) -> Paper:
        return replace(self.moved(source, leg.road, leg.pieces), legs=(*self.legs, leg))

    def counted(self, leg: Leg, target: Place, came: Iterable[Piece]) -> Paper:
        """The parcel is in: what came lies at ``target``, what did not is missing."""
        sent, arrived = Counter(counts(leg.pieces)), Counter(counts(came))
        lies = _moved(self.lies, leg.road, None, sent)
        lies = _moved(_moved(lies, None, target, arrived), None, "missing", sent - arrived)
        done = tuple(replace(x, counted=True) if x is leg else x for x in self.legs)
        return replace(self, lies=lies, legs=done)


def counts(pieces: Iterable[Piece]) -> dict[str, int]:
    """Material → how many."""
    found: Counter[str] = Counter()
    for piece in pieces:
        found[piece.material] += piece.count
    return dict(found)


def differences(sent: Iterable[Piece], came: Iterable[Piece]) -> tuple[Discrepancy, ...]:
    """What must be noted of a parcel, by material."""
    before, after = counts(sent), counts(came)
    return tuple(
        Discrepancy(material, before.get(material, 0), after.get(material, 0))
        for material in sorted(before | after)
        if before.get(material, 0) != after.get(material, 0)
    )


def _moved(
    lies: Mapping[tuple[Place, str], int], source: Place | None, target: Place | None, what: Mapping[str, int]
) -> dict[tuple[Place, str], int]:
    found = Counter(lies)
    for material, count in what.items():
        if source is not None:
            found[source, material] -= count
        if target is not None:
            found[target, material] += count
    return {where: count for where, count in found.items() if count}
