"""An act on a ticket out of what a form or a body says; only what its kind has a place for is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import get_args

import msgspec

from domain.rating.ticket_acts import Act
from domain.rating.ticket_rights import RIGHTS
from fleet.tickets.ledger import RefusedTicketError

_KINDS: dict[str, type[Act]] = {str(kind.__struct_config__.tag): kind for kind in RIGHTS}
_FIELDS = ("said", "outcome", "ground", "reached", "satisfaction")
assert set(_KINDS.values()) == set(get_args(Act)), "every act has its row of rights"


def act_of(way: str, given: Mapping[str, str], by: str, now: float) -> Act:
    """``way``: the act's tag. ``LookupError`` for none; :class:`RefusedTicketError` for a class that is none, or words too few."""
    kind = _KINDS[way]
    said = {name: " ".join(given[name].split()) for name in _FIELDS if given.get(name, "").strip()}
    if "upheld" in given:
        said["upheld"] = given["upheld"] == "yes"  # type: ignore[assignment]
    told = {name: value for name, value in said.items() if name in kind.__struct_fields__}
    try:
        return msgspec.convert({"act": way, "at": datetime.fromtimestamp(now, UTC), "by": by, **told}, kind)
    except msgspec.ValidationError:
        raise RefusedTicketError("said" if "said" in kind.__struct_fields__ else "satisfaction") from None
