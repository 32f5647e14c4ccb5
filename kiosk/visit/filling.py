"""How the result comes back, the form, and the signature under both."""

from __future__ import annotations

from msgspec.structs import replace

from domain.case.content import signed
from domain.forms import asking
from domain.forms import postal as postal_form
from domain.forms.checking import check
from kiosk.visit import events as ev
from kiosk.visit import form, path
from kiosk.visit.delivery import offered
from kiosk.visit.effects import Effect, SetForm
from kiosk.visit.outcome import Outcome, Rules, back, drop, onward, with_collected
from kiosk.visit.state import (
    Collected,
    KeptPage,
    Visit,
)

NOTHING = "请在框内签上您的姓名"
TOO_LITTLE = "只有一个点或很短的一笔，看不出是签名。请接着写，写大一些；不方便写，请点“不方便签字”"


def fill(visit: Visit, event: ev.FillForm, _now: float, rules: Rules) -> Outcome:
    """Take what was answered, usually one question; then the next one that is open. An answer that is wrong is asked for again."""
    opened = path.opening(visit, rules.catalogue)
    shown = form.on_screen(visit, form.asked(visit, opened))
    # A choice nobody made and a box nobody ticked do not come with the form at all.
    given = event.answers if event.answers or event.by_card or shown is None else {shown.field.field: ""}
    given = {field: value.strip() for field, value in given.items()}
    answers = {field: value for field, value in {**visit.answers, **given}.items() if field not in event.by_card}
    fields = form.asked(replace(visit, answers=answers), opened)
    errors = {
        one.field.field: error
        for one in fields
        if one.field.field in given and one.source != "card" and (error := check(one.field, one.value, event.day))
    }
    for field in errors:
        answers = {**answers, field: visit.answers[field]} if field in visit.answers else _without(answers, field)
    answers = asking.kept(fields, answers)
    visit, effects = (visit, ()) if answers == visit.answers else unsigned(visit, rules)
    visit = replace(visit, answers=answers)
    if errors:
        return replace(visit, errors=errors, asking=next(iter(errors))), effects
    return onward(visit, rules, effects=effects)


def back_a_question(visit: Visit, event: ev.Back, now: float, rules: Rules) -> Outcome:
    """Back through the questions, then out of the form. From a field corrected by itself, to where that was asked for."""
    fields = form.asked(visit, path.opening(visit, rules.catalogue))
    shown, questions = form.on_screen(visit, fields), asking.questions(fields)
    if shown is not None and shown not in questions and asking.first_open(fields) is None:
        return onward(visit, rules)
    at = questions.index(shown) if shown in questions else 0
    if at == 0:
        return back(visit, event, now, rules)
    return replace(visit, asking=questions[at - 1].field.field, errors={}), ()


def sign(visit: Visit, event: ev.Sign, _now: float, rules: Rules) -> Outcome:
    visit, effects = unsigned(visit, rules)
    if not signed(event.signature):
        written = any(event.signature.strokes)
        return replace(visit, errors={"signature": TOO_LITTLE if written else NOTHING}), effects
    visit = replace(visit, signature=event.signature)
    for material in (m.material_id for m in path.signed_forms(visit, rules.catalogue)):
        made = Collected(material, (KeptPage(f"{event.ref}-{material}"),), done=True)
        visit = replace(visit, collected=with_collected(visit, made))
        effects += (SetForm(visit, f"{event.ref}-{material}", material),)
    return onward(visit, rules, effects=effects)


def deliver(visit: Visit, event: ev.ChooseDelivery, _now: float, rules: Rules) -> Outcome:
    opened = path.opening(visit, rules.catalogue)
    if opened is None or event.way not in offered(opened):
        return visit, ()
    if event.way == visit.delivery:
        return onward(visit, rules)
    # Another way may ask other questions, and stands in what is signed.
    visit, effects = unsigned(visit, rules)
    return onward(visit, rules, effects=effects, delivery=event.way, address=None, phone=None)


def postal(visit: Visit, event: ev.GivePostal, _now: float, rules: Rules) -> Outcome:
    # A foreigner's chip has no address: there is none to send to but one that is given.
    has_address = visit.identity is not None and visit.identity.address
    errors = postal_form.errors(event.address if event.address is not None or has_address else "", event.phone)
    if errors:
        return replace(visit, errors=errors), ()
    address, phone = event.address.strip() if event.address is not None else None, event.phone.strip()
    visit, effects = (visit, ()) if (address, phone) == (visit.address, visit.phone) else unsigned(visit, rules)
    return onward(visit, rules, effects=effects, address=address, phone=phone)


def unsigned(visit: Visit, rules: Rules) -> tuple[Visit, tuple[Effect, ...]]:
    """A signature stands for what was signed: with what is altered it goes, and the documents it made."""
    materials = {m.material_id for m in path.on_paper(visit, rules.catalogue)}
    made = tuple(c for c in visit.collected if c.material in materials)
    kept = tuple(c for c in visit.collected if c not in made)
    return replace(visit, signature=None, inked=None, collected=kept), drop(made)


def _without(answers: dict[str, str], field: str) -> dict[str, str]:
    return {name: value for name, value in answers.items() if name != field}
