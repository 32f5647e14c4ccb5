"""Clerks' accounts: what a place holds of them, how one signs in by it without a network, and what a stolen copy is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clerk_accounts import CHEAP, PARTY, PASSWORD, PLACE, clerk, code, document, secret
from support.door import TestClock
from support.staff import NOW

from domain.staff import accounts, sign_in
from domain.staff.accounts import BadAccountsError, Document, encode, opened, prove, read
from domain.staff.duties import Duty, Right, may, works_at
from domain.staff.sign_in import Refused, Session, SignIn, stands
from kiosk import faults
from kiosk.staff.clerks import Clerks
from kiosk.staff.door import Open
from kiosk.staff.memory import Memory, Method

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
ZHOU = clerk("A017", "周试岗", badge="4f21")
HELD = document(ZHOU, clerk("A018", "陈试柜", (Duty.LEADER,)), now=NOW)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    kept = Memory(tmp_path / "staff.db")
    yield kept
    kept.close()


def enter(memory: Memory, held: Document | None = HELD, login: str = "A017", password: str = PASSWORD, **how: object) -> object:
    now = how.get("now", NOW)
    typed = how.get("code", code("A017", now))  # type: ignore[arg-type]
    return SignIn(memory, CHEAP)(held, login, password, typed, now)  # type: ignore[arg-type]


# --- signing in ---------------------------------------------------------------------------------------------------------


def test_login_password_and_code_sign_a_clerk_in_without_a_network(memory: Memory) -> None:
    session = enter(memory, login=" a017 ")
    assert isinstance(session, Session)
    assert (session.login, session.name, session.party, session.method) == ("A017", "周试岗", PARTY, "password")
    assert session.said == "周试岗（A017）"
    assert session.may(Right.SERVE)
    assert not session.may(Right.OVERSEE)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"password": PASSWORD + "!"}, "a wrong password"),
        ({"code": "000000"}, "a wrong code"),
        ({"code": ""}, "no code"),
        ({"code": "１２３４５６"}, "digits of another kind"),
        ({"login": "A019"}, "no such login"),
        ({"login": "A018"}, "another one's code"),
        ({"password": "x" * 10_000}, "a password beyond any length"),
        ({"password": "\ud800"}, "no text at all"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(memory: Memory, how: dict[str, str], why: str) -> None:
    found = enter(memory, **how)  # type: ignore[arg-type]
    assert isinstance(found, Refused), why
    assert (found.fault, found.wait) == ("sign_in_wrong", None)


def test_a_login_that_is_none_is_compared_all_the_same(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    costs = []

    def counted(proof: accounts.Proof, *rest: str) -> bytes | None:
        costs.append(proof.cost)
        return opened(proof, *rest)

    monkeypatch.setattr(sign_in, "opened", counted)
    enter(memory)
    enter(memory, login="NOBODY")
    assert costs == [CHEAP, CHEAP]


def test_a_code_is_good_once_even_after_a_restart(tmp_path: Path) -> None:
    for expected in (Session, Refused, Refused):
        kept = Memory(tmp_path / "staff.db")
        found = enter(kept)
        kept.close()
        assert isinstance(found, expected)
    assert found == Refused("sign_in_code_used", None, "A017")


def test_a_code_of_before_the_one_used_is_not_good_either(memory: Memory) -> None:
    assert isinstance(enter(memory), Session)
    assert enter(memory, code=code("A017", NOW - 30 * SECOND)) == Refused("sign_in_code_used", None, "A017")
    assert isinstance(enter(memory, code=code("A017", NOW + 30 * SECOND)), Session)


def test_five_failures_lock_the_login_and_a_right_password_does_not_open_it(memory: Memory) -> None:
    for _ in range(5):
        enter(memory, password="wrong")
    assert enter(memory) == Refused("staff_locked", 15 * SECOND, "A017")
    assert isinstance(enter(memory, login="A018", code=code("A018", NOW)), Session), "nobody else is locked out"
    later = NOW + 15 * SECOND
    assert isinstance(enter(memory, now=later), Session)


def test_a_login_that_is_none_is_locked_just_so(memory: Memory) -> None:
    signing = SignIn(memory, CHEAP)
    for _ in range(5):
        assert signing(HELD, "B999", "x", "000000", NOW) == Refused("sign_in_wrong")
    assert signing(HELD, "B999", "x", "000000", NOW) == Refused("staff_locked", 15 * SECOND)


def test_what_is_written_down_names_nobody_and_quotes_nothing(memory: Memory) -> None:
    enter(memory)
    enter(memory, password="geheim-geheim")
    enter(memory, login="my password by mistake")
    lines = memory.lines()
    assert [event for _, event, _ in lines] == ["account_signed_in", "account_refused", "account_refused"]
    assert '"login":"A017"' in lines[1][2]
    assert '"login":null' in lines[2][2]
    assert not any(said in str(lines) for said in ("周试岗", "geheim", "mistake", PASSWORD))


# --- for how long -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "later", "fault"),
    [
        (None, 0 * HOUR, "accounts_missing"),
        (HELD, 71 * HOUR, None),
        (HELD, 72 * HOUR, "accounts_stale"),
        (HELD, -1 * HOUR, "staff_clock_untrusted"),
    ],
)
def test_offline_the_accounts_are_good_for_their_hours_and_then_it_is_said_why_not(
    memory: Memory, held: Document | None, later: timedelta, fault: str | None
) -> None:
    found = enter(memory, held, now=NOW + later)
    assert getattr(found, "fault", None) == fault
    if fault is not None:
        assert faults.table()[fault].staff, "and what to do about it"


def test_a_session_ends_with_its_shift_and_when_the_accounts_are_stale(memory: Memory) -> None:
    session = enter(memory)
    assert isinstance(session, Session)
    assert stands(HELD, session, NOW + 11 * HOUR) == session
    assert stands(HELD, session, NOW + 12 * HOUR) == Refused("sign_in_over", None, "A017")
    assert stands(HELD, session, NOW + 72 * HOUR) == Refused("accounts_stale", None, "A017")


def test_a_session_ends_as_soon_as_the_account_is_gone_or_was_reset_and_keeps_up_with_duties(memory: Memory) -> None:
    session = enter(memory)
    assert isinstance(session, Session)
    gone, reset = document(now=NOW), document(clerk("A017"), now=NOW)
    assert stands(gone, session, NOW) == stands(reset, session, NOW) == Refused("account_withdrawn", None, "A017")
    other = document(msgspec.structs.replace(ZHOU, duties=(Duty.DISPATCH,)), now=NOW)
    now = stands(other, session, NOW)
    assert isinstance(now, Session)
    assert not now.may(Right.SERVE)


# --- by badge -----------------------------------------------------------------------------------------------------------


def test_a_badge_proven_at_the_reader_signs_its_clerk_in(memory: Memory) -> None:
    session = SignIn(memory).by_badge(HELD, "4f21", NOW)
    assert isinstance(session, Session)
    assert (session.login, session.method) == ("A017", "badge")
    unbound = document(msgspec.structs.replace(ZHOU, badge=None), now=NOW)
    assert stands(unbound, session, NOW) == Refused("account_withdrawn", None, "A017")
    reset = document(clerk("A017", badge="4f21"), now=NOW)
    assert stands(reset, session, NOW) == session, "a new password does not end what a badge began"


def test_a_badge_of_nobody_here_opens_nothing(memory: Memory) -> None:
    assert SignIn(memory).by_badge(HELD, "5f22", NOW) == Refused("badge_without_account")


def test_the_terminal_refuses_by_a_clock_nobody_keeps_and_ends_with_an_audit_line(memory: Memory) -> None:
    clock = TestClock()
    held = Clerks(lambda: HELD, memory, clock)
    clock.kept = False
    assert held.sign_in("A017", PASSWORD, code("A017", NOW)) == Refused("staff_clock_untrusted")
    clock.kept = True
    session = held.sign_in("A017", PASSWORD, code("A017", NOW))
    assert isinstance(session, Session)
    assert held.stands(session) == session
    held.sign_out(session)
    assert memory.lines()[-1][1:] == ("account_signed_out", '{"login":"A017","method":"password","cause":"left"}')


def test_a_one_time_code_is_nobodys_account(memory: Memory) -> None:
    held = Clerks(lambda: HELD, memory, TestClock())
    by_code = Open(Method.CODE, "20260725-clerk-sign-in-1", "clerk", "sign-in")  # type: ignore[arg-type]
    assert held.by_badge(by_code) == Refused("badge_without_account")


# --- what lies at the place ---------------------------------------------------------------------------------------------


def test_what_lies_at_a_place_holds_no_password_hash_and_no_readable_secret() -> None:
    data = encode(HELD)
    assert secret("A017") not in data
    assert sign_in.base32(secret("A017")).encode() not in data
    assert b"argon2" not in data
    assert "box" not in repr(HELD.clerks[0].proof)


def test_without_the_password_the_secret_does_not_open_and_a_box_serves_no_other_account() -> None:
    assert opened(ZHOU.proof, PARTY, "A017", PASSWORD) == secret("A017")
    assert opened(ZHOU.proof, PARTY, "A017", "another") is None
    assert opened(ZHOU.proof, PARTY, "A018", PASSWORD) is None
    assert opened(ZHOU.proof, "demo-a", "A017", PASSWORD) is None


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    proof = prove(PARTY, "A017", "pässwörter", secret("A017"), CHEAP)
    assert opened(proof, PARTY, "A017", "pa\u0308sswo\u0308rter") == secret("A017")


def test_the_shipped_cost_is_what_the_decision_page_says() -> None:
    assert (accounts.Cost().memory, accounts.Cost().passes) == (46 * 1024, 2)


# --- the document -------------------------------------------------------------------------------------------------------


def test_a_document_survives_its_bytes() -> None:
    assert read(encode(HELD), PLACE) == HELD


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"place": "terminal:demo-c-02"}, "for another place"),
        ({"v": 2}, "version not known here"),
        ({"until": NOW}, "good for no time, or for too long"),
        ({"until": NOW + timedelta(days=32)}, "good for no time, or for too long"),
        ({"clerks": (ZHOU, ZHOU)}, "names one account or badge twice"),
        ({"clerks": (ZHOU, clerk("A018", badge="4f21"))}, "names one account or badge twice"),
        ({"clerks": (clerk("A018", "\u202e周"),)}, "a name that cannot be shown"),
    ],
)
def test_a_document_that_is_not_for_this_place_or_not_sound_is_refused(changed: dict[str, object], rule: str) -> None:
    with pytest.raises(BadAccountsError, match=rule):
        read(encode(msgspec.structs.replace(HELD, **changed)), PLACE)


def test_too_many_clerks_and_too_much_of_anything_is_refused_unread() -> None:
    many = tuple(msgspec.structs.replace(ZHOU, login=f"A{n}", badge=None) for n in range(accounts.MOST_CLERKS + 1))
    with pytest.raises(BadAccountsError, match="length"):
        read(encode(msgspec.structs.replace(HELD, clerks=many)), PLACE)
    with pytest.raises(BadAccountsError, match="larger"):
        read(b" " * (accounts.MAX_DOCUMENT + 1), PLACE)
    most = tuple(msgspec.structs.replace(one, name="\U0002f9f4" * 40, badge="f" * 40, duties=tuple(Duty)) for one in many[1:])
    longest = [msgspec.structs.replace(one, login=f"{n:020d}", badge=f"{n:040x}") for n, one in enumerate(most)]
    whole = encode(msgspec.structs.replace(HELD, clerks=tuple(longest)))
    assert len(whole) <= accounts.MAX_DOCUMENT
    assert len(read(whole, PLACE).clerks) == accounts.MOST_CLERKS


@given(st.binary(max_size=300) | st.text().map(str.encode) | st.just(b"[" * 100_000))
@settings(max_examples=60)
def test_garbage_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(BadAccountsError):
        read(data, PLACE)


@given(st.integers(0, len(encode(HELD)) - 1), st.integers(0, 255))
@settings(max_examples=60)
def test_one_changed_byte_is_refused_or_another_sound_document(at: int, byte: int) -> None:
    data = bytearray(encode(HELD))
    data[at] = byte
    try:
        found = read(bytes(data), PLACE)
    except BadAccountsError:
        return
    assert found.place == PLACE
    assert found.until - found.issued <= accounts.LONGEST


# --- duties -------------------------------------------------------------------------------------------------------------


def test_who_decides_never_takes_in_and_who_takes_in_never_decides() -> None:
    assert not any(may((duty,), Right.DECIDE) for duty in Duty if duty is not Duty.APPROVER)
    assert not any(may((Duty.APPROVER,), right) for right in Right if right is not Right.DECIDE)


def test_a_place_is_given_those_alone_who_work_there() -> None:
    assert {place: [duty.value for duty in Duty if works_at((duty,), place)] for place in ("terminal", "window", "desk")} == {
        "terminal": ["intake_officer", "leader"],
        "window": ["intake_officer", "dispatcher", "leader"],
        "desk": ["home_officer", "approver"],
    }


def test_every_refusal_has_words_and_a_remedy() -> None:
    said = "".join(Path(module.__file__).read_text("utf-8") for module in (accounts, sign_in))
    used = set(re.findall(r'"((?:accounts|account|sign_in|staff|badge)_[a-z_]+)"', said))
    assert used
    assert used <= set(faults.table())
