"""Choosing place, item and situation; agreeing; and who the person is."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kiosk.visit import events as ev
from kiosk.visit import path
from kiosk.visit.outcome import Outcome, Rules, back, drop, onward
from kiosk.visit.state import (
    CardPhase,
    Step,
    Visit,
)


def choose_place(visit: Visit, event: ev.ChoosePlace, _now: float, rules: Rules) -> Outcome:
    if rules.catalogue.party(event.party) is None:
        return visit, ()
    return onward(visit, rules, home=event.party) if event.party == visit.home else _anew(visit, rules, home=event.party)


def choose_item(visit: Visit, event: ev.ChooseItem, _now: float, rules: Rules) -> Outcome:
    if event.item not in {i.item_id for i in path.listed(visit, rules.catalogue)}:
        return visit, ()
    same = event.item == visit.item
    return onward(visit, rules) if same else _anew(visit, rules, home=visit.home, item=event.item)


def answer(visit: Visit, event: ev.AnswerQuestion, _now: float, rules: Rules) -> Outcome:
    question = path.question(visit, rules.catalogue)
    if question is None or not 0 <= event.answer < len(question.answers):
        return visit, ()
    leads = question.answers[event.answer]
    if leads.situation is not None:
        return _situation(visit, leads.situation, rules)
    # A tree that leads back to where one was would never end.
    if leads.question is None or leads.question in (question.question, *visit.trail):
        return replace(visit, listed=True), ()
    return replace(visit, trail=(*visit.trail, leads.question)), ()


def list_all(visit: Visit, _event: ev.ListAll, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, listed=True), ()


def choose_situation(visit: Visit, event: ev.ChooseSituation, _now: float, rules: Rules) -> Outcome:
    return _situation(visit, event.situation, rules)


def situation_back(visit: Visit, event: ev.Back, now: float, rules: Rules) -> Outcome:
    """Back through the questions, then out of them."""
    if visit.listed and path.has_questions(visit, rules.catalogue):
        return replace(visit, listed=False), ()
    return (replace(visit, trail=visit.trail[:-1]), ()) if visit.trail else back(visit, event, now, rules)


def _situation(visit: Visit, situation: str, rules: Rules) -> Outcome:
    item = rules.catalogue.item(visit.item or "")
    if item is None or item.situation(situation) is None:
        return visit, ()
    if situation == visit.situation:
        return onward(visit, rules)
    return _anew(visit, rules, home=visit.home, item=visit.item, situation=situation, trail=visit.trail, listed=visit.listed)


def choose_channel(visit: Visit, event: ev.ChooseChannel, _now: float, rules: Rules) -> Outcome:
    """Whoever chooses to do it here and cannot, at this terminal, is told where: the way is the window's then."""
    opened = path.opening(visit, rules.catalogue)
    if opened is None or event.channel not in ("online", "here") or (event.channel == "online" and opened.online is None):
        return visit, ()
    channel = "window" if event.channel == "here" and not rules.here(opened) else event.channel
    if channel == visit.channel:
        return onward(visit, rules)
    chosen = {name: getattr(visit, name) for name in ("home", "item", "situation", "trail", "listed")}
    return _anew(visit, rules, **chosen, channel=channel)


def _anew(visit: Visit, rules: Rules, **chosen: Any) -> Outcome:
    """Another choice: what was agreed to and collected was for the former one, and its pages are sealed to another desk."""
    fresh = Visit(visit.id, visit.step, visit.began, visit.touched, visit.until, visit.entered, **chosen)
    return onward(fresh, rules, effects=drop(visit.collected))


def prepared(visit: Visit, _event: ev.Next, _now: float, rules: Rules) -> Outcome:
    return onward(visit, rules, prepared=True)


def agree(visit: Visit, _event: ev.Agree, _now: float, rules: Rules) -> Outcome:
    return onward(visit, rules, agreed=True, card=CardPhase.WAITING, card_fault=None)


def card_seen(visit: Visit, _event: ev.CardSeen, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, card=CardPhase.READING, card_fault=None), ()


def card_not_taken(visit: Visit, event: ev.CardNotTaken, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, card=CardPhase.FAILED, card_fault=event.fault), ()


def confirm(visit: Visit, _event: ev.Next, _now: float, rules: Rules) -> Outcome:
    return onward(visit, rules, confirmed=True)


def not_me(visit: Visit, _event: ev.NotMe, _now: float, _rules: Rules) -> Outcome:
    """Another person: nothing of the first one stays, neither papers nor answers."""
    fresh = Visit(
        visit.id,
        Step.CARD,
        visit.began,
        visit.touched,
        visit.until,
        visit.entered,
        home=visit.home,
        item=visit.item,
        situation=visit.situation,
        trail=visit.trail,
        listed=visit.listed,
        channel=visit.channel,
        prepared=True,
        agreed=True,
    )
    return fresh, drop(visit.collected)
