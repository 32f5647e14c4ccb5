"""A case its home department has decided, so that whoever holds its receipt can rate that."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace
from support.cases import path_to
from support.console_board import tell
from support.fleet import taken

from domain.case.rights import State
from fleet.store import Store

TOKEN = "R" * 24
RATE = f"/progress/{TOKEN}/rate/delivery-home"
_CASE = "mianzhu261108K019999"


def seed_decided(store: Store, now: float) -> None:
    at = now - 7200.0
    case = replace(taken(_CASE, (b"sealed",)), home="langzhong", intake="mianzhu", token=TOKEN)
    tell(store, "t-mz-01", 900, replace(case, taken_at=datetime.fromtimestamp(at, UTC).isoformat()), at)
    with store.transaction() as db:
        for act in path_to(State.DECIDED, datetime.fromtimestamp(at + 60.0, UTC)):
            store.ledger.write(db, _CASE, act, at + 3600.0)
