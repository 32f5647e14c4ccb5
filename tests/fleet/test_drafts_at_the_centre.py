"""Drafts at the centre: kept for one hall, seven days, by a name that tells nothing; tries, sizes and numbers are limited."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fleet import HOME, OTHER_TERMINAL, TERMINAL, Fleet, bearer

from domain.code import MistypedError, grouped, read, write
from fleet import drafts as subject
from fleet.documents import TooLargeError, WrongContentError, WrongOffsetError
from fleet.drafts import MOST_DRAFTS, MOST_OPENED, MOST_WRONG, WRONG_WITHIN, Drafts, TooManyError
from fleet.store import Store
from mqtt.resources import DRAFT_KEPT, MAX_DOCUMENT, DraftKept, draft_name, draft_path

CODE = write(b"seventeen bytes..", 24)
NAME, BODY = draft_name(CODE), b"sealed draft " * 100
HALL = {TERMINAL: "hall", "window-01": "hall", OTHER_TERMINAL: "elsewhere"}


@pytest.fixture
def drafts(tmp_path: Path, store: Store) -> Drafts:
    return Drafts(tmp_path / "drafts", store, HALL)


def keep(drafts: Drafts, name: str = NAME, body: bytes = BODY, terminal: str = TERMINAL, now: float = 0.0) -> tuple[bool, float]:
    return drafts.keep(terminal, name, BytesIO(body), len(body), now)


def fetched(drafts: Drafts, name: str = NAME, terminal: str = "window-01", now: float = 1.0) -> bytes | None:
    path = drafts.fetch(terminal, name, now)
    return path.read_bytes() if path else None


@given(st.binary(min_size=15, max_size=15))
def test_a_code_is_read_as_it_was_printed_and_one_wrong_character_is_noticed(secret: bytes) -> None:
    code = write(secret, 24)
    assert read(grouped(code).lower().replace("-", " "), 24) == code
    for at in range(24):
        with pytest.raises(MistypedError):
            read(code[:at] + ("0" if code[at] != "0" else "Z") + code[at + 1 :], 24)


def test_a_draft_is_kept_once_and_the_same_again_changes_nothing(drafts: Drafts) -> None:
    assert keep(drafts) == (True, DRAFT_KEPT)
    assert keep(drafts, now=50.0) == (False, DRAFT_KEPT)
    assert fetched(drafts) == BODY


def test_another_terminals_draft_never_takes_the_name_of_one(drafts: Drafts) -> None:
    keep(drafts)
    for body in (BODY, BODY + b"x"):
        with pytest.raises(WrongContentError):
            keep(drafts, body=body, terminal=OTHER_TERMINAL)
    assert fetched(drafts) == BODY


def test_its_own_terminal_may_bring_it_anew_and_it_stays_no_longer_for_that(drafts: Drafts) -> None:
    keep(drafts)
    assert keep(drafts, body=BODY + b"anew", now=50.0) == (False, DRAFT_KEPT)
    assert fetched(drafts) == BODY + b"anew"


def test_only_terminals_of_the_hall_may_fetch_it_or_be_done_with_it(drafts: Drafts) -> None:
    keep(drafts)
    assert fetched(drafts, terminal=OTHER_TERMINAL) is None
    assert fetched(drafts, terminal="a-hall-of-its-own") is None
    assert not drafts.drop(OTHER_TERMINAL, NAME, 1.0)
    assert fetched(drafts) == BODY
    assert drafts.drop("window-01", NAME, 1.0)
    assert fetched(drafts) is None


def test_it_is_gone_after_seven_days_and_not_a_second_later(drafts: Drafts, tmp_path: Path) -> None:
    keep(drafts, now=1000.0)
    assert fetched(drafts, now=1000.0 + DRAFT_KEPT - 1) == BODY
    assert fetched(drafts, now=1000.0 + DRAFT_KEPT) is None
    assert list((tmp_path / "drafts").iterdir()) == []


def test_nobody_has_to_ask_for_it_to_be_removed(drafts: Drafts, tmp_path: Path, store: Store) -> None:
    keep(drafts, now=1000.0)
    assert drafts.expire(1000.0 + DRAFT_KEPT - 1) == 0
    assert drafts.expire(1000.0 + DRAFT_KEPT) == 1
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM drafts").fetchone()[0] == 0
    assert list((tmp_path / "drafts").iterdir()) == []


def test_the_code_stands_nowhere_at_the_centre(drafts: Drafts, tmp_path: Path) -> None:
    keep(drafts)
    fetched(drafts)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert CODE.encode() not in path.read_bytes()
            assert grouped(CODE).encode() not in path.read_bytes()


def test_after_twenty_wrong_codes_a_terminal_waits_an_hour_also_after_a_restart(tmp_path: Path, store: Store) -> None:
    drafts = Drafts(tmp_path / "drafts", store, HALL)
    keep(drafts)
    for at in range(MOST_WRONG):
        assert fetched(drafts, draft_name(str(at)), now=10.0 + at) is None
    again = Drafts(tmp_path / "drafts", store, HALL)
    for name in (NAME, draft_name("x")):
        with pytest.raises(TooManyError):
            again.fetch("window-01", name, 100.0)
        with pytest.raises(TooManyError):
            again.drop("window-01", name, 100.0)
    # Neither another terminal of the hall nor a later hour suffers by it.
    assert fetched(again, terminal=TERMINAL, now=100.0) == BODY
    assert fetched(again, now=10.0 + WRONG_WITHIN) == BODY
    assert fetched(again, draft_name("x"), now=10.0 + WRONG_WITHIN) is None


def test_one_draft_is_given_out_so_often_and_no_more(drafts: Drafts) -> None:
    keep(drafts)
    for _ in range(MOST_OPENED):
        assert fetched(drafts) == BODY
    with pytest.raises(TooManyError):
        drafts.fetch("window-01", NAME, 1.0)


def test_one_terminal_cannot_fill_the_centre(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(MOST_DRAFTS):
        keep(drafts, draft_name(str(at)), b"x")
    with pytest.raises(TooManyError):
        keep(drafts)
    assert keep(drafts, terminal=OTHER_TERMINAL)[0]
    monkeypatch.setattr(subject, "MOST_BYTES", len(BODY) + 5)
    with pytest.raises(TooManyError):
        keep(drafts, draft_name("more"), b"123456", terminal=OTHER_TERMINAL)


def test_what_is_too_large_or_breaks_off_leaves_nothing(drafts: Drafts, tmp_path: Path) -> None:
    with pytest.raises(TooLargeError):
        drafts.keep(TERMINAL, NAME, BytesIO(b""), MAX_DOCUMENT + 1, 0.0)
    with pytest.raises(WrongOffsetError):
        drafts.keep(TERMINAL, NAME, BytesIO(BODY), len(BODY) + 1, 0.0)
    with pytest.raises(WrongContentError):
        keep(drafts, "../../etc/passwd")
    assert list((tmp_path / "drafts").iterdir()) == []
    assert keep(drafts)[0]


def test_a_file_nobody_names_is_removed_at_the_start(drafts: Drafts, tmp_path: Path, store: Store) -> None:
    keep(drafts)
    (tmp_path / "drafts" / f"{NAME}.0000.part").write_bytes(b"half")
    (tmp_path / "drafts" / draft_name("lost")).write_bytes(b"whole, and its row never came")
    Drafts(tmp_path / "drafts", store, HALL)
    assert [path.name for path in (tmp_path / "drafts").iterdir()] == [NAME]


@pytest.fixture
def api(fleet: Fleet) -> Iterator[httpx.Client]:
    with fleet.api() as client:
        yield client


def test_a_draft_goes_up_and_comes_back_over_mutual_tls(api: httpx.Client, fleet: Fleet) -> None:
    answer = api.put(draft_path(NAME), content=BODY)
    assert (answer.status_code, set(answer.json())) == (201, set(DraftKept.__struct_fields__))
    assert api.put(draft_path(NAME), content=BODY).status_code == 200
    with fleet.api(OTHER_TERMINAL) as other:
        assert other.put(draft_path(NAME), content=BODY).json() == {"refused": "wrong_content"}
    assert api.get(draft_path(NAME)).content == BODY
    with fleet.api(OTHER_TERMINAL) as elsewhere:
        assert elsewhere.get(draft_path(NAME)).json() == {"refused": "not_found"}
        assert elsewhere.delete(draft_path(NAME)).status_code == 404
    assert api.delete(draft_path(NAME)).status_code == 204
    assert api.get(draft_path(NAME)).status_code == 404


def test_neither_a_stranger_nor_a_home_desk_gets_at_drafts(api: httpx.Client, fleet: Fleet) -> None:
    api.put(draft_path(NAME), content=BODY)
    with fleet.api(None) as anybody:
        for headers in ({}, bearer(HOME)):
            for answer in (
                anybody.get(draft_path(NAME), headers=headers),
                anybody.delete(draft_path(NAME), headers=headers),
                anybody.put(draft_path(NAME), content=BODY, headers=headers),
            ):
                assert (answer.status_code, answer.json()) == (401, {"refused": "no_credentials"})
    assert api.get(draft_path(NAME)).content == BODY


def test_who_tries_codes_is_refused_and_staff_read_so(api: httpx.Client, fleet: Fleet) -> None:
    for at in range(MOST_WRONG):
        assert api.get(draft_path(draft_name(f"guess {at}"))).status_code == 404
    assert api.get(draft_path(draft_name("guess"))).json() == {"refused": "too_many"}
    assert "用不对的号码取草稿太多次" in fleet.console()
