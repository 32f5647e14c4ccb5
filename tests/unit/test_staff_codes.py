from __future__ import annotations

import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.staff import KEY, NOW, TERMINAL, a_book, a_request, opened

from domain.code import MistypedError, grouped, read, write
from domain.staff.book import BadBookError, Slot, open_book
from domain.staff.key import StaffKey
from domain.staff.roles import Purpose, Role
from fleet.staff_codes import Ledger, NoCodeError

SLOT = Slot(NOW.date(), Role.TECHNICIAN, Purpose.SIGN_IN, 1)
CODE = KEY.code(TERMINAL, "00" * 8, SLOT)


def test_the_code_of_a_book_is_found_there_and_says_what_it_is_for() -> None:
    assert opened(a_book()).find(CODE) == SLOT
    assert opened(a_book()).find(write(bytes(12))) is None


def test_a_code_is_bound_to_its_terminal() -> None:
    other = opened(a_book(terminal="demo-k02"), "demo-k02")
    assert other.find(CODE) is None


def test_a_code_lasts_its_day_and_two_hours() -> None:
    assert SLOT.begins <= NOW < SLOT.ends
    assert SLOT.ends - SLOT.begins == timedelta(hours=26)


def test_a_book_of_another_signer_or_terminal_or_changed_in_one_byte_is_refused() -> None:
    good = a_book(days=1)
    for at in range(0, len(good), 7):
        changed = bytearray(good)
        changed[at] ^= 1
        with pytest.raises(BadBookError):
            opened(bytes(changed))
    for wrong in (a_book(StaffKey(bytes(32))), a_book(terminal="demo-k02"), b"", good[:-1], good + b" "):
        with pytest.raises(BadBookError):
            opened(wrong)


@given(st.binary(max_size=300))
def test_no_bytes_upset_the_reading_of_a_book(data: bytes) -> None:
    for whole in (data, a_book(days=1)[:200] + data, b"tongban-staff-book/1 " + data):
        with pytest.raises(BadBookError):
            open_book(whole, KEY.public, TERMINAL)


def test_a_book_holds_no_code() -> None:
    book = a_book()
    assert CODE.encode() not in book
    assert grouped(CODE).encode() not in book


@given(st.binary(min_size=32, max_size=32))
def test_every_code_is_read_back_as_a_person_may_type_it(secret: bytes) -> None:
    code = write(secret)
    assert read(code) == code
    assert read(f"  {grouped(code).lower()} ") == code
    assert read(code.replace("0", "o").replace("1", "l")) == code
    assert read("".join(chr(ord(c) + 0xFEE0) for c in code)) == code  # full-width, as a Chinese keyboard may give


@given(st.binary(min_size=12, max_size=12), st.integers(0, 19), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_always_noticed(secret: bytes, at: int, other: str) -> None:
    code = write(secret)
    if code[at] != other:
        with pytest.raises(MistypedError):
            read(code[:at] + other + code[at + 1 :])


@given(st.text(max_size=300))
def test_no_text_upsets_the_reading_of_a_code(text: str) -> None:
    with contextlib.suppress(MistypedError):
        assert len(read(text)) == 20


def test_what_is_issued_is_in_the_ledger_before_it_is_told_and_stays_there(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "staff.db", KEY)
    book = opened(ledger.new_book(TERMINAL, NOW.date(), 3, NOW))
    given_out = [ledger.issue(a_request(), NOW) for _ in range(3)]
    assert [book.find(issued.code) for issued in given_out] == [issued.slot for issued in given_out]
    assert len({issued.slot for issued in given_out}) == 3
    assert ledger.entries()[0] == (
        TERMINAL,
        given_out[0].slot.name,
        "试技术员 工号 0007",
        "试值班员",
        "工作证丢失",
        NOW.isoformat(),
    )
    with pytest.raises(NoCodeError, match="发完"):
        ledger.issue(a_request(), NOW)
    with pytest.raises(NoCodeError, match="码本只管"):
        ledger.issue(a_request(), NOW + timedelta(days=5))
    with pytest.raises(NoCodeError, match="还没有码本"):
        ledger.issue(a_request("demo-k02"), NOW)
    ledger.close()
    with sqlite3.connect(tmp_path / "staff.db") as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("DELETE FROM issued")
    db.close()
    assert not [issued.code for issued in given_out if issued.code.encode() in (tmp_path / "staff.db").read_bytes()]


def test_the_newest_book_is_the_one_codes_are_given_from(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "staff.db", KEY)
    old, new = (opened(ledger.new_book(TERMINAL, NOW.date(), 3, NOW)) for _ in range(2))
    code = ledger.issue(a_request(), NOW).code
    assert (old.find(code), new.find(code) is not None) == (None, True)
    ledger.close()


def test_no_repr_tells_a_code(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "staff.db", KEY)
    ledger.new_book(TERMINAL, NOW.date(), 3, NOW)
    issued = ledger.issue(a_request(), NOW)
    assert issued.code not in repr(issued)
    ledger.close()
