"""A signed form that cannot be set: the clerk answers all the same, writes it down without a word of what it held, and goes on."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from support.stores import HOME, HOME_KEY, Shelf
from support.visits import ANSWERS, CATALOGUE, PERSON, SIGNATURE, Walk

from domain import sealing
from domain.press.press import UNMADE, Press
from kiosk import settings as conf
from kiosk.clerk import Clerk
from kiosk.clock import Clock
from kiosk.store.answers import AnswerStore
from kiosk.store.ratings import RatingStore
from kiosk.tray import Tray
from kiosk.visit import events as ev
from kiosk.visit.effects import SetForm

DAY = date(2026, 11, 26)
HALL = ("示范三县", "示范大厅", "1", "2", "https://query.example")


_BARE = conf.Settings(None, None, None, None, None, None)  # type: ignore[arg-type]
"""A clerk looks at the terminal and its keys only."""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def set_by(shelf: Shelf) -> Iterator[Callable[[Press, SetForm], ev.Event]]:
    """Let a clerk with this press set a form; what it answers."""
    key = conf.Key(HOME.key_id, HOME.public)
    terminal = conf.TerminalSettings("demo-k01", "K01", "511381", "demo-san", *HALL)
    settings = msgspec.structs.replace(_BARE, terminal=terminal, keys=conf.KeySettings(key, key, {"demo-jia": key}))
    clerks: list[Clerk] = []

    def set_(press: Press, effect: SetForm) -> ev.Event:
        answers: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
        stores = AnswerStore(shelf.store, Clock()), RatingStore(shelf.store, Clock())
        clerk = Clerk(shelf.store, *stores, settings, CATALOGUE, Tray(), press, answers.put, lambda: None)
        clerk.start()
        clerks.append(clerk)
        clerk.set_form(effect, DAY)
        return answers.get(timeout=60)

    yield set_
    for clerk in clerks:
        clerk.stop()


def form() -> SetForm:
    (effect,) = Walk().delivered().do(ev.FillForm(ANSWERS), ev.Sign(SIGNATURE)).asked(SetForm)
    assert isinstance(effect, SetForm)
    return effect


def test_what_is_set_lies_sealed_on_the_disk(shelf: Shelf, set_by: Callable[[Press, SetForm], ev.Event]) -> None:
    answer = set_by(Press(), form())
    assert isinstance(answer, ev.PageSealed)
    sealed = shelf.store.page_path(answer.digest).read_bytes()
    assert sealing.unseal(sealed, HOME_KEY).startswith(b"%PDF-")


def test_one_that_hangs_is_given_up_and_answered(shelf: Shelf, set_by: Callable[[Press, SetForm], ev.Event]) -> None:
    assert set_by(Press(patience=0.01), form()) == ev.PageLost("signed-M-FORM", UNMADE)
    assert shelf.files() == set()


def test_one_of_no_catalogue_is_answered_and_nothing_of_the_person_is_logged(
    set_by: Callable[[Press, SetForm], ev.Event], caplog: pytest.LogCaptureFixture
) -> None:
    gone = form()
    visit = msgspec.structs.replace(gone.visit, item="NO-SUCH-ITEM")
    assert set_by(Press(), replace(gone, visit=visit)) == ev.PageLost("signed-M-FORM", UNMADE)
    assert PERSON.name not in caplog.text
    assert "LookupError" in caplog.text


def test_it_is_written_down_by_its_material(shelf: Shelf, set_by: Callable[[Press, SetForm], ev.Event]) -> None:
    set_by(Press(patience=0.01), form())
    set_by(Press(), form())  # the clerk goes on, and has written the line meanwhile
    assert ("form_unmade", '{"material":"M-FORM"}') in shelf.audit()
