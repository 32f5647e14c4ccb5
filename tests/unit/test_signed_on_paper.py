"""Who cannot sign on the glass signs the printed form before a clerk, who photographs it; the citizen still hands in."""

from __future__ import annotations

from dataclasses import replace as with_rules
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from support.visits import ANSWERS, PERSON, RULES, SIGNATURE, Walk

from domain.case.content import Inked, decode, encode
from domain.casepapers.personal import all_kept
from domain.press.press import Press, page_count
from kiosk import handover, sheets
from kiosk.settings import TerminalSettings
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import inking, machine, path
from kiosk.visit.attending_events import Attend, Attended
from kiosk.visit.inking_events import PrintForm, SignOnGlass, SignOnPaper
from kiosk.visit.intent import Intent
from kiosk.visit.state import Attendant, Printing, PrintState, Step

TODAY = date(2026, 11, 26)
SETTINGS: Any = SimpleNamespace(terminal=SimpleNamespace(place="demo-bing"))
TERMINAL = TerminalSettings("demo-k01", "K01", "511381", "demo-san", "示范三县", "示范大厅", "1", "2", "https://query.example")
WANG = Attendant("s-wang", "C012", "王")
OTHER = ("代写人", "510104198803070027")


def at_the_signature() -> Walk:
    walk = Walk(with_rules(RULES, window=True, clerks=True)).delivered().do(ev.FillForm(ANSWERS))
    assert walk.step is Step.SIGN
    return by(walk, Attend())


def by(walk: Walk, *sent: Intent) -> Walk:
    return walk.do(*(Attended(WANG, one) for one in sent))


def photographed(walk: Walk, ref: str = "f1") -> Walk:
    by(walk, ev.TakePage(ref)).do(ev.PageShown(ref, ()))
    by(walk, ev.KeepPage()).do(ev.PageSealed(ref, ref.encode().hex().ljust(64, "0"), 5))
    return by(walk, ev.Next())


@pytest.mark.parametrize("how", ["pen", "thumbprint"])
def test_the_printed_form_is_taken_like_any_material_and_stands_for_the_signature(how):
    walk = by(at_the_signature(), SignOnPaper(how))
    assert walk.step is Step.SCAN
    form = inking.to_sign(walk.visit, RULES.catalogue)
    by(walk, PrintForm(TODAY))
    assert [(one.material, one.attempt, one.day) for one in walk.asked(fx.PrintForm)] == [(form, 1, TODAY)]
    walk.do(ev.SheetEnded("v1", Printing(PrintState.PRINTED, 1)))
    assert photographed(walk).step is Step.REVIEW
    assert walk.visit.inked == Inked(how, "C012")
    assert walk.visit.signature is None
    assert by(walk, ev.Submit()).step is Step.REVIEW, "handing in is the citizen's own"
    walk.do(ev.Submit())
    assert walk.step is Step.SUBMITTING


def test_who_signs_for_another_is_named_and_is_another():
    walk = by(at_the_signature(), SignOnPaper("proxy", day=TODAY))
    assert set(walk.visit.errors) == {"proxy-name", "proxy-number"}
    assert by(walk, SignOnPaper("proxy", OTHER[0], "510104198803070026", TODAY)).step is Step.SIGN, "no number of a card"
    by(walk, SignOnPaper("proxy", PERSON.name, PERSON.number, TODAY))
    assert walk.visit.errors == {"proxy-number": inking.SAME_PERSON}
    by(walk, SignOnPaper("proxy", f" {OTHER[0]} ", OTHER[1], TODAY))
    assert (walk.step, walk.visit.inked) == (Step.SCAN, Inked("proxy", "C012", *OTHER))


def test_nobody_says_so_but_a_clerk_who_attends():
    alone = Walk(with_rules(RULES, window=True)).delivered().do(ev.FillForm(ANSWERS), SignOnPaper("thumbprint"))
    assert (alone.step, alone.visit.inked) == (Step.SIGN, None)
    glass = at_the_signature().do(SignOnPaper("thumbprint"))
    assert (glass.step, glass.visit.inked) == (Step.SIGN, None)


def test_with_an_answer_that_is_altered_the_signed_paper_goes_and_one_signs_anew():
    walk = photographed(by(at_the_signature(), SignOnPaper("thumbprint")))
    (asked,) = [one for one in path.opening(walk.visit, RULES.catalogue).form if one.field == "start"]
    other = next(one.value for one in asked.options if one.value != ANSWERS["start"])
    by(walk, ev.Edit(Step.FORM, "start"), ev.FillForm({"start": other}))
    assert walk.step is Step.SIGN
    assert walk.visit.inked is None
    assert ("66" + "31").ljust(64, "0") in walk.asked(fx.DropPages)[-1].digests


def test_after_all_it_is_signed_on_the_glass():
    walk = by(at_the_signature(), SignOnPaper("pen"))
    assert by(walk, SignOnGlass()).step is Step.SIGN
    assert walk.do(ev.Sign(SIGNATURE)).step is Step.REVIEW
    walk = photographed(by(at_the_signature(), SignOnPaper("pen")))
    assert by(walk, SignOnGlass()).step is Step.SIGN
    assert walk.visit.collected == at_the_signature().visit.collected, "the photographed form is given up"


def test_a_form_that_came_out_badly_is_printed_once_more_and_a_clerk_need_not_print_at_all():
    walk = by(at_the_signature(), SignOnPaper("pen"), PrintForm(TODAY), PrintForm(TODAY))
    assert len(walk.asked(fx.PrintForm)) == 1, "one at a time"
    walk.do(ev.SheetEnded("v1", Printing(PrintState.SPOILT, 1, "paper_jam")))
    by(walk, PrintForm(TODAY))
    assert [one.attempt for one in walk.asked(fx.PrintForm)] == [1, 2]
    assert photographed(walk).step is Step.REVIEW


def test_a_restart_in_the_middle_asks_for_the_picture_again():
    walk = by(at_the_signature(), SignOnPaper("pen"), PrintForm(TODAY), ev.TakePage("f1"))
    walk.do(ev.PageShown("f1", ()))
    state, _ = machine.restored(walk.state, None, walk.rules)
    assert (state.visit.step, state.visit.inked.how) == (Step.SCAN, "pen")


def test_the_desk_reads_who_signed_how_before_whom_and_sees_the_paper():
    walk = photographed(by(at_the_signature(), SignOnPaper("proxy", *OTHER, TODAY)))
    opened = path.opening(walk.visit, RULES.catalogue)
    made = decode(encode(handover._content(walk.visit, opened, "C1", SETTINGS, RULES.catalogue)))
    assert made.inked == Inked("proxy", "C012", *OTHER)
    assert made.signature.strokes == ()
    (form,) = [one for one in made.materials if one.material == path.signed_forms(walk.visit, RULES.catalogue)[0].material_id]
    assert (form.proof, len(form.pages)) == ("scan", 1)
    assert "原件留窗口" in form.copy
    assert ("代签人", "　".join(OTHER)) in all_kept(made, ("signature",))


def test_the_printed_form_says_who_signs_where_and_is_counted_for_the_printer():
    walk = by(at_the_signature(), SignOnPaper("proxy", *OTHER, TODAY))
    (form,) = path.signed_forms(walk.visit, RULES.catalogue)
    template, data = sheets.of(walk.visit, form.material_id, TERMINAL, RULES.catalogue, private=True, day=TODAY)
    for said in (*OTHER, "代签人签名", "本人按手印", PERSON.name):
        assert said in data.decode()
    assert page_count(Press().pdf(template, data)) == 1
