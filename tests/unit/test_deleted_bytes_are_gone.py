"""Deletion proven: after its time a thing's bytes are in no file, no page of a database and no log of one, while the process runs.

What is looked for is the ciphertext itself, a piece of every half kilobyte of it: whoever had a key later could use it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.casework import just_now
from support.stores import Shelf, new_case

from domain import sealing
from domain.case.acts import Prechecked, Sealed
from domain.protection.retention import of
from domain.sealing import OpeningKey, Recipient
from fleet.outward.outbox import Outbox, State
from fleet.window.book import Book
from kiosk.kept import lines

KEYS: tuple[Recipient, OpeningKey] = sealing.new_key("home")


def sealed(size: int = 40_000) -> bytes:
    return sealing.seal(os.urandom(size), (KEYS[0],))


def left(folder: Path, body: bytes) -> list[str]:
    """Files below ``folder`` in which a piece of ``body`` stands."""
    pieces = [body[at : at + 32] for at in range(0, len(body) - 32, 512)]
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if any(piece in data for piece in pieces):
            found.append(path.name)
    return found


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with closing(Shelf(tmp_path)) as one:
        yield one


def test_a_terminal_s_copies_are_gone_once_the_centre_has_them_all(shelf: Shelf) -> None:
    page = shelf.page(picture=os.urandom(40_000))
    picture = shelf.store.page_path(page).read_bytes()
    case = shelf.store.take_case(new_case(pages=(page,), content=os.urandom(40_000))).case
    bodies = [shelf.sealed(one) for one in shelf.waiting()]
    assert len(bodies) == 2
    assert picture in bodies
    assert all(left(shelf.folder, body) for body in bodies)
    for one in shelf.waiting():
        shelf.documents.stored(one.digest)
    assert all(left(shelf.folder, body) for body in bodies)  # taken, but not confirmed as a whole: kept
    shelf.documents.whole(case)
    assert [left(shelf.folder, body) for body in bodies] == [[], []]
    assert shelf.audit()[-1] == ("copies_deleted", f'{{"number":"{case}","documents":2,"rule":"outbox"}}')
    count = len(shelf.audit())
    shelf.documents.whole(case)
    assert len(shelf.audit()) == count  # once


def test_a_visit_that_ends_leaves_nothing_of_its_pages(shelf: Shelf) -> None:
    body = shelf.store.page_path(shelf.page(picture=os.urandom(40_000))).read_bytes()
    assert left(shelf.folder, body)
    shelf.store.end_visit("v1", "idle", submitted=False, pictures=0, left=())
    assert left(shelf.folder, body) == []


def test_a_window_s_copies_are_gone_once_the_centre_has_the_act_or_refused_it(tmp_path: Path) -> None:
    with closing(Book(tmp_path / "window.db")) as book:
        for refused in (None, "state"):
            body = sealed()
            act = Prechecked(at=just_now(), by="intake_officer", documents=(Sealed(sealing.digest(body), len(body), "record"),))
            (work,) = book.write("1024", [("C1", 0, act)], [body], 1.0)
            assert left(tmp_path, body)
            assert book.lying() == (1, len(body))
            book.ended(work, refused, 2.0)
            assert left(tmp_path, body) == []
            assert book.lying() == (0, 0)


@pytest.mark.parametrize("state", ["gone", "refused", "expired"])
def test_a_desk_s_are_gone_however_it_ended(tmp_path: Path, state: State) -> None:
    with closing(Outbox(tmp_path / "deeds.db")) as outbox:
        body = sealed()
        outbox.put("d1", "C1", "Accepted", body, 1.0)
        assert left(tmp_path, body)
        outbox.ended("d1", state, "", 2.0)
        assert left(tmp_path, body) == []


def test_the_terminal_says_what_it_keeps_until_when_and_what_waits_too_long(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case(pages=(shelf.page(),))).case
    now = datetime.now().astimezone()
    told = lines(shelf.folder / "terminal.db", now)
    assert len(told) == len(of("terminal"))
    assert any("密封的办件和材料" in line and "现有 2" in line for line in told)
    assert "超过 72 小时" in lines(shelf.folder / "terminal.db", now + timedelta(hours=73))[-1]
    shelf.documents.whole(case)
    later = lines(shelf.folder / "terminal.db", now + timedelta(hours=73))
    assert any("密封的办件和材料" in line and "现有 0" in line for line in later)
    assert len(later) == len(told)
