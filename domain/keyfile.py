"""The file in which a desk or a window keeps its opening keys: TOML, ``[[keys]]`` with ``key_id`` and ``private``, newest first."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.sealing import OpeningKey, check_opening_key


class BadKeyFileError(ValueError):
    """It cannot be read as one; the text (Chinese) never quotes the content."""


class _Key(Struct, frozen=True, forbid_unknown_fields=True):
    key_id: str
    private: Annotated[str, Meta(pattern=r"^AGE-SECRET-KEY-1[0-9A-Z]+$")]


class _KeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    keys: Annotated[tuple[_Key, ...], Meta(min_length=1)]


def parse(data: bytes) -> tuple[OpeningKey, ...]:
    """The present key and the former ones. :class:`BadKeyFileError`, :class:`domain.sealing.BadKeyError`."""
    try:
        file = msgspec.toml.decode(data, type=_KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadKeyFileError("读不懂：应为 TOML，每把钥匙一段 [[keys]]，含 key_id 与 private") from None
    keys = tuple(OpeningKey(key.key_id, key.private) for key in file.keys)
    for key in keys:
        check_opening_key(key)
    return keys
