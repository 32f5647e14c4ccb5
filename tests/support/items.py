"""The administration of the catalogue at work: a centre that has published the signed demonstration."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import msgspec
from support import packs
from support.updates import KEYS

from domain.calendar import CHINA
from domain.catalogue import trust
from fleet import desired
from fleet.documents import Documents
from fleet.items.published import Shelf
from fleet.items.signing import Keys, Signer
from fleet.people import accounts
from fleet.people.rights import ALL, Grant, Role
from fleet.programs import Programs
from fleet.store import Store
from mqtt.desired import PackBody
from mqtt.wire import VERSION, encode

JIA, QI = "demo-jia", "demo-qi"
DAY = packs.DAY
NOW = datetime(DAY.year, DAY.month, DAY.day, 9, 0, tzinfo=CHINA).timestamp()


def shelf(folder: Path) -> Shelf:
    return Shelf(Documents(folder / "desired"), packs.PINNED, Programs(folder / "programs", KEYS))


def keys(folder: Path, here: Collection[str] | None = None) -> Keys:
    """The register on the disk, and the private keys of ``here`` at the centre; of everybody where it is not said."""
    made = packs.Made()
    path = folder / "register.jws"
    path.write_text(made.register, "ascii")
    owners = (*made.bodies, trust.PUBLISHER) if here is None else here
    return Keys(packs.PINNED, path, {name: Signer(packs.key_id(name), packs.key_of(name)) for name in owners})


def publish(store: Store, at: Shelf, made: packs.Made | None = None, now: float = NOW - 86400, data: bytes = b"") -> int:
    """As the command line does it."""
    body = encode(PackBody(VERSION, msgspec.Raw(data or (made or packs.Made()).data)))
    sha256 = hashlib.sha256(body).hexdigest()
    at.bodies.take("centre", sha256, BytesIO(body), len(body))
    with store.transaction() as db:
        return desired.publish(db, "catalogue", desired.ALL, sha256, len(body), None, "test", "第一次", now)


def people(store: Store, now: float = NOW) -> None:
    """Two of each part: who edits, and who approves; and the centre's own. Without passwords, whose hashing takes its time."""
    with store.transaction() as db:
        for party, name in ((JIA, "jia"), (QI, "qi"), (ALL, "joint")):
            for role, does in ((Role.ITEM_ADMIN, "edits"), (Role.APPROVER, "approves")):
                told = (f"{name}-{does}", f"测试{name}-{does}", now)
                db.execute("INSERT INTO people (login, name, password, totp, made) VALUES (?, ?, '-', '-', ?)", told)
                accounts.grant(db, told[0], Grant(role, party), now, "test")


def today(now: float = NOW) -> date:
    return datetime.fromtimestamp(now, CHINA).date()
