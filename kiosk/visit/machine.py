"""The visit as a machine: ``step(state, event, now, rules) → (state, effects)``. Pure; no clock, no device, no screen.

How it works. Two tables say everything: ``_AT`` for what means something only at one step, ``_ANYWHERE`` for the rest.
An event that stands in neither for the present step changes nothing: a second tap, a late answer of a device, a key
nobody asked for. Handlers return the new visit (``None``: it is over) and effects. Where *next* and *back* lead is
``path.py``. Every change a screen could show makes ``version`` grow by one.

What must not live here: texts, masking, threads, anything of a device but what it said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from domain import rating
from domain.case.content import signed
from domain.catalogue.catalogue import Catalogue
from kiosk.visit import checks, path
from kiosk.visit import events as ev
from kiosk.visit.effects import DropPages, Effect, PrintReceipt, SealPage, StoreCase, StoreRating, TakePicture, Wipe
from kiosk.visit.state import (
    CardPhase,
    Collected,
    KeptPage,
    Printing,
    PrintState,
    Rated,
    Scan,
    ShownPage,
    State,
    Step,
    Visit,
)

MAX_PAGES = 20
"""Pages of one material: more than any of the catalogue's needs, and a bound on what one visit can write."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the machine needs to know. Times in seconds."""

    catalogue: Catalogue
    idle_warning: float = 60
    idle_end: float = 30
    total: float = 20 * 60
    extension: float = 10 * 60
    farewell: float = 20
    receipt_shown: float = 8


Outcome = tuple[Visit | None, tuple[Effect, ...]]
Handler = Callable[[Visit, Any, float, Rules], Outcome]


def step(state: State, event: ev.Event, now: float, rules: Rules) -> tuple[State, tuple[Effect, ...]]:
    """The next state and what is to be done. The same state object comes back when nothing changed but time."""
    if isinstance(event, ev.Closed):
        return (replace(state, closed=event.fault, version=state.version + 1) if event.fault != state.closed else state), ()
    if state.visit is None:
        if isinstance(event, ev.Begin) and state.closed is None:
            return _versioned(state, _begin(event, now, rules)), ()
        return state, ()
    visit = state.visit
    handler = _AT.get((visit.step, type(event))) or _ANYWHERE.get(type(event))
    if handler is None:
        return state, ()
    touched = isinstance(event, (ev.Intent, ev.CardSeen, ev.CardTaken, ev.CardNotTaken, ev.PadPressed))
    before = replace(visit, touched=now, warned=False) if touched else visit
    after, effects = handler(before, event, now, rules)
    if after is not None and (after.step is not visit.step or after.printing != visit.printing):
        after = replace(after, entered=now)
    if after == visit:
        return state, effects
    if after is not None and (isinstance(event, ev.PageSealed) or replace(after, touched=visit.touched) == visit):
        return replace(state, visit=after), effects
    return _versioned(state, after), effects


def restored(state: State, printing: Printing | None) -> tuple[State, tuple[Effect, ...]]:
    """Take up a visit after a restart of the service. ``printing``: what the journal knows of its receipt."""
    visit = state.visit
    if visit is None:
        return state, ()
    visit = replace(visit, scan=Scan())
    effects: tuple[Effect, ...] = ()
    if visit.step is Step.PAGE:
        visit = replace(visit, step=Step.SCAN)
    # Pictures were in memory only: a page not yet sealed is gone and is asked for again.
    unsealed = {c.material for c in visit.collected if any(p.digest is None for p in c.pages)}
    if unsealed and visit.submitted is None:
        kept = tuple(
            replace(c, done=False, pages=tuple(p for p in c.pages if p.digest)) if c.material in unsealed else c
            for c in visit.collected
        )
        visit = replace(visit, collected=kept, step=Step.SCAN)
    if visit.step is Step.CARD:
        visit = replace(visit, card=CardPhase.WAITING, card_fault=None)
    if visit.step is Step.SUBMITTING:
        effects = (StoreCase(visit),)
    elif visit.submitted and visit.step is Step.RECEIPT and printing is not None:
        visit = replace(visit, printing=printing)
        if printing.state is PrintState.PRINTING:
            effects = (PrintReceipt(visit, visit.submitted, printing.attempt),)
    return _versioned(state, visit), effects


# --- beginning and end -----------------------------------------------------------------------------------------------


def _begin(event: ev.Begin, now: float, rules: Rules) -> Visit:
    return Visit(event.visit, Step.PLACE, began=now, touched=now, until=now + rules.total, entered=now)


def _wipe(visit: Visit, reason: str) -> Outcome:
    return None, (Wipe(visit.id, reason, visit.submitted is not None, _digests(visit)),)


def _end(visit: Visit, _event: ev.End, _now: float, _rules: Rules) -> Outcome:
    if visit.step is Step.SUBMITTING:
        return visit, ()
    return _wipe(visit, "done" if visit.step is Step.FAREWELL else "left")


def _leave(visit: Visit, _event: ev.Leave, _now: float, _rules: Rules) -> Outcome:
    return (visit if visit.step is Step.SUBMITTING else replace(visit, leaving=True)), ()


def _stay(visit: Visit, _event: ev.Stay, now: float, rules: Rules) -> Outcome:
    until = max(visit.until, now + rules.extension) if visit.until - now < rules.idle_warning else visit.until
    return replace(visit, leaving=False, until=until), ()


def _tick(visit: Visit, _event: ev.Tick, now: float, rules: Rules) -> Outcome:
    if visit.step is Step.SUBMITTING:
        return visit, ()
    if visit.step is Step.FAREWELL and now - visit.entered >= rules.farewell:
        return _wipe(visit, "done")
    idle = now - visit.touched
    if idle >= rules.idle_warning + rules.idle_end:
        return _wipe(visit, "idle")
    if now >= visit.until:
        return _wipe(visit, "total")
    if _receipt_taken(visit, now, rules):
        return replace(visit, step=Step.RATING, touched=now), ()
    due = idle >= rules.idle_warning or visit.until - now <= rules.idle_end
    return (replace(visit, warned=True) if due and not visit.warned else visit), ()


def _receipt_taken(visit: Visit, now: float, rules: Rules) -> bool:
    """The rating page opens by itself once the receipt has lain there for a moment."""
    printed = visit.printing is not None and visit.printing.state is PrintState.PRINTED
    return visit.step is Step.RECEIPT and printed and not visit.leaving and now - visit.entered >= rules.receipt_shown


# --- choosing --------------------------------------------------------------------------------------------------------


def _choose_place(visit: Visit, event: ev.ChoosePlace, _now: float, rules: Rules) -> Outcome:
    if rules.catalogue.party(event.party) is None:
        return visit, ()
    return _onward(visit, rules, home=event.party) if event.party == visit.home else _anew(visit, rules, home=event.party)


def _choose_item(visit: Visit, event: ev.ChooseItem, _now: float, rules: Rules) -> Outcome:
    if event.item not in {i.item_id for i in rules.catalogue.items(visit.home or "")}:
        return visit, ()
    same = event.item == visit.item
    return _onward(visit, rules) if same else _anew(visit, rules, home=visit.home, item=event.item)


def _choose_situation(visit: Visit, event: ev.ChooseSituation, _now: float, rules: Rules) -> Outcome:
    if visit.home is None or visit.item is None or not rules.catalogue.opening(visit.home, visit.item, event.situation):
        return visit, ()
    same = event.situation == visit.situation
    return _onward(visit, rules) if same else _anew(visit, rules, home=visit.home, item=visit.item, situation=event.situation)


def _anew(visit: Visit, rules: Rules, **chosen: str | None) -> Outcome:
    """Another choice: what was agreed to and collected was for the former one, and its pages are sealed to another desk."""
    fresh = Visit(visit.id, visit.step, visit.began, visit.touched, visit.until, visit.entered, **chosen)  # type: ignore[arg-type]
    return _onward(fresh, rules, effects=_drop(visit.collected))


def _prepared(visit: Visit, _event: ev.Next, _now: float, rules: Rules) -> Outcome:
    return _onward(visit, rules, prepared=True)


def _agree(visit: Visit, _event: ev.Agree, _now: float, rules: Rules) -> Outcome:
    return _onward(visit, rules, agreed=True, card=CardPhase.WAITING, card_fault=None)


# --- the person ------------------------------------------------------------------------------------------------------


def _card_seen(visit: Visit, _event: ev.CardSeen, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, card=CardPhase.READING, card_fault=None), ()


def _card_taken(visit: Visit, event: ev.CardTaken, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, step=Step.IDENTITY, identity=event.identity, card=CardPhase.WAITING, card_fault=None), ()


def _card_not_taken(visit: Visit, event: ev.CardNotTaken, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, card=CardPhase.FAILED, card_fault=event.fault), ()


def _confirm(visit: Visit, _event: ev.Next, _now: float, rules: Rules) -> Outcome:
    return _onward(visit, rules, confirmed=True)


def _not_me(visit: Visit, _event: ev.NotMe, _now: float, _rules: Rules) -> Outcome:
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
    return fresh, _drop(visit.collected)


# --- the papers ------------------------------------------------------------------------------------------------------


def _take(visit: Visit, event: ev.TakePage, _now: float, rules: Rules) -> Outcome:
    material = path.current_material(visit, rules.catalogue)
    if material is None or visit.scan.taking or len(path.collected(visit, material.material_id).pages) >= MAX_PAGES:
        return visit, ()
    return replace(visit, scan=Scan(taking=event.ref)), (TakePicture(event.ref),)


def _page_shown(visit: Visit, event: ev.PageShown, _now: float, _rules: Rules) -> Outcome:
    if visit.scan.taking != event.ref:
        return visit, (DropPages((event.ref,), ()),)
    return replace(visit, step=Step.PAGE, scan=Scan(shown=ShownPage(event.ref, event.findings))), ()


def _page_late(visit: Visit, event: ev.PageShown, _now: float, _rules: Rules) -> Outcome:
    return visit, (DropPages((event.ref,), ()),)


def _page_not_taken(visit: Visit, event: ev.PageNotTaken, _now: float, _rules: Rules) -> Outcome:
    return (replace(visit, scan=Scan(fault=event.fault)) if visit.scan.taking == event.ref else visit), ()


def _keep(visit: Visit, _event: ev.KeepPage, _now: float, rules: Rules) -> Outcome:
    material, shown = path.current_material(visit, rules.catalogue), visit.scan.shown
    if material is None or shown is None or visit.home is None:
        return visit, ()
    before = path.collected(visit, material.material_id)
    after = replace(before, pages=(*before.pages, KeptPage(shown.ref, shown.findings)))
    kept = replace(visit, step=Step.SCAN, scan=Scan(), collected=_with(visit, after))
    return kept, (SealPage(visit.id, shown.ref, visit.home),)


def _retake(visit: Visit, _event: ev.RetakePage | ev.Back, _now: float, _rules: Rules) -> Outcome:
    refs = (visit.scan.shown.ref,) if visit.scan.shown else ()
    return replace(visit, step=Step.SCAN, scan=Scan()), (DropPages(refs, ()),)


def _page_sealed(visit: Visit, event: ev.PageSealed, _now: float, _rules: Rules) -> Outcome:
    if not any(p.ref == event.ref for c in visit.collected for p in c.pages):
        return visit, (DropPages((event.ref,), (event.digest,)),)
    return replace(visit, collected=_each_page(visit, event.ref, digest=event.digest, size=event.size)), ()


def _page_lost(visit: Visit, event: ev.PageLost, _now: float, _rules: Rules) -> Outcome:
    hit = next((c for c in visit.collected if any(p.ref == event.ref for p in c.pages)), None)
    if hit is None or visit.submitted:
        return visit, ()
    left = replace(hit, done=False, pages=tuple(p for p in hit.pages if p.ref != event.ref))
    return replace(visit, step=Step.SCAN, scan=Scan(fault=event.fault), collected=_with(visit, left)), ()


def _material_done(visit: Visit, _event: ev.Next, _now: float, rules: Rules) -> Outcome:
    material = path.current_material(visit, rules.catalogue)
    if material is None:
        return _onward(visit, rules)
    have = path.collected(visit, material.material_id)
    if not have.pages or visit.scan.taking:
        return visit, ()
    return _onward(visit, rules, collected=_with(visit, replace(have, done=True)), scan=Scan())


def _leave_out(visit: Visit, _event: ev.LeaveOut, _now: float, rules: Rules) -> Outcome:
    material = path.current_material(visit, rules.catalogue)
    if material is None or not path.may_leave_out(material) or visit.scan.taking:
        return visit, ()
    have = path.collected(visit, material.material_id)
    empty = Collected(material.material_id, done=True)
    return _onward(visit, rules, effects=_drop((have,)), collected=_with(visit, empty), scan=Scan())


def _scan_again(visit: Visit, event: ev.ScanAgain, _now: float, rules: Rules) -> Outcome:
    if event.material not in {m.material_id for m in path.to_scan(visit, rules.catalogue)} or visit.scan.taking:
        return visit, ()
    have = path.collected(visit, event.material)
    fresh = replace(visit, step=Step.SCAN, scan=Scan(), collected=_with(visit, Collected(event.material)))
    return fresh, _drop((have,))


def _scan_back(visit: Visit, event: ev.Back, now: float, rules: Rules) -> Outcome:
    """Back through the materials, then out of the scanning."""
    if visit.scan.taking:
        return visit, ()
    materials = [m.material_id for m in path.to_scan(visit, rules.catalogue)]
    current = path.current_material(visit, rules.catalogue)
    at = materials.index(current.material_id) if current else len(materials)
    if at == 0:
        return _back(visit, event, now, rules)
    before = replace(path.collected(visit, materials[at - 1]), done=False)
    return replace(visit, scan=Scan(), collected=_with(visit, before)), ()


# --- form, signature, delivery ---------------------------------------------------------------------------------------


def _fill(visit: Visit, event: ev.FillForm, _now: float, rules: Rules) -> Outcome:
    opened = path.opening(visit, rules.catalogue)
    answers, errors = checks.form(opened.form if opened else (), event.answers)
    if errors:
        return replace(visit, answers=answers, errors=errors, filled=False), ()
    # A signature stands for what was signed: other answers, another signature.
    signature = visit.signature if answers == visit.answers else None
    return _onward(visit, rules, answers=answers, filled=True, signature=signature)


def _sign(visit: Visit, event: ev.Sign, _now: float, rules: Rules) -> Outcome:
    if not signed(event.signature):
        return replace(visit, signature=None, errors={"signature": "请在框内签上您的姓名"}), ()
    return _onward(visit, rules, signature=event.signature)


def _deliver(visit: Visit, event: ev.ChooseDelivery, _now: float, rules: Rules) -> Outcome:
    opened = path.opening(visit, rules.catalogue)
    if opened is None or event.way not in opened.delivery:
        return visit, ()
    if event.way == visit.delivery:
        return _onward(visit, rules)
    return _onward(visit, rules, delivery=event.way, address=None, phone=None)


def _postal(visit: Visit, event: ev.GivePostal, _now: float, rules: Rules) -> Outcome:
    errors = checks.postal(event.address, event.phone)
    if errors:
        return replace(visit, errors=errors), ()
    address = event.address.strip() if event.address is not None else None
    return _onward(visit, rules, address=address, phone=event.phone.strip())


# --- handing in, receipt, rating -------------------------------------------------------------------------------------


def _edit(visit: Visit, event: ev.Edit, _now: float, _rules: Rules) -> Outcome:
    return (replace(visit, step=event.step, errors={}, submit_fault=None) if event.step in _EDITABLE else visit), ()


def _submit(visit: Visit, _event: ev.Submit, _now: float, rules: Rules) -> Outcome:
    if path.next_step(visit, rules.catalogue) is not Step.REVIEW:
        return _onward(visit, rules)
    if any(p.digest is None for c in visit.collected for p in c.pages):
        return replace(visit, submit_fault="pages_pending"), ()
    visit = replace(visit, step=Step.SUBMITTING, submit_fault=None)
    return visit, (StoreCase(visit),)


def _stored(visit: Visit, event: ev.CaseStored, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id:
        return visit, ()
    visit = replace(
        visit, step=Step.RECEIPT, touched=now, submitted=event.submitted, printing=Printing(PrintState.PRINTING, attempt=1)
    )
    return visit, (PrintReceipt(visit, event.submitted, 1),)


def _not_stored(visit: Visit, event: ev.CaseNotStored, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id:
        return visit, ()
    return replace(visit, step=Step.REVIEW, touched=now, submit_fault=event.fault), ()


def _printing_ended(visit: Visit, event: ev.PrintingEnded, now: float, _rules: Rules) -> Outcome:
    if visit.submitted is None or visit.submitted.case != event.case:
        return visit, ()
    return replace(visit, printing=event.printing, touched=now), ()


def _printer_ready(visit: Visit, _event: ev.PrinterReady, _now: float, _rules: Rules) -> Outcome:
    """Nothing was sent the last time: the same attempt goes now, unasked."""
    if visit.printing is None or visit.printing.state is not PrintState.REFUSED:
        return visit, ()
    return _print(visit, visit.printing.attempt)


def _print_again(visit: Visit, _event: ev.PrintAgain, _now: float, _rules: Rules) -> Outcome:
    if visit.printing is None or visit.printing.state in (PrintState.PRINTING, PrintState.PRINTED):
        return visit, ()
    sent_before = visit.printing.state is not PrintState.REFUSED
    return _print(visit, visit.printing.attempt + sent_before)


def _print(visit: Visit, attempt: int) -> Outcome:
    if visit.submitted is None:
        return visit, ()
    visit = replace(visit, printing=Printing(PrintState.PRINTING, attempt))
    return visit, (PrintReceipt(visit, visit.submitted, attempt),) if visit.submitted else ()


def _to_rating(visit: Visit, _event: ev.Next | ev.Back, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, step=Step.RATING, errors={}), ()


def _rate(visit: Visit, event: ev.Rate, _now: float, _rules: Rules) -> Outcome:
    return _rated(visit, event.level, "screen")


def _pad(visit: Visit, event: ev.PadPressed, _now: float, _rules: Rules) -> Outcome:
    return _rated(visit, event.level, "pad") if event.question == visit.id else (visit, ())


def _rated(visit: Visit, level: int, by: str) -> Outcome:
    if level not in {one.satisfaction for one in rating.levels()}:
        return visit, ()
    rated = Rated(level, by)
    if rating.level(level).reason_required:
        return replace(visit, step=Step.REASON, rated=rated), ()
    return _keep_rating(visit, rated)


def _reason(visit: Visit, event: ev.GiveReason, _now: float, _rules: Rules) -> Outcome:
    if visit.rated is None:
        return visit, ()
    try:
        rating.check(visit.rated.level, event.tags)
    except rating.RatingError as error:
        return replace(visit, errors={"tags": str(error)}), ()
    return _keep_rating(visit, replace(visit.rated, tags=event.tags))


def _keep_rating(visit: Visit, rated: Rated) -> Outcome:
    effects = (StoreRating(visit.submitted.case, rated),) if visit.submitted else ()
    return replace(visit, step=Step.FAREWELL, rated=rated, errors={}), effects


def _unrated(visit: Visit, _event: ev.Next, _now: float, _rules: Rules) -> Outcome:
    """Silence stays silence: it never becomes a rating."""
    return replace(visit, step=Step.FAREWELL, rated=None, errors={}), ()


# --- helpers ---------------------------------------------------------------------------------------------------------


def _versioned(state: State, visit: Visit | None) -> State:
    return replace(state, visit=visit, version=state.version + 1)


def _onward(visit: Visit, rules: Rules, *, effects: tuple[Effect, ...] = (), **fields: Any) -> Outcome:
    after = replace(visit, errors={}, submit_fault=None, **fields)
    return replace(after, step=path.next_step(after, rules.catalogue)), effects


def _back(visit: Visit, _event: ev.Back, _now: float, rules: Rules) -> Outcome:
    before = path.back_step(visit, rules.catalogue)
    if before is None:
        return replace(visit, leaving=visit.step is Step.PLACE), ()
    visit = replace(visit, step=before, errors={}, submit_fault=None)
    if before is Step.SCAN:
        last = path.to_scan(visit, rules.catalogue)[-1].material_id
        visit = replace(visit, collected=_with(visit, replace(path.collected(visit, last), done=False)))
    return visit, ()


def _with(visit: Visit, one: Collected) -> tuple[Collected, ...]:
    others = tuple(c for c in visit.collected if c.material != one.material)
    return (*others, one)


def _each_page(visit: Visit, ref: str, **fields: Any) -> tuple[Collected, ...]:
    return tuple(replace(c, pages=tuple(replace(p, **fields) if p.ref == ref else p for p in c.pages)) for c in visit.collected)


def _drop(collected: tuple[Collected, ...]) -> tuple[Effect, ...]:
    pages = [p for c in collected for p in c.pages]
    digests = tuple(p.digest for p in pages if p.digest)
    return (DropPages(tuple(p.ref for p in pages), digests),) if pages else ()


def _digests(visit: Visit) -> tuple[str, ...]:
    return tuple(p.digest for c in visit.collected for p in c.pages if p.digest)


_EDITABLE = {Step.FORM, Step.DELIVERY}

_AT: dict[tuple[Step, type], Handler] = {
    (Step.PLACE, ev.ChoosePlace): _choose_place,
    (Step.ITEM, ev.ChooseItem): _choose_item,
    (Step.SITUATION, ev.ChooseSituation): _choose_situation,
    (Step.PREPARE, ev.Next): _prepared,
    (Step.NOTICE, ev.Agree): _agree,
    (Step.CARD, ev.CardSeen): _card_seen,
    (Step.CARD, ev.CardTaken): _card_taken,
    (Step.CARD, ev.CardNotTaken): _card_not_taken,
    (Step.IDENTITY, ev.Next): _confirm,
    (Step.IDENTITY, ev.NotMe): _not_me,
    (Step.SCAN, ev.TakePage): _take,
    (Step.SCAN, ev.PageShown): _page_shown,
    (Step.SCAN, ev.PageNotTaken): _page_not_taken,
    (Step.SCAN, ev.Next): _material_done,
    (Step.SCAN, ev.LeaveOut): _leave_out,
    (Step.SCAN, ev.ScanAgain): _scan_again,
    (Step.SCAN, ev.Back): _scan_back,
    (Step.PAGE, ev.KeepPage): _keep,
    (Step.PAGE, ev.RetakePage): _retake,
    (Step.PAGE, ev.Back): _retake,
    (Step.FORM, ev.FillForm): _fill,
    (Step.SIGN, ev.Sign): _sign,
    (Step.DELIVERY, ev.ChooseDelivery): _deliver,
    (Step.POSTAL, ev.GivePostal): _postal,
    (Step.REVIEW, ev.Edit): _edit,
    (Step.REVIEW, ev.ScanAgain): _scan_again,
    (Step.REVIEW, ev.Submit): _submit,
    (Step.SUBMITTING, ev.CaseStored): _stored,
    (Step.SUBMITTING, ev.CaseNotStored): _not_stored,
    (Step.RECEIPT, ev.PrintAgain): _print_again,
    (Step.RECEIPT, ev.PrinterReady): _printer_ready,
    (Step.RECEIPT, ev.Next): _to_rating,
    (Step.RATING, ev.Rate): _rate,
    (Step.RATING, ev.PadPressed): _pad,
    (Step.RATING, ev.Next): _unrated,
    (Step.REASON, ev.GiveReason): _reason,
    (Step.REASON, ev.Back): _to_rating,
    (Step.REASON, ev.Next): _unrated,
}

_ANYWHERE: dict[type, Handler] = {
    ev.Tick: _tick,
    ev.Leave: _leave,
    ev.Stay: _stay,
    ev.End: _end,
    ev.Back: _back,
    ev.PageShown: _page_late,
    ev.PageSealed: _page_sealed,
    ev.PageLost: _page_lost,
    ev.PrintingEnded: _printing_ended,
}
