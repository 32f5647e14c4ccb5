"""Settings of a home desk, and its party's keys: files only their owner may read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from domain.sealing import BadKeyError, OpeningKey, check_opening_key
from fleet.settings import Listen, SettingsError, private, read
from mqtt.messages import Code, Short


class DeskSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``party`` and its ``name`` in words; ``data``: folder of the journal of openings; ``parties``: code → name for display."""

    party: Code
    name: Short
    centre: str
    token_file: Path
    key_file: Path
    data: Path
    listen: Listen
    ca: str | None = None
    parties: dict[str, str] = {}


class _Key(Struct, frozen=True, forbid_unknown_fields=True):
    key_id: str
    private: Annotated[str, Meta(pattern=r"^AGE-SECRET-KEY-1[0-9A-Z]+$")]


class _KeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    keys: Annotated[tuple[_Key, ...], Meta(min_length=1)]


def read_desk(path: Path) -> DeskSettings:
    """:class:`SettingsError`, also for a centre that is not HTTPS."""
    settings = read(path, DeskSettings)
    parts = urlsplit(settings.centre)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"设置文件 {path} 有误：centre 必须是 https 地址")
    return settings


def read_keys(path: Path) -> tuple[OpeningKey, ...]:
    """The party's present key and its former ones, from TOML (``[[keys]]`` with ``key_id`` and ``private``).

    :class:`SettingsError` when others may read the file or it holds no key, or one that is none; the text never quotes the content.
    """
    private(path)
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=_KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SettingsError(f"私钥文件 {path} 读不懂：应为 TOML，每把钥匙一段 [[keys]]，含 key_id 与 private") from None
    keys = tuple(OpeningKey(key.key_id, key.private) for key in file.keys)
    try:
        for key in keys:
            check_opening_key(key)
    except BadKeyError as error:
        raise SettingsError(f"私钥文件 {path}：{error}") from None
    return keys
