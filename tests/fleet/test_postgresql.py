"""The centre's database on PostgreSQL: the same tables, the same promises, and what is said when it cannot be used."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.pool import NullPool
from support import postgres
from support.centre_db import REFUSED
from support.fleet import EPOCH, TERMINAL, TIME, rating
from support.postgres import database_of, server

from fleet.database import AwayError, DatabaseError
from fleet.database.postgresql import PostgreSQL
from fleet.database.sqlite import SQLite
from fleet.intake import understand
from fleet.migrations import postgresql as migrating
from fleet.migrations import revisions
from fleet.settings import DatabaseSettings, SettingsError, address
from fleet.store import Store
from mqtt import topics
from mqtt.events import event

TYPES = {"BIGINT": "INTEGER", "DOUBLE PRECISION": "REAL", "BYTEA": "BLOB"}


@pytest.fixture
def where(tmp_path: Path) -> str:
    return database_of(tmp_path / "c.db")


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    with closing(Store(where)) as opened:
        yield opened


def test_both_engines_have_the_same_tables_columns_keys_and_promises(where: str, tmp_path: Path) -> None:
    SQLite(tmp_path / "c.db").close()
    engines = [
        create_engine(f"sqlite:///{tmp_path}/c.db", poolclass=NullPool),
        create_engine(where.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool),
    ]
    lite, post = (_schema(engine) for engine in engines)
    assert (lite["events"].pop("key"), post["events"].pop("key")) == (["terminal", "epoch", "sequence"], [])
    for name, told in lite.items():
        assert post[name] == told, name
    assert post.keys() - lite.keys() == {"outboxes", "bygone"}, "events are kept by the month, see test_events_by_the_month"


def test_what_is_never_changed_is_not_and_what_stands_in_a_check_neither(store: Store) -> None:
    for statement, told in (
        ("INSERT INTO terminals (terminal, said) VALUES ('t', 'maybe')", "check"),
        ("INSERT INTO case_documents VALUES ('n', 1, 'd', 1, 'case')", "foreign key"),
        (
            "INSERT INTO notes (terminal, at, by, text) VALUES ('t', 1, 'b', 'x'); UPDATE notes SET text = 'y'",
            "a note is not changed",
        ),
    ):
        with pytest.raises(REFUSED, match=told), store.transaction() as db:
            db.execute(statement)
    with store.transaction() as db:
        db.execute("INSERT INTO notes (terminal, at, by, text) VALUES ('t', 1, 'b', 'x')")
    for statement, told in (("UPDATE notes SET text = 'y'", "not changed"), ("DELETE FROM notes", "not deleted")):
        with pytest.raises(REFUSED, match=f"a note is {told}"), store.transaction() as db:
            db.execute(statement)


def test_rows_come_by_place_and_by_name_and_true_is_one(store: Store) -> None:
    for digest in "ab":
        store.document_stored(digest, 2**40, 1.5)
    with store.reading() as db:
        row = db.execute(
            "SELECT 1 AS a, :b AS b, 2 > 1 AS c, sum(size) AS d, NULL AS e FROM documents", {"b": b"\0\xff"}
        ).fetchone()
    assert tuple(row) == (1, b"\0\xff", 1, 2**41, None)
    assert (row["b"], row["c"], row.keys()) == (b"\0\xff", 1, ("a", "b", "c", "d", "e"))
    assert [type(value) for value in row] == [int, bytes, int, int, type(None)]
    with pytest.raises(KeyError):
        row["f"]


def test_nobody_writes_beside_a_writer_and_a_reader_sees_one_moment(store: Store, where: str) -> None:
    with closing(Store(where)) as other, store.reading() as reading:
        assert reading.execute("SELECT value FROM counters").fetchone()[0] == 0
        done = threading.Thread(target=other.next_bd)
        with store.transaction() as db:
            (value,) = db.execute("SELECT value FROM counters WHERE name = 'bd'").fetchone()
            done.start()
            done.join(0.2)
            assert done.is_alive()
            db.execute("UPDATE counters SET value = ? WHERE name = 'bd'", (value + 10,))
        done.join()
        assert reading.execute("SELECT value FROM counters").fetchone()[0] == 0
    with store.reading() as db:
        assert db.execute("SELECT value FROM counters").fetchone()[0] == 11
    with pytest.raises(Exception, match="read-only"), store.reading() as db:
        db.execute("DELETE FROM counters")


def test_an_event_is_stored_once_and_one_no_database_holds_holds_up_nobody(store: Store) -> None:
    first, other = event(TERMINAL, EPOCH, 1, TIME, rating("C1")), event(TERMINAL, EPOCH, 2, TIME, rating("C2"))
    bodies = (first, other.replace(b'"C2"', b'"C\\u00002"'), first)
    batch = [understand(topics.events(TERMINAL), body, False, {TERMINAL}) for body in bodies]
    for _ in range(2):
        assert [one.sequence for one in store.record(batch, 1.0)] == [1, 2, 1]
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM events").fetchone()[0] == 1
        assert db.execute("SELECT reason FROM dead_letters").fetchone()[0] == "a text has the character 0"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("CREATE TABLE somebody (a int)", "里有别的表"),
        ("CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('9999')", "版本是 9999"),
    ],
)
def test_a_database_that_is_not_ours_is_left_alone(tmp_path: Path, made: str, said: str) -> None:
    where = postgres.empty_database("e_" + re.sub(r"\W", "_", tmp_path.name.lower()))
    server().execute(made, where.partition("@/")[2].partition("?")[0])
    with pytest.raises(ValueError, match=said):
        PostgreSQL(where)


def test_a_database_of_another_encoding_is_refused_with_what_to_do(tmp_path: Path) -> None:
    name = "l_" + re.sub(r"\W", "_", tmp_path.name.lower())
    server().execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(ValueError, match="要 UTF8"):
        PostgreSQL(server().address(name))


def test_who_may_not_sign_in_and_what_is_not_there_is_told_apart() -> None:
    with pytest.raises(DatabaseError, match="没有这个数据库或角色"):
        PostgreSQL(server().address("nobody_made_it"))
    with pytest.raises(DatabaseError, match="没有这个数据库或角色"):
        PostgreSQL(server().address("postgres", "nobody"))


def test_a_later_revision_runs_in_the_callers_transaction_in_the_words_of_either(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "later").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    for name, told in (
        ("9001_both", 'run("CREATE TABLE a (n INTEGER PRIMARY KEY, b BLOB) STRICT; -- 5% of all\\nCREATE INDEX a_b ON a (b);")'),
        ("9002_own", 'run("SELECT nothing;", postgresql="CREATE TABLE b (n bigint); INSERT INTO b VALUES (1)")'),
    ):
        body = f"from fleet.migrations import run\nrevision = '{name[:4]}'\ndef upgrade():\n    {told}\n"
        (tmp_path / "later" / f"{name}.py").write_text(body, "utf-8")
    names = ["9001_both", "9002_own"]
    engine = PostgreSQL(where)
    with closing(engine):
        with pytest.raises(ModuleNotFoundError), engine.transaction() as db:
            migrating.carry_on(db, "later", [*names, "9003_missing"])
        with engine.transaction() as db:
            assert migrating.revision(db) == revisions()[-1]
            migrating.carry_on(db, "later", names)
            db.execute("INSERT INTO a (b) SELECT ? FROM b", (b"x",))
            assert migrating.revision(db) == "9002"
    with pytest.raises(ValueError, match="版本是 9002"):
        PostgreSQL(where)


def test_a_role_that_may_not_make_tables_is_told_what_it_lacks(tmp_path: Path) -> None:
    where = postgres.empty_database("r_" + re.sub(r"\W", "_", tmp_path.name.lower()))
    server().execute("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN")
    with pytest.raises(DatabaseError, match="没有权限"):
        PostgreSQL(where.replace("tongban@", "guest@"))


def test_a_password_stands_in_a_file_of_its_own_and_in_no_error(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("pass word'1\n", "utf-8")
    file.chmod(0o600)
    said = DatabaseSettings("postgresql://tongban@127.0.0.1:1/centre", file)
    assert conninfo_to_dict(address(said))["password"] == "pass word'1"
    with pytest.raises(AwayError, match="连不上 PostgreSQL") as refused:
        PostgreSQL(address(said))
    assert "pass word" not in str(refused.value)
    for wrong, told in (
        ("postgresql://tongban:x@db/centre", "不能写口令"),
        ("postgresql://db/x?colour=red", "不是 PostgreSQL 的地址"),
    ):
        with pytest.raises(SettingsError, match=told):
            address(DatabaseSettings(wrong))
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        address(said)


def _schema(engine: Engine) -> dict[str, Any]:
    look = inspect(engine)
    found: dict[str, Any] = {f"view {name}": [c["name"] for c in look.get_columns(name)] for name in look.get_view_names()}
    columns, keys, others = look.get_multi_columns(), look.get_multi_pk_constraint(), look.get_multi_foreign_keys()
    indexes, unique, checks = look.get_multi_indexes(), look.get_multi_unique_constraints(), look.get_multi_check_constraints()
    for place in columns:
        if place[1] in ("sqlite_sequence", "alembic_version"):
            continue
        key = keys[place]["constrained_columns"]
        found[place[1]] = {
            "columns": [_column(column, key) for column in columns[place]],
            "key": key,
            "others": sorted((one["constrained_columns"], one["referred_table"]) for one in others[place]),
            "indexes": sorted((one["name"], one["column_names"], bool(one["unique"])) for one in indexes[place] if _own(one)),
            "unique": sorted(sorted(one["column_names"]) for one in unique[place]),
            "checks": sorted(sorted(set(re.findall(r"'[^']*'", one["sqltext"]))) for one in checks[place]),
        }
    asked = {
        "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    }
    with engine.connect() as db:
        for table, name, sql in db.exec_driver_sql(asked[engine.dialect.name]):
            found[f"trigger {name}"] = (table, re.findall(r"(?:BEFORE|AFTER) (\w+)", sql), re.findall(r"'([^']+)'\)", sql))
    return found


def _column(column: Any, key: list[str]) -> tuple[str, str, bool, str | None]:
    kind = str(column["type"]).partition(" COLLATE")[0]
    default = column["default"]
    said = None if default is None or "nextval" in default else default.partition("::")[0]
    return column["name"], TYPES.get(kind, kind), column["nullable"] and column["name"] not in key, said


def _own(index: Any) -> bool:
    """Not that of a constraint, which PostgreSQL tells as well."""
    return not index.get("duplicates_constraint")
