"""The demonstration's catalogue, signed as a real one; every party's key lies at the centre, so that all its way can be gone.

Elsewhere a party keeps its key itself (``docs/guides/centre.md``, 事项管理).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.calendar import CHINA
from domain.catalogue import pack
from domain.catalogue.catalogue import DATA, load
from domain.catalogue.part import pressed, split
from domain.catalogue.party import PartyKey
from domain.catalogue.trust import PUBLISHER, Approval, Manifest, Register, sign
from kiosk.demo.layout import Layout
from kiosk.store.files import write_durably

_ROOT = "catalogue-root"


class _Run(Protocol):
    def __call__(self, *arguments: str, given: str = "") -> str: ...


def prepare(layout: Layout) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keys and register at the first start; what stands in the terminal's settings, and in the centre's."""
    root, register = _key(layout, _ROOT), _register(layout)
    owners = (*_parts(), PUBLISHER)
    keys = {owner: _key(layout, f"catalogue-{owner}") for owner in owners}
    today = datetime.now(CHINA).date()
    if not register.exists():
        named: dict[str, tuple[PartyKey, ...]] = {
            owner: (PartyKey("approve", _id(owner), _public(key), today),) for owner, key in keys.items()
        }
        write_durably(register, sign("tongban-register", Register(1, 1, today, named), root, "root").encode())
    signers = [{"part": o, "key_id": _id(o), "key_file": str(layout.secrets / f"catalogue-{o}")} for o in owners]
    centre = {"catalogue_root": _public(root), "items": {"register_file": str(register), "signers": signers}}
    return {"catalogue": {"root": _public(root)}}, centre


def publish(layout: Layout, run: _Run) -> None:
    """The first catalogue for the terminals, once. ``RuntimeError`` when the command fails."""
    file = layout.base / "catalogue-1.json"
    if file.exists():
        return
    today, parts = datetime.now(CHINA).date(), {name: pressed(name, body) for name, body in _parts().items()}
    signed = {}
    for name, body in parts.items():
        said = Approval(1, name, pack.digest(body), "演示第一批", "演示起草", "演示审核", today)
        signed[name] = sign("tongban-approval", said, _key(layout, f"catalogue-{name}"), _id(name)), body
    listed = {name: pack.digest(body) for name, body in parts.items()}
    manifest = Manifest(1, load().version, today, 1, listed)
    token = sign("tongban-manifest", manifest, _key(layout, f"catalogue-{PUBLISHER}"), _id(PUBLISHER))
    packed = layout.base / "catalogue-1.new"
    write_durably(packed, pack.write(_register(layout).read_text("ascii"), token, signed))
    why = ("--why", "演示的第一份目录", "--by", "演示")
    run("centre", "catalogue", "publish", str(layout.base / "centre.toml"), str(packed), *why)
    packed.rename(file)


def _parts() -> dict[str, bytes]:
    return split((DATA / "catalogue_demo.json").read_bytes(), (DATA / "openings_demo.json").read_bytes())


def _register(layout: Layout) -> Path:
    return layout.base / "catalogue-register.jws"


def _id(owner: str) -> str:
    return f"{owner}-1"


def _key(layout: Layout, name: str) -> Ed25519PrivateKey:
    path = layout.secrets / name
    if not path.exists():
        write_durably(path, Ed25519PrivateKey.generate().private_bytes_raw().hex().encode() + b"\n")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii")))


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()
