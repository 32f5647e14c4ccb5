"""Retention at the centre: what has lain as long as its rule says goes, its bytes too, and the book says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.casework import WINDOW, Casework
from support.centre_db import REFUSED, sqlite_only
from support.fleet import HOME, OTHER_HOME, TERMINAL
from support.fleet import TERMINAL as BRINGS
from support.planted import search

from domain import sealing
from domain.case import acts
from domain.case.rights import State
from domain.protection.retention import DAY, RULES, of
from fleet.documents import Documents
from fleet.protection import deletions
from fleet.protection.clock import NAMED, OTHER, Retention, named_columns
from mqtt.resources import document_path, draft_path

SECRET = "刘试安五一一九零二一九九零"
MONTH = 31 * DAY


@pytest.fixture(scope="module")
def casework(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    one = Casework(tmp_path_factory.mktemp("centre"))
    yield one
    one.close()


@pytest.fixture
def retention(casework: Casework) -> Retention:
    return Retention(casework.store, Documents(casework.folder / "documents"))


def book(casework: Casework) -> dict[str, tuple[str, bool]]:
    with casework.store.reading() as db:
        return {one.digest: (one.rule, one.gone is not None) for one in deletions.newest(db, 1000)}


def test_what_a_closed_case_holds_goes_a_month_later_and_not_a_day_before(casework: Casework, retention: Retention) -> None:
    closed, running = casework.standing_in(State.CLOSED), casework.standing_in(State.ACCEPTED)
    mine, others = (sealing.digest(b"case" + number.encode()) for number in (closed, running))
    retention.tick(time.time() + 29 * DAY)
    assert casework.ask(HOME, "GET", document_path(mine)).status_code == 200
    retention.tick(time.time() + MONTH)
    answer = casework.ask(HOME, "GET", document_path(mine))
    assert (answer.status_code, answer.get_json()) == (410, {"refused": "deleted"})
    assert book(casework)[mine] == ("case", True)
    assert casework.ask(HOME, "GET", document_path(others)).status_code == 200
    assert casework.ask(OTHER_HOME, "GET", document_path(mine)).status_code == 404  # whose it is not learns nothing
    assert search([casework.folder / "documents"], [f"case{closed}"]) == []


def test_a_case_whose_time_is_over_is_not_called_under_way_and_nobody_brings_it_again(
    casework: Casework, retention: Retention
) -> None:
    closed = casework.standing_in(State.CLOSED)
    body = b"case" + closed.encode()
    retention.tick(time.time() + MONTH)
    assert casework.file(HOME, closed).case.missing == ()
    standing = casework.ask(TERMINAL, "GET", f"/v1/cases/{closed}").get_json()
    assert standing == {"case": closed, "whole": True, "missing": []}
    assert casework.ask(BRINGS, "PUT", document_path(sealing.digest(body)), body).status_code == 200
    assert casework.ask(HOME, "GET", document_path(sealing.digest(body))).status_code == 410
    with casework.store.reading() as db:
        assert db.execute("SELECT named = stored FROM case_entries WHERE number = ?", (closed,)).fetchone()[0] == 1


def test_papers_of_its_acts_go_with_it(casework: Casework, retention: Retention) -> None:
    number = casework.standing_in(State.ARRIVED)
    paper = casework.put(HOME, b"sealed paper of " + number.encode())
    casework.acted(HOME, number, acts.Accepted(at=_now(), by="home_officer", documents=(paper,)))
    with casework.store.transaction() as db:
        for act in (
            acts.Decided(at=_now(), by="approver", result="granted"),
            acts.ResultSent(at=_now(), by="home_officer", way="e_licence"),
            acts.Served(at=_now(), by="home_officer"),
            acts.Closed(at=_now(), by="home_officer"),
        ):
            casework.store.ledger.write(db, number, act, time.time())
    retention.tick(time.time() + MONTH)
    assert book(casework)[paper.digest] == ("case", True)
    assert casework.ask(HOME, "GET", document_path(paper.digest)).status_code == 410
    assert casework.ask(WINDOW, "GET", document_path(paper.digest)).status_code in (404, 410)


def test_what_nobody_names_goes_and_may_be_brought_anew(casework: Casework, retention: Retention) -> None:
    stray = b"a document no case names"
    digest = casework.put(BRINGS, stray).digest
    retention.tick(time.time() + 29 * DAY)
    assert digest not in book(casework)
    retention.tick(time.time() + MONTH)
    assert book(casework)[digest] == ("unnamed", True)
    assert search([casework.folder / "documents"], [stray.decode()]) == []
    assert casework.ask(BRINGS, "PUT", document_path(digest), stray).status_code == 201  # its case was only late
    retention.tick(time.time())
    assert Documents(casework.folder / "documents").there(digest)


@pytest.mark.parametrize("killed_before", ["remove", "gone"])
def test_killed_in_between_the_next_look_goes_on(
    casework: Casework, retention: Retention, monkeypatch: pytest.MonkeyPatch, killed_before: str
) -> None:
    class KilledError(BaseException):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    number = casework.standing_in(State.CLOSED)
    digest = sealing.digest(b"case" + number.encode())
    with monkeypatch.context() as broken:
        broken.setattr(*((Documents, "remove") if killed_before == "remove" else (deletions, "gone")), killed)
        with pytest.raises(KilledError):
            retention.tick(time.time() + MONTH)
    assert book(casework)[digest] == ("case", False)
    assert casework.ask(HOME, "GET", document_path(digest)).status_code == 410  # from the first moment on
    Retention(casework.store, Documents(casework.folder / "documents")).tick(time.time())
    assert book(casework)[digest] == ("case", True)
    assert not Documents(casework.folder / "documents").there(digest)
    retention.tick(time.time() + MONTH)
    before = book(casework)
    assert retention.tick(time.time() + MONTH) == 0
    assert book(casework) == before


def test_the_book_is_never_changed(casework: Casework) -> None:

    with casework.store.transaction() as db:
        deletions.write(db, ["f" * 64], "case", "C1", 1.0)
    for change in ("DELETE FROM deletions", "UPDATE deletions SET rule = 'x'", "UPDATE deletions SET at = 0"):
        with pytest.raises(REFUSED), casework.store.transaction() as db:
            db.execute(change)
    with casework.store.transaction() as db:
        deletions.gone(db, ["f" * 64], 2.0)


def test_a_draft_leaves_no_byte_and_a_line_in_the_book(casework: Casework) -> None:
    body, name = SECRET.encode() * 3, "ab" * 32
    assert casework.ask(BRINGS, "PUT", draft_path(name), body).status_code == 201
    assert search([casework.folder], [SECRET]) != []
    assert casework.ask(BRINGS, "DELETE", draft_path(name)).status_code == 204
    assert search([casework.folder], [SECRET]) == []
    assert book(casework)[sealing.digest(body)] == ("draft", True)


@sqlite_only
def test_every_table_that_names_a_document_is_known(casework: Casework) -> None:
    """Else the clock would take a document that is named for one that is not."""
    with casework.store.reading() as db:
        assert named_columns(db) == {f"{table}.{column}" for table, column in NAMED.items()} | OTHER


def test_every_place_has_its_rules_and_each_says_why_and_by_what_it_is_carried_out() -> None:
    assert all(of(place) for place in ("terminal", "centre", "desk", "window"))
    assert len({rule.code for rule in RULES}) == len(RULES)
    root = Path(__file__).parents[2]
    for rule in RULES:
        assert rule.why
        assert (rule.days is None) is (rule.by == "")
        assert not rule.by or root.joinpath(*rule.by.split(".")).with_suffix(".py").is_file(), rule.by


def _now():  # type: ignore[no-untyped-def]
    from support.casework import just_now

    return just_now()
