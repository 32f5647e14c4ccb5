"""Spoken guidance: every screen says what to do, in both languages, and never a word of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import pytest
import screens_followup
from hypothesis import given
from hypothesis import strategies as st
from screens_glass import OTHER_ADDRESS, PERSON, PHONE, ScreenGlass
from screens_ways import screens
from screens_who import CHILD, who

from kiosk.visit import events as ev
from ui.app import create_app
from ui.spoken import sayable


class Ear:
    """A voice that only listens."""

    def __init__(self) -> None:
        self.said: list[tuple[str, ...]] = []
        self.language = ""
        self.silent = 0

    def say(self, sentences: tuple[str, ...], language: str) -> None:
        self.said.append(sentences)
        self.language = language

    def again(self) -> None:
        self.said.append(("again",))

    def aside(self, text: str, language: str) -> None:
        self.said.append((text,))

    def louder(self, by: int) -> None:
        self.said.append((f"by {by}",))

    def hush(self) -> None:
        self.silent += 1


PLANTED = (PERSON.name, PERSON.number, PERSON.address, OTHER_ADDRESS, PHONE, CHILD.name, "欧阳委托", "VANDEBERG", "阿依木果")

SMALL_OR_OURS = re.compile("[0-9]{1,3}")
HEADERS = {"HX-Request": "true", "Origin": "http://localhost"}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_screen_says_what_to_do_and_nothing_of_whoever_stands_there(language: str) -> None:
    glass, ear = ScreenGlass(), Ear()
    client = create_app(glass, voice=ear).test_client()
    for name in walk(glass):
        ear.said.clear()
        for change in ("", "speech", language):
            page = client.post("/look", data={"change": change}, headers=HEADERS).text
        assert ear.said, name
        told = " ".join(ear.said[-1])
        assert told, (name, re.findall(r'step__title">(.*?)<', page))
        assert not re.search(r"\d{4}", told.replace("0800-123-4567", "").replace("12345", "")), (name, told)
        for planted in PLANTED:
            assert planted not in told, (name, told)


def walk(glass: ScreenGlass) -> Iterator[str]:
    yield from chain(screens(glass), who(glass), screens_followup.screens(glass))


def test_nothing_is_said_or_offered_where_it_was_not_chosen_or_there_is_no_voice() -> None:
    glass, ear = ScreenGlass(), Ear()
    client = create_app(glass, voice=ear).test_client()
    assert "念出屏幕上的提示" in client.get("/screen").text
    client.post("/speech", data={"do": "again"}, headers=HEADERS)
    assert not ear.said
    assert ear.silent
    assert "念出屏幕上的提示" not in create_app(glass).test_client().get("/screen").text


def test_what_was_chosen_goes_with_the_visit_and_it_is_silent_for_the_next() -> None:
    glass, ear = ScreenGlass(), Ear()
    client = create_app(glass, voice=ear).test_client()
    client.post("/look", data={"change": "speech"}, headers=HEADERS)
    glass.tell(ev.Begin("visit-1"))
    client.get("/screen")
    assert ear.said[-1][0] == "您的事归哪里管？"
    glass.tell(ev.End())
    glass.tell(ev.Begin("visit-2"))
    before = ear.silent
    client.get("/screen")
    assert ear.silent == before + 1


def test_what_the_keys_have_come_to_is_said_if_everybody_may_know_it() -> None:
    glass, ear = ScreenGlass(), Ear()
    client = create_app(glass, voice=ear).test_client()

    def at(*texts: str) -> tuple[str, ...]:
        ear.said.clear()
        client.post("/speech", data={"do": "at", "text": "\n".join(texts)}, headers=HEADERS)
        return ear.said[0] if ear.said else ()

    assert at("要听屏幕上的提示，请按返回键。")  # to whoever has not chosen it yet
    client.post("/look", data={"change": "speech"}, headers=HEADERS)
    glass.tell(ev.Begin("visit-1"))
    assert at("返回") == ("返回",)
    assert at("示范甲市", PERSON.name) == ("示范甲市",)
    assert at(PERSON.name, PERSON.number, PHONE, "阿依木果", "x" * 5000) == ()


@given(st.text(max_size=80))
def test_no_text_of_whatever_kind_is_said_because_it_looks_like_a_sentence_of_ours(text: str) -> None:
    for frame in ("{}", "查到 {} 件", "{}会告诉您是否受理。", "办件编号 {}"):
        said = frame.format(text)
        assert not sayable(said, frozenset()) or SMALL_OR_OURS.fullmatch(text) or sayable(text, frozenset())
