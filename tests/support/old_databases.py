"""The centre's databases as programs of before made them: their own SQL (``tests/fleet/old_schemas``), and a few rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
from support.fleet import HOME, INTAKE, TERMINAL, TIME

from mqtt.events import ItemError

OLD = tuple(range(1, 9))
_SCHEMAS = Path(__file__).parents[1] / "fleet" / "old_schemas"
_CASE = ("C1", TERMINAL, "i", "事项", "s", HOME, INTAKE, TIME, "t" * 22, 1.0)
_TOLD = msgspec.json.encode(ItemError(HOME, "i", "s", "limit", "时限改短了", "2026-10", TIME))
_HELD = {
    1: [
        ("INSERT INTO terminals (terminal, said, bd) VALUES (?, ?, ?)", (TERMINAL, "up", 3)),
        ("INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _CASE),
        ("INSERT INTO case_documents VALUES (?, ?, ?, ?, ?)", ("C1", 0, "d" * 64, 5, "case")),
        ("INSERT INTO ratings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (TERMINAL, "e", 1, "C1", 5, "[]", "screen", TIME)),
        ("UPDATE counters SET value = ? WHERE name = 'bd'", (41,)),
    ],
    3: [
        (
            "INSERT INTO commands VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ("c1", TERMINAL, "reboot", b"{}", "ops", "why", 1.0, 2.0, "expired", None, None, None, 0),
        ),
        ("INSERT INTO command_log VALUES (?, ?, ?, ?, ?, ?)", (1, "c1", 1.0, "queued", "ops", "why")),
    ],
    4: [("INSERT INTO drafts VALUES (?, ?, ?, ?, ?, ?, ?)", ("n", "hall", TERMINAL, "d", 5, 9.0, 0))],
    5: [("INSERT INTO corrections VALUES (?, ?, ?, ?, ?, ?)", (TERMINAL, "e", 2, HOME, _TOLD, 1.0))],
    7: [("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (1, 1.0, "ops", "people", "ops", "", "done", "h"))],
}
"""By the version that brought their tables; ``cases`` had one column more from version 6 on, and one more from 8."""


def old_database(path: Path, version: int) -> Path:
    """``path``, where a database of ``version`` lies now, carried up to it step by step as the programs did."""
    with closing(sqlite3.connect(path)) as db:
        for step in range(1, version + 1):
            db.executescript((_SCHEMAS / f"v{step}.sql").read_text("utf-8"))
            for statement, row in _HELD.get(step, ()):
                db.execute(statement, row)
            db.commit()
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("PRAGMA journal_mode = WAL")
    return path


def schema(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    return [(*rest, "".join((sql or "").split())) for *rest, sql in found]


def told(path: Path) -> dict[tuple[str, str], list[object]]:
    """What is held, by table and column."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = [(table, column[1]) for table in tables for column in db.execute(f"PRAGMA table_info({table})")]
        return {(table, name): [v for (v,) in db.execute(f"SELECT {name} FROM {table}")] for table, name in columns}
