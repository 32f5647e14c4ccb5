"""Handing the case in, its receipt, and the rating of the service."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from domain.rating import levels as rating
from kiosk.visit import events as ev
from kiosk.visit import form, path
from kiosk.visit.effects import DropDraft, Effect, PrintAnswer, PrintLeaflet, PrintReceipt, StoreAnswer, StoreCase, StoreRating
from kiosk.visit.outcome import Outcome, Rules, onward
from kiosk.visit.state import (
    Printing,
    PrintState,
    Rated,
    Step,
    Visit,
)


def edit(visit: Visit, event: ev.Edit, _now: float, rules: Rules) -> Outcome:
    if event.step not in _EDITABLE or not path.exists(event.step, visit, rules.catalogue):
        return visit, ()
    fields = form.asked(visit, path.opening(visit, rules.catalogue))
    asked = {one.field.field for one in fields if one.is_question or not one.field.locked}
    if event.step is Step.FORM and not (event.field in asked if event.field else asked):
        return visit, ()
    if event.step is Step.WAIVE:
        visit = replace(visit, weighed=(), waived=())
    return replace(visit, step=event.step, asking=event.field, errors={}, submit_fault=None), ()


def submit(visit: Visit, _event: ev.Submit, _now: float, rules: Rules) -> Outcome:
    if path.next_step(visit, rules.catalogue) is not Step.REVIEW:
        return onward(visit, rules)
    visit = replace(visit, step=Step.SUBMITTING, submit_fault=None)
    # The last page may still be on its way to the disk: its PageSealed hands the case in.
    return visit, handed_in(visit) if path.all_sealed(visit) else ()


def handed_in(visit: Visit) -> tuple[Effect, ...]:
    """What the store is to take now that every page lies on the disk."""
    return (StoreCase(visit),) if visit.followup is None else (StoreAnswer(visit),)


def stored(visit: Visit, event: ev.CaseStored, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id:
        return visit, ()
    visit = replace(
        visit, step=Step.RECEIPT, touched=now, submitted=event.submitted, printing=Printing(PrintState.PRINTING, attempt=1)
    )
    done = (DropDraft(visit.draft.code),) if visit.draft else ()
    return visit, (PrintReceipt(visit, event.submitted, 1), *done)


def not_stored(visit: Visit, event: ev.CaseNotStored, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id:
        return visit, ()
    return replace(visit, step=Step.REVIEW, touched=now, submit_fault=event.fault), ()


def printing_ended(visit: Visit, event: ev.PrintingEnded, now: float, _rules: Rules) -> Outcome:
    if path.paper(visit) != event.paper:
        return visit, ()
    if event.printing.state is PrintState.REFUSED:
        return replace(visit, printing=event.printing), ()  # nothing for the citizen to do: no reason to wait for them longer
    return replace(visit, printing=event.printing, touched=now, warned=False), ()


def printer_ready(visit: Visit, _event: ev.PrinterReady, _now: float, _rules: Rules) -> Outcome:
    """Nothing was sent the last time: the same attempt goes now, unasked, unless the printer was not what refused it."""
    if visit.printing is None or visit.printing.state is not PrintState.REFUSED or visit.printing.cause in _NOT_THE_PRINTER:
        return visit, ()
    return _print(visit, visit.printing.attempt)


def print_again(visit: Visit, _event: ev.PrintAgain, _now: float, _rules: Rules) -> Outcome:
    if visit.printing is None or visit.printing.state in (PrintState.PRINTING, PrintState.PRINTED):
        return visit, ()
    sent_before = visit.printing.state is not PrintState.REFUSED
    return _print(visit, visit.printing.attempt + sent_before)


def _print(visit: Visit, attempt: int) -> Outcome:
    visit = replace(visit, printing=Printing(PrintState.PRINTING, attempt))
    return visit, printed(visit, attempt)


def printed(visit: Visit, attempt: int) -> tuple[Effect, ...]:
    """The paper of this visit, once more or for the first time: the receipt of its case, or the slip of its service."""
    if visit.followup is not None:
        return (PrintAnswer(visit, visit.followup.answered, attempt),) if visit.followup.answered else ()
    if visit.submitted is not None:
        return (PrintReceipt(visit, visit.submitted, attempt),)
    return (PrintLeaflet(visit, visit.noted, attempt),) if visit.noted is not None else ()


def to_rating(visit: Visit, _event: ev.Next | ev.Back, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, step=Step.RATING, errors={}), ()


def rate(visit: Visit, event: ev.Rate, _now: float, _rules: Rules) -> Outcome:
    return _rated(visit, event.level, "screen")


def pad(visit: Visit, event: ev.PadPressed, _now: float, _rules: Rules) -> Outcome:
    return _rated(visit, event.level, "pad") if event.question == visit.id else (visit, ())


def _rated(visit: Visit, level: int, by: Literal["screen", "pad"]) -> Outcome:
    if level not in {one.satisfaction for one in rating.edition().levels}:
        return visit, ()
    rated = Rated(level, by)
    if rating.level(level).reason_required:
        return replace(visit, step=Step.REASON, rated=rated), ()
    return _keep_rating(visit, rated)


def reason(visit: Visit, event: ev.GiveReason, _now: float, _rules: Rules) -> Outcome:
    if visit.rated is None:
        return visit, ()
    try:
        rating.check(visit.rated.level, event.tags)
    except rating.RatingError as error:
        return replace(visit, errors={"tags": str(error)}), ()
    return _keep_rating(visit, replace(visit.rated, tags=event.tags))


def _keep_rating(visit: Visit, rated: Rated) -> Outcome:
    return replace(visit, step=Step.FAREWELL, rated=rated, errors={}), kept_rating(visit, rated)


def kept_rating(visit: Visit, rated: Rated) -> tuple[Effect, ...]:
    paper = path.paper(visit)
    return (StoreRating(paper, rated, consult=visit.submitted is None),) if paper is not None else ()


def unrated(visit: Visit, _event: ev.Next, _now: float, _rules: Rules) -> Outcome:
    """Silence stays silence: it never becomes a rating."""
    return replace(visit, step=Step.FAREWELL, rated=None, errors={}), ()


_NOT_THE_PRINTER = {"slip_unprintable", "store_failed"}
_EDITABLE = {Step.WAIVE, Step.FORM, Step.DELIVERY}
