"""The ways that end without a case: advice, a slip for the window, a document; and what of an intake need not be given.

Each leaves a record of the service (咨询) without anything of the person, which can be rated like any other.
"""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.visit import events as ev
from kiosk.visit import path, rating
from kiosk.visit.effects import AskDocument, NoteService, PrintDocument, PrintLeaflet
from kiosk.visit.outcome import Outcome, Rules, back, drop, onward, unweighed
from kiosk.visit.state import Printing, PrintState, QueryPhase, Step, Visit


def weigh(visit: Visit, event: ev.Weigh, _now: float, rules: Rules) -> Outcome:
    """A material that need not be given is left out knowingly; what was collected of it goes."""
    material = path.weighing(visit, rules.catalogue)
    if material is None:
        return onward(visit, rules)
    one = material.material_id
    weighed = (*visit.weighed, one)
    if not event.waived:
        return onward(visit, rules, weighed=weighed)
    had = path.collected(visit, one)
    kept = tuple(c for c in visit.collected if c.material != one)
    return onward(visit, rules, effects=drop((had,)), weighed=weighed, waived=(*visit.waived, one), collected=kept)


def weigh_back(visit: Visit, event: ev.Back, now: float, rules: Rules) -> Outcome:
    return (unweighed(visit), ()) if visit.weighed else back(visit, event, now, rules)


def take_along(visit: Visit, event: ev.TakeAlong, _now: float, _rules: Rules) -> Outcome:
    """The end of a way without a case. Something is noted of it first: the slip bears its number, the rating names it."""
    if visit.query is QueryPhase.ASKING or (visit.sheet is not None and visit.sheet.state is PrintState.PRINTING):
        return visit, ()
    visit = replace(visit, step=Step.NOTING, on_paper=event.paper, submit_fault=None)
    return visit, (NoteService(visit),)


def noted(visit: Visit, event: ev.ServiceNoted, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id:
        return visit, ()
    if not visit.on_paper:
        return rating.begin(replace(visit, touched=now, noted=event.noted)), ()
    printing = Printing(PrintState.PRINTING, attempt=1)
    visit = replace(visit, step=Step.LEAFLET, touched=now, noted=event.noted, printing=printing)
    return visit, (PrintLeaflet(visit, event.noted, 1),)


def not_noted(visit: Visit, event: ev.ServiceNotNoted, now: float, rules: Rules) -> Outcome:
    """Back to where it was asked for; what stood there stands there still."""
    if event.visit != visit.id:
        return visit, ()
    return replace(visit, step=path.next_step(visit, rules.catalogue), touched=now, submit_fault=event.fault), ()


# --- 查询打印 -----------------------------------------------------------------------------------------------------------------


def asked(visit: Visit) -> Outcome:
    """The question to whoever holds the data goes out."""
    visit = replace(visit, query=QueryPhase.ASKING)
    return visit, (AskDocument(visit),)


def ask_again(visit: Visit, _event: ev.PrintAgain, _now: float, _rules: Rules) -> Outcome:
    """What was found is not kept, not even to be printed once more."""
    lost = visit.sheet is not None and visit.sheet.state not in (PrintState.PRINTING, PrintState.PRINTED)
    return asked(visit) if visit.query is QueryPhase.NOT_NOW or lost else (visit, ())


def found(visit: Visit, event: ev.DocumentFound, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id or visit.query is not QueryPhase.ASKING:
        return visit, ()
    before = visit.sheet
    attempt = before.attempt + (before.state is not PrintState.REFUSED) if before else 1
    visit = replace(visit, query=QueryPhase.FOUND, sheet=Printing(PrintState.PRINTING, attempt), touched=now)
    return visit, (PrintDocument(visit.id, attempt),)


def not_found(visit: Visit, event: ev.DocumentNotFound, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id or visit.query is not QueryPhase.ASKING:
        return visit, ()
    return replace(visit, query=QueryPhase.NOT_FOUND if event.now else QueryPhase.NOT_NOW, sheet=None, touched=now), ()


def sheet_ended(visit: Visit, event: ev.SheetEnded, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id or visit.sheet is None or visit.sheet.attempt != event.printing.attempt:
        return visit, ()
    return replace(visit, sheet=event.printing, touched=now, warned=False), ()


def taken_up(visit: Visit, sheet: Printing | None) -> Outcome:
    """A query after a restart: an answer on its way is lost and asked for again; paper on its way is what the journal knows."""
    if sheet is not None and visit.sheet is not None and sheet.state is not PrintState.PRINTING:
        return replace(visit, sheet=sheet), ()
    return asked(visit) if visit.query in (QueryPhase.ASKING, QueryPhase.FOUND) else (visit, ())
