"""Signed catalogues: the demonstration's parts, keys of everybody in them, and packs made of what one wants to be wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.catalogue import pack
from domain.catalogue.catalogue import DATA
from domain.catalogue.part import pressed, split
from domain.catalogue.party import PartyKey
from domain.catalogue.trust import Approval, Manifest, Register, sign

DAY = date(2026, 11, 1)
ROOT = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
PINNED = ROOT.public_key().public_bytes_raw().hex()


@cache
def parts() -> dict[str, bytes]:
    return {name: pressed(name, body) for name, body in plain().items()}


def key_of(owner: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(owner.encode().ljust(32, b".")[:32])


def key_id(owner: str) -> str:
    return f"{owner}-2026"


def entry(owner: str, **more: Any) -> PartyKey:
    public = key_of(owner).public_key().public_bytes_raw().hex()
    return msgspec.structs.replace(PartyKey("approve", key_id(owner), public, date(2026, 1, 1)), **more)


@cache
def plain() -> dict[str, bytes]:
    return split((DATA / "catalogue_demo.json").read_bytes(), (DATA / "openings_demo.json").read_bytes())


def changed(name: str, old: str, new: str) -> dict[str, bytes]:
    """The parts, in one of which a word is another."""
    body = plain()[name].replace(old.encode(), new.encode())
    assert body != plain()[name]
    return {**parts(), name: pressed(name, body)}


@dataclass(frozen=True)
class Made:
    """A pack to be; every field has the right value to begin with."""

    bodies: dict[str, bytes] = field(default_factory=parts)
    version: str = "demo-signed-1"
    made: date = DAY
    number: int = 3
    keys: dict[str, PartyKey] = field(default_factory=dict)
    approved: dict[str, dict[str, Any]] = field(default_factory=dict)
    signers: dict[str, str] = field(default_factory=dict)
    listed: dict[str, str] | None = None
    root: Ed25519PrivateKey = ROOT

    def but(self, **more: Any) -> Made:
        return replace(self, **more)

    @property
    def register(self) -> str:
        owners = {
            name: (self.keys.get(name, entry(name)),) for name in (*self.bodies, "publisher") if self.keys.get(name, 0) is not None
        }
        return sign("tongban-register", Register(1, self.number, self.made, owners), self.root, "root")

    @property
    def manifest(self) -> str:
        listed = {name: pack.digest(body) for name, body in self.bodies.items()} if self.listed is None else self.listed
        owner = self.signers.get("publisher", "publisher")
        return sign("tongban-manifest", Manifest(1, self.version, self.made, self.number, listed), key_of(owner), key_id(owner))

    def approval(self, name: str) -> str:
        said = Approval(1, name, pack.digest(self.bodies[name]), "第一批", "李起草", "王批准", self.made)
        owner = self.signers.get(name, name)
        return sign("tongban-approval", msgspec.structs.replace(said, **self.approved.get(name, {})), key_of(owner), key_id(owner))

    @property
    def data(self) -> bytes:
        return pack.write(self.register, self.manifest, {name: (self.approval(name), body) for name, body in self.bodies.items()})
