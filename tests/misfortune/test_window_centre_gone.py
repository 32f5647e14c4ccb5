"""The centre goes in the middle of what a clerk does, or the window's process is killed between documents and act."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fleet import Fleet, running_fleet
from support.window import STAFF, Counter, running_counter, window_settings

from domain.case.acts import Mended, Prechecked
from fleet.window.book import Book


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture
def counter(fleet: Fleet, tmp_path: Path) -> Iterator[Counter]:
    with running_counter(fleet, tmp_path / "window") as running:
        yield running


def again(counter: Counter) -> None:
    """The centre comes back (on another port), and the window is started again on what it had written."""
    counter.stop()
    counter.start()


def test_what_a_clerk_did_while_the_centre_was_away_is_kept_and_sent_once_it_is_back(counter: Counter) -> None:
    counter.take("C1")
    at, window = counter.open("C1"), counter.window.window
    opened = window.openings.get(at.rpartition("/")[2])
    assert opened is not None
    standing = window.standing("C1")
    assert standing is not None
    counter.fleet.centre.pages.api.stop()
    answer = counter.browser.post(f"{at}/precheck", data={"position": "0"})
    assert (answer.status_code, "连不上中心" in answer.text) == (502, True)
    # The list could not be read; an act on what was read before is kept all the same.
    act = Prechecked(at=window.now(), by="intake_officer")
    assert not window.do("王", [(standing, [act])])
    (waiting,) = window.book.waiting()
    assert waiting.act == act
    counter.stop()
    counter.fleet.stop()
    counter.fleet.start()
    counter.start()
    assert counter.window.window.sender.flush()
    assert counter.acts("C1") == (act,)
    assert counter.window.window.book.waiting() == ()


def killed_after(counter: Counter, number: str, step: str) -> tuple[Mended, dict[str, bytes]]:
    """The window's book as a kill leaves it, and what the centre had got by then."""
    counter.take(number)
    at = counter.open(number)
    window = counter.window.window
    opened, standing = window.openings.get(at.rpartition("/")[2]), window.standing(number)
    assert opened is not None
    assert standing is not None
    sealed = [window.sealed(opened.content.home, b"%PDF-1.7 added", "page"), window.sealed(opened.content.home, b"{}", "record")]
    act = Mended(at=window.now(), by="intake_officer", points=("M-PHOTO#1",), documents=tuple(one for one, _ in sealed))
    bodies = {one.digest: body for one, body in sealed}
    ledger = window.ledger
    counter.window._server.stop()
    window.sender.stop()
    window.book.write("王", [(number, standing.life.position, act)], list(bodies.values()), time.time())
    if step in ("one document", "documents", "act"):
        for one in act.documents[: 1 if step == "one document" else 2]:
            ledger.put(bodies[one.digest], one.kind)
    if step == "act":
        ledger.post(number, 0, act)
    return act, bodies


@pytest.mark.parametrize(("number", "step"), [("K1", "book"), ("K2", "one document"), ("K3", "documents"), ("K4", "act")])
def test_a_kill_between_the_book_and_the_centre_costs_nothing_and_doubles_nothing(counter: Counter, number: str, step: str) -> None:
    act, bodies = killed_after(counter, number, step)
    again(counter)
    assert counter.window.window.sender.flush()
    assert counter.acts(number) == (act,)
    for digest, body in bodies.items():
        assert counter.home.document(digest) == body
    book = counter.window.window.book
    (done,) = book.of(number)
    assert (done.staff, done.refused, done.ended is not None) == ("王", None, True)
    assert book.documents(done.id) == {}  # what was sealed lies here no longer


def test_what_the_centre_refuses_is_told_to_the_clerk_and_blocks_nothing_behind_it(counter: Counter) -> None:
    counter.take("R1")
    counter.take("R2")
    window = counter.window.window
    one, two = window.standing("R1"), window.standing("R2")
    assert one is not None
    assert two is not None
    wrong = Mended(at=window.now(), by="intake_officer", points=("M-PHOTO#1",))
    acts = [(one, [Prechecked(at=window.now(), by="intake_officer")]), (two, [Prechecked(at=window.now(), by="intake_officer")])]
    # An act whose documents the centre never got.
    lost = Mended(at=wrong.at, by="intake_officer", points=wrong.points, documents=(window.sealed("mianzhu", b"x", "page")[0],))
    window.do("王", [(one, [lost])])
    window.book.write("王", [("NONE", 0, Prechecked(at=window.now(), by="intake_officer"))], [], time.time())
    window.do("王", acts)
    assert [w.refused for w in window.book.refused()] == ["absent", "not_whole"]
    assert counter.acts("R2")
    assert "中心没有接受" in counter.browser.get("/").text
    assert "没有全部传到中心" in counter.browser.get("/cases/R1").text


def test_the_book_of_a_window_names_nobody(counter: Counter) -> None:
    counter.take("B1")
    at = counter.open("B1")
    counter.do(at, "precheck", remark="申请人测试甲说下周补")
    counter.stop()
    data = window_settings(counter.folder, "https://127.0.0.1:9").data
    held = b"".join(path.read_bytes() for path in data.iterdir())
    for words in ("测试甲", "11010519491231002X", "下周补"):
        assert words.encode() not in held
    book = Book(data / "window.db")
    assert [work.staff for work in book.of("B1")] == [STAFF]
    book.close()
    counter.start()
