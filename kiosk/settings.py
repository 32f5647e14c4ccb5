"""Settings of a terminal: TOML to frozen values. An unknown key, a wrong type or a value out of range is an error with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

import devices.a4.options
import devices.camera.options
import devices.idcard.options
import devices.printer.options
import devices.rating.options
import devices.smartcard.options
from devices.reading.options import Options as ReadingOptions
from domain.profile import Brokers
from domain.program.manifest import PublicKey
from domain.sealing import KEY_ID, BadKeyError, Recipient, check_key
from mqtt.walk import RECONNECT_WITHIN

Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=86400)]
Word = Annotated[str, Meta(min_length=1, max_length=400)]
"""Of a command line."""
Name = Annotated[str, Meta(min_length=1, max_length=80)]


class SettingsError(ValueError):
    """Settings that cannot be used; the text names file, line and key."""


class EnglishNames(Struct, frozen=True, forbid_unknown_fields=True):
    """What the intake place and the hall are called on the English screens; without one, their Chinese name stands there."""

    intake: Name | None = None
    hall: Name | None = None


class TerminalSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``id`` and ``place`` on the wire; ``code`` (3 characters) and ``division`` (6 digits) in case numbers; the rest on screen
    and paper.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,31}$")]
    code: Annotated[str, Meta(pattern=r"^[0-9A-Z]{3}$")]
    division: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
    place: Annotated[str, Meta(min_length=1, max_length=64)]
    intake: Name
    hall: Name
    phone: Name
    complaint: Name
    query: Name
    """Address on the receipt's QR code; the token is added behind #."""
    setting: Literal["hall", "window"] = "hall"
    """A hall's terminal is used by citizens alone; at a window a clerk drives the visit."""
    guides: Annotated[str, Meta(pattern=r"^(https?://[^\s#?]{1,120})?$")] = ""
    """Address of the published guides (``tongban guides``); without one the guide's QR code holds the list itself."""
    english: EnglishNames = EnglishNames()

    def in_english(self) -> dict[str, str]:
        """By the Chinese name."""
        own = self.english
        return {chinese: said for chinese, said in ((self.intake, own.intake), (self.hall, own.hall)) if said}


class PathSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``runtime`` must lie in memory (tmpfs). ``reserve``: MiB that stay free where ``data`` lies; with less, no visit begins."""

    data: Path
    runtime: Path
    reserve: Annotated[int, Meta(ge=16, le=1_000_000)] = 512


class GlassSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The page for the local browser; loopback only. ``ppi``: pixels an inch of the panel, from which every size on it is computed:
    the root of width² + height² in pixels, divided by the diagonal in inches.
    """

    port: Port
    host: Annotated[str, Meta(pattern=r"^(127\.0\.0\.1|::1)$")] = "127.0.0.1"
    ppi: Annotated[float, Meta(ge=40, le=400)] = 102.4


class DeviceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A device that is not named here does not exist on this terminal. Its options are declared beside its driver."""

    idcard: devices.idcard.options.Options
    printer: devices.printer.options.Options
    camera: devices.camera.options.Options
    rating: devices.rating.options.Options | None = None
    a4: devices.a4.options.Options | None = None
    smartcard: devices.smartcard.options.Options | None = None


class CentreSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``broker`` is host:port, or a list of them (``mqtt/walk.py``); ``documents`` an https address; ``identity`` is the folder
    ``tongban enrol`` fills. ``reconnect``: seconds over which this fleet comes back to brokers that were away for long;
    ``session``: whether a broker keeps one while the terminal is gone for a moment.
    """

    broker: Brokers
    documents: Annotated[str, Meta(pattern=r"^https://[^/]+/?$", max_length=80)]
    identity: Path
    reconnect: Annotated[float, Meta(ge=1, le=3600)] = RECONNECT_WITHIN
    session: bool = True


class VisitSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds; see ``kiosk.visit.outcome.Rules``."""

    idle_warning: Seconds = 60
    idle_end: Seconds = 30
    reading: Annotated[float, Meta(ge=1, le=10)] = 3
    total: Seconds = 1200
    extension: Seconds = 600
    farewell: Seconds = 20
    receipt_shown: Seconds = 8
    unasked: bool = True
    count: Annotated[float, Meta(ge=1, le=10)] = 3


class VoiceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Spoken guidance: without it nothing is offered. ``chinese`` and ``english`` are programs that read text and write WAV,
    ``{loud}`` in their words is 0 to 200; ``player`` plays WAV: on headphones, where the hall has a socket for them.
    """

    chinese: tuple[Word, ...] = ("espeak-ng", "-v", "cmn", "-s", "150", "-a", "{loud}", "--stdin", "--stdout")
    english: tuple[Word, ...] = ("espeak-ng", "-v", "en", "-s", "150", "-a", "{loud}", "--stdin", "--stdout")
    player: Annotated[tuple[Word, ...], Meta(min_length=1)] = ("aplay", "-q")

    def __post_init__(self) -> None:
        if not self.chinese or not self.english:
            raise ValueError("`chinese` 和 `english` 都要写一个程序")

    def speaks(self, language: str) -> tuple[str, ...]:
        return self.english if language == "en" else self.chinese


class MaintenanceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``reboot``: the command that restarts the machine (``["systemctl", "reboot"]``); without it only the program is restarted."""

    reboot: tuple[Name, ...] = ()


class ProgramSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``publisher``: public keys (hex) of who makes the program; without one no other is taken. Two while one is replaced.
    ``rate``: KiB a second at which an archive is fetched in the background.
    """

    publisher: Annotated[tuple[PublicKey, ...], Meta(max_length=2)] = ()
    rate: Annotated[int, Meta(ge=16, le=1_000_000)] = 512


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    """``key_id`` stands in the header of every sealed document, so its characters are few."""

    key_id: Annotated[str, Meta(pattern=KEY_ID)]
    public: Name


class KeySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a case is sealed to: its home desk, the intake window, the parties' offline recovery key. ``ratings``: the centre's
    rating key, to which what a rater writes is sealed; without it raters choose levels and tags only.
    """

    intake: Key
    recovery: Key
    homes: dict[str, Key]
    ratings: Key | None = None

    @property
    def rating_recipient(self) -> Recipient | None:
        return Recipient(self.ratings.key_id, self.ratings.public) if self.ratings is not None else None

    def recipients(self, home: str) -> tuple[Recipient, ...]:
        """``KeyError`` when the terminal has no key of this home desk: nothing may be collected for it then."""
        return tuple(Recipient(k.key_id, k.public) for k in (self.homes[home], self.intake, self.recovery))


class StaffSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How staff sign in. A badge needs ``ca`` and ``revocation`` (files, PEM), a one-time code ``centre_key`` and ``book``.

    ``max_age``: hours a revocation list is believed after it was made. ``idle`` and ``total``: seconds a session lasts untouched,
    and at most. ``battery_clock``: the board keeps time while it is off, so its clock is believed without a time service.
    Badges are read in the reader of ``[devices.smartcard]``, in the first there is where that is not written.
    """

    ca: Path | None = None
    revocation: Path | None = None
    max_age: Annotated[int, Meta(ge=1, le=2160)] = 168
    centre_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")] | None = None
    book: Path | None = None
    idle: Seconds = 300
    total: Seconds = 3600
    battery_clock: bool = False


class ReaderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the clerk's intake page (``tongban intake``) on this machine asks for a waybill under the camera
    (``kiosk/code_reader.py``); loopback only. ``secret_file``: one line only its owner may read, which that page has as well.
    """

    port: Port
    secret_file: Path


class WindowSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """This terminal stands at the intake window (收件窗口) and opens what is sealed to it: drafts. ``key_file``: its private keys,
    a file only its owner may read. A hall's terminal has none.
    """

    key_file: Path


class ClerkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The window's listener (HTTPS): clerks' pages for a browser on the hall's network, nothing of the citizen's.

    ``host``: the address it listens on. ``certificate`` and ``key``: PEM files, issued by the fleet's authority for ``name``, the
    name or address a clerk types. ``intake``: where the intake window's pages (``tongban intake``) are, if anywhere. ``idle`` and
    ``total``: seconds a sign-in lasts untouched, and at most.
    """

    host: Annotated[str, Meta(min_length=1, max_length=64)]
    port: Port
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]{1,80}$")]
    certificate: Path
    key: Path
    intake: Annotated[str, Meta(pattern=r"^(https?://[^\s#?]{1,120})?$")] = ""
    idle: Seconds = 900
    total: Seconds = 36000


class HandoverSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """This terminal hands over: it opens the tasks sealed to its hall (``domain/case/task.py``). ``key_file``: the hall's private
    keys, a file only its owner may read. Without it, what there is to correct or to collect is done at the window.
    """

    key_file: Path


class CatalogueSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Absent: the demonstration catalogue that comes with the program, and what the centre wants of demonstrations.

    ``root``: the public key (hex) of the parties' register of keys; with it only signed catalogues are taken. ``pack``: the
    catalogue to begin with, signed; ``items`` and ``openings``: the same as two plain files.
    """

    items: Path | None = None
    openings: Path | None = None
    pack: Path | None = None
    root: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")] | None = None

    def __post_init__(self) -> None:
        if (self.items is None) != (self.openings is None) or (self.pack and (self.items or self.root is None)):
            raise ValueError("要么写 items 和 openings 两个文件，要么写 pack 和 root")


class QuerySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers 查询打印; absent, nothing is asked, and the screens say so. There is the demonstration's own only,
    and it serves a demonstration catalogue only.
    """

    provider: Literal["demo"]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    terminal: TerminalSettings
    paths: PathSettings
    glass: GlassSettings
    devices: DeviceSettings
    centre: CentreSettings
    keys: KeySettings
    visit: VisitSettings = VisitSettings()
    catalogue: CatalogueSettings | None = None
    reading: ReadingOptions | None = None
    voice: VoiceSettings | None = None
    """Absent: pages are taken, and nobody reads them."""
    staff: StaffSettings = StaffSettings()
    maintenance: MaintenanceSettings = MaintenanceSettings()
    program: ProgramSettings = ProgramSettings()
    window: WindowSettings | None = None
    clerk: ClerkSettings | None = None
    reader: ReaderSettings | None = None
    handover: HandoverSettings | None = None
    query: QuerySettings | None = None


def load(path: Path) -> Settings:
    """The settings in ``path``; :class:`SettingsError`."""
    try:
        return parse(path.read_text("utf-8"), path)
    except OSError as error:
        raise SettingsError(f"设置文件 {path} 读不出来：{error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"设置文件 {path} 不是正确的 TOML：{error}") from None


def parse(text: str, path: Path) -> Settings:
    """The settings in ``text``, which lies or is to lie at ``path``; :class:`SettingsError`."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"设置文件 {path} 不是正确的 TOML：{error}") from None
    try:
        settings = msgspec.convert(tree, Settings, strict=True, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(f"设置文件 {path}{line_of(text, str(error))}：{in_words(str(error))}") from None
    if settings.window is not None and settings.terminal.setting != "window":
        raise SettingsError(f'设置文件 {path}：窗口的私钥只能放在窗口终端上（terminal.setting = "window"）')
    if settings.clerk is not None and settings.terminal.setting != "window":
        raise SettingsError(f'设置文件 {path}：窗口职员的页面只开在窗口终端上（terminal.setting = "window"）')
    try:
        ratings = (settings.keys.ratings,) if settings.keys.ratings is not None else ()
        for key in (settings.keys.intake, settings.keys.recovery, *settings.keys.homes.values(), *ratings):
            check_key(Recipient(key.key_id, key.public))
    except BadKeyError as error:
        raise SettingsError(f"设置文件 {path}：{error}") from None
    return settings


def devices_of(tables: Mapping[str, Any]) -> DeviceSettings:
    """The tables of ``[devices]``; :class:`SettingsError` names the key."""
    try:
        return msgspec.convert(tables, DeviceSettings, strict=True, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(in_words(str(error))) from None


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError("类型不对，应为文字（路径）")


_TYPES = {
    "int": "整数",
    "float": "数字",
    "str": "文字",
    "bool": "真假（true 或 false）",
    "array": "列表 […]",
    "object": "一段（表）",
    "date": "日期",
    "time": "时间",
    "datetime": "日期时间",
}
"""What msgspec calls the types TOML has."""


_WORDS = (
    (r"Object contains unknown field `(.+)`", r"没有 `\1` 这一项"),
    (r"Object missing required field `(.+)`", r"少了 `\1` 这一项"),
    (r"Expected `([^`]+)`, got `(\w+)`", r"类型不对，应为\1，现在是\2"),
    (r"Expected `\w+` matching regex '(.+)'", r"写法不对，应合 `\1`"),
    (r"Expected `str` of length <= (\d+)", r"太长，最多 \1 个字"),
    (r"Expected `str` of length >= (\d+)", r"太短，至少 \1 个字"),
    (r"Expected `\w+` of length <= (\d+)", r"太多，最多 \1 项"),
    (r"Expected `\w+` of length >= (\d+)", r"太少，至少 \1 项"),
    (r"Expected `\w+` ([<>]=?) (\S+)", r"超出范围，应 \1 \2"),
    (r"Invalid enum value (.+)", r"没有 \1 这一种"),
)


_WRITTEN = {
    r"^[^:]+:[0-9]{1,5}$": "“主机:端口”",
    r"^[0-9A-Z]{3}$": "三个大写字母或数字",
    r"^[0-9]{6}$": "六位数字",
    r"^[a-z0-9][a-z0-9-]{2,31}$": "小写字母、数字和 -，3 到 32 个",
    r"^https://[^/]+/?$": "https:// 开头的地址，后面没有路径",
    r"^(https?://[^\s#?]{1,120})?$": "http:// 或 https:// 开头的网址",
    r"^https://[^/\s]+": "https:// 开头的地址",
    r"^ipp://[^/@\s]+/\S+$": "ipp:// 开头的地址，如 ipp://192.0.2.20/ipp/print",
    r"^[^\s/.]+(\.[^\s/.]+)*\.?$": "主机名或地址",
    r"^[0-9a-f]{64}$": "64 位十六进制，字母小写",
}
"""How the more usual settings are written."""


def in_words(error: str) -> str:
    """What msgspec says, for who mends it; a sentence that is none of its own (``__post_init__``) stays."""
    said, _, at = error.partition(" - at ")
    key = at.strip("`").removeprefix("$.")
    for pattern, words in _WORDS:
        if (found := re.fullmatch(pattern, said)) is not None:
            how = _WRITTEN.get(found[1].replace("\\\\", "\\"))
            said = found.expand(words) if how is None else f"写法不对，应是{how}"
            break
    if said.startswith("类型不对"):
        said = re.sub(r"[a-z]+( \| [a-z]+)*", lambda found: _types(found[0]), said)
    return f"{key}：{said}" if key else said


def _types(named: str) -> str:
    return "或".join(_TYPES.get(one, one) for one in named.split(" | ") if one != "null")


def line_of(text: str, error: str) -> str:
    """Where the offending key stands: msgspec gives its path (``$.glass.port``) or its name."""
    names = re.findall(r"`([^`]+)`", error)
    keys = [part for name in names for part in re.split(r"[.$\[\]]+", name) if part]
    section = ""
    best = None
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            section = header.group(1)
            if keys and section.split(".")[-1] in keys:
                best = best or number
        found = re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line)
        if found and found.group(1) in keys and all(part in keys for part in section.split(".") if len(keys) > 1):
            best = number
    return f" 第 {best} 行" if best else ""
