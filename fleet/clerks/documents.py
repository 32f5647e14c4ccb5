"""What a place is given of clerks' accounts: those alone who work there and are not locked out, signed with the key for orders."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from domain.staff.accounts import VERSION, Clerk, Document, encode
from domain.staff.duties import Place, works_at
from fleet import database
from fleet.clerks import accounts
from mqtt import wire
from mqtt.desired import ACCOUNTS, AccountsBody
from mqtt.signing import Signer


def clerks(db: database.Connection, party: str, place: Place, hall: str | None = None) -> tuple[Clerk, ...]:
    """``hall``: of a terminal; a window and a desk are their party's."""
    there = (one for one in accounts.of(db, party) if one.active and works_at(one.duties, place))
    return tuple(one.clerk for one in there if hall is None or one.hall in (None, hall))


def digest(found: tuple[Clerk, ...]) -> str:
    """Of the clerks, without times: whether another document says anything new."""
    return hashlib.sha256(msgspec.json.encode(found)).hexdigest()


def signed(place: str, party: str, found: tuple[Clerk, ...], signer: Signer, now: float, good: float) -> bytes:
    """The body as it travels. ``place`` as ``Document.place``; ``good``: seconds."""
    issued = datetime.fromtimestamp(int(now), UTC)
    document = Document(VERSION, place, party, issued, issued + timedelta(seconds=good), found)
    return wire.encode(AccountsBody(wire.VERSION, signer.sign(ACCOUNTS, encode(document)).decode()))
