"""The form, the signature, and how the result comes back."""

from __future__ import annotations

from msgspec.structs import replace

from domain.case.content import signed
from kiosk.visit import checks, path
from kiosk.visit import events as ev
from kiosk.visit.outcome import Outcome, Rules, onward
from kiosk.visit.state import (
    Visit,
)


def fill(visit: Visit, event: ev.FillForm, _now: float, rules: Rules) -> Outcome:
    opened = path.opening(visit, rules.catalogue)
    answers, errors = checks.form(opened.form if opened else (), event.answers)
    if errors:
        return replace(visit, answers=answers, errors=errors, filled=False), ()
    # A signature stands for what was signed: other answers, another signature.
    signature = visit.signature if answers == visit.answers else None
    return onward(visit, rules, answers=answers, filled=True, signature=signature)


def sign(visit: Visit, event: ev.Sign, _now: float, rules: Rules) -> Outcome:
    if not signed(event.signature):
        return replace(visit, signature=None, errors={"signature": "请在框内签上您的姓名"}), ()
    return onward(visit, rules, signature=event.signature)


def deliver(visit: Visit, event: ev.ChooseDelivery, _now: float, rules: Rules) -> Outcome:
    opened = path.opening(visit, rules.catalogue)
    if opened is None or event.way not in opened.delivery:
        return visit, ()
    if event.way == visit.delivery:
        return onward(visit, rules)
    return onward(visit, rules, delivery=event.way, address=None, phone=None)


def postal(visit: Visit, event: ev.GivePostal, _now: float, rules: Rules) -> Outcome:
    # A foreigner's chip has no address: there is none to send to but one that is given.
    has_address = visit.identity is not None and visit.identity.address
    errors = checks.postal(event.address if event.address is not None or has_address else "", event.phone)
    if errors:
        return replace(visit, errors=errors), ()
    address = event.address.strip() if event.address is not None else None
    return onward(visit, rules, address=address, phone=event.phone.strip())
