"""Handing the case in, and its receipt."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.visit import events as ev
from kiosk.visit import form, path
from kiosk.visit.effects import DropDraft, Effect, PrintAnswer, PrintLeaflet, PrintReceipt, StoreAnswer, StoreCase
from kiosk.visit.outcome import Outcome, Rules, onward
from kiosk.visit.state import (
    Printing,
    PrintState,
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


_NOT_THE_PRINTER = {"slip_unprintable", "store_failed"}
_EDITABLE = {Step.WAIVE, Step.FORM, Step.DELIVERY}
