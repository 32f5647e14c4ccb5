"""A few terminals of four parties, each in another condition, with cases, ratings and a call for help."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from msgspec.structs import replace
from support.fleet import EPOCH, rating, taken

from fleet import commands
from fleet.board import tags
from fleet.console.app import Known
from fleet.inputs import HealthIn, StateIn
from fleet.intake import understand
from fleet.rollout.audience import groups_of
from fleet.store import Store
from mqtt import topics
from mqtt.commands import RestartDevice
from mqtt.events import EventData, event
from mqtt.messages import Birth, DeviceReport, Health, HelpWanted, Lost
from mqtt.wire import VERSION

PARTIES = {"mianzhu": "绵竹市", "langzhong": "阆中市", "renshou": "仁寿县", "chengdu": "成都市本级"}
HALLS = {
    "t-mz-01": ("绵竹市政务服务中心 1 号机", "mianzhu"),
    "t-mz-02": ("绵竹市政务服务中心 2 号机", "mianzhu"),
    "t-lz-01": ("阆中市政务服务中心 1 号机", "langzhong"),
    "t-lz-02": ("阆中市保宁街道便民服务中心", "langzhong"),
    "t-rs-01": ("仁寿县政务服务中心 1 号机", "renshou"),
    "t-rs-02": ("仁寿县文林街道便民服务中心", "renshou"),
    "t-cd-01": ("成都市政务服务中心 3 楼 A 区", "chengdu"),
    "t-cd-02": ("成都市政务服务中心 3 楼 B 区", "chengdu"),
}
GROUPS = {t: groups_of(("pilot",) if t in ("t-mz-01", "t-lz-01") else (), party) for t, (_, party) in HALLS.items()}
KNOWN = Known({t: place for t, (place, _) in HALLS.items()}, {t: party for t, (_, party) in HALLS.items()}, PARTIES, GROUPS)
_HOMES = ("mianzhu", "langzhong", "renshou")
READY = DeviceReport("ready", proof_age=2.0)
_DEVICES = {"idcard": READY, "printer": READY, "camera": READY, "rating": READY}
_SPOILT = {
    "t-mz-02": DeviceReport("faulted", fault="paper_out", proof_age=4.0),
    "t-lz-01": DeviceReport("ready", warning="paper_near_end", proof_age=3.0),
    "t-cd-02": DeviceReport("unknown", proof_age=5000.0),
}


def seed_board(store: Store, now: float) -> None:
    """``t-rs-02`` was never heard of; ``t-cd-01`` went away on purpose; the others report something."""
    for n, terminal in enumerate(sorted(HALLS)):
        if terminal == "t-rs-02":
            continue
        place, party = HALLS[terminal]
        born = Birth(VERSION, 7, "b0", "0.9.2", "2026-11", place, stamp(now - 3600.0))
        store.record([StateIn(terminal, born, retained=False)], now - 3600.0)
        printer = _SPOILT.get(terminal, READY)
        call = HelpWanted(stamp(now - 95.0), "scan") if terminal == "t-lz-02" else None
        told = Health(
            VERSION, 7, {**_DEVICES, "printer": printer}, printer.fault is None, n % 3, None, 0, stamp(now - 5.0), help=call
        )
        store.record([HealthIn(terminal, told)], now - 5.0)
        at = now - 600.0 * (n + 1)
        case = f"{party}261108K01{n:04d}"
        sealed = (f"sealed {case}".encode(),)
        tell(store, terminal, 1, replace(taken(case, sealed), home=_HOMES[n % 3], intake=party, taken_at=stamp(at)), at)
        if n % 2:
            store.document_stored(hashlib.sha256(sealed[0]).hexdigest(), len(sealed[0]), at + 30.0)
        tell(store, terminal, 2, rating(case, 5 - n % 3), at + 60.0)


def seed_history(store: Store, now: float) -> None:
    """Three weeks of ``t-mz-01`` before :func:`seed_board`: rolls that ran low and out, a queue, a lost day; a note."""
    begin = now - 21 * 86400.0
    place, _ = HALLS["t-mz-01"]
    store.record([StateIn("t-mz-01", Birth(VERSION, 2, "a0", "0.9.1", "2026-10", place, stamp(begin)), retained=False)], begin)
    spoilt = DeviceReport("faulted", fault="paper_out")
    low = DeviceReport("ready", warning="paper_near_end")
    for day in range(20):
        at = begin + 86400.0 * day
        printer = spoilt if day == 7 else low if day in (5, 6, 13) else READY
        queue = (day * 7) % 11
        told = Health(VERSION, 2, {**_DEVICES, "printer": printer}, printer.fault is None, queue, None, 2, stamp(at))
        store.record([HealthIn("t-mz-01", told)], at)
    store.record([StateIn("t-mz-01", Lost(VERSION, 2), retained=False)], now - 86400.0)
    with store.transaction() as db:
        commands.order(db, "t-mz-01", RestartDevice("printer"), "wang", "换纸后不恢复", now - 13 * 86400.0, 600.0)
        tags.note(db, "t-mz-01", "大厅 12 月 3 日装修，移到东侧。", "wang", now - 3 * 86400.0)


def tell(store: Store, terminal: str, sequence: int, data: EventData, at: float) -> None:
    """What ``terminal`` says in its outbox, as the ingest takes it."""
    raw = event(terminal, EPOCH, sequence, stamp(at), data)
    store.record([understand(topics.events(terminal), raw, False, frozenset(HALLS))], at)


def stamp(at: float) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(at, UTC).isoformat()
