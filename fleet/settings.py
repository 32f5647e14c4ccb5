"""Settings of the centre: one TOML file. An unknown key is an error that names it; secrets are files, or hashes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from domain.case.life import Rules
from domain.catalogue.party import Hours
from domain.profile import Address, addresses
from domain.program.manifest import PublicKey
from domain.rating import ticket
from domain.rating.statistics import LEAST
from domain.secret_file import others_may_read
from fleet.alerts.settings import AlertSettings
from fleet.machine.logs import LogSettings
from fleet.storage.settings import StorageSettings
from mqtt.broker import MOST_WORKERS, is_loopback
from mqtt.wire import Code, Short, Terminal

Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a bearer token, in hexadecimal. The tokens are 32 random bytes, so a plain hash is enough."""

_CREDENTIALS = "$CREDENTIALS_DIRECTORY/"
"""In front of a path: where the service manager laid the secrets of this unit (systemd.exec(5), "CREDENTIALS"). Several units can
have the same settings so.
"""
_S = TypeVar("_S", bound=Struct)


class SettingsError(ValueError):
    """The settings file cannot be used; the text (Chinese) names file and key."""


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a server listens; port 0 takes a free one. Pages are plain HTTP, therefore loopback only."""

    port: Annotated[int, Meta(ge=0, le=65535)]
    host: str = "127.0.0.1"


class AuthoritySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``folder``: the authority's files. ``names``: host names and addresses of broker and API, as terminals call them.

    ``within``: domains and addresses no server certificate of this authority may leave, for ever; the names when not given.
    """

    folder: Path
    names: Annotated[tuple[Short, ...], Meta(min_length=1, max_length=16)] = ("127.0.0.1",)
    within: tuple[Short, ...] = ()
    passphrase_file: Path | None = None


class BrokerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The fleet's broker. ``pid_file``: it runs on this machine under this user, and is told of a new revocation list. ``more``:
    brokers that take its place (a spare), or do the same (other nodes of a cluster), as the centre and terminals call them.
    ``kind``: what they are.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8883
    pid_file: Path | None = None
    more: Annotated[tuple[Address, ...], Meta(max_length=7)] = ()
    kind: Literal["mosquitto", "rabbitmq", "ejabberd"] = "mosquitto"

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Host and port of each."""
        return (self.host, self.port), *addresses(self.more)


class TerminalEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A terminal of the fleet; one that does not stand here is refused. ``place``: where it stands, in words. ``groups``: names
    by which something can be published to several terminals. ``hall``: terminals of one hall may fetch each other's drafts; one
    without is a hall of its own. ``party``: whose staff may see and steer it; without one, only those of all parties. ``setting``:
    a citizen alone in a hall, or a clerk's window. ``hours``: when it is to serve; office hours where none are said.
    """

    id: Terminal
    place: Short
    groups: tuple[Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")], ...] = ()
    hall: Code | None = None
    party: Code | None = None
    setting: Literal["hall", "window"] = "hall"
    hours: Annotated[tuple[Hours, ...], Meta(max_length=14)] = ()


class HomeEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A party whose home desk fetches its cases here. ``name`` in words; also used for intake places."""

    party: Code
    name: Short
    token_sha256: Hash | None = None


class IntakeEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A party whose intake window works on the cases it took in; its token is another one than its home desk's."""

    party: Code
    token_sha256: Hash


class CaseRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What the parties have settled of the work on cases (``domain.case.life.Rules``). ``notice_days``: working days for the notice
    or the acceptance. ``silence``: from which day silence counts as acceptance: ``window``, since all was taken in there, or
    ``arrival``, since it came to the home department. ``access_days``: after its dispatch the window can open a case so long.
    ``late_day``: what comes on a day off counts as coming on the next working day.
    """

    notice_days: Annotated[int, Meta(ge=1, le=60)] = 5
    silence: Literal["window", "arrival"] = "arrival"
    extension_days: Annotated[int, Meta(ge=1, le=60)] = 10
    delivery_days: Annotated[int, Meta(ge=1, le=60)] = 10
    access_days: Annotated[int, Meta(ge=0, le=366)] = 30
    late_day: bool = False

    @property
    def rules(self) -> Rules:
        return Rules(self.notice_days, self.silence, self.extension_days, self.delivery_days, self.access_days, self.late_day)


class TicketRules(Struct, frozen=True, forbid_unknown_fields=True):
    """Terms of tickets for bad ratings, in working days (``domain.rating.ticket.Rules``). ``tries``: days with a call nobody
    answers, after which a ticket may be closed; ``returns``: how often the centre may send one back.
    """

    acknowledge_days: Annotated[int, Meta(ge=1, le=60)] = 1
    answer_days: Annotated[int, Meta(ge=1, le=60)] = 5
    rectify_days: Annotated[int, Meta(ge=1, le=60)] = 15
    appeal_days: Annotated[int, Meta(ge=1, le=60)] = 5
    decide_days: Annotated[int, Meta(ge=1, le=60)] = 5
    call_days: Annotated[int, Meta(ge=1, le=60)] = 5
    tries: Annotated[int, Meta(ge=1, le=10)] = 3
    returns: Annotated[int, Meta(ge=0, le=10)] = 2

    @property
    def rules(self) -> ticket.Rules:
        days = (self.acknowledge_days, self.answer_days, self.rectify_days, self.appeal_days, self.decide_days, self.call_days)
        return ticket.Rules(*days, self.tries, self.returns)


class ReportRules(Struct, frozen=True, forbid_unknown_fields=True):
    """``least``: ratings a row of the statistics must have to stand alone; rows with fewer are put together."""

    least: Annotated[int, Meta(ge=1, le=1000)] = LEAST


class RatingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``key_file``: the centre's rating key (``domain.keyfile``, mode 0600), which opens what raters wrote and nothing else.
    ``platforms``: a settings file for each 好差评 platform that is told (``fleet.platform.assessment.AssessmentSettings``)."""

    key_file: Path | None = None
    platforms: tuple[Path, ...] = ()


class StaffSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``secret_file``: what one-time codes are drawn from, 64 hexadecimal digits, mode 0600 (``tongban centre staff-key``)."""

    secret_file: Path


class ClerkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Clerks' accounts. ``hours``: how long what lies at a terminal or desk is good after the centre last made it; it is made anew
    when a third of that has passed, so that a place cut off can sign clerks in for two thirds at least.
    """

    hours: Annotated[int, Meta(ge=12, le=720)] = 72


class SignerEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A key that signs at the centre. ``part``: a party, ``joint``, or ``publisher``; ``key_id``: as the register calls it;
    ``key_file``: 64 hexadecimal digits, mode 0600 (``tongban catalogue key``). Parties that do not stand here sign where they are.
    """

    part: Code
    key_id: Code
    key_file: Path


class ItemsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Administration of the catalogue. ``register_file``: the register of keys, signed with the root key
    (``tongban catalogue register``)."""

    register_file: Path | None = None
    signers: tuple[SignerEntry, ...] = ()


class MetricsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``token_sha256``: of the token that reads ``/metrics``; without it, only this machine does."""

    token_sha256: Hash


class OidcSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The identity provider people may sign in by: ``issuer``. ``secret_file``: the client's secret, mode 0600; ``address``: how
    browsers reach the console, with scheme; ``claim``: of the ID token, is the login; ``name``: of the provider, on the button;
    ``ca_file``: its authority's certificate, if it is one of one's own.
    """

    issuer: Annotated[str, Meta(pattern=r"^https?://[^\s?#]+$")]
    client_id: Annotated[str, Meta(min_length=1, max_length=200)]
    secret_file: Path
    address: Annotated[str, Meta(pattern=r"^https?://[^\s/?#]+$")]
    claim: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]{1,64}$")] = "preferred_username"
    name: Annotated[str, Meta(min_length=1, max_length=40)] = "统一身份认证"
    ca_file: Path | None = None


class IngestSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``workers``: ingest processes among which the terminals are shared; more than one are run by role. ``shared``: events come to
    any of them by a shared subscription, which the broker must have (mosquitto does); without it each hears all and leaves alone
    what is another's.
    """

    workers: Annotated[int, Meta(ge=1, le=MOST_WORKERS)] = 1
    shared: bool = False


class DatabaseSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """PostgreSQL instead of the file in ``data``. ``conninfo``: ``postgresql://role@host:port/database?sslrootcert=FILE``, no
    password in it; on another machine TLS is verified whether it says so or not (``fleet/database/verified.py``).
    ``password_file``: the password, in one line, mode 0600 (or systemd's ``LoadCredential=``). ``events_months``: so many whole
    months events are kept as they came, beside what they changed; for ever when not given.
    """

    conninfo: Annotated[str, Meta(pattern=r"^postgres(ql)?://", max_length=1000)]
    password_file: Path | None = None
    events_months: Annotated[int, Meta(ge=1, le=1200)] | None = None


class CentreSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``data``: folder of the database, and of the sealed documents unless ``storage`` says otherwise. ``catalogue_root``: public
    key (hex) of the parties' register of keys; with it only signed catalogues are published. ``publisher``: public keys (hex) of
    who makes the program of terminals.
    """

    data: Path
    authority: AuthoritySettings
    broker: BrokerSettings
    api: Listen
    console: Listen
    terminals: tuple[TerminalEntry, ...] = ()
    homes: tuple[HomeEntry, ...] = ()
    intakes: tuple[IntakeEntry, ...] = ()
    cases: CaseRules = CaseRules()
    tickets: TicketRules = TicketRules()
    ratings: RatingSettings | None = None
    reports: ReportRules = ReportRules()
    staff: StaffSettings | None = None
    clerks: ClerkSettings = ClerkSettings()
    alerts: AlertSettings = AlertSettings()
    catalogue_root: Hash | None = None
    publisher: Annotated[tuple[PublicKey, ...], Meta(max_length=2)] = ()
    items: ItemsSettings = ItemsSettings()
    metrics: MetricsSettings | None = None
    ingest: IngestSettings = IngestSettings()
    logs: LogSettings = LogSettings()
    oidc: OidcSettings | None = None
    storage: StorageSettings = StorageSettings()
    database: DatabaseSettings | None = None

    @property
    def where(self) -> Path | str:
        """The database's place (``fleet.database.Where``), with its password: not to be shown. :class:`SettingsError`."""
        return self.data / "centre.db" if self.database is None else address(self.database)


def read(path: Path, kind: type[_S]) -> _S:
    """The settings in ``path``; :class:`SettingsError`."""
    try:
        settings = msgspec.toml.decode(path.read_bytes(), type=kind, dec_hook=_path)
    except OSError as error:
        raise SettingsError(f"读不了设置文件 {path}：{error.strerror}") from None
    except msgspec.ValidationError as error:
        raise SettingsError(f"设置文件 {path} 有误：{_in_words(str(error))}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"设置文件 {path} 不是有效的 TOML：{error}") from None
    for name in ("console", "listen"):
        listen = getattr(settings, name, None)
        if isinstance(listen, Listen) and not is_loopback(listen.host):
            raise SettingsError(f"设置文件 {path} 有误：{name}.host 只能是本机地址（没有 TLS），现为 {listen.host}")
    return settings


def address(database: DatabaseSettings) -> str:
    """With the password, for libpq. :class:`SettingsError`."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    from fleet.database.verified import sslmode

    try:
        said = conninfo_to_dict(database.conninfo)
    except ProgrammingError:
        raise SettingsError("设置有误：database.conninfo 不是 PostgreSQL 的地址，应当像 postgresql://角色@主机/数据库") from None
    if "password" in said:
        raise SettingsError("设置有误：database.conninfo 里不能写口令，请写进 database.password_file 指的文件")
    more: dict[str, str] = {}
    if database.password_file is not None:
        more["password"] = secret(database.password_file)
    try:
        if (mode := sslmode(said)) is not None:
            more["sslmode"] = mode
    except ValueError as error:
        raise SettingsError(f"设置有误：{error}") from None
    return make_conninfo(database.conninfo, **more) if more else database.conninfo


def secret(path: Path) -> str:
    """One line from a file only its owner may read; :class:`SettingsError`."""
    private(path)
    text = path.read_text(encoding="utf-8").strip()
    if not text or "\n" in text:
        raise SettingsError(f"{path} 应当只有一行内容")
    return text


def private(path: Path) -> None:
    """:class:`SettingsError` unless ``path`` is a plain file that only its owner may read or write (0600 or 0400)."""
    try:
        found = path.lstat()
    except OSError as error:
        raise SettingsError(f"读不了 {path}：{error.strerror}") from None
    if not path.is_file() or path.is_symlink():
        raise SettingsError(f"{path} 应当是普通文件")
    if others_may_read(path):
        raise SettingsError(f"{path} 的权限是 {found.st_mode & 0o777:04o}，其他人也能读。请先执行：chmod 600 {path}")


def _path(kind: type, value: object) -> Path:
    if kind is not Path or not isinstance(value, str):
        raise TypeError("expected a path")
    if value.startswith(_CREDENTIALS):
        return Path(os.environ.get("CREDENTIALS_DIRECTORY", "/run/credentials"), value.removeprefix(_CREDENTIALS))
    return Path(value)


def _in_words(text: str) -> str:
    """msgspec's sentence, with the commonest ones said in Chinese."""
    where = text.partition(" - at ")[2].strip("`").removeprefix("$.") or "文件顶层"
    if text.startswith("Object contains unknown field"):
        return f"{where} 有不认识的项 {text.split('`')[1]}"
    if text.startswith("Object missing required field"):
        return f"{where} 缺少 {text.split('`')[1]}"
    return text
