"""What is said now is stored before a backlog that came first: real broker, real worker."""

from __future__ import annotations

import time

from support.broker import wait_until
from support.fleet import EPOCH, TERMINAL, Fleet, rating, terminal_end

from fleet.waiting import ROWS
from mqtt.events import event

OLD = 6 * ROWS


def test_an_event_said_now_is_stored_before_a_backlog_that_was_sent_before_it(fleet: Fleet) -> None:
    store = fleet.centre.store
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.connected and fleet.centre.ingest.hearing.since, "both are connected")
        with store.transaction():  # nothing else is written meanwhile
            for number in range(1, OLD + 1):
                terminal.link.publish_event(event(TERMINAL, EPOCH, number, "2026-11-20T09:30:00+08:00", rating(f"C{number}")))
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            terminal.link.publish_event(event(TERMINAL, EPOCH, OLD + 1, now, rating("C-now")))
            wait_until(lambda: not terminal.link._connection._live._out_messages, "the broker has everything")

        def stored() -> int:
            with store.reading() as db:
                return int(db.execute("SELECT count(*) FROM events").fetchone()[0])

        wait_until(lambda: stored() == OLD + 1, "all is stored")
        with store.reading() as db:
            (later,) = db.execute(
                "SELECT count(*) FROM events WHERE received > (SELECT received FROM events WHERE sequence = ?)", (OLD + 1,)
            ).fetchone()
    assert later >= OLD // 3, "it was sent last of all"
