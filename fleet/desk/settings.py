"""Settings of a home desk, and its party's keys: files only their owner may read."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from domain.keyfile import BadKeyFileError, parse
from domain.sealing import BadKeyError, OpeningKey
from fleet.outward.ways import Way
from fleet.settings import Listen, SettingsError, private, read
from mqtt.messages import Code, Short


class DeskSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``party`` and its ``name`` in words; ``data``: folder of the journal of openings; ``parties``: code → name for display.

    ``telling``: how SMS leave; without it nobody is told by SMS."""

    party: Code
    name: Short
    centre: str
    token_file: Path
    key_file: Path
    data: Path
    listen: Listen
    ca: str | None = None
    parties: dict[str, str] = {}
    telling: Way | None = None


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
        return parse(path.read_bytes())
    except BadKeyFileError as error:
        raise SettingsError(f"私钥文件 {path} {error}") from None
    except BadKeyError as error:
        raise SettingsError(f"私钥文件 {path}：{error}") from None
