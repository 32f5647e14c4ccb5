"""What a rater wrote, and what they left to be called back by, opened with the centre's rating key: for a ticket, and written down.

The one place at the centre that can open a sealed document. The key opens what was sealed to it, which is this kind of document
alone: cases are sealed to other keys (``docs/guarantees.md``, *Who can read it*).
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from domain import keyfile, sealing
from domain.rating import words
from domain.rating.words import Words
from domain.sealing import BadKeyError, OpeningKey, SealError, key_ids, recipient_of, seal, unseal
from fleet import database
from fleet.documents import Documents
from fleet.people import record
from fleet.settings import SettingsError, private
from fleet.storage.port import StorageError

_OWN_PAGE = "page.ratings"
"""Under whose name the centre brings documents of its own; no terminal has it."""
LEAST_WHY, MOST_WHY = 4, 200
"""Characters of the reason for opening a name and a telephone."""


class ClosedError(Exception):
    """It cannot be opened; the text (Chinese) says why, and quotes nothing."""


class Box:
    """``keys``: the present rating key and the former ones."""

    def __init__(self, keys: tuple[OpeningKey, ...], documents: Documents) -> None:
        self._keys = {key.key_id: key for key in keys}
        self._newest = keys[0]
        self._documents = documents

    def seal(self, said: Words) -> tuple[str, int]:
        """What was written at the centre's own page, sealed to the present key and on the disk: its digest and size."""
        sealed = seal(words.encode(said), (recipient_of(self._newest),))
        digest = sealing.digest(sealed)
        return digest, self._documents.take(_OWN_PAGE, digest, BytesIO(sealed), len(sealed))

    def open(self, digest: str) -> Words:
        """:class:`ClosedError`."""
        try:
            sealed = self._documents.read(digest)
        except StorageError as error:
            raise ClosedError("这份文件损坏了，打不开。" if error.trouble == "damaged" else str(error)) from None
        except (FileNotFoundError, ValueError):
            raise ClosedError("原话还在从终端传来的路上，请稍后再看。") from None
        try:
            key = next((self._keys[name] for name in key_ids(sealed) if name in self._keys), None)
            if key is None:
                raise ClosedError("中心没有这份文件对应的评价私钥，打不开。请找管密钥的人。")
            return words.decode(unseal(sealed, key))
        except (SealError, words.BadWordsError):
            raise ClosedError("这份文件损坏了，打不开。") from None


def rating_keys(path: Path) -> tuple[OpeningKey, ...]:
    """From the file the settings name; :class:`SettingsError`."""
    private(path)
    try:
        return keyfile.parse(path.read_bytes())
    except (OSError, keyfile.BadKeyFileError, BadKeyError) as error:
        raise SettingsError(f"评价私钥 {path}：{error}") from None


def written(db: database.Connection, box: Box, ticket: int, by: str, now: float) -> str:
    """The rater's words, for whoever handles the ticket; empty where there are none. ``LookupError``, :class:`ClosedError`."""
    digest, _ = _sealed(db, ticket)
    found = box.open(digest).text if digest is not None else ""
    record.write(db, now, by, "ticket.read-words", str(ticket), "处理差评")
    return found


def contact(db: database.Connection, box: Box, ticket: int, by: str, why: str, now: float) -> tuple[str, str]:
    """Name and telephone, for whoever calls back. ``LookupError``, :class:`ClosedError`."""
    if not LEAST_WHY <= len(why.strip()) <= MOST_WHY:
        raise ClosedError(f"请写明为什么要看，{LEAST_WHY} 至 {MOST_WHY} 个字。")
    digest, named = _sealed(db, ticket)
    if digest is None or not named:
        raise ClosedError("这是匿名评价，没有留姓名和电话。")
    found = box.open(digest)
    record.write(db, now, by, "ticket.read-contact", str(ticket), why.strip())
    return found.name, found.phone


def _sealed(db: database.Connection, ticket: int) -> tuple[str | None, bool]:
    row = db.execute(
        "SELECT r.words, t.named FROM tickets t JOIN ratings r ON r.id = rating WHERE ticket = ?", (ticket,)
    ).fetchone()
    if row is None:
        raise LookupError(ticket)
    return row[0], bool(row[1])
