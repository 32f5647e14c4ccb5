"""A whole catalogue in one file: register, manifest, and each part with its owner's approval. Read whole or not at all.

Every part lies in it as the very bytes that were approved; the manifest names each by its digest, so a part that is missing, more
than it should be, damaged or of another version is found before anything in it is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from domain.catalogue.catalogue import Catalogue, CatalogueDamagedError, build
from domain.catalogue.item import Id
from domain.catalogue.part import JOINT, DamagedError, Joint, Share, decode
from domain.catalogue.trust import PUBLISHER, Approval, Token, UntrustedError, read_approval, read_manifest, read_register


class Piece(Struct, frozen=True, forbid_unknown_fields=True):
    """One part: its name, its owner's approval, its bytes."""

    part: Id
    approval: Token
    body: msgspec.Raw


class Pack(Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    register: Token
    manifest: Token
    parts: tuple[Piece, ...]


def digest(body: bytes | msgspec.Raw) -> str:
    return hashlib.sha256(body).hexdigest()


@cache
def rules() -> str:
    """What this program checks a catalogue by, as a digest of its own source: another one checks anew."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def write(register: str, manifest: str, parts: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The file; ``parts``: name → (approval, body), in the catalogue's order. Each body is one JSON value."""
    pieces = tuple(Piece(name, approval, msgspec.Raw(body.strip())) for name, (approval, body) in parts.items())
    return msgspec.json.encode(Pack(1, register, manifest, pieces))


def read(data: bytes | msgspec.Raw, root: str, today: date | None = None, newest: int = 0, *, check: bool = True) -> Catalogue:
    """The catalogue in ``data``, believed by the pinned ``root`` key (hex).

    :class:`UntrustedError` where it is not the word of its owners, :class:`CatalogueDamagedError` where that contradicts itself.
    ``newest``: the highest number of a register seen so far. ``today``: ``None`` where no clock can be trusted.
    Without ``check`` signatures and digests are looked at, and not what was found good before: by the same program, of these bytes.
    """
    try:
        pack: Pack = decode("目录包", data, Pack)
    except DamagedError as error:
        raise CatalogueDamagedError(str(error)) from None
    register = read_register(pack.register, root, today)
    if register.number < newest:
        raise UntrustedError(f"密钥名册是第 {register.number} 号，比用过的第 {newest} 号旧")
    manifest = read_manifest(pack.manifest, register, today)
    names = [piece.part for piece in pack.parts]
    if sorted(names) != sorted(manifest.parts):
        lacking = "、".join(sorted(set(names) ^ set(manifest.parts))) or "有一份重复"
        raise UntrustedError(f"目录包里的各份和总单对不上，缺或多：{lacking}")
    for piece in pack.parts:
        sha256 = digest(piece.body)
        if sha256 != manifest.parts[piece.part]:
            raise UntrustedError(f"{piece.part} 这一份和总单上的不一样")
        read_approval(piece.approval, piece.part, sha256, register, manifest.made)
    return _built(manifest.version, {piece.part: piece.body for piece in pack.parts}, register.number, check=check)


def approvals(data: bytes, root: str) -> dict[str, Approval]:
    """Who drafted and approved each part of a pack that :func:`read` takes."""
    pack: Pack = decode("目录包", data, Pack)
    register = read_register(pack.register, root)
    return {p.part: read_approval(p.approval, p.part, digest(p.body), register) for p in pack.parts}


def _built(version: str, bodies: dict[str, msgspec.Raw], register: int, *, check: bool) -> Catalogue:
    if JOINT not in bodies:
        raise UntrustedError("目录包里没有事项目录（joint）")
    try:
        joint: Joint = decode("事项目录", bodies[JOINT], Joint)
        shares: dict[str, Share] = {name: decode(name, body, Share) for name, body in bodies.items() if name != JOINT}
    except DamagedError as error:
        raise CatalogueDamagedError(str(error)) from None
    for name, share in shares.items():
        if share.party.party != name or name == PUBLISHER:
            raise UntrustedError(f"{name} 这一份写的是 {share.party.party}，不是自己")
    return build(version, joint, shares.values(), register=register, heads=not check)
