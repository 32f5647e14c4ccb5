"""Who comes back and cannot sign on the glass signs a printed statement before a clerk: of a correction and a withdrawal."""

from __future__ import annotations

from dataclasses import replace as with_rules
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace
from support.followups import CASE, CORRECT, HANDOVER, RESULT, Back
from support.tasks import correction
from support.visits import PERSON, SIGNATURE
from test_answers import KEYS

from domain.case.answer import Correction, Withdrawal, decode
from domain.case.content import Inked
from domain.case.number import grouped
from domain.press.press import Press, page_count
from fleet.desk.readable import readable
from kiosk import sheets
from kiosk.answering import new_answer
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit import followup_path
from kiosk.visit.attending_events import Attend, Attended
from kiosk.visit.inking_events import PrintForm, SignOnGlass, SignOnPaper
from kiosk.visit.intent import Intent
from kiosk.visit.state import Attendant, Printing, PrintState, Step

TODAY = date(2026, 11, 26)
TERMINAL: Any = SimpleNamespace(intake="示范三县", code="K01")
WANG = Attendant("s-wang", "C012", "王")
AT_WINDOW = with_rules(HANDOVER, window=True, clerks=True)


def by(walk: Back, *sent: Intent) -> Back:
    walk.do(*(Attended(WANG, one) for one in sent))
    return walk


def correcting() -> Back:
    walk = Back(AT_WINDOW).correcting()
    walk.page("p1").do(ev.Next()).page("p2").do(ev.Next())
    assert walk.step is Step.SIGN
    return by(walk, Attend())


def withdrawing() -> Back:
    takes_back = replace(CORRECT, task=replace(correction(CASE), home="demo-jia", withdrawable=True))
    walk = Back(AT_WINDOW).carded(takes_back)
    walk.do(fe.ChooseTask(0, "withdraw"), ev.Next())
    return by(walk, Attend())


def photographed(walk: Back) -> Back:
    by(walk, ev.TakePage("f1")).do(ev.PageShown("f1", ()))
    by(walk, ev.KeepPage()).do(ev.PageSealed("f1", "f" * 64, 5))
    return by(walk, ev.Next())


@pytest.mark.parametrize("begun", [correcting, withdrawing])
def test_the_printed_statement_is_photographed_and_stands_for_the_signature(begun: Any) -> None:
    walk = by(begun(), SignOnPaper("pen"))
    assert walk.step is Step.SCAN
    by(walk, PrintForm(TODAY))
    assert [one.material for one in walk.asked(fx.PrintForm)] == [followup_path.SIGNED]
    walk.do(ev.SheetEnded("v1", Printing(PrintState.PRINTED, 1)))
    assert photographed(walk).step is Step.ANSWER
    assert by(walk, ev.Submit()).step is Step.ANSWER, "handing in is the citizen's own"
    walk.do(ev.Submit())
    assert walk.step is Step.SUBMITTING
    new = new_answer(walk.visit, KEYS)
    said = decode(new.content)
    assert isinstance(said, Correction | Withdrawal)
    assert said.inked == Inked("pen", "C012")
    assert [page.digest for page in said.paper] == ["f" * 64]
    assert "f" * 64 in new.pages
    assert said.signature.strokes == ()
    lines = readable(new.kind, new.content)
    assert lines is not None
    assert lines.signature is None
    assert any("在纸上，本人在表上签名" in text for _, text in lines.rows)


@pytest.mark.parametrize(("begun", "words"), [(correcting, followup_path.SUPPLIES), (withdrawing, followup_path.WITHDRAWS)])
def test_the_statement_says_which_case_and_what_is_signed_on_one_page(begun: Any, words: str) -> None:
    walk = by(begun(), SignOnPaper("thumbprint"))
    template, data = sheets.of(
        walk.visit, followup_path.SIGNED, TERMINAL, HANDOVER.catalogue, private=True, day=TODAY, signature=None
    )
    for text in (words, grouped(CASE), PERSON.name, "本人按手印"):
        assert text in data.decode()
    assert page_count(Press().pdf(template, data)) == 1


def test_who_signs_on_the_glass_after_all_leaves_nothing_of_the_paper() -> None:
    walk = photographed(by(correcting(), SignOnPaper("pen")))
    by(walk, SignOnGlass())
    assert walk.step is Step.SIGN
    walk.do(ev.Sign(SIGNATURE))
    assert walk.step is Step.ANSWER
    said = decode(new_answer(walk.visit, KEYS).content)
    assert (said.inked, said.paper) == (None, ())


def test_other_pages_want_another_statement_a_better_picture_of_it_does_not() -> None:
    walk = photographed(by(correcting(), SignOnPaper("pen")))
    by(walk, ev.ScanAgain(followup_path.SIGNED))
    assert (walk.step, walk.visit.inked) == (Step.SCAN, Inked("pen", "C012"))
    assert photographed(walk).step is Step.ANSWER
    by(walk, ev.ScanAgain("POINT-1"))
    assert (walk.step, walk.visit.inked) == (Step.SCAN, None)
    assert followup_path.SIGNED not in {one.material for one in walk.visit.collected}


def test_a_result_is_received_on_the_glass_alone() -> None:
    walk = Back(AT_WINDOW).carded(RESULT)
    by(walk.do(fe.ChooseTask(0, "collect"), ev.Next()), Attend(), SignOnPaper("pen"))  # type: ignore[arg-type]
    assert (walk.step, walk.visit.inked) == (Step.SIGN, None)
