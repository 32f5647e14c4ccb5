"""kill -9 before each SQL statement in which terminals are lost, told of, acknowledged and come back: it is told once, and ends."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from support.alerting import PARTIES, sites
from support.centre_db import new_database
from support.killing import killed_before_every_statement

from fleet.alerts import acts, rules
from fleet.alerts.channels import Channel
from fleet.alerts.clock import AlertClock
from fleet.alerts.settings import ChannelEntry
from fleet.alerts.telling import Teller
from fleet.board.conditions import LOST as GONE
from fleet.board.conditions import settle
from fleet.presence import Hearing
from fleet.store import Store

NOW = 1_794_016_800.0
WHERE = sites(["t-1", "t-2"])


class ToFile(Channel):
    """A channel whose other end is a file: what was told, by its id."""

    def send(self, id: str, title: str, text: str) -> None:
        with (self.entry.url_file.parent / "told").open("a") as file:
            file.write(f"{id} {title}\n")


def life(folder: Path) -> None:
    """Goes on wherever it was: each part is done when it was not."""
    now = [NOW]
    teller = Teller([ToFile(ChannelEntry("duty", "群", folder / "url"))], folder, clock=lambda: now[0])
    with closing(Store(folder / "c.db")) as store:
        clock = AlertClock(store, lambda _db: WHERE, PARTIES, lambda: Hearing(0.0), teller, now=lambda: now[0])

        def look(seconds: float) -> None:
            now[0] += seconds
            clock.tick()
            while teller.one():
                pass

        look(11)
        with store.transaction() as db:
            if db.execute("SELECT 1 FROM alerts WHERE state = 'open'").fetchone():
                acts.acknowledge(db, 1, "li", "看到了", now[0])
            for terminal in WHERE:
                settle(db, terminal, {"lost"}, (), now[0])
        look(100)
    teller.stop()


LOST_NOW = rules.Rule("lost", "失联", ("lost",), hold=10, clear=0, tell=("duty",))


def test_killed_before_every_statement_and_started_again_it_is_told_once_and_ends(memory: Path) -> None:
    with closing(Store(new_database(memory / "c.db"))) as store, store.transaction() as db:
        rules.save(db, (LOST_NOW,), 0, ("duty",), "li", "w", NOW)
        for terminal in WHERE:
            settle(db, terminal, {"lost"}, {GONE}, NOW)
    statements = killed_before_every_statement(Path(__file__), memory)
    assert statements > 60
    for statement in range(1, statements + 1):
        folder = memory / str(statement)
        life(folder)
        told = [line.split(" ", 1) for line in (folder / "told").read_text().splitlines()]
        by_id = dict(told)
        assert [title[:4] for title in by_id.values()] == ["【通办报", "【通办·"], statement
        assert len(told) - len(by_id) <= 1, "again under the same id, when it was killed between telling and noting it"
        with closing(sqlite3.connect(folder / "c.db")) as db:
            states = db.execute("SELECT state, live, standing, most FROM alerts").fetchall()
            kinds = [row[0] for row in db.execute("SELECT kind FROM alert_log ORDER BY position")]
            waiting = db.execute("SELECT count(*) FROM alert_tellings WHERE message IS NULL").fetchone()
        assert (states, kinds, waiting) == ([("resolved", 0, 0, 2)], ["opened", "acknowledge", "resolved"], (0,))
