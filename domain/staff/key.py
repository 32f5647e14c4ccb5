"""The centre's secret for one-time codes. It never lies on a terminal.

32 bytes (a file, mode 0600) make everything again: the key that signs books, and every code of every book.
"""

from __future__ import annotations

import hmac
from datetime import date

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.code import write
from domain.staff.book import Body, Group, Slot, commitment, sealed_book, slots, to_sign


class StaffKey:
    """The centre's secret for codes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("the secret of the codes has 32 bytes")
        self._codes = hmac.digest(secret, b"tongban staff codes", "sha256")
        self._signing = Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, b"tongban staff books", "sha256"))

    @property
    def public(self) -> bytes:
        """What terminals know the centre's books by: 32 bytes."""
        return self._signing.public_key().public_bytes_raw()

    def code(self, terminal: str, book: str, slot: Slot) -> str:
        text = "\0".join((terminal, book, slot.name))
        return write(hmac.digest(self._codes, text.encode(), "sha256"))

    def book(self, terminal: str, book: str, first: date, days: int, groups: tuple[Group, ...]) -> tuple[Body, bytes]:
        """A book and its file."""
        body = Body(terminal, book, first, days, groups, b"")
        hashes = b"".join(commitment(terminal, book, slot, self.code(terminal, book, slot)) for slot in slots(body))
        body = msgspec.structs.replace(body, hashes=hashes)
        return body, sealed_book(body, self._signing.sign(to_sign(body)))
