"""Every screen in English: what is Chinese on it is a name or a word of the citizen's own, and says that it is Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from modes import every
from pseudo import stretched
from screens_glass import PERSON, ScreenGlass
from screens_walk import rich_catalogue

from kiosk.visit import events as ev
from ui import words
from ui.app import create_app
from ui.look import COOKIE
from ui.words import HAN

EMPTY = {"img", "input", "meta", "link", "br", "wbr", "polygon", "rect", "circle"}
SAID = ("alt", "aria-label", "title", "placeholder", "data-below", "data-name")
"""Attributes that are read out or written on the page."""


class Page(HTMLParser):
    """``loose``: Chinese outside what says so; ``said``: Chinese in an attribute, which cannot say so."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[tuple[str, str]] = []
        self.loose: list[str] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in EMPTY:
            self.inside.append((tag, given.get("lang") or (self.inside[-1][1] if self.inside else "")))
        self.said += [text for name in SAID if HAN.search(text := given.get(name) or "")]

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        if HAN.search(text) and (not self.inside or self.inside[-1][1] != words.SOURCE):
            self.loose.append(text.strip())


@pytest.fixture(scope="module")
def screens() -> list[tuple[str, str]]:
    """Name and page of every screen there is."""
    return list(walked())


def walked() -> Iterator[tuple[str, str]]:
    glass = ScreenGlass(rich_catalogue())
    client = create_app(glass).test_client()
    for name in every(glass):
        visit = glass.snapshot().state.visit
        client.set_cookie(COOKIE, f"en.{visit.id if visit else ''}")
        yield name, client.get("/").text


def test_chinese_on_an_english_screen_says_that_it_is_chinese(screens: list[tuple[str, str]]) -> None:
    assert len(screens) > 120
    assert {name: found for name, page in screens if (found := Page(page).loose)} == {}


def test_what_is_read_out_of_a_picture_or_a_button_is_english(screens: list[tuple[str, str]]) -> None:
    assert {name: found for name, page in screens if (found := Page(page).said)} == {}


def test_the_screen_itself_says_english(screens: list[tuple[str, str]]) -> None:
    for name, page in screens:
        assert '<html lang="en">' in page, name
        assert 'id="screen"' in page, name
        assert ' lang="en">' in page.partition('id="screen"')[2][:120], name


def test_pictures_of_the_desk_and_answers_under_way_are_told_in_english() -> None:
    glass = ScreenGlass()
    client = create_app(glass).test_client()
    client.set_cookie(COOKIE, "en.")
    glass.tell(ev.Begin("visit-1"))
    assert "Which place decides?" in client.get("/screen").text


def test_a_third_longer_is_a_third_longer_and_keeps_what_is_put_in() -> None:
    long = stretched('Your case: <b class="number">%(case)s</b>, 100%% done')
    assert '<b class="number">%(case)s</b>' in long
    assert len(long.replace('<b class="number">%(case)s</b>', "")) >= 1.3 * len("Your case: , 100%% done") - 1
    assert PERSON.name
