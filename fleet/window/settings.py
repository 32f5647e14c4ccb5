"""Settings of an intake window: whose it is, its keys, to whom it seals, where a waybill is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from domain.sealing import BadKeyError, Recipient, check_key
from fleet.desk.settings import CatalogueSettings
from fleet.keys.token import TokenSettings
from fleet.machine.logs import LogSettings
from fleet.settings import Listen, SettingsError, read
from mqtt.broker import is_loopback
from mqtt.wire import Code, Short


class KeySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom what is added here is sealed to: the home desk, this window, the parties' offline recovery key."""

    intake: Recipient
    recovery: Recipient
    homes: dict[Code, Recipient]

    def recipients(self, home: str) -> tuple[Recipient, ...]:
        """``KeyError`` for a home place this window has no key of."""
        return self.homes[home], self.intake, self.recovery


class ReaderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The window terminal's resource that reads a waybill (``kiosk/code_reader.py``): its port on this machine, and the secret both
    have in a file of mode 0600."""

    port: Annotated[int, Meta(ge=1, le=65535)]
    secret_file: Path


class TlsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The pages over TLS, for clerks' computers on the hall's network. ``certificate``, ``key``: PEM, of the fleet's authority for
    ``name``, the name or address a clerk types (``tongban centre window-certificate``).
    """

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]{1,80}$")]
    certificate: Path
    key: Path


class WindowSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``party`` and its ``name`` in words; ``division``: six digits, in the numbers of parcels; ``data``: folder of the window's
    book and of the journal of openings; ``parties``: code → name; ``token``: where the key is wrapped by one.
    ``authority``: the fleet's certificate, whose word on clerks' accounts is believed, where ``ca`` is another's.
    ``catalogue``: for the points of review; the demonstration's where there is none."""

    party: Code
    name: Short
    division: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
    phone: Short
    centre: str
    token_file: Path
    key_file: Path
    data: Path
    listen: Listen
    keys: KeySettings
    window: Short = "收件窗口"
    ca: str | None = None
    authority: Path | None = None
    logs: LogSettings = LogSettings()
    token: TokenSettings | None = None
    catalogue: CatalogueSettings | None = None
    parties: dict[str, str] = {}
    reader: ReaderSettings | None = None
    tls: TlsSettings | None = None
    terminal: Annotated[str, Meta(pattern=r"^(https://[^\s#?]{1,120})?$")] = ""
    """Where the window terminal's clerks' pages are, if anywhere."""


def read_window(path: Path) -> WindowSettings:
    """:class:`SettingsError`, also for a centre that is not HTTPS and a key that is none."""
    settings = read(path, WindowSettings)
    parts = urlsplit(settings.centre)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"设置文件 {path} 有误：centre 必须是 https 地址")
    if settings.tls is None and not is_loopback(settings.listen.host):
        raise SettingsError(f"设置文件 {path} 有误：没有 [tls]，listen.host 只能是本机地址")
    try:
        for key in (settings.keys.intake, settings.keys.recovery, *settings.keys.homes.values()):
            check_key(key)
    except BadKeyError as error:
        raise SettingsError(f"设置文件 {path}：{error}") from None
    return settings
