"""Roll-outs in every state a console can show, commands with results, and the bodies that were published."""

from __future__ import annotations

import hashlib
from datetime import date
from io import BytesIO
from pathlib import Path

from support import packs
from support.centre_db import folder_of
from support.console_board import HALLS, KNOWN, tell

from fleet.documents import Documents
from fleet.given import give
from fleet.presence import Hearing
from fleet.rollout import acts, bodies, book
from fleet.rollout.book import COMMAND, LISTED, Given
from fleet.rollout.clock import RolloutClock
from fleet.rollout.commanding import LIFE
from fleet.rollout.engine import Rules, Stand
from fleet.rollout.waves import Waves, at_once, by_share
from fleet.store import Store
from mqtt.commands import Operation, OutOfService, RestartDevice, SelfTest, SupportBundle
from mqtt.events import CommandEnded, DesiredReported
from mqtt.wire import Wanted

BUNDLE = "support bundle"
_HERE = ("t-cd-02", "t-lz-01", "t-lz-02", "t-mz-01", "t-mz-02", "t-rs-01")
_sequence = iter(range(5000, 10**6))


def published(folder: Path, what: Wanted, n: int = 1) -> Given:
    """A body of this kind, kept where the console looks for it."""
    if what == "settings":
        made = bodies.settings({"phone": f"028-8666-000{n}", "visit.total": "1500"})
    elif what == "notices":
        made = bodies.notices([f"本周六停电检修，不办公（{n}）"], "2026-11-06T08:00:00+08:00", "2026-11-08T18:00:00+08:00")
    else:
        made = bodies.catalogue(packs.Made(version=f"2026-12-{n}").data, None, packs.PINNED, date(2026, 11, 6))
    return bodies.keep(Documents(folder / "desired"), made)


def seed_steering(store: Store, now: float) -> None:
    """Finished notices, settings that stopped, a catalogue under way, a command to many with failures, and some to one terminal."""
    folder = folder_of(store)
    clock = RolloutClock(store, KNOWN.groups, lambda: Hearing(now - 86400.0), lambda _terminal: None)
    everyone = tuple(HALLS)
    rules = Rules(1800.0, 0.1)
    first = _begin(store, published(folder, "notices"), LISTED, at_once(_HERE), Rules(1800.0, 1.0), "停电", now - 900)
    _play(store, clock, first, now - 890, {})
    stopped = by_share(everyone, _HERE, (10, 50, 100), "x")
    second = _begin(store, published(folder, "settings"), "*", stopped, rules, "换了咨询电话", now - 800)
    _play(store, clock, second, now - 790, dict.fromkeys(everyone, ("refused", "settings_refused", "phone 写了两个号码")))
    waves = Waves(("试点", "其余"), {t: int(t not in ("t-mz-01", "t-lz-01")) for t in everyone})
    third = _begin(store, published(folder, "catalogue"), LISTED, waves, rules, "十二月目录", now - 700)
    _play(store, clock, third, now - 690, {t: ("waiting", "visit_running", None) for t in everyone if t.startswith("t-rs")})
    to_many = Rules(3600.0, 1.0, until=now + 2700.0, once=True)
    checks = _begin(store, Given(COMMAND, "自检", do=SelfTest()), LISTED, at_once(everyone), to_many, "早上看一遍", now - 600)
    results = {"t-mz-02": "printer:paper_out", "t-cd-02": "printer:unproven clock_wrong"}
    _play(store, clock, checks, now - 590, {}, results)
    _one(store, "t-mz-02", SelfTest(), "打不出凭证", now - 500, ("succeeded", None, "printer:paper_out"))
    _one(store, "t-mz-02", RestartDevice("printer"), "换了纸还不行", now - 400, ("failed", "device_not_back", "paper_out"))
    _one(store, "t-mz-02", OutOfService("打印机缺纸，请到 3 号窗口办理"), "等人去换纸", now - 300, None)
    name = _kept(Documents(folder / "documents"), BUNDLE.encode())
    _one(store, "t-cd-02", SupportBundle(), "打印机不明", now - 200, ("succeeded", None, name))


def _begin(store: Store, given: Given, target: str, waves: Waves, rules: Rules, why: str, at: float) -> int:
    with store.transaction() as db:
        return acts.begin(db, given, target, waves, rules, "wang", why, at)


def _play(
    store: Store,
    clock: RolloutClock,
    id_: int,
    at: float,
    said: dict[str, tuple[str, str, str | None]],
    results: dict[str, str] | None = None,
) -> None:
    """Three looks of the clock; whoever was given it says ``said``, or that it has it; of a command, ``results`` or ``ok``."""
    for n in range(3):
        clock.tick(at + n)
        with store.reading() as db:
            found = book.load(db, id_)
            given = dict(db.execute("SELECT terminal, command FROM rollout_members WHERE rollout = ?", (id_,)).fetchall())
        assert found is not None
        row, rollout = found
        for m in rollout.members:
            if m.state is not Stand.GIVEN:
                continue
            if row.rev is None:
                data: CommandEnded | DesiredReported = CommandEnded(
                    given[m.terminal], "self-test", "succeeded", None, (results or {}).get(m.terminal, "ok")
                )
                if m.terminal == "t-lz-02":
                    data = CommandEnded(given[m.terminal], "self-test", "rejected", "clock_wrong")
            else:
                data = DesiredReported(row.what, row.rev, *said.get(m.terminal, ("applied", None, None)))  # type: ignore[arg-type]
            tell(store, m.terminal, next(_sequence), data, at + n + 0.5)


def _one(store: Store, terminal: str, do: Operation, why: str, at: float, result: tuple[str, str | None, str] | None) -> None:
    with store.transaction() as db:
        id_ = give(db, terminal, do, "wang", why, at, LIFE)
    if result is not None:
        tell(store, terminal, next(_sequence), CommandEnded(id_, str(type(do).__struct_config__.tag), *result), at + 3)  # type: ignore[arg-type]


def _kept(documents: Documents, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    documents.take("centre", digest, BytesIO(data), len(data))
    return digest
