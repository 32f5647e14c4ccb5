from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.staff import NOW

from domain.staff.roles import Role
from kiosk.staff.memory import LockedError, Lockout, Memory, Method
from kiosk.store.db import StoreError

SECOND = timedelta(seconds=1)


@pytest.fixture
def memory_at(tmp_path: Path) -> Iterator[Memory]:
    kept = Memory(tmp_path / "staff.db")
    yield kept
    kept.close()


def test_after_five_failures_each_further_one_costs_twice_the_wait_up_to_a_limit() -> None:
    lockout = Lockout()
    waits = [lockout.wait(n) / SECOND for n in range(13)]
    assert waits == [0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900]
    assert lockout.wait(10**9) == timedelta(minutes=15)


def test_locked_means_that_nothing_is_tried(memory_at: Memory) -> None:
    for _ in range(5):
        memory_at.attempt(Method.BADGE, NOW)
    with pytest.raises(LockedError) as locked:
        memory_at.attempt(Method.BADGE, NOW + 5 * SECOND)
    assert locked.value.left == 10 * SECOND
    memory_at.attempt(Method.BADGE, NOW + 15 * SECOND)
    assert memory_at.locked(Method.BADGE, NOW + 16 * SECOND) == 29 * SECOND


def test_the_lock_survives_a_restart(tmp_path: Path) -> None:
    for _ in range(5):
        kept = Memory(tmp_path / "staff.db")
        kept.attempt(Method.BADGE, NOW)
        kept.close()
    again = Memory(tmp_path / "staff.db")
    assert again.locked(Method.BADGE, NOW + SECOND) == 14 * SECOND
    again.close()


def test_a_clock_put_back_does_not_end_the_wait(memory_at: Memory) -> None:
    for _ in range(5):
        memory_at.attempt(Method.BADGE, NOW)
    assert memory_at.locked(Method.BADGE, NOW - timedelta(days=1)) == 15 * SECOND


def test_a_locked_badge_does_not_lock_the_code(memory_at: Memory) -> None:
    for _ in range(5):
        memory_at.attempt(Method.BADGE, NOW)
    memory_at.attempt(Method.CODE, NOW)


def test_an_attempt_that_proved_nothing_is_taken_back_and_does_not_make_the_wait_longer(memory_at: Memory) -> None:
    for _ in range(5):
        memory_at.attempt(Method.BADGE, NOW)
    memory_at.attempt(Method.BADGE, NOW + 20 * SECOND)
    memory_at.forgive(Method.BADGE)
    assert memory_at.locked(Method.BADGE, NOW + 21 * SECOND) is None


def test_signing_in_ends_the_failures(memory_at: Memory) -> None:
    for _ in range(4):
        memory_at.attempt(Method.BADGE, NOW)
    memory_at.signed_in(NOW, Method.BADGE, "7f", Role.TECHNICIAN, "sign-in")
    memory_at.attempt(Method.BADGE, NOW)
    assert memory_at.locked(Method.BADGE, NOW) is None


def test_a_code_is_spent_once_also_after_a_restart(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "staff.db")
    assert kept.spend(NOW, "00", "slot", Role.CLERK, "sign-in")
    assert not kept.spend(NOW, "00", "slot", Role.CLERK, "sign-in")
    kept.close()
    again = Memory(tmp_path / "staff.db")
    assert not again.spend(NOW, "00", "slot", Role.CLERK, "sign-in")
    assert [event for _, event, _ in again.lines()] == ["staff_signed_in"]
    again.close()


def test_an_audit_line_stays(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "staff.db")
    kept.refused(NOW, Method.BADGE, "badge_revoked", "7f", Role.TECHNICIAN)
    kept.close()
    db = sqlite3.connect(tmp_path / "staff.db")
    for change in ("UPDATE audit SET at = ''", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(change)
    db.close()


def test_a_newer_or_damaged_file_is_refused_by_name(tmp_path: Path) -> None:
    Memory(tmp_path / "staff.db").close()
    db = sqlite3.connect(tmp_path / "staff.db")
    db.execute("PRAGMA user_version = 9")
    db.close()
    with pytest.raises(StoreError, match="更新的版本"):
        Memory(tmp_path / "staff.db")
    (tmp_path / "other.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="打不开"):
        Memory(tmp_path / "other.db")


def test_what_cannot_be_written_down_is_an_error_and_opens_nothing(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "staff.db")
    kept._db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="写不进盘"):
        kept.spend(NOW, "00", "slot", Role.CLERK, "sign-in")
    with pytest.raises(StoreError, match="写不进盘"):
        kept.attempt(Method.BADGE, NOW)
    kept.close()
