"""The broker is killed while a terminal drains its outbox: it forgets what it had acknowledged; nobody else loses anything."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from support.broker import wait_until
from support.fleet import TERMINAL, Fleet, ListOutbox, rating, running_fleet, terminal_end

_EVENTS = 400


def test_every_event_reaches_the_centre_exactly_once_though_the_broker_was_killed(tmp_path: Path) -> None:
    with running_fleet(tmp_path) as fleet:
        outbox = ListOutbox()
        for n in range(_EVENTS):
            outbox.add(rating(f"C{n}"))
        with terminal_end(fleet.broker, outbox=outbox):
            for share in (0.25, 0.6):
                wait_until(lambda share=share: len(outbox.confirmed) > share * _EVENTS, "the drain is under way")
                fleet.broker.kill()
                fleet.broker.start()
            wait_until(lambda: len(outbox) == 0, "the outbox is empty", 60)
        assert sorted(outbox.confirmed) == list(range(1, _EVENTS + 1))
        assert _stored(fleet) == [(TERMINAL, n) for n in range(1, _EVENTS + 1)]


def test_events_that_come_while_the_broker_is_away_arrive_when_it_is_back(tmp_path: Path) -> None:
    with running_fleet(tmp_path) as fleet, terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.connected, "the terminal is connected")
        fleet.broker.kill()
        wait_until(lambda: not terminal.link.state.connected, "the terminal notices")
        terminal.outbox.add(rating())
        terminal.publisher.wake()
        fleet.broker.start()
        wait_until(lambda: terminal.outbox.confirmed == [1], "the event is confirmed")


def _stored(fleet: Fleet) -> list[tuple[str, int]]:
    with fleet.centre.store.reading() as db:
        rows: list[sqlite3.Row] = db.execute("SELECT terminal, sequence FROM events ORDER BY sequence").fetchall()
    return [(row["terminal"], row["sequence"]) for row in rows]
