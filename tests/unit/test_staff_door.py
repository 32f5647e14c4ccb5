from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.door import OFFICE, Hall
from support.staff import KEY, NOW, TERMINAL, a_book

from devices.port import BadgeGone
from devices.virtual.badges import CARD_AUTHENTICATION, Badge, Office
from domain.code import grouped
from domain.staff.book import Slot
from domain.staff.key import StaffKey
from domain.staff.roles import Purpose, Right, Role
from kiosk.staff.door import Closed, Open, PinWanted, challenge
from kiosk.staff.memory import Method

BADGE = OFFICE.badge()
SERIAL = f"{BADGE.serial:x}"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    stood = Hall(tmp_path)
    yield stood
    stood.memory.close()


def code(day: int = 0, role: Role = Role.TECHNICIAN, number: int = 1, key: StaffKey = KEY, terminal: str = TERMINAL) -> str:
    return grouped(key.code(terminal, "00" * 8, Slot(NOW.date() + timedelta(days=day), role, Purpose.SIGN_IN, number)))


def typed(hall: Hall, text: str) -> str | None:
    hall.door.code(text)
    return hall.door.state.fault if isinstance(hall.door.state, Closed) else None


# --- badge ------------------------------------------------------------------------------------------------------------


def test_badge_and_pin_open_the_door_and_the_line_names_serial_and_role(hall: Hall) -> None:
    state = hall.sign_in(BADGE)
    assert state == Open(Method.BADGE, SERIAL, Role.TECHNICIAN, Purpose.SIGN_IN)
    assert isinstance(state, Open)
    assert state.may(Right.MAINTAIN)
    assert not state.may(Right.SERVE_WINDOW)
    hall.door.sign_out()
    assert hall.audit() == [
        ("staff_signed_in", {"method": "badge", "serial": SERIAL, "role": "technician", "purpose": "sign-in"}),
        ("staff_signed_out", {"method": "badge", "serial": SERIAL, "role": "technician", "cause": "left"}),
    ]


def test_the_pin_is_wiped_and_the_card_forgets_it(hall: Hall) -> None:
    card = hall.lay(BADGE)
    pin = bytearray(b"246810")
    hall.door.pin(pin)
    assert pin == bytes(6)
    hall.door.sign_out()
    assert card.transmit(b"\x00\x87\x11\x9a\x00")[-2:] != b"\x90\x00"


def test_a_pin_nobody_asked_for_goes_nowhere_and_is_wiped(hall: Hall) -> None:
    pin = bytearray(b"246810")
    hall.door.pin(pin)
    assert (pin, hall.door.state) == (bytes(6), Closed())


def test_a_wrong_pin_says_how_many_tries_are_left_and_may_be_typed_again(hall: Hall) -> None:
    hall.sign_in(BADGE, "111111")
    assert isinstance(hall.door.state, PinWanted)
    assert (hall.door.state.fault, hall.door.state.left) == ("badge_pin_wrong", 2)
    hall.door.pin(bytearray(b"246810"))
    assert isinstance(hall.door.state, Open)


def test_the_last_try_is_never_used(hall: Hall) -> None:
    card = hall.lay(BADGE)
    for _ in range(5):
        hall.door.pin(bytearray(b"111111"))
    assert (card.tries, card.pins_seen) == (1, 2)
    assert hall.door.state == Closed("badge_pin_wrong", 1)
    assert hall.lay(BADGE, "last try").pins_seen == 0
    assert hall.door.state == Closed("badge_last_try", 1)


def test_what_cannot_be_a_pin_costs_neither_a_try_nor_a_failure(hall: Hall) -> None:
    card = hall.lay(BADGE)
    for _ in range(9):
        hall.door.pin(bytearray(b"12"))
    assert isinstance(hall.door.state, PinWanted)
    assert (hall.door.state.fault, card.tries) == ("badge_pin_impossible", 3)


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (Office(now=NOW).badge(), "badge_foreign"),
        (OFFICE.badge(ends=timedelta(minutes=-1)), "badge_expired"),
        (OFFICE.badge(purposes=CARD_AUTHENTICATION), "badge_unfit"),
        (OFFICE.badge("god"), "badge_without_role"),
    ],
)
def test_a_badge_that_is_not_good_never_gets_a_pin(hall: Hall, made: Badge, fault: str) -> None:
    card = hall.lay(made)
    hall.door.pin(bytearray(b"246810"))
    assert (hall.door.state, card.pins_seen) == (Closed(fault), 0)
    assert [event for event, _ in hall.audit()] == ["staff_refused"]


@pytest.mark.parametrize(
    ("card_fault", "fault", "left"),
    [
        ("blocked", "badge_blocked", 0),
        ("tries unknown", "badge_tries_unknown", None),
        ("no certificate", "badge_empty", None),
        ("compressed certificate", "badge_answer_damaged", None),
        ("hostile length", "badge_answer_damaged", None),
        ("endless", "badge_answer_damaged", None),
        ("silent", "badge_unknown", None),
    ],
)
def test_a_card_that_cannot_serve_is_refused_by_name(hall: Hall, card_fault: str, fault: str, left: int | None) -> None:
    hall.lay(BADGE, card_fault)
    assert hall.door.state == Closed(fault, left)


@pytest.mark.parametrize("card_fault", ["no signature", "PIN forgotten"])
def test_a_card_that_takes_the_pin_and_does_not_sign_opens_nothing(hall: Hall, card_fault: str) -> None:
    hall.lay(BADGE, card_fault)
    hall.door.pin(bytearray(b"246810"))
    assert hall.door.state == Closed("badge_answer_damaged")


def test_a_copied_certificate_opens_nothing(hall: Hall) -> None:
    hall.lay(BADGE, "cloned")
    hall.door.pin(bytearray(b"246810"))
    assert hall.door.state == Closed("badge_unproven")


def test_a_signature_given_before_opens_nothing(hall: Hall) -> None:
    card = hall.lay(BADGE, "replayed")
    hall.door.pin(bytearray(b"246810"))
    assert isinstance(hall.door.state, Open)  # the first is fresh
    hall.door.sign_out()
    hall.door.ask()
    hall.door.pin(bytearray(b"246810"))
    assert (hall.door.state, card.signatures) == (Closed("badge_unproven"), 2)


def test_what_is_signed_is_bound_to_terminal_purpose_and_chance() -> None:
    nonce = bytes(32)
    digests = {
        challenge(TERMINAL, Purpose.SIGN_IN, nonce),
        challenge("demo-k02", Purpose.SIGN_IN, nonce),
        challenge(TERMINAL, Purpose.SIGN_IN, bytes(31) + b"\1"),
        challenge(TERMINAL + "\0", Purpose.SIGN_IN, nonce),
    }
    assert len(digests) == 4
    assert hashlib.sha256(nonce).digest() not in digests


def test_without_a_fresh_revocation_list_no_badge_opens(hall: Hall) -> None:
    hall.list.write_bytes(OFFICE.revocation(age=timedelta(days=8)))
    hall.lay(BADGE)
    assert hall.door.state == Closed("revocation_stale")
    hall.list.unlink()
    hall.lay(BADGE)
    assert hall.door.state == Closed("revocation_missing")
    hall.list.write_bytes(OFFICE.revocation([BADGE.serial]))
    hall.lay(BADGE)
    assert hall.door.state == Closed("badge_revoked")


def test_a_clock_nobody_keeps_or_that_was_put_back_opens_nothing(hall: Hall) -> None:
    hall.clock.kept = False
    hall.lay(BADGE)
    assert hall.door.state == Closed("staff_clock_untrusted")
    assert typed(hall, code()) == "staff_clock_untrusted"
    hall.clock.kept = True
    assert isinstance(hall.sign_in(BADGE), Open)
    hall.door.sign_out()
    hall.clock.later(-600)
    hall.lay(BADGE)
    assert hall.door.state == Closed("staff_clock_untrusted")
    assert typed(hall, code()) == "staff_clock_untrusted"


def test_failures_lock_the_door_for_longer_each_time_also_across_a_restart(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    for _ in range(5):
        hall = hall.restarted()
        hall.sign_in(BADGE, "111111")
    card = hall.lay(BADGE)
    hall.door.pin(bytearray(b"246810"))
    assert hall.door.state == Closed("staff_locked", wait=timedelta(seconds=15))
    assert card.pins_seen == 0
    assert hall.audit()[-1] == ("staff_locked", {"method": "badge", "seconds": 15})
    hall.clock.later(15)
    assert isinstance(hall.sign_in(BADGE), Open)
    hall.memory.close()


# --- the session ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["card_removed", "absent", "mute"])
def test_without_the_badge_there_is_no_session(hall: Hall, fault: str) -> None:
    hall.sign_in(BADGE)
    hall.door.hear(BadgeGone(fault))
    assert hall.door.state == Closed(fault)
    assert hall.audit()[-1][1]["cause"] == fault


def test_a_badge_lifted_before_the_pin_or_during_the_proof_opens_nothing(hall: Hall) -> None:
    hall.lay(BADGE)
    hall.reader.lift()
    assert hall.door.state == Closed("card_removed")
    hall.lay(BADGE)
    hall.reader.card = None
    hall.door.pin(bytearray(b"246810"))
    assert hall.door.state == Closed("card_removed")


def test_idleness_and_the_longest_time_end_a_session_and_a_touch_keeps_it(hall: Hall) -> None:
    hall.sign_in(BADGE)
    for _ in range(30):
        hall.clock.later(119)
        hall.door.touch()
        hall.door.tick()
        assert isinstance(hall.door.state, Open)
    hall.clock.later(60)
    hall.door.tick()
    assert hall.door.state == Closed("total")
    hall.sign_in(BADGE)
    hall.clock.later(300)
    hall.door.tick()
    assert hall.door.state == Closed("idle")


# --- one-time code ----------------------------------------------------------------------------------------------------


def test_a_code_opens_once_as_what_it_was_given_for(hall: Hall) -> None:
    hall.door.code(code(role=Role.CLERK))
    assert hall.door.state == Open(Method.CODE, "20261125-clerk-sign-in-1", Role.CLERK, Purpose.SIGN_IN)
    hall.door.sign_out()
    assert typed(hall, code(role=Role.CLERK)) == "code_spent"


def test_a_spent_code_stays_spent_after_a_restart(hall: Hall) -> None:
    hall.door.code(code())
    again = hall.restarted()
    assert typed(again, code()) == "code_spent"
    again.memory.close()


def test_a_code_is_refused_before_its_day_and_after_it(hall: Hall) -> None:
    assert typed(hall, code(day=1)) == "code_not_yet"
    hall.clock.later(17 * 3600)  # 03:00 of the next day
    hall.list.write_bytes(OFFICE.revocation())
    assert typed(hall, code()) == "code_expired"
    assert typed(hall, code(day=1)) is None


def test_a_code_lasts_past_midnight_but_its_session_not_past_its_end(hall: Hall) -> None:
    hall.clock.later(15.5 * 3600)  # 01:30 of the next day
    assert typed(hall, code()) is None
    for _ in range(15):
        hall.clock.later(118)
        hall.door.touch()
        hall.door.tick()
    assert isinstance(hall.door.state, Open)
    hall.clock.later(60)
    hall.door.tick()
    assert hall.door.state == Closed("total")


def test_a_code_for_another_terminal_or_of_another_signer_is_refused(hall: Hall) -> None:
    assert typed(hall, code(terminal="demo-k02")) == "code_unknown"
    stranger = StaffKey(bytes(32))
    assert typed(hall, code(key=stranger)) == "code_unknown"
    hall.book.write_bytes(a_book(stranger))
    assert typed(hall, code(key=stranger)) == "code_book_damaged"
    hall.book.write_bytes(a_book(terminal="demo-k02"))
    assert typed(hall, code(terminal="demo-k02")) == "code_book_damaged"
    hall.book.unlink()
    assert typed(hall, code()) == "code_book_missing"


def test_a_misheard_character_is_told_and_costs_nothing(hall: Hall) -> None:
    good = code()
    wrong = ("7" if good[0] != "7" else "8") + good[1:]
    assert {typed(hall, wrong) for _ in range(20)} == {"code_mistyped"}
    assert typed(hall, good) is None


def test_guessing_codes_locks_the_codes_and_not_the_badge(hall: Hall) -> None:
    guesses = [code(key=StaffKey(bytes([n]) * 32)) for n in range(6)]
    assert [typed(hall, guess) for guess in guesses] == ["code_unknown"] * 5 + ["staff_locked"]
    assert typed(hall, code()) == "staff_locked"
    assert isinstance(hall.sign_in(BADGE), Open)


def test_who_is_signed_in_is_not_replaced_by_a_code(hall: Hall) -> None:
    hall.sign_in(BADGE)
    hall.door.code(code(role=Role.CLERK))
    assert isinstance(hall.door.state, Open)
    assert hall.door.state.role is Role.TECHNICIAN


def test_no_line_and_no_repr_tells_a_pin_or_a_code(hall: Hall, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = OFFICE.badge(pin="836297")
    given = code()
    hall.sign_in(made, "836290")
    hall.sign_in(made)
    hall.door.sign_out()
    hall.door.code(given)
    told = caplog.text + repr(hall.states) + repr(made) + repr(hall.memory.lines())
    told += "".join(path.read_bytes().decode("latin-1") for path in tmp_path.iterdir())
    assert "badge_pin_wrong" in told
    assert not [secret for secret in ("836297", "836290", given, given.replace("-", "")) if secret in told]
