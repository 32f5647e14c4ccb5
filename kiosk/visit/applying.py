"""Who applies: the person, somebody who acts for them (受托人, 监护人, 经办人), or a person whose document has no chip.

The situation says who has to stand here (``Situation.applicant``). Two cards are read one after the other, of two people.
A document without a chip proves nothing here: such a visit ends at the window, with what was filled in kept for it as a draft.
"""

from __future__ import annotations

from typing import Any, cast, get_args

from msgspec.structs import replace

from domain import capacity, representation
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.form import Field
from domain.catalogue.item import ApplicantKind
from domain.forms.checking import check
from domain.representation import Paper, group
from kiosk.visit import chipless, path
from kiosk.visit import events as ev
from kiosk.visit.outcome import Outcome, Rules, back, drop, onward
from kiosk.visit.state import CardPhase, Step, Visit

MINOR = "card_minor"
"""A child's card in an adult's errand: the guardian comes first."""
CHILD_FIRST = "card_child_first"
TOO_YOUNG = "card_too_young"
SAME_PERSON = "card_same_person"
NOT_A_MINOR = "card_not_a_minor"
"""Fault codes of ``kiosk/faults.toml``."""


def sibling(visit: Visit, catalogue: Catalogue, wanted: ApplicantKind) -> str | None:
    """The situation of the same item, open here, in which ``wanted`` stands here; ``None`` when there is none."""
    found = catalogue.situations(visit.home or "", visit.item or "")
    return next((s.situation_id for s in found if s.applicant == wanted and s.situation_id != visit.situation), None)


def asked(visit: Visit, catalogue: Catalogue) -> tuple[Field, ...]:
    """What the person who stands here is asked about themselves and whom they act for, as things stand."""
    fields = representation.fields(
        path.kind(visit, catalogue),
        chipless=visit.paper is not None,
        ward_card=visit.ward is not None,
        sensitive=visit.ward is None or capacity.is_sensitive(visit.ward_age),
    )
    return tuple(f for f in fields if f.when is None or visit.stated.get(f.when.field) in f.when.values)


def on_screen(visit: Visit, catalogue: Catalogue) -> tuple[Field, ...]:
    """The fields that stand on the screen together."""
    fields = asked(visit, catalogue)
    groups = tuple(dict.fromkeys(group(f.field) for f in fields))
    now = visit.who_at if visit.who_at in groups else groups[0] if groups else ""
    return tuple(f for f in fields if group(f.field) == now)


def group_back(visit: Visit, event: ev.Back, now: float, rules: Rules) -> Outcome:
    """Back through the groups, then out of them."""
    groups = tuple(dict.fromkeys(group(f.field) for f in asked(visit, rules.catalogue)))
    at = groups.index(visit.who_at) if visit.who_at in groups else 0
    if at == 0:
        return back(visit, event, now, rules)
    return replace(visit, who_at=groups[at - 1], errors={}), ()


def for_another(visit: Visit, event: ev.ForAnother, _now: float, rules: Rules) -> Outcome:
    """The situation for whoever stands here instead, as far as it is open: nothing of before stays."""
    if event.applicant not in get_args(ApplicantKind):
        return visit, ()
    situation = sibling(visit, rules.catalogue, cast(ApplicantKind, event.applicant))
    opened = rules.catalogue.opening(visit.home or "", visit.item or "", situation or "")
    if situation is None or opened is None:
        return visit, ()
    fresh = _plain(visit, situation=situation, channel="here" if rules.here(opened) else "window")
    return onward(fresh, rules, effects=drop(visit.collected))


def card_taken(visit: Visit, event: ev.CardTaken, _now: float, rules: Rules) -> Outcome:
    """The card of whoever stands here."""
    acts_alone = path.kind(visit, rules.catalogue) == "self"
    fault = None
    if acts_alone and not capacity.applies_alone(event.age):
        fault = MINOR
    elif not acts_alone and not capacity.acts_for_another(event.age):
        fault = CHILD_FIRST if path.kind(visit, rules.catalogue) == "guardian" else TOO_YOUNG
    if fault is not None:
        return replace(visit, card=CardPhase.FAILED, card_fault=fault), ()
    return replace(visit, step=Step.IDENTITY, identity=event.identity, card=CardPhase.WAITING, card_fault=None), ()


def ward_taken(visit: Visit, event: ev.CardTaken, _now: float, rules: Rules) -> Outcome:
    """The child's card, after the guardian's."""
    fault = None
    if visit.identity is not None and event.identity.number == visit.identity.number:
        fault = SAME_PERSON
    elif not capacity.has_guardian(event.age):
        fault = NOT_A_MINOR
    if fault is not None:
        return replace(visit, card=CardPhase.FAILED, card_fault=fault), ()
    return onward(visit, rules, ward=event.identity, ward_age=event.age, card=CardPhase.WAITING, card_fault=None)


def ward_on_paper(visit: Visit, _event: ev.NoCard, _now: float, rules: Rules) -> Outcome:
    """The child has no card: its papers are shown, and what they say is typed."""
    return onward(visit, rules, ward_paper=True, card=CardPhase.WAITING, card_fault=None)


def ward_again(visit: Visit, _event: ev.NotMe, _now: float, _rules: Rules) -> Outcome:
    """It was not this child."""
    return replace(visit, step=Step.WARD, ward=None, ward_paper=False, stated={}, who_stated=False, who_at=None, errors={}), ()


def no_chip(visit: Visit, event: ev.NoCard, now: float, rules: Rules) -> Outcome:
    if path.way(visit, rules.catalogue) == "query_print":  # nothing to fill in: only whose chip was read is asked about
        return to_window(visit, event, now, rules)
    return onward(visit, rules, no_chip=True, card=CardPhase.WAITING, card_fault=None)


def choose_document(visit: Visit, event: ev.ChooseDocument, _now: float, rules: Rules) -> Outcome:
    if event.paper not in {p.value for p in representation.CHIPLESS}:
        return visit, ()
    if event.paper == visit.paper:
        return onward(visit, rules)
    gone = tuple(c for c in visit.collected if c.material == chipless.DOCUMENT)
    kept = tuple(c for c in visit.collected if c.material != chipless.DOCUMENT)
    return onward(visit, rules, effects=drop(gone), paper=event.paper, collected=kept, who_stated=False)


def document_back(visit: Visit, _event: ev.Back, _now: float, _rules: Rules) -> Outcome:
    """There is a card after all."""
    gone = tuple(c for c in visit.collected if c.material == chipless.DOCUMENT)
    kept = tuple(c for c in visit.collected if c.material != chipless.DOCUMENT)
    anew = replace(visit, step=Step.CARD, no_chip=False, paper=None, stated={}, who_stated=False, collected=kept)
    return replace(anew, card=CardPhase.WAITING, card_fault=None, who_at=None, errors={}), drop(gone)


def state_who(visit: Visit, event: ev.StateWho, _now: float, rules: Rules) -> Outcome:
    """What was answered of who it is and for whom."""
    shown = {f.field for f in on_screen(visit, rules.catalogue)}
    # What stands there from before is not put into the fields again; which fields there are depends on this very form.
    given = visit.stated | {name: value for name, value in event.answers.items() if value.strip()}
    fields = asked(replace(visit, stated=given), rules.catalogue)
    answers = {f.field: given.get(f.field, "").strip() for f in fields}
    # A group nobody was shown yet has no errors: it is the next on the screen.
    known = {group(name) for name in (*shown, *given)}
    errors = {f.field: error for f in fields if group(f.field) in known and (error := check(f, answers[f.field], event.today))}
    found = representation.errors(
        answers,
        path.kind(visit, rules.catalogue),
        event.today,
        paper=Paper(visit.paper) if visit.paper else None,
        holder=visit.identity,
        ward=visit.ward,
    )
    errors = {name: text for name, text in found.items() if name in answers and group(name) in known} | errors
    said = {name: value for name, value in answers.items() if group(name) in known}
    still = next((f.field for f in fields if f.field in errors or group(f.field) not in known), None)
    if still is not None:
        return replace(visit, stated=said, errors=errors, who_stated=False, who_at=group(still)), ()
    # A signature stands for what was signed.
    if answers != visit.stated:
        visit = replace(visit, signature=None, inked=None)
    return onward(visit, rules, stated=answers, who_stated=True, who_at=None)


def to_window(visit: Visit, _event: ev.ToWindow | ev.NoCard, _now: float, rules: Rules) -> Outcome:
    """It cannot be done at this terminal: what was read and said is forgotten, and the way to the window is told."""
    if visit.channel is None:
        return visit, ()
    return onward(_plain(visit, channel="window"), rules, effects=drop(visit.collected))


def _plain(visit: Visit, **chosen: Any) -> Visit:
    """The visit with what was chosen and nothing of a person."""
    kept = {name: getattr(visit, name) for name in ("home", "item", "situation", "trail", "listed", "channel")} | chosen
    return Visit(visit.id, visit.step, visit.began, visit.touched, visit.until, visit.entered, **kept)
