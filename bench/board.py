"""The board of 20,000 terminals, and a terminal's page with a year behind it. ``python -m bench 总览``.

Measured in a process of its own: the console's application with its board over a real database, asked through its door as a browser
asks it, without the socket. Before each view something has changed, so that nothing is answered from what was drawn before.
"""

from __future__ import annotations

import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from support.centre_db import new_database
from support.console import NOW, Console
from support.console_board import PARTIES, READY, stamp

from fleet.board import samples
from fleet.known import Known
from fleet.store import Store
from mqtt.messages import Backlog, Birth, DeviceReport, Health
from mqtt.wire import VERSION, encode

TERMINALS = 20_000
DAYS = 365
FIRST, FILTER, PAGE, MEMORY = 300, 150, 150, 250
"""Milliseconds, and megabytes of the whole process."""
_FILTERS = (
    "?state=trouble",
    "?party=mianzhu",
    "?text=7+号机",
    "?fault=paper_out&sort=-since",
    "?version=0.9.1&page=9",
    "?label=g3",
)
_SPOILT = (
    ("paper-out", "bad", "printer", "paper_out"),
    ("device", "bad", "idcard", "absent"),
    ("paper-low", "warning", "printer", "paper_near_end"),
    ("lost", "bad", "", ""),
    ("certificate", "warning", "", "expiring"),
)


def rows() -> list[tuple[str, str, str, bool]]:
    with tempfile.TemporaryDirectory() as folder:
        path = new_database(Path(folder) / "centre.db")
        with closing(Store(path)) as store:
            _fleet(store)
            _year(store, "t-00000")
        here, there = get_context("spawn").Pipe()
        child = get_context("spawn").Process(target=_measure, args=(path, there))
        child.start()
        filled, first, filtered, page, memory = here.recv()
        child.join()
    return [
        (f"{TERMINALS} 台读入内存（启动后第一次）", f"{filled:.0f} ms", "", True),
        (f"总览第一屏，{TERMINALS} 台", f"{first:.0f} ms", f"≤ {FIRST} ms", first <= FIRST),
        ("总览筛选、排序", f"{filtered:.0f} ms", f"≤ {FILTER} ms", filtered <= FILTER),
        (f"终端页，{DAYS} 天的经过", f"{page:.0f} ms", f"≤ {PAGE} ms", page <= PAGE),
        ("中心页面进程的内存", f"{memory:.0f} MB", f"≤ {MEMORY} MB", memory <= MEMORY),
    ]


def _known() -> Known:
    parties = {f"p{n:03}": f"第 {n} 县" for n in range(183)} | PARTIES
    names = [f"t-{n:05}" for n in range(TERMINALS)]
    owners = dict(zip(names, random.Random(1).choices(list(parties), k=TERMINALS), strict=True))
    places = {name: f"{parties[owners[name]]}政务服务中心 {n % 12} 号机" for n, name in enumerate(names)}
    return Known(places, owners, parties, {name: (f"g{n % 7}",) for n, name in enumerate(names)})


def _fleet(store: Store) -> None:
    """Every terminal reports; one of twenty has something."""
    chance = random.Random(2)
    with store.transaction() as db:
        for terminal in _known().places:
            born = Birth(VERSION, 7, "b0", f"0.9.{chance.randrange(3)}", "2026-11", "-", stamp(NOW - 3600.0))
            devices = dict.fromkeys(("idcard", "printer", "camera", "rating", "smartcard"), READY)
            spoilt = chance.choice(_SPOILT) if chance.random() < 0.05 else None
            if spoilt and spoilt[2]:
                devices[spoilt[2]] = DeviceReport("faulted", fault=spoilt[3])
            told = Health(
                VERSION,
                7,
                devices,
                spoilt is None,
                chance.randrange(4),
                None,
                0,
                stamp(NOW),
                backlog=Backlog(chance.randrange(900)),
            )
            db.execute(
                "INSERT INTO terminals (terminal, said, bd, birth, state_at, heard, health) VALUES (?, 'up', 7, ?, ?, ?, ?)",
                (terminal, encode(born), NOW - 3600.0, NOW - chance.random() * 30, encode(told)),
            )
            db.execute("INSERT OR REPLACE INTO changes (terminal) VALUES (?)", (terminal,))
            if spoilt:
                code, grade, subject, detail = spoilt
                db.execute(
                    "INSERT INTO conditions (terminal, code, subject, detail, grade, since) VALUES (?, ?, ?, ?, ?, ?)",
                    (terminal, code, subject, detail, grade, NOW - chance.random() * 86400),
                )


def _year(store: Store, terminal: str) -> None:
    """Ten conditions, fifty cases and a sample of each kind an hour in the newest month, every day."""
    with store.transaction() as db:
        db.execute("UPDATE first_heard SET since = ? WHERE terminal = ?", (NOW - DAYS * 86400.0, terminal))
        for day in range(DAYS):
            at = NOW - (day + 1) * 86400.0
            for n in range(10):
                code, grade, subject, detail = _SPOILT[n % len(_SPOILT)]
                begin = at + n * 7000.0
                db.execute(
                    "INSERT INTO conditions (terminal, code, subject, detail, grade, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (terminal, code, subject, detail, grade, begin, begin + 600.0),
                )
            for n in range(50):
                case = (f"{terminal}-{day}-{n}", terminal, at + n * 500.0)
                db.execute("INSERT INTO cases VALUES (?, ?, 'i', '事项', 's', 'mianzhu', 'langzhong', '', '', ?, '[]', NULL)", case)
                db.execute("INSERT INTO receipts VALUES (?1, 1, ?2, 'printed', NULL, ?3)", case)
            for what in samples.KINDS:
                for hour in range(0, 24, 1 if day < 30 else 6):
                    db.execute("INSERT INTO samples VALUES (?, ?, ?, ?, 1)", (terminal, what, at + hour * 3600.0, float(hour % 5)))


def _measure(path: Path, told: Connection) -> None:
    with closing(Store(path)) as store:
        one = Console(store, known=_known())
        client = one.client()
        began = time.perf_counter()
        client.get("/areas")
        filled = time.perf_counter() - began

        def asked(*addresses: str) -> Iterator[float]:
            for n, address in enumerate(addresses * 2):
                with store.transaction() as db:
                    db.execute("INSERT OR REPLACE INTO changes (terminal) VALUES (?)", (f"t-{n:05}",))
                began = time.perf_counter()
                answer = client.get(address)
                assert answer.status_code == 200, address
                yield (time.perf_counter() - began) * 1000

        first = statistics.median(asked(*["/"] * 5))
        filtered = statistics.median(asked(*(f"/?{query}" for query in _FILTERS)))
        page = statistics.median(asked(*["/terminals/t-00000?days=365"] * 4))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told.send((filled * 1000, first, filtered, page, memory))
