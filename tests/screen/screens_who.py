"""The screens of who applies, in the order they are met: (name, how to get there from the one before)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import msgspec
from screens_glass import PERSON, ScreenGlass
from screens_walk import answers

from domain.idnumber import check_character
from domain.representation import Paper
from kiosk.visit import events as ev
from kiosk.visit.state import State, Step

TODAY = date(2026, 11, 26)
NUMBER = "51382220140601102" + check_character("51382220140601102")
CHILD = msgspec.structs.replace(PERSON, name="申屠小苗", number=NUMBER, birth=date(2014, 6, 1))
PRINCIPAL = {
    "principal-name": "欧阳委托",
    "principal-document": "resident",
    "principal-number": "110105194912310020",
    "authority-matter": "申领社会保障卡",
    "authority-scope": "submit",
    "authority-term": "until",
}
OWN = {"own-name": "埋名护照", "own-number": "E12345678"}


def who(glass: ScreenGlass) -> Iterator[str]:
    """Lead ``glass`` through every screen of who applies and name each as it stands there."""
    yield from _guardian(glass)
    yield from _agent(glass)
    yield from _chipless(glass)
    yield from _window(glass)


def _to_card(glass: ScreenGlass, item: str, situation: str) -> None:
    glass.show(state=State())
    glass.tell(ev.Begin("visit-1"))
    for event in (ev.ChoosePlace("demo-jia"), ev.ChooseItem(item), ev.ChooseSituation(situation), ev.ChooseChannel("here")):
        glass.tell(event)


def _guardian(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    _to_card(glass, "SSC-APPLY", "SSC-APPLY-1")
    yield "who-prepare"
    tell(ev.Next())
    tell(ev.Agree())
    tell(ev.CardTaken(CHILD, 12))
    yield "who-minor"
    tell(ev.ForAnother("guardian"))
    tell(ev.Next())
    tell(ev.Agree())
    yield "who-card-guardian"
    tell(ev.CardTaken(CHILD, 12))
    yield "who-child-first"
    tell(ev.CardTaken(PERSON, 37))
    tell(ev.Next())
    yield "who-ward"
    tell(ev.CardTaken(PERSON, 37))
    yield "who-same-person"
    tell(ev.CardTaken(CHILD, 12))
    yield "who-guardian"
    tell(ev.NotMe())
    tell(ev.NoCard())
    yield "who-child-on-paper"


def _agent(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    _to_card(glass, "SSC-LOSS", "SSC-LOSS-2")
    yield "who-not-by-agent"
    _to_card(glass, "SSC-APPLY", "SSC-APPLY-3")
    tell(ev.Next())
    tell(ev.Agree())
    tell(ev.CardTaken(PERSON, 37))
    tell(ev.Next())
    yield "who-agent"
    tell(ev.StateWho(PRINCIPAL, TODAY))
    yield "who-agent-errors"


def _chipless(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    _to_card(glass, "MED-REMOTE", "MED-2")
    tell(ev.Next())
    tell(ev.Agree())
    yield "who-card"
    tell(ev.NoCard())
    yield "who-document"
    glass.show(online=False)
    yield "who-document-offline"
    glass.show(online=True)
    tell(ev.ChooseDocument(Paper.PASSPORT.value))
    yield "who-own"
    tell(ev.StateWho(OWN, TODAY))
    tell(ev.Weigh(False))
    yield "who-document-scan"
    for ref in ("ref-1", "ref-2"):
        tell(ev.TakePage(ref))
        tell(ev.KeepPage())
        tell(ev.Next())
    while glass.step is Step.FORM:
        tell(ev.FillForm(answers(glass)))
    yield "who-filled"
    glass.show(online=False)
    yield "who-filled-offline"
    glass.show(online=True)
    glass.answers = False
    tell(ev.KeepDraft("C" * 24))
    yield "who-keeping"
    tell(ev.DraftNotKept("visit-1", "draft_offline"))
    yield "who-not-kept"
    glass.answers = True


def _window(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    begun = glass.snapshot().state.visit
    glass.show(state=State())
    glass.rules = replace(glass.rules, window=True)
    glass.hall = replace(glass.hall, drafts=True, setting="window")
    yield "who-window"
    tell(ev.BeginDraft("visit-2"))
    yield "who-draft"
    tell(ev.FetchDraft(""))
    yield "who-draft-mistyped"
    glass.answers = False
    tell(ev.FetchDraft("C" * 24))
    yield "who-draft-opening"
    assert begun is not None
    tell(ev.DraftOpened("visit-2", begun, "示范丙区政务服务中心", "2026-11-26T09:00:00+08:00"))
    yield "who-check"
    glass.answers = True
