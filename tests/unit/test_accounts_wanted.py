"""Clerks' accounts as they come to a terminal: signed, for it alone, switched to at once, and never fallen back behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.clerk_accounts import clerk, document
from support.orders import TERMINAL, Centre
from support.staff import NOW
from support.wanting import Wanting, phone

from domain.staff.accounts import Document, encode
from mqtt.desired import AccountsBody
from mqtt.wire import encode as written

PLACE = f"terminal:{TERMINAL}"
HELD = document(clerk("A017"), clerk("A018"), now=NOW, place=PLACE)
WITHOUT = document(clerk("A018"), now=NOW + timedelta(hours=1), place=PLACE)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Centre:
    return Centre(tmp_path_factory.mktemp("centre"))


@pytest.fixture
def terminal(centre: Centre, tmp_path: Path) -> Iterator[Wanting]:
    one = Wanting(tmp_path, centre)
    yield one
    one.terminal.database.close()


def body(centre: Centre, one: Document, purpose: str = "tongban-accounts") -> bytes:
    return written(AccountsBody(1, centre.sign(purpose, encode(one)).decode()))


def test_a_document_is_held_whole_and_after_a_restart_again(terminal: Wanting, centre: Centre) -> None:
    terminal.wants("accounts", 1, body(centre, HELD))
    assert terminal.parts.accounts == HELD
    assert terminal.states() == [("accounts", 1, "applied", None)]
    again = terminal.again()
    assert again.parts.accounts == HELD
    again.terminal.database.close()


def test_it_does_not_wait_for_the_end_of_a_visit_and_nobody_standing_there_is_disturbed(terminal: Wanting, centre: Centre) -> None:
    terminal.wants("accounts", 1, body(centre, HELD))
    terminal.floor.busy = True
    terminal.wants("settings", 1, phone("12345"))
    terminal.wants("accounts", 2, body(centre, WITHOUT))
    assert terminal.parts.accounts == WITHOUT, "who was locked out is out now"
    assert terminal.floor.stood == []
    assert terminal.parts.wanted is None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda c: body(c, document(clerk("A017"), now=NOW, place="terminal:rs-hall-02")), "accounts_refused"),
        (lambda c: body(c, HELD, "tongban-desired"), "accounts_refused"),
        (lambda c: written(AccountsBody(1, "e30.e30.e30")), "accounts_refused"),
        (lambda c: written(AccountsBody(1, c.sign("tongban-accounts", b"[]").decode())), "accounts_refused"),
        (lambda c: body(c, HELD)[:-40] + b'"}', "accounts_refused"),
        (lambda c: b"{}", "not_of_contract"),
    ],
    ids=["another terminal's", "another purpose", "nobody's signature", "no document", "cut off", "nothing"],
)
def test_what_is_no_document_of_ours_is_refused_and_told_and_the_good_one_stays(
    terminal: Wanting, centre: Centre, spoil: Callable[[Centre], bytes], why: str
) -> None:
    terminal.wants("accounts", 1, body(centre, HELD))
    terminal.wants("accounts", 2, spoil(centre))
    assert terminal.parts.accounts == HELD
    assert terminal.states()[-1] == ("accounts", 2, "refused", why)


def test_another_centres_signature_is_worth_nothing(terminal: Wanting, centre: Centre, tmp_path: Path) -> None:
    terminal.wants("accounts", 1, body(Centre(tmp_path / "other"), HELD))
    assert terminal.parts.accounts is None
    assert terminal.states() == [("accounts", 1, "refused", "accounts_refused")]


def test_a_damaged_one_gives_way_to_none_and_never_to_the_one_before_it(terminal: Wanting, centre: Centre) -> None:
    terminal.wants("accounts", 1, body(centre, HELD))
    terminal.wants("accounts", 2, body(centre, WITHOUT))
    assert len(list((terminal.folder / "wanted").iterdir())) == 1, "of the older one nothing lies here any more"
    (held,) = (terminal.folder / "wanted").iterdir()
    held.write_bytes(held.read_bytes()[:-1])
    again = terminal.again()
    assert again.parts.accounts is None
    again.documents.round()
    assert again.parts.accounts == WITHOUT, "and it is fetched anew"
    again.terminal.database.close()
