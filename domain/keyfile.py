"""The file in which a desk or a window keeps its opening keys: TOML, ``[[keys]]`` with ``key_id`` and ``private``, newest first.

A key may be wrapped by a token instead: then ``wrapped`` stands in the place of ``private``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.sealing import OpeningKey, check_opening_key


class BadKeyFileError(ValueError):
    """It cannot be read as one; the text (Chinese) never quotes the content."""


class KeyEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One key, as it stands in the file: ``private`` or ``wrapped``."""

    key_id: str
    private: Annotated[str, Meta(pattern=r"^AGE-SECRET-KEY-1[0-9A-Z]+$")] | None = None
    wrapped: Annotated[str, Meta(pattern=r"^[a-z0-9-]+:[A-Za-z0-9+/=]+$", max_length=4096)] | None = None

    def __repr__(self) -> str:
        return f"KeyEntry({self.key_id})"


class KeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    keys: Annotated[tuple[KeyEntry, ...], Meta(min_length=1)]


def read_entries(data: bytes) -> tuple[KeyEntry, ...]:
    """:class:`BadKeyFileError`."""
    try:
        entries = msgspec.toml.decode(data, type=KeyFile).keys
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadKeyFileError("读不懂：应为 TOML，每把钥匙一段 [[keys]]，含 key_id 与 private（或 wrapped）") from None
    if any((entry.private is None) == (entry.wrapped is None) for entry in entries):
        raise BadKeyFileError("有一段 [[keys]] 应当恰有 private 与 wrapped 之一")
    return entries


def parse(data: bytes, unwrap: Callable[[str], str] | None = None) -> tuple[OpeningKey, ...]:
    """The present key and the former ones. ``unwrap``: opens a wrapped one. :class:`BadKeyFileError`,
    :class:`domain.sealing.BadKeyError`, whatever ``unwrap`` raises."""
    keys = tuple(_opened(entry, unwrap) for entry in read_entries(data))
    for key in keys:
        check_opening_key(key)
    return keys


def _opened(entry: KeyEntry, unwrap: Callable[[str], str] | None) -> OpeningKey:
    if entry.wrapped is None:
        assert entry.private is not None, "read_entries has looked"
        return OpeningKey(entry.key_id, entry.private)
    if unwrap is None:
        raise BadKeyFileError("里的私钥要用令牌解开，设置里却没有 [token]")
    return OpeningKey(entry.key_id, unwrap(entry.wrapped))
