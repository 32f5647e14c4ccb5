"""Reseals documents: what was sealed to the recovery key, too, is sealed again, to a party's new key and to the recovery key.

Nothing is ever plain on a disk. The centre's copies stay as they are: the desk looks into the folder of what was recovered first
(``recovered`` in its settings). A document keeps its name, the digest of what the ledger names; the list says what it holds now.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain import sealing
from domain.durable import write_durably
from domain.sealing import OpeningKey, Recipient, SealError

LIST = "recovered.json"
MOST = 20 * 1024 * 1024
"""Bytes of one sealed document that are read at most: the contract's limit, and what a new header may add."""
_NAME = re.compile(r"[0-9a-f]{64}")

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Why = Literal["not_for_recovery", "damaged", "wrong_name", "too_large", "unreadable"]


class Resealed(Struct, frozen=True):
    """``digest``: its name in the ledger; ``holds``: the SHA-256 of the file that bears this name now."""

    digest: Digest
    holds: Digest


class Left(Struct, frozen=True):
    """What was not resealed, and why."""

    name: str
    why: Why


class Recovered(Struct, frozen=True):
    """The list beside the documents. Who hands it over compares its fingerprint with who takes it, by voice."""

    v: Literal[1]
    source: str
    to: str
    documents: tuple[Resealed, ...]
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    recovered: Recovered
    fingerprint: str


def reseal(folder: Path, key: OpeningKey, to: Recipient, out: Path) -> Done:
    """Every document below ``folder`` (named by its digest) for ``to``, into ``out``. What a run that was broken off left
    there is made anew. :class:`domain.sealing.BadKeyError`, ``OSError`` (of ``out``, or of ``folder`` itself)."""
    recipients = (to, sealing.recipient_of(key))
    for one in recipients:
        sealing.check_key(one)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    documents: list[Resealed] = []
    left: list[Left] = []
    for path in _files(folder):
        found = _one(path, key, recipients)
        if isinstance(found, bytes):
            write_durably(out / path.name, found)
            documents.append(Resealed(path.name, hashlib.sha256(found).hexdigest()))
        else:
            left.append(Left(str(path.relative_to(folder)), found))
    recovered = Recovered(1, key.key_id, to.key_id, tuple(documents), tuple(left))
    data = msgspec.json.format(msgspec.json.encode(recovered))
    write_durably(out / LIST, data)
    return Done(recovered, fingerprint(data))


def fingerprint(data: bytes) -> str:
    """Of the list, to be read aloud: the start of its SHA-256 in eight groups of four."""
    text = hashlib.sha256(data).hexdigest()[:32].upper()
    return " ".join(text[at : at + 4] for at in range(0, 32, 4))


class RecoveredError(ValueError):
    """The folder of what was recovered cannot be used, or one of its files is not what its list says; the text is Chinese."""


class RecoveredFolder:
    """What a desk reads of it. ``at``: the folder; its list is read once."""

    def __init__(self, at: Path) -> None:
        self._at = at
        try:
            data = (at / LIST).read_bytes()
            found = msgspec.json.decode(data, type=Recovered)
        except OSError as error:
            raise RecoveredError(f"读不了 {at / LIST}：{error.strerror}") from None
        except msgspec.MsgspecError:
            raise RecoveredError(f"{at / LIST} 不是恢复清单") from None
        self.fingerprint = fingerprint(data)
        self._holds = {one.digest: one.holds for one in found.documents}

    def __len__(self) -> int:
        return len(self._holds)

    def __iter__(self) -> Iterator[str]:
        return iter(self._holds)

    def document(self, digest: str) -> bytes | None:
        """The document resealed, or ``None`` where this one was not. :class:`RecoveredError` when it is not what the list says."""
        holds = self._holds.get(digest)
        if holds is None:
            return None
        try:
            data = (self._at / digest).read_bytes()
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() != holds:
            raise RecoveredError("恢复的材料文件与恢复清单不符，没有打开。请联系恢复人员。")
        return data


def _files(folder: Path) -> Iterator[Path]:
    """Plain files below it, each name once, in order; no link is followed."""
    if not folder.is_dir():
        raise NotADirectoryError(20, "不是文件夹", str(folder))
    seen: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name not in seen:
            seen.add(path.name)
            yield path


def _one(path: Path, key: OpeningKey, recipients: tuple[Recipient, ...]) -> bytes | Why:
    try:
        if path.stat().st_size > MOST:
            return "too_large"
        sealed = path.read_bytes()
    except OSError:
        return "unreadable"
    if not _NAME.fullmatch(path.name) or sealing.digest(sealed) != path.name:
        return "wrong_name"
    try:
        named = sealing.key_ids(sealed)
    except SealError:
        return "damaged"
    try:
        return sealing.seal(sealing.unseal(sealed, key), recipients)
    except SealError:
        return "damaged" if key.key_id in named else "not_for_recovery"
