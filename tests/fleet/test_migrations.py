"""The centre's database from every version there ever was to this program's: nothing is lost, nothing is half done."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from support.centre_db import new_database, sqlite_only
from support.old_databases import OLD, old_database, schema, told

from fleet.migrations import revisions, statements
from fleet.store import Store

LEFT_OUT = {("ratings", "epoch"), ("ratings", "sequence")}
"""A rating's place in its terminal's outbox: it stands with the event it came in."""


pytestmark = sqlite_only


def test_revisions_are_one_line_and_named_after_it() -> None:
    config = Config()
    config.set_main_option("script_location", "fleet:migrations")
    script = ScriptDirectory.from_config(config)
    assert [(one.revision, one.down_revision) for one in script.walk_revisions()][::-1] == [
        (name, before) for before, name in zip((None, *revisions()), revisions(), strict=False)
    ]
    assert revisions() == tuple(f"{n:04}" for n in range(1, len(revisions()) + 1))


@pytest.mark.parametrize("version", OLD)
def test_an_old_database_comes_to_the_schema_of_a_new_one_with_what_it_holds(version: int, tmp_path: Path) -> None:
    path, new = old_database(tmp_path / "old.db", version), new_database(tmp_path / "new.db")
    held = {what: rows for what, rows in told(path).items() if what not in LEFT_OUT}
    assert held
    for _ in range(2):
        Store(path).close()
        assert schema(path) == schema(new)
        assert told(path).items() >= held.items()


def test_a_database_newer_than_the_program_is_refused_in_words_and_not_touched(tmp_path: Path) -> None:
    path = new_database(tmp_path / "c.db")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '0999'")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="版本是 0999，本程序只认到"):
        Store(path)
    assert path.read_bytes() == before


def test_a_program_of_before_alembic_refuses_this_database(tmp_path: Path) -> None:
    """It looked at nothing but ``user_version``, and knew 8."""
    with closing(sqlite3.connect(new_database(tmp_path / "c.db"))) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] > max(OLD)


def test_a_row_that_points_nowhere_is_named_and_nothing_is_changed(tmp_path: Path) -> None:
    path = old_database(tmp_path / "c.db", 8)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO command_log (command, at, state) VALUES ('nowhere', 1, 'queued')")
    before = schema(path)
    with pytest.raises(ValueError, match="command_log 有一行指向不存在的 commands"):
        Store(path)
    assert schema(path) == before


def test_several_processes_that_open_an_old_database_at_once_are_all_served(tmp_path: Path) -> None:
    path = old_database(tmp_path / "c.db", 1)
    code = "import sys; from pathlib import Path; from fleet.store import Store; sys.stdin.read(); Store(Path(sys.argv[1])).close()"
    children = [subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE) for _ in range(3)]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert schema(path) == schema(new_database(tmp_path / "new.db"))


def test_a_current_database_is_opened_without_alembic(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from fleet.store import Store;"
        "Store(Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(new_database(tmp_path / "c.db"))], check=False).returncode == 0


def test_a_script_is_cut_into_its_statements_and_an_open_end_is_an_error() -> None:
    trigger = "CREATE TRIGGER t BEFORE DELETE ON a BEGIN SELECT 1; SELECT ';'; END;"
    assert list(statements(f"\n-- one; two\nCREATE TABLE a (\n  b TEXT -- ; c\n);\n{trigger}\n")) == [
        "-- one; two\nCREATE TABLE a (\n  b TEXT -- ; c\n);",
        trigger,
    ]
    with pytest.raises(ValueError, match="not ended"):
        list(statements("SELECT 1"))
