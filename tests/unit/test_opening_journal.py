"""The journal of openings of a desk or window: who, what of it, why; and that any change to it shows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from domain.case.content import CaseContent
from domain.protection.groups import GROUPS, OF_CASE
from fleet.desk.journal import DeedEntry, Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "openings.db")


def test_every_field_of_a_case_belongs_to_a_group_or_names_nobody() -> None:
    assert {f.name for f in msgspec.structs.fields(CaseContent)} == set(OF_CASE)
    assert {group for group in OF_CASE.values() if group is not None} == set(GROUPS) - {"papers"}


def test_an_opening_says_who_why_and_what_of_it_was_read(journal: Journal) -> None:
    one = journal.opening("C1", "王五", "材料预审", 1.0, "home_officer")
    journal.ended(one, "opened", 2.0)
    for part in ("a" * 64, "a" * 64, "b" * 64):
        journal.read(one, "materials", part, 3.0)
    journal.read(one, "signature", "", 4.0)
    two = journal.opening("C1", "赵六", "复核", 5.0)
    (second, first) = journal.entries("C1")
    assert (first.staff, first.reason, first.outcome, first.role) == ("王五", "材料预审", "opened", "home_officer")
    assert first.groups == ("identity", "contact", "form", "materials", "signature")
    assert (second.outcome, second.groups) == (None, ())
    reads = [line for line in journal.lines() if line.act == "read" and line.result.startswith("materials")]
    assert len(reads) == 2  # one a page, however often it is looked at
    assert all(line.who == "王五" and line.why == str(one) for line in reads)
    assert two > one


def test_what_failed_to_open_was_not_read(journal: Journal) -> None:
    journal.ended(journal.opening("C1", "王五", "材料预审", 1.0), "damaged", 2.0)
    (entry,) = journal.entries("C1")
    assert (entry.outcome, entry.groups) == ("damaged", ())


@pytest.mark.parametrize("change", ["UPDATE record SET who = '别人' WHERE position = 2", "DELETE FROM record WHERE position = 2"])
def test_any_change_shows_from_there_on(tmp_path: Path, journal: Journal, change: str) -> None:
    for n in range(3):
        journal.opening(f"C{n}", "王五", "预审", float(n))
    journal.doing(DeedEntry("d1", "C1", 3, "accepted", "王五", "home_officer", "符合条件", 4.0))
    assert journal.broken() is None
    with closing(sqlite3.connect(tmp_path / "openings.db")) as db:
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(change)
        db.execute("DROP TRIGGER record_stays")
        db.execute("DROP TRIGGER record_remains")
        db.execute(change)
        db.commit()
    assert journal.broken() == 2


def test_a_deed_done_twice_is_one_line(journal: Journal) -> None:
    deed = DeedEntry("d1", "C1", 3, "accepted", "王五", "home_officer", "符合条件", 4.0)
    journal.doing(deed)
    journal.doing(deed)
    assert [line.act for line in journal.lines()] == ["act:accepted"]
    assert journal.deeds("C1") == (deed,)


def test_openings_of_an_older_desk_become_the_first_lines(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.executescript(
            "CREATE TABLE openings (id INTEGER PRIMARY KEY, number TEXT, staff TEXT, reason TEXT, at REAL, role TEXT) STRICT;"
            "CREATE TABLE outcomes (opening INTEGER PRIMARY KEY REFERENCES openings, outcome TEXT, at REAL) STRICT;"
            "INSERT INTO openings VALUES (4, 'C1', '王五', '预审', 1.0, ''), (7, 'C2', '赵六', '审查', 2.0, 'approver');"
            "INSERT INTO outcomes VALUES (7, 'opened', 2.5);"
            "CREATE TRIGGER openings_remain BEFORE DELETE ON openings BEGIN SELECT raise(ABORT, 'stay'); END;"
        )
    for _ in range(2):
        with closing(Journal(tmp_path / "old.db")) as journal:
            (first,), (second,) = journal.entries("C1"), journal.entries("C2")
            assert (first.staff, first.outcome, second.role, second.outcome) == ("王五", None, "approver", "opened")
            assert (len(journal.lines()), journal.broken()) == (3, None)
