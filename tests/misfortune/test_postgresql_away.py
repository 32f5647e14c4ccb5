"""The centre's PostgreSQL goes away and comes back: terminals keep what they have, and everything is stored once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx
import pytest
from support.broker import wait_until
from support.fleet import TERMINAL, rating, running_fleet, terminal_end
from support.postgres import own_server

from fleet.database import AwayError
from fleet.people.gate import COOKIE
from fleet.settings import DatabaseSettings
from fleet.store import Store

_EVENTS = 300


def test_a_store_says_it_and_goes_on_when_the_server_is_back() -> None:
    with own_server() as server, closing(Store(server.address("centre"))) as store:
        store.next_bd()
        server.kill()
        with pytest.raises(AwayError, match="PostgreSQL"):
            store.next_bd()
        with pytest.raises(AwayError, match="连不上 PostgreSQL"), store.reading():
            pass
        server.start()
        with store.reading() as db:
            assert db.execute("SELECT value FROM counters WHERE name = 'bd'").fetchone()[0] == 1
        assert store.next_bd() == 2


def test_nothing_is_confirmed_meanwhile_pages_say_so_and_every_event_is_stored_once(tmp_path: Path) -> None:
    with own_server() as server, running_fleet(tmp_path, database=DatabaseSettings(server.address("centre"))) as fleet:
        with terminal_end(fleet.broker) as terminal:
            for n in range(_EVENTS):
                terminal.outbox.add(rating(f"C{n}"))
            terminal.publisher.wake()
            wait_until(lambda: terminal.outbox.confirmed, "the drain is under way")
            assert "仁寿县政务大厅 1 号机" in fleet.console()
            server.kill()
            held = set(terminal.outbox.confirmed)
            terminal.outbox.add(rating("C-late"))
            terminal.publisher.wake()
            page = httpx.get(fleet.centre.console_address + "/sign-in", timeout=20)
            asked = httpx.get(fleet.centre.console_address + "/work", cookies={COOKIE: "x"}, timeout=20)
            assert page.status_code == 200
            assert (asked.status_code, "连不上 PostgreSQL" in asked.text, asked.headers["Retry-After"]) == (503, True, "30")
            with fleet.api() as api:
                assert api.get(f"/v1/documents/{'0' * 64}").status_code == 503
            server.start()
            wait_until(lambda: len(terminal.outbox) == 0, "the outbox is empty", 60)
        assert held < set(terminal.outbox.confirmed)
        with fleet.centre.store.reading() as db:
            rows = db.execute("SELECT terminal, sequence FROM events ORDER BY sequence").fetchall()
        assert [tuple(row) for row in rows] == [(TERMINAL, n) for n in range(1, _EVENTS + 2)]
