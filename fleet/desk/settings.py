"""Settings of a home desk."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from fleet.keys.token import TokenSettings
from fleet.outward.ways import Way
from fleet.platform.platform import PlatformSettings
from fleet.settings import Listen, SettingsError, read
from mqtt.messages import Code, Short


class DeskSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``party`` and its ``name`` in words; ``data``: folder of the journal of openings; ``parties``: code → name for display.

    ``token``: what unwraps the keys of ``key_file``. ``telling``: how SMS leave; without it nobody is told by SMS.
    ``platform``: how the provincial platform is told; without it nobody is.
    ``recovered``: folder of documents the recovery officers resealed to this party's present key.
    """

    party: Code
    name: Short
    centre: str
    token_file: Path
    key_file: Path
    data: Path
    listen: Listen
    ca: str | None = None
    parties: dict[str, str] = {}
    token: TokenSettings | None = None
    telling: Way | None = None
    platform: PlatformSettings | None = None
    recovered: Path | None = None


def read_desk(path: Path) -> DeskSettings:
    """:class:`SettingsError`, also for a centre that is not HTTPS."""
    settings = read(path, DeskSettings)
    parts = urlsplit(settings.centre)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"设置文件 {path} 有误：centre 必须是 https 地址")
    return settings
