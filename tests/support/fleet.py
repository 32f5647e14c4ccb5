"""A whole small fleet: a broker, a centre, terminals' ends and a desk, all real, for the length of one test."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import msgspec
from msgspec.structs import replace
from PIL import Image
from support.authority import NAMES, authority, identity
from support.broker import QUICK, RunningBroker, running_broker
from support.centre_db import database_settings, new_database
from support.people import board, page

from domain import sealing
from domain.case import content
from domain.case.content import (
    Answer,
    Applicant,
    CaseContent,
    Delivery,
    Material,
    Page,
    Point,
    Signature,
)
from fleet.authority.keys import Folder
from fleet.centre import Centre
from fleet.settings import (
    AuthoritySettings,
    BrokerSettings,
    CentreSettings,
    DatabaseSettings,
    HomeEntry,
    IntakeEntry,
    Listen,
    TerminalEntry,
)
from fleet.storage.settings import StorageSettings
from fleet.tokens import token_hash
from mqtt.connection import Session
from mqtt.events import CaseTaken, DocumentRef, EventData, RatingGiven
from mqtt.link import SESSION, Link
from mqtt.messages import Birth, DeviceReport, Health
from mqtt.publisher import Publisher, Row
from mqtt.tls import Tls, context
from mqtt.uploads import Waiting
from mqtt.walk import Pace
from mqtt.window import Ranges
from mqtt.wire import VERSION

TIME = "2026-11-20T09:30:00+08:00"
EPOCH = "00112233aabbccdd"


def picture(width: int, height: int, **how: Any) -> bytes:
    """A JPEG of grey."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (210, 208, 204)).save(out, "JPEG", **how)
    return out.getvalue()


HOME, OTHER_HOME, INTAKE = "mianzhu", "langzhong", "renshou"
TERMINAL, OTHER_TERMINAL = "rs-hall-01", "rs-hall-02"
JPEG = picture(42, 59)


class ListOutbox:
    """An outbox in memory: what a terminal's database does, without a disk. Remembers what the centre confirmed."""

    def __init__(self, epoch: str = EPOCH) -> None:
        self.epoch = epoch
        self.confirmed: list[int] = []
        self._rows: dict[int, Row] = {}
        self._next = 1
        self._lock = threading.Lock()

    def add(self, data: EventData) -> int:
        with self._lock:
            sequence = self._next
            self._next += 1
            self._rows[sequence] = Row(sequence, TIME, data)
        return sequence

    def pending(self, limit: int) -> Sequence[Row]:
        with self._lock:
            return [self._rows[sequence] for sequence in sorted(self._rows)[:limit]]

    def confirm(self, ranges: Ranges) -> None:
        with self._lock:
            for first, last in ranges:
                for sequence in range(first, last + 1):
                    del self._rows[sequence]
                    self.confirmed.append(sequence)

    def __len__(self) -> int:
        with self._lock:
            return len(self._rows)


@dataclass
class FolderBlobs:
    """Sealed documents in a folder, as a terminal keeps them until their case is whole."""

    folder: Path
    kept: dict[str, list[Waiting]] = field(default_factory=dict)
    freed: list[str] = field(default_factory=list)

    def keep(self, case: str, sealed: Iterable[bytes]) -> None:
        self.folder.mkdir(exist_ok=True)
        kept = []
        for body in sealed:
            digest = sealing.digest(body)
            (self.folder / digest).write_bytes(body)
            kept.append(Waiting(case, digest, len(body)))
        self.kept[case] = kept

    def waiting(self) -> Iterable[Waiting]:
        return [document for documents in self.kept.values() for document in documents]

    def cases(self) -> Sequence[str]:
        return tuple(self.kept)

    def documents(self, case: str) -> Sequence[Waiting]:
        return tuple(self.kept[case])

    def answers(self) -> Sequence[Waiting]:
        return ()

    def open(self, document: Waiting) -> BinaryIO:
        return (self.folder / document.digest).open("rb")

    def stored(self, digest: str) -> None:
        for case, documents in self.kept.items():
            self.kept[case] = [replace(d, stored=True) if d.digest == digest else d for d in documents]

    def whole(self, case: str) -> None:
        for document in self.kept.pop(case):
            (self.folder / document.digest).unlink()
        self.freed.append(case)


@dataclass
class TerminalEnd:
    """Link and publisher of one terminal; ``bd`` counts its connects."""

    broker: RunningBroker
    name: str = TERMINAL
    outbox: ListOutbox = field(default_factory=ListOutbox)
    bd: int = 0
    boot: str = "b0"
    devices: dict[str, DeviceReport] = field(default_factory=dict)
    session: Session = SESSION
    pace: Pace = QUICK
    others: tuple[RunningBroker, ...] = ()

    def __post_init__(self) -> None:
        accounts = [broker.account(self.name) for broker in (self.broker, *self.others)]
        self.link = Link(
            self.name,
            accounts,
            birth=self._birth,
            next_bd=self.next_bd,
            pace=self.pace,
            session=self.session,
            start=0,
        )
        self.publisher = Publisher(self.link, self.outbox, self._health)

    def _birth(self, bd: int) -> Birth:
        return msgspec.structs.replace(birth(bd), boot=self.boot)

    def next_bd(self) -> int:
        self.bd += 1
        return self.bd

    def _health(self, bd: int) -> Health:
        return Health(
            v=VERSION,
            bd=bd,
            devices=dict(self.devices),
            serving=True,
            unconfirmed=len(self.outbox),
            oldest=None,
            pages_waiting=0,
            ts=TIME,
        )


def birth(bd: int) -> Birth:
    return Birth(v=VERSION, bd=bd, boot="b0", app="0.1.0", catalogue="2026-11", place="仁寿县政务大厅", ts=TIME)


@contextmanager
def terminal_end(
    broker: RunningBroker,
    name: str = TERMINAL,
    outbox: ListOutbox | None = None,
    boot: str = "b0",
    session: Session = SESSION,
    pace: Pace = QUICK,
    others: tuple[RunningBroker, ...] = (),
) -> Iterator[TerminalEnd]:
    box = ListOutbox() if outbox is None else outbox
    terminal = TerminalEnd(broker, name, box, boot=boot, session=session, pace=pace, others=others)
    terminal.publisher.start()
    try:
        yield terminal
    finally:
        terminal.publisher.stop()


def centre_settings(folder: Path, broker: BrokerSettings, keys: Folder | None = None) -> CentreSettings:
    """``keys``: the authority, if not one of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    return CentreSettings(
        data=folder / "data",
        database=database_settings(folder / "data" / "centre.db"),
        authority=AuthoritySettings((keys or authority(folder / "authority")).path, NAMES),
        broker=broker,
        api=Listen(0),
        console=Listen(0),
        terminals=(
            TerminalEntry(TERMINAL, "仁寿县政务大厅 1 号机"),
            TerminalEntry(OTHER_TERMINAL, "仁寿县政务大厅 2 号机"),
        ),
        homes=(
            HomeEntry(HOME, "绵竹市", token_hash(token(HOME))),
            HomeEntry(OTHER_HOME, "阆中市", token_hash(token(OTHER_HOME))),
            HomeEntry(INTAKE, "仁寿县"),
        ),
        intakes=(IntakeEntry(INTAKE, token_hash(token(f"{INTAKE}-window"))),),
    )


@dataclass
class Fleet:
    """The centre runs from :meth:`start` to :meth:`stop`, and as often as wished. ``more``: brokers beside the first."""

    broker: RunningBroker
    folder: Path
    more: tuple[RunningBroker, ...] = ()
    storage: StorageSettings = field(default_factory=StorageSettings)
    database: DatabaseSettings | None = None
    """Of a server of the test's own."""
    centre: Centre = field(init=False)

    def start(self) -> None:
        settings = self.settings()
        if settings.database is None:
            new_database(settings.data / "centre.db")
        self.centre = Centre(settings, QUICK)
        self.centre.start()

    def settings(self) -> CentreSettings:
        settings = centre_settings(self.folder, self.broker.settings(*self.more), self.broker.authority)
        found = self.database or settings.database
        return msgspec.structs.replace(settings, storage=self.storage, database=found)

    def stop(self) -> None:
        self.centre.stop()

    def console(self, path: str = "") -> str:
        """What an operator of the centre reads: at ``path``, else of terminals and cases."""
        database, address = (
            self.database.conninfo if self.database else self.folder / "data" / "centre.db",
            self.centre.console_address,
        )
        return page(database, address, path) if path else board(database, address)

    def api(self, terminal: str | None = TERMINAL) -> httpx.Client:
        """The centre's API as ``terminal`` sees it, or (``None``) somebody without a certificate."""
        tls = identity(self.broker.authority, terminal) if terminal else Tls(str(self.broker.authority.authority))
        return httpx.Client(base_url=self.centre.api_address, verify=context(tls))


@contextmanager
def running_fleet(
    folder: Path,
    storage: StorageSettings = StorageSettings(),  # noqa: B008 it is frozen
    database: DatabaseSettings | None = None,
) -> Iterator[Fleet]:
    with running_broker(folder / "broker", TERMINAL, OTHER_TERMINAL) as broker:
        fleet = Fleet(broker, folder / "centre", storage=storage, database=database)
        fleet.start()
        try:
            yield fleet
        finally:
            fleet.stop()


def token(name: str) -> str:
    return f"token-of-{name}"


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(name)}"}


def rating(case: str = "C1", level: int = 5) -> RatingGiven:
    return RatingGiven(case=case, level=level, tags=(), by="screen", given_at=TIME)


def taken(case: str, sealed: Sequence[bytes], home: str = HOME) -> CaseTaken:
    """The event of a case whose documents are ``sealed``, the first of them its content."""
    refs = tuple(
        DocumentRef(sealing.digest(body), len(body), "page" if position else "case") for position, body in enumerate(sealed)
    )
    return CaseTaken(
        case=case,
        item="i-gjj-01",
        item_name="离职提取住房公积金",
        situation="s1",
        home=home,
        intake=INTAKE,
        taken_at=TIME,
        token="t" * 22,
        documents=refs,
    )


def case_content(case: str, pages: Sequence[str], name: str = "测试甲") -> CaseContent:
    wave = tuple(Point(20 + x, 60 + 30 * ((x // 20) % 2), x) for x in range(0, 200, 10))
    taken = tuple(Page(digest, ("page_blurred",), format="a4") for digest in pages)
    return CaseContent(
        v=1,
        case=case,
        item="i-gjj-01",
        item_name="离职提取住房公积金",
        situation="s1",
        situation_name="离职后未再就业",
        home=HOME,
        intake=INTAKE,
        purpose="仅用于办理本件",
        notice="2026-1",
        catalogue="2026-11",
        applicant=Applicant(
            name=name,
            number="11010519491231002X",
            document="resident",
            sex="2",
            nation="01",
            birth="1949-12-31",
            address="四川省绵竹市某某镇某某村 1 组",
            authority="绵竹市公安局",
            valid_from="2016-01-01",
            valid_to=None,
            proof="chip_read",
        ),
        materials=(
            Material("m0", "居民身份证", "chip_read", "原件"),
            Material("m1", "解除劳动合同证明", "scan", "原件核验后留影像", taken),
            Material("m2", "银行卡复印件", "scan", "复印件", (), left_out=True),
        ),
        form=(Answer("bank", "收款银行", "icbc", "中国工商银行"), Answer("amount", "提取金额", "all", "全部余额")),
        delivery=Delivery("post_applicant", "四川省绵竹市某某镇某某村 1 组", "13800000000"),
        signature=Signature(400, 160, (wave,)),
    )


def sealed_case(
    case: str, recipient: sealing.Recipient, pages: int = 2, name: str = "测试甲", others: tuple[sealing.Recipient, ...] = ()
) -> tuple[bytes, ...]:
    """The sealed documents of a case: its content first, then its pages."""
    to = (recipient, *others)
    pictures = [sealing.seal(JPEG + bytes([n]), to) for n in range(pages)]
    head = content.encode(case_content(case, [sealing.digest(p) for p in pictures], name))
    return (sealing.seal(head, to), *pictures)


def write_settings(path: Path, settings: msgspec.Struct) -> Path:
    """``settings`` as the TOML file an operator would write (no library here writes TOML)."""
    path.write_text(_toml(msgspec.to_builtins(settings, enc_hook=str)))
    return path


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(one, str) for one in value)
    return value is not None and not isinstance(value, dict)


def _toml(values: dict[str, object], prefix: str = "") -> str:
    plain = {k: v for k, v in values.items() if _is_plain(v)}
    text = "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in plain.items())
    for key, value in ((k, v) for k, v in values.items() if k not in plain):
        if isinstance(value, dict):
            text += f"[{prefix}{key}]\n" + _toml(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple):
            text += "".join(f"[[{prefix}{key}]]\n" + _toml(entry) for entry in value)
    return text
