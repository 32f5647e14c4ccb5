"""A centre moves from SQLite's file to PostgreSQL by one command: whole or not at all, and its terminals notice nothing."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import postgres
from support.broker import wait_until
from support.centre_db import new_database, sqlite_only
from support.console import console
from support.fleet import EPOCH, TERMINAL, TIME, ListOutbox, rating, running_fleet, terminal_end, write_settings

from fleet.cli import commands
from fleet.database import DatabaseError
from fleet.database.moving import MOVED, move
from fleet.intake import understand
from fleet.people import record
from fleet.settings import DatabaseSettings
from fleet.store import Store
from mqtt import topics
from mqtt.events import event

pytestmark = sqlite_only


@pytest.fixture
def empty(tmp_path: Path) -> str:
    return postgres.empty_database("m_" + re.sub(r"\W", "_", tmp_path.name.lower()))


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a centre with something of everything holds, closed."""
    folder = tmp_path_factory.mktemp("moved")
    with console(folder) as one:
        body = event(TERMINAL, EPOCH, 1, TIME, rating("C1"))
        one.store.record([understand(topics.events(TERMINAL), body, False, {TERMINAL})], 1.0)
        with one.store.transaction() as db:
            db.execute("INSERT INTO notes (terminal, at, by, text) VALUES ('t', 0.1, 'li', ?)", ("a\0b 𠮷",))
    return folder / "centre.db"


def test_every_row_is_there_and_numbers_go_on_behind_the_last(centre: Path, empty: str) -> None:
    held = centre.read_bytes()
    told: dict[str, int] = {}
    moved = move(centre, empty, told.__setitem__)
    assert centre.read_bytes() == held
    with closing(sqlite3.connect(centre)) as old, closing(Store(empty)) as store, store.reading() as db:
        for table, rows in told.items():
            assert rows == old.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            was = sorted(map(repr, old.execute(f"SELECT * FROM {table}")))
            now = sorted(repr(tuple(row)) for row in db.execute(f"SELECT * FROM {table}") if MOVED not in tuple(row))
            assert now == [row.replace("\\x00", "␀") for row in was], table
        numbers = dict(old.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
        assert record.broken(db) is None
    assert (moved.rows, moved.tables, moved.mended) == (sum(told.values()), len(told), 1)
    with closing(Store(empty)) as store, store.transaction() as db:
        db.execute("INSERT INTO changes (terminal) VALUES ('new')")
        assert db.execute("SELECT n FROM changes WHERE terminal = 'new'").fetchone()[0] == numbers["changes"] + 1


def test_a_server_that_ends_in_the_middle_is_said_and_nothing_was_moved(centre: Path, empty: str) -> None:
    name = empty.partition("@/")[2].partition("?")[0]
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    with pytest.raises(DatabaseError):
        move(centre, empty, lambda _table, _rows: postgres.server().execute(cut) and None)
    assert not move(centre, empty).again


def test_done_again_it_says_that_it_was_done(centre: Path, empty: str) -> None:
    assert not move(centre, empty).again
    assert move(centre, empty).again


def test_a_centre_that_runs_and_a_database_that_is_not_empty_are_refused(centre: Path, empty: str, tmp_path: Path) -> None:
    with closing(Store(centre)), pytest.raises(DatabaseError, match="中心还在运行"):
        move(centre, empty)
    Store(empty).close()
    with pytest.raises(DatabaseError, match="已经有一个中心"):
        move(centre, empty)
    other = tmp_path / "old.db"
    with closing(sqlite3.connect(other)) as db:
        db.execute("PRAGMA user_version = 7")
    with pytest.raises(DatabaseError, match="旧版本"):
        move(other, empty)
    with pytest.raises(DatabaseError, match="不存在"):
        move(tmp_path / "none.db", empty)


@pytest.mark.parametrize("after", [0, 20, 60])
def test_killed_anywhere_it_was_not_and_is_begun_again(centre: Path, empty: str, after: int) -> None:
    code = (
        "import sys; from pathlib import Path; from fleet.database.moving import move\n"
        "move(Path(sys.argv[1]), sys.argv[2], lambda table, rows: (print(table, flush=True), sys.stdin.readline()))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(centre), empty], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as moving:
        assert moving.stdin is not None
        assert moving.stdout is not None
        for _ in range(after + 1):
            assert moving.stdout.readline()
            moving.stdin.write("\n")
            moving.stdin.flush()
        moving.send_signal(signal.SIGKILL)
    name = empty.partition("@/")[2].partition("?")[0]
    wait_until(
        lambda: not postgres.server().execute(f"SELECT 1 FROM pg_stat_activity WHERE datname = '{name}'"), "its session is over"
    )
    assert postgres.server().execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == [(0,)]
    assert not move(centre, empty).again


def test_terminals_queue_meanwhile_and_everything_is_there_once(tmp_path: Path, empty: str) -> None:
    outbox = ListOutbox()
    with running_fleet(tmp_path) as fleet, terminal_end(fleet.broker, outbox=outbox) as terminal:
        for n in range(50):
            outbox.add(rating(f"C{n}"))
        terminal.publisher.wake()
        wait_until(lambda: len(outbox) == 0, "the first are stored")
        fleet.stop()
        for n in range(50, 80):
            outbox.add(rating(f"C{n}"))
        terminal.publisher.wake()
        fleet.database = DatabaseSettings(empty)
        settings = write_settings(tmp_path / "centre.toml", fleet.settings())
        refused = CliRunner().invoke(commands, ["centre", "person", "list", str(settings)])
        assert (refused.exit_code, "还没有搬" in refused.output) == (1, True), refused.output
        done = CliRunner().invoke(commands, ["centre", "move-to-postgresql", str(settings)])
        assert (done.exit_code, "搬完了" in done.output) == (0, True), done.output
        fleet.start()
        wait_until(lambda: len(outbox) == 0, "what waited is stored", 60)
        with fleet.centre.store.reading() as db:
            rows = db.execute("SELECT terminal, sequence FROM events ORDER BY sequence").fetchall()
        assert [tuple(row) for row in rows] == [(TERMINAL, n) for n in range(1, 81)]
        assert sorted(outbox.confirmed) == list(range(1, 81))
        old = new_database(fleet.settings().data / "centre.db")
        with pytest.raises(ValueError, match="已经搬到 PostgreSQL"):
            Store(old)
