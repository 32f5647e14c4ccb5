"""Settings of a home desk."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from domain.catalogue import pack
from domain.catalogue.catalogue import Catalogue, CatalogueDamagedError, load
from domain.catalogue.trust import UntrustedError
from domain.sealing import BadKeyError, Recipient, check_key
from fleet.keys.token import TokenSettings
from fleet.machine.logs import LogSettings
from fleet.outward.ways import Way
from fleet.platform.platform import PlatformSettings
from fleet.settings import Hash, Listen, SettingsError, read
from mqtt.wire import Code, Short


class CatalogueSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The joint catalogue, for the points of review: ``pack``, signed, with its ``root`` (as a terminal's), or two plain files."""

    pack: Path | None = None
    root: Hash | None = None
    items: Path | None = None
    openings: Path | None = None


class KeySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom this desk seals to beside itself. ``intakes``: an intake place's window; ``halls``: its halls' handing-over keys."""

    recovery: Recipient
    intakes: dict[str, Recipient] = {}
    halls: dict[str, tuple[Recipient, ...]] = {}


class IssuerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the home department's papers name it (``domain.casepapers.paper.Issuer``). ``name``: where the catalogue names no
    department for an item."""

    name: Short
    sign: Short
    address: Short
    phone: Short
    complaint: Short = "12345"
    review: str = ""
    court: str = ""


class DeskSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``party`` and its ``name`` in words; ``data``: folder of the journal; ``parties``: code → name for display.

    Without ``catalogue`` the desk knows no points of review; without ``keys`` and ``issuer`` it reads, and does nothing.
    ``token``: what unwraps the keys of ``key_file``. ``telling``: how SMS leave; without it nobody is told by SMS.
    ``platform``: how the provincial platform is told; without it nobody is.
    ``authority``: the fleet's certificate, whose word on clerks' accounts is believed, where ``ca`` is another's.
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
    authority: Path | None = None
    logs: LogSettings = LogSettings()
    parties: dict[str, str] = {}
    token: TokenSettings | None = None
    catalogue: CatalogueSettings | None = None
    keys: KeySettings | None = None
    issuer: IssuerSettings | None = None
    telling: Way | None = None
    platform: PlatformSettings | None = None
    recovered: Path | None = None


def read_desk(path: Path) -> DeskSettings:
    """:class:`SettingsError`, also for a centre that is not HTTPS."""
    settings = read(path, DeskSettings)
    parts = urlsplit(settings.centre)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"设置文件 {path} 有误：centre 必须是 https 地址")
    if settings.keys is not None:
        try:
            for key in _every(settings.keys):
                check_key(key)
        except BadKeyError as error:
            raise SettingsError(f"设置文件 {path} 有误：{error}") from None
    return settings


def read_catalogue(settings: CatalogueSettings | None) -> Catalogue | None:
    """:class:`SettingsError` when it is damaged or nobody's word."""
    if settings is None:
        return None
    try:
        if settings.pack is not None and settings.root is not None:
            return pack.read(settings.pack.read_bytes(), settings.root)
        if settings.items is not None and settings.openings is not None:
            return load(settings.items, settings.openings)
    except OSError as error:
        raise SettingsError(f"读不了目录 {settings.pack}：{error.strerror}") from None
    except (CatalogueDamagedError, UntrustedError) as error:
        raise SettingsError(f"目录不能用：{error}") from None
    raise SettingsError("设置 catalogue 应写 pack 和 root，或者 items 和 openings")


def _every(keys: KeySettings) -> tuple[Recipient, ...]:
    return (keys.recovery, *keys.intakes.values(), *(key for hall in keys.halls.values() for key in hall))
