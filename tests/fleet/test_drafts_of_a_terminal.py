"""A draft on its way: from a terminal over the real centre to the window of the same hall, and every misfortune of that way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from queue import Queue

import msgspec
import pytest
from msgspec.structs import replace
from support.authority import identity
from support.fleet import OTHER_TERMINAL, TERMINAL, Fleet
from support.stores import Shelf
from support.visits import PERSON, Walk

from domain import sealing
from domain.draft import DraftPage, new_code, read_code
from domain.sealing import OpeningKey, Recipient
from fleet.drafts import MOST_WRONG
from kiosk import drafts as subject
from kiosk.clock import Clock
from kiosk.drafted import described
from kiosk.drafts import DraftPost, Place
from kiosk.visit import events as ev
from kiosk.visit.effects import DropDraft, KeepDraft, OpenDraft
from kiosk.visit.state import Visit
from mqtt.resources import DRAFT_KEPT, draft_name, draft_path

WINDOW, KEY = sealing.new_key("demo-bing")
OTHER_WINDOW, OTHER_KEY = sealing.new_key("demo-bing")
CODE, OTHER_CODE = new_code(b"fifteen bytes!!"), new_code(b"other fifteen!!")
OWN = {"own-name": "埋名甲", "own-number": "E12345678"}


class Terminal:
    """One terminal's end: its post, and what it was told."""

    def __init__(self, fleet: Fleet, folder: Path, name: str = TERMINAL, window: Recipient = WINDOW, *keys: OpeningKey) -> None:
        self.told: Queue[ev.Event] = Queue()
        self.shelf = Shelf(folder)
        self.post = DraftPost(
            fleet.centre.api_address,
            partial(identity, fleet.broker.authority, name),
            Place(name, "示范丙区政务服务中心", window, keys),
            Clock(),
            self.told.put,
            lambda visit: described(visit, Walk().rules.catalogue),
            self.shelf.store.page_path,
            self._lay,
            lambda: True,
        )
        self.post.start()

    def _lay(self, visit: str, pages: tuple[DraftPage, ...], opened: ev.DraftOpened) -> None:
        for page in pages:
            self.shelf.store.keep_page(visit, page.sealed)
        self.told.put(opened)

    def keep(self, visit: Visit, code: str = CODE) -> ev.Event:
        self.post.keep(KeepDraft(visit, code))
        return self.told.get(timeout=60)

    def open(self, code: str = CODE) -> ev.Event:
        self.post.open(OpenDraft("w1", code))
        return self.told.get(timeout=60)

    def close(self) -> None:
        self.post.stop()
        self.shelf.close()


@pytest.fixture
def hall(fleet: Fleet, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal of the hall that opens what it keeps."""
    one = Terminal(fleet, tmp_path / "terminal", TERMINAL, WINDOW, OTHER_KEY, KEY)
    yield one
    one.close()


def visit(one: Terminal) -> Visit:
    """A passport's, with one page on this terminal's disk."""
    walk = Walk().chosen().do(ev.BeginDraft("x"), ev.Next(), ev.Agree(), ev.NoCard(), ev.ChooseDocument("passport"))
    walk.do(ev.StateWho(OWN, date(2026, 11, 26)), ev.Weigh(False))
    sealed = sealing.seal(b"\xff\xd8\xffjpeg", (WINDOW,))
    digest = one.shelf.store.keep_page("v1", sealed)
    walk.do(ev.TakePage("p"), ev.PageShown("p", ()), ev.KeepPage(), ev.PageSealed("p", digest, len(sealed)), ev.Next())
    return walk.visit


def test_what_was_kept_comes_back_at_the_window_with_its_pages(hall: Terminal) -> None:
    begun = visit(hall)
    kept = hall.keep(begun)
    assert isinstance(kept, ev.DraftKept)
    hall.shelf.store.end_visit("v1", "done", False, 0, ())
    assert hall.shelf.files() == set()
    opened = hall.open()
    assert isinstance(opened, ev.DraftOpened)
    assert opened.visit == begun
    (page,) = [p for c in opened.visit.collected for p in c.pages]
    assert hall.shelf.page_on_disk(page.digest or "")


def test_the_centre_holds_nothing_it_can_read_and_no_code(hall: Terminal, fleet: Fleet) -> None:
    hall.keep(visit(hall))
    for path in fleet.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(one in data for one in ("埋名甲".encode(), b"E12345678", CODE.encode())), path


def test_a_draft_of_another_window_is_not_opened_by_this_one(fleet: Fleet, tmp_path: Path, hall: Terminal) -> None:
    stranger = Terminal(fleet, tmp_path / "stranger", TERMINAL, Recipient("elsewhere", OTHER_WINDOW.public))
    assert isinstance(stranger.keep(visit(stranger)), ev.DraftKept)
    stranger.close()
    assert hall.open() == ev.DraftNotOpened("w1", subject.NOT_OURS)


def test_a_terminal_of_another_hall_finds_nothing(fleet: Fleet, tmp_path: Path, hall: Terminal) -> None:
    hall.keep(visit(hall))
    elsewhere = Terminal(fleet, tmp_path / "elsewhere", OTHER_TERMINAL, WINDOW, KEY)
    assert elsewhere.open() == ev.DraftNotOpened("w1", subject.NOT_FOUND)
    elsewhere.close()


def test_a_forged_or_damaged_draft_gives_nothing(fleet: Fleet, hall: Terminal) -> None:
    with fleet.api() as api:
        for at, body in enumerate(
            (
                b"",
                b"rubbish",
                sealing.seal(b"not a draft", (WINDOW,)),
                sealing.seal(b"x", (WINDOW,))[:-1],
                b"tongban-sealed/1 sm4 x\n",
            )
        ):
            code = new_code(bytes([at] * 15))
            assert api.put(draft_path(draft_name(code)), content=body).status_code == 201
            assert hall.open(code) in (ev.DraftNotOpened("w1", subject.DAMAGED), ev.DraftNotOpened("w1", subject.NOT_OURS))
    assert hall.shelf.files() == set()


def test_a_wrong_code_is_not_found_and_after_twenty_of_them_the_terminal_waits(hall: Terminal) -> None:
    hall.keep(visit(hall))
    for at in range(MOST_WRONG):
        assert hall.open(new_code(bytes([200, at] + [7] * 13))) == ev.DraftNotOpened("w1", subject.NOT_FOUND)
    assert hall.open() == ev.DraftNotOpened("w1", subject.TOO_MANY)


def test_one_that_is_over_is_not_found(hall: Terminal, fleet: Fleet) -> None:
    hall.keep(visit(hall))
    assert fleet.centre.pages.drafts.expire(time.time() + DRAFT_KEPT + 1) == 1
    assert hall.open() == ev.DraftNotOpened("w1", subject.NOT_FOUND)


def test_one_that_became_a_case_is_done_with(hall: Terminal) -> None:
    hall.keep(visit(hall))
    hall.post.drop(DropDraft(CODE))
    assert hall.open() == ev.DraftNotOpened("w1", subject.NOT_FOUND)


def test_without_the_centre_nothing_is_kept_and_it_is_said_at_once(hall: Terminal, fleet: Fleet) -> None:
    begun = visit(hall)
    fleet.stop()
    assert hall.keep(begun) == ev.DraftNotKept("v1", subject.OFFLINE)
    assert hall.open() == ev.DraftNotOpened("w1", subject.OFFLINE)


def test_a_page_that_is_gone_keeps_nothing(hall: Terminal) -> None:
    begun = visit(hall)
    hall.shelf.store.end_visit("v1", "left", False, 0, ())
    assert hall.keep(begun) == ev.DraftNotKept("v1", subject.REFUSED)
    assert hall.open() == ev.DraftNotOpened("w1", subject.NOT_FOUND)


def test_one_that_is_too_large_is_not_kept(hall: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MAX_DOCUMENT", 1000)
    assert hall.keep(visit(hall)) == ev.DraftNotKept("v1", subject.TOO_LARGE)


def test_a_line_that_is_cut_in_the_middle_keeps_nothing_and_the_next_try_does(
    hall: Terminal, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = visit(hall)
    with monkeypatch.context() as cut:
        cut.setattr(subject, "WITHIN", -1.0)
        assert hall.keep(begun) == ev.DraftNotKept("v1", subject.OFFLINE)
    with fleet.centre.store.reading() as db:
        assert db.execute("SELECT count(*) FROM drafts").fetchone()[0] == 0
    assert isinstance(hall.keep(begun), ev.DraftKept)


def test_a_restart_that_asks_again_under_the_same_code_replaces_what_lies_there(hall: Terminal) -> None:
    begun = visit(hall)
    assert isinstance(hall.keep(begun), ev.DraftKept)
    later = replace(begun, stated={**OWN, "own-name": "埋名乙"})
    assert isinstance(hall.keep(later), ev.DraftKept)
    opened = hall.open()
    assert isinstance(opened, ev.DraftOpened)
    assert opened.visit.stated["own-name"] == "埋名乙"


def test_a_draft_of_another_version_of_the_state_is_not_taken_up(hall: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(subject, "SCHEMA", 99)
        assert isinstance(hall.keep(visit(hall)), ev.DraftKept)
    assert hall.open() == ev.DraftNotOpened("w1", subject.DAMAGED)


def test_nobody_waits_for_a_post_that_is_stopped(hall: Terminal) -> None:
    ended = threading.Thread(target=hall.post.stop)
    ended.start()
    ended.join(10)
    assert not ended.is_alive()


def test_what_a_clerk_reads_is_the_whole_and_no_repr_tells_it() -> None:
    walk = Walk().identified()
    lines = described(walk.visit, walk.rules.catalogue)
    assert PERSON.name in {line.text for line in lines}
    assert PERSON.name not in repr(lines)
    assert read_code(CODE) == CODE
    assert msgspec.json.decode(msgspec.json.encode(walk.visit), type=Visit) == walk.visit
