"""What looking after alerts costs a centre of twenty thousand terminals. ``python -m bench.alerts``. CPU seconds of this process.

The database is real and on the disk; nothing is sent. Two thousand conditions stand all the time, nearly as many alerts; eight
thousand more came and went in the last week. Then three hundred terminals of one party are lost within a minute.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from support.alerting import Alarmed
from support.centre_db import new_database

from fleet.alerts import maintenance, reading, rules
from fleet.alerts.preview import preview
from fleet.alerts.sites import Site
from fleet.alerts.words import Names
from fleet.store import Store

TERMINALS, PARTIES, LOST = 20_000, 66, 300
STANDING, WEEK = 2_000, 10_000
QUIET, JOIN, TOLD, PAGE, TRIED = 0.1, 0.25, 0.25, 0.1, 2.0
"""CPU seconds: a look at which nothing changes; one at which three hundred join, and one at which they are told (a look comes every
five seconds: 0.25 is a twentieth of a core while it lasts); a page; a preview."""
_KINDS = (("lost", ""), ("device", "printer"), ("device", "camera"), ("paper-out", "printer"), ("outbox-old", ""), ("clock", ""))


def rows() -> list[tuple[str, str, str, bool]]:
    """(name, measured, bar, whether it holds) of each figure."""
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder))


def _measured(folder: Path) -> list[tuple[str, str, str, bool]]:
    parties = {f"p{n:03}": f"第 {n} 县" for n in range(PARTIES)}
    where = {
        f"t-{n:05}": Site(f"p{n % PARTIES:03}", f"第 {n % PARTIES} 县 {n} 号机", f"h{n % PARTIES:03}-{n // PARTIES % 30}")
        for n in range(TERMINALS)
    }
    with closing(Store(new_database(folder / "centre.db"))) as store:
        one = Alarmed(store, folder, (), where)
        _seed(one)
        names = Names(where, parties)
        one.look()
        one.look(600)
        one.look(5)
        quiet = _cost(lambda: one.look(5), 15)
        many = [t for t, site in where.items() if site.party == "p007"][:LOST]
        for n in range(0, LOST, 50):
            one.stand(*many[n : n + 50])
            one.now += 10
        joined = _cost(one.look, 1)
        told = _cost(lambda: one.look(180), 1)
        with store.reading() as db:
            page = _cost(lambda: reading.listed(db, names, reading.Asked(), one.now), 5)
            held = rules.current(db).rules
            lost = next(rule for rule in held if rule.id == "lost")
            tried = _cost(lambda: preview(db, held, lost, names, maintenance.recent(db, one.now), one.now), 1)
            alerts = reading.counts(db, one.now)
        one.teller.stop()
    assert alerts["critical"] > 0
    return [
        (f"a look, {TERMINALS} terminals, {STANDING} conditions, no change", *_row(quiet, QUIET)),
        (f"a look at which {LOST} terminals join", *_row(joined, JOIN)),
        ("a look at which they are told, as one alert", *_row(told, TOLD)),
        ("the list of alerts", *_row(page, PAGE)),
        (f"a rule tried over a week of {WEEK} conditions", *_row(tried, TRIED)),
    ]


def _seed(one: Alarmed) -> None:
    chance = random.Random(7)
    terminals = list(one.where)
    values = []
    for n in range(WEEK):
        code, subject = chance.choice(_KINDS)
        since = one.now - chance.uniform(700, 7 * 86400)
        until = None if n < STANDING else min(one.now - 650, since + chance.expovariate(1 / 1800))
        values.append((terminals[n % TERMINALS] if n < STANDING else chance.choice(terminals), code, subject, "bad", since, until))
    with one.store.transaction() as db:
        db.executemany(
            "INSERT INTO conditions (terminal, code, subject, detail, grade, since, until) VALUES (?, ?, ?, '', ?, ?, ?)",
            [(t, c, s, g, since, max(since, until) if until is not None else None) for t, c, s, g, since, until in values],
        )


def _cost(do: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        began = time.process_time()
        do()
        found.append(time.process_time() - began)
    return statistics.median(found)


def _row(measured: float, bar: float) -> tuple[str, str, bool]:
    return f"{measured * 1000:.0f} ms", f"≤ {bar * 1000:.0f} ms", measured <= bar


if __name__ == "__main__":
    for row in rows():
        print(*row, sep="  ")
