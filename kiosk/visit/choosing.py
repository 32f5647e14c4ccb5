"""Choosing place, item and situation; agreeing; and who the person is."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.visit import events as ev
from kiosk.visit.outcome import Outcome, Rules, drop, onward
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
    if event.item not in {i.item_id for i in rules.catalogue.items(visit.home or "")}:
        return visit, ()
    same = event.item == visit.item
    return onward(visit, rules) if same else _anew(visit, rules, home=visit.home, item=event.item)


def choose_situation(visit: Visit, event: ev.ChooseSituation, _now: float, rules: Rules) -> Outcome:
    if visit.home is None or visit.item is None or not rules.catalogue.opening(visit.home, visit.item, event.situation):
        return visit, ()
    same = event.situation == visit.situation
    return onward(visit, rules) if same else _anew(visit, rules, home=visit.home, item=visit.item, situation=event.situation)


def _anew(visit: Visit, rules: Rules, **chosen: str | None) -> Outcome:
    """Another choice: what was agreed to and collected was for the former one, and its pages are sealed to another desk."""
    fresh = Visit(visit.id, visit.step, visit.began, visit.touched, visit.until, visit.entered, **chosen)  # type: ignore[arg-type]
    return onward(fresh, rules, effects=drop(visit.collected))


def prepared(visit: Visit, _event: ev.Next, _now: float, rules: Rules) -> Outcome:
    return onward(visit, rules, prepared=True)


def agree(visit: Visit, _event: ev.Agree, _now: float, rules: Rules) -> Outcome:
    return onward(visit, rules, agreed=True, card=CardPhase.WAITING, card_fault=None)


def card_seen(visit: Visit, _event: ev.CardSeen, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, card=CardPhase.READING, card_fault=None), ()


def card_taken(visit: Visit, event: ev.CardTaken, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, step=Step.IDENTITY, identity=event.identity, card=CardPhase.WAITING, card_fault=None), ()


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
        prepared=True,
        agreed=True,
    )
    return fresh, drop(visit.collected)
