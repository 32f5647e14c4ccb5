"""The visit as a machine: ``step(state, event, now, rules) → (state, effects)``. Pure; no clock, no device, no screen.

How it works. Two tables say everything: ``_AT`` for what means something only at one step (``followup.AT`` where the visit is
about a case taken in before), ``_ANYWHERE`` for the rest.
An event that stands in neither for the present step changes nothing: a second tap, a late answer of a device, a key
nobody asked for. Handlers return the new visit (``None``: it is over) and effects. Where *next* and *back* lead is
``path.py``. Every change a screen could show makes ``version`` grow by one.

What must not live here: texts, masking, threads, anything of a device but what it said.
"""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.visit import (
    applying,
    attending,
    choosing,
    drafting,
    filling,
    followup,
    followup_path,
    handing_in,
    inking,
    pages,
    papers,
    path,
    rating,
    unasked,
    ways,
)
from kiosk.visit import events as ev
from kiosk.visit.attending_events import Attend, Attended
from kiosk.visit.effects import DrawUp, DropPages, Effect, NoteService, SetForm, Wipe
from kiosk.visit.followup_events import BeginFollowup
from kiosk.visit.outcome import Handler, Outcome, Rules, back
from kiosk.visit.state import (
    CardPhase,
    Followup,
    Printing,
    PrintState,
    QueryPhase,
    Scan,
    State,
    Step,
    Visit,
)


def step(state: State, event: ev.Event, now: float, rules: Rules) -> tuple[State, tuple[Effect, ...]]:
    """The next state and what is to be done. The same state object comes back when nothing changed but time."""
    if isinstance(event, ev.Intent) and not attending.may(state.visit, event, rules):
        return state, ()
    if isinstance(event, Attended) and not isinstance(event.intent, Attend):
        after, effects = _step(state, event.intent, now, rules)
        return (after if state.visit is not None else attending.begun(after, event.by)), effects
    return _step(state, event, now, rules)


def _step(state: State, event: ev.Event, now: float, rules: Rules) -> tuple[State, tuple[Effect, ...]]:
    if isinstance(event, ev.Closed):
        return (replace(state, closed=event.fault, version=state.version + 1) if event.fault != state.closed else state), ()
    if state.visit is None:
        if isinstance(event, ev.Begin) and state.closed is None:
            return _versioned(state, _begin(event, now, rules)), ()
        if isinstance(event, ev.BeginDraft) and state.closed is None and rules.window:
            return _versioned(state, _begin(event, now, rules)), ()
        if isinstance(event, BeginFollowup) and state.closed is None:
            return _versioned(state, _begin(event, now, rules)), ()
        return state, _nobody_s(event)
    visit = state.visit
    table = _AT if visit.followup is None else followup.AT
    handler = table.get((visit.step, type(event))) or _ANYWHERE.get(type(event))
    if handler is None:
        return state, ()
    touched = isinstance(event, (ev.Intent, ev.CardSeen, ev.CardTaken, ev.CardNotTaken, ev.PadPressed))
    before = replace(visit, touched=now, warned=False) if touched else visit
    if isinstance(event, ev.Intent):
        before = replace(before, leaving=False)
    after, effects = handler(before, event, now, rules)
    if after is not None and type(event) not in _OF_CLERKS:  # begun anew, or taken up from a draft: still whoever's it was
        after = replace(after, attendant=visit.attendant, attended=visit.attended)
    if after is not None and (after.step, after.printing, after.query) != (visit.step, visit.printing, visit.query):
        after = replace(after, entered=now)
    if after is not None and after.step is Step.REVIEW and visit.step is not Step.REVIEW and path.all_sealed(after):
        effects += (DrawUp(after),)
    if after is not None and after.step in _ASKING and visit.step is not after.step and after.query is None:
        after, more = ways.asked(after)
        effects += more
    if after == visit:
        return state, effects
    if after is not None and (_unseen(event, visit, after) or _shows_no_other(after, visit, event)):
        return replace(state, visit=after), effects
    return _versioned(state, after), effects


def _unseen(event: ev.Event, before: Visit, after: Visit) -> bool:
    """Whether what changed stands on no screen: a tap that was meant for the one before is still meant."""
    if isinstance(event, ev.PageRead):
        return after.scan == before.scan and after.step is not Step.REVIEW
    return isinstance(event, ev.PageSealed)


def restored(state: State, printing: Printing | None, rules: Rules) -> tuple[State, tuple[Effect, ...]]:
    """Take up a visit after a restart of the service. ``printing``: what the journal knows of its receipt."""
    visit = state.visit
    if visit is None:
        return state, ()
    if not path.over(visit) and not path.stands(visit, rules.catalogue):
        ended, effects = _wipe(visit, "catalogue")
        return _versioned(state, ended), effects
    visit = attending.restored(replace(visit, scan=Scan(), unasked=unasked.restored(visit)))
    if visit.step is Step.PAGE:
        visit = replace(visit, step=Step.SCAN)
    # Pictures were in memory only: a page not yet sealed is gone and is asked for again. A signed form is made anew.
    unsealed = {c.material for c in visit.collected if any(p.digest is None for p in c.pages)}
    made_here = visit.submitted is None and visit.inked is None
    forms = {m.material_id for m in path.signed_forms(visit, rules.catalogue)} & unsealed if made_here else set()
    unsealed -= forms
    if unsealed and visit.submitted is None:
        kept = tuple(
            replace(c, done=False, pages=tuple(p for p in c.pages if p.digest)) if c.material in unsealed else c
            for c in visit.collected
        )
        visit = replace(visit, collected=kept, step=Step.SCAN)
    if visit.step in (Step.CARD, Step.WARD):
        visit = replace(visit, card=CardPhase.WAITING, card_fault=None)
    asked: tuple[Effect, ...] = tuple(
        SetForm(visit, p.ref, c.material) for c in visit.collected if c.material in forms for p in c.pages
    )
    if visit.step is Step.SUBMITTING and path.all_sealed(visit):
        asked = handing_in.handed_in(visit)
    elif visit.step is Step.CASES:
        asked = followup.restored(visit)
    elif visit.step is Step.KEEPING:
        asked = drafting.kept_now(visit)
    elif visit.step is Step.DRAFT:
        visit = replace(visit, opening=False, draft=None)
    elif visit.step is Step.NOTING:
        asked = (NoteService(visit),)
    elif visit.step in _ASKING:
        taken, asked = ways.taken_up(visit, printing)
        assert taken is not None
        visit = taken
        if visit.step is Step.HANDING and not asked:
            settled, asked = followup.settled(visit)
            visit = settled or visit
    elif visit.step in (Step.RECEIPT, Step.LEAFLET) and printing is not None:
        visit = replace(visit, printing=printing)
        if printing.state is PrintState.PRINTING:
            asked = handing_in.printed(visit, printing.attempt)
    elif visit.ratings:
        asked = rating.kept(visit)  # thanked for, and perhaps not on the disk; twice is harmless
    return _versioned(state, visit), asked


def _begin(event: ev.Begin | ev.BeginDraft | BeginFollowup, now: float, rules: Rules) -> Visit:
    visit = Visit(event.visit, Step.PLACE, began=now, touched=now, until=now + rules.total, entered=now)
    if isinstance(event, ev.BeginDraft):
        return replace(visit, step=Step.DRAFT)
    if isinstance(event, BeginFollowup):
        return replace(visit, step=Step.RETURN, followup=Followup())
    chosen = replace(visit, home=event.home, item=event.item, situation=event.situation)
    if path.opening(chosen, rules.catalogue) is None:
        return visit
    return replace(chosen, step=path.next_step(chosen, rules.catalogue))


def _wipe(visit: Visit, reason: str) -> Outcome:
    return None, (Wipe(visit.id, reason, visit.submitted is not None or followup_path.of(visit).answered is not None),)


def _end(visit: Visit, _event: ev.End, _now: float, _rules: Rules) -> Outcome:
    if visit.step in _BUSY or followup_path.printing(visit):
        return visit, ()
    return _wipe(visit, "done" if visit.step is Step.FAREWELL else "left")


def _leave(visit: Visit, _event: ev.Leave, _now: float, _rules: Rules) -> Outcome:
    return (visit if visit.step in _BUSY else replace(visit, leaving=True)), ()


def _stay(visit: Visit, _event: ev.Stay, now: float, rules: Rules) -> Outcome:
    until = max(visit.until, now + rules.extension) if visit.until - now < rules.idle_warning else visit.until
    entered = now if visit.step is Step.FAREWELL else visit.entered
    return replace(visit, leaving=False, until=until, entered=entered), ()


def _tick(visit: Visit, _event: ev.Tick, now: float, rules: Rules) -> Outcome:
    if visit.step in _BUSY or followup_path.printing(visit):
        return visit, ()
    if visit.step is Step.FAREWELL and now - visit.entered >= rules.farewell:
        return _wipe(visit, "done")
    idle = now - visit.touched
    patience = rules.patience(visit.step)
    if idle >= patience + rules.idle_end:
        return _wipe(visit, "idle")
    if now >= visit.until:
        return _wipe(visit, "total")
    if visit.query is QueryPhase.ASKING and now - visit.entered >= rules.query:
        return ways.not_found(visit, ev.DocumentNotFound(visit.id, now=False), now, rules)
    if _receipt_taken(visit, now, rules):
        return replace(rating.begin(visit), touched=now, warned=False), ()
    due = idle >= patience or visit.until - now <= rules.idle_end
    return unasked.tick(replace(visit, warned=visit.warned or due), now, rules)


def _receipt_taken(visit: Visit, now: float, rules: Rules) -> bool:
    """The rating page opens by itself once the receipt has lain there for a moment."""
    printed = visit.printing is not None and visit.printing.state is PrintState.PRINTED
    return (
        visit.step in (Step.RECEIPT, Step.LEAFLET) and printed and not visit.leaving and now - visit.entered >= rules.receipt_shown
    )


def _shows_no_other(after: Visit, before: Visit, event: ev.Event) -> bool:
    """What the camera says of the desk is told beside the screen, picture by picture: no touch becomes stale by it."""
    if isinstance(event, ev.Intent):
        return replace(after, touched=before.touched) == before
    return replace(after, touched=before.touched, unasked=before.unasked) == before


def _nobody_s(event: ev.Event) -> tuple[Effect, ...]:
    """A picture that came after its visit had ended."""
    if isinstance(event, ev.DraftOpened):
        return drafting.nobody_s(event)
    if isinstance(event, ev.PageShown):
        return (DropPages((event.ref,), ()),)
    return (DropPages((event.ref,), (event.digest,)),) if isinstance(event, ev.PageSealed) else ()


def _versioned(state: State, visit: Visit | None) -> State:
    return replace(state, visit=visit, version=state.version + 1)


_BUSY = (Step.SUBMITTING, Step.KEEPING, Step.NOTING)
"""The disk, or the centre, is at work; nothing is asked of the citizen, and the answer always comes."""
_ASKING = (Step.QUERY, Step.HANDING)
"""Pages are asked for, and printed when they come."""

_AT: dict[tuple[Step, type], Handler] = {
    (Step.PLACE, ev.ChoosePlace): choosing.choose_place,
    (Step.ITEM, ev.ChooseItem): choosing.choose_item,
    (Step.SITUATION, ev.AnswerQuestion): choosing.answer,
    (Step.SITUATION, ev.ListAll): choosing.list_all,
    (Step.SITUATION, ev.ChooseSituation): choosing.choose_situation,
    (Step.SITUATION, ev.Back): choosing.situation_back,
    (Step.CHANNEL, ev.ChooseChannel): choosing.choose_channel,
    (Step.GUIDE, ev.TakeAlong): ways.take_along,
    (Step.PREPARE, ev.Next): choosing.prepared,
    (Step.NOTICE, ev.Agree): choosing.agree,
    (Step.CARD, ev.CardSeen): choosing.card_seen,
    (Step.CARD, ev.CardTaken): applying.card_taken,
    (Step.CARD, ev.CardNotTaken): choosing.card_not_taken,
    (Step.CARD, ev.NoCard): applying.no_chip,
    (Step.CARD, ev.ForAnother): applying.for_another,
    (Step.CARD, ev.ToWindow): applying.to_window,
    (Step.PREPARE, ev.ForAnother): applying.for_another,
    (Step.PREPARE, ev.ToWindow): applying.to_window,
    (Step.DOCUMENT, ev.ChooseDocument): applying.choose_document,
    (Step.DOCUMENT, ev.Back): applying.document_back,
    (Step.WARD, ev.CardSeen): choosing.card_seen,
    (Step.WARD, ev.CardTaken): applying.ward_taken,
    (Step.WARD, ev.CardNotTaken): choosing.card_not_taken,
    (Step.WARD, ev.NoCard): applying.ward_on_paper,
    (Step.WARD, ev.ToWindow): applying.to_window,
    (Step.BEHALF, ev.StateWho): applying.state_who,
    (Step.BEHALF, ev.Back): applying.group_back,
    (Step.BEHALF, ev.NotMe): applying.ward_again,
    (Step.BEHALF, ev.ToWindow): applying.to_window,
    (Step.FILLED, ev.KeepDraft): drafting.keep,
    (Step.KEEPING, ev.DraftKept): drafting.kept,
    (Step.KEEPING, ev.DraftNotKept): drafting.not_kept,
    (Step.DRAFT, ev.FetchDraft): drafting.fetch,
    (Step.DRAFT, ev.DraftNotOpened): drafting.not_opened,
    (Step.CHECK, ev.Checked): drafting.check,
    (Step.IDENTITY, ev.Next): choosing.confirm,
    (Step.IDENTITY, ev.NotMe): choosing.not_me,
    (Step.WAIVE, ev.Weigh): ways.weigh,
    (Step.WAIVE, ev.Back): ways.weigh_back,
    (Step.SCAN, ev.TakePage): papers.take,
    (Step.SCAN, ev.ChoosePage): pages.choose,
    (Step.SCAN, ev.TakeInstead): pages.take_instead,
    (Step.SCAN, ev.GiveUpPage): pages.give_up,
    (Step.SCAN, ev.MovePage): pages.move,
    (Step.SCAN, ev.TakeUnasked): unasked.choose,
    (Step.SCAN, ev.NotYet): unasked.not_yet,
    (Step.SCAN, ev.PageShown): papers.page_shown,
    (Step.SCAN, ev.PageNotTaken): papers.page_not_taken,
    (Step.SCAN, ev.Next): papers.material_done,
    (Step.SCAN, ev.LeaveOut): papers.leave_out,
    (Step.SCAN, ev.ScanAgain): papers.scan_again,
    (Step.SCAN, ev.Back): papers.scan_back,
    (Step.PAGE, ev.KeepPage): papers.keep,
    (Step.PAGE, ev.TurnPage): papers.turn,
    (Step.PAGE, ev.RetakePage): papers.retake,
    (Step.PAGE, ev.Back): papers.retake,
    (Step.FORM, ev.FillForm): filling.fill,
    (Step.FORM, ev.Back): filling.back_a_question,
    (Step.SIGN, ev.Sign): filling.sign,
    (Step.SIGN, ev.KeepDraft): drafting.keep_unsigned,
    (Step.DELIVERY, ev.ChooseDelivery): filling.deliver,
    (Step.POSTAL, ev.GivePostal): filling.postal,
    (Step.REVIEW, ev.Edit): handing_in.edit,
    (Step.REVIEW, ev.ScanAgain): papers.scan_again,
    (Step.REVIEW, ev.Submit): handing_in.submit,
    (Step.FILLED, ev.Edit): handing_in.edit,
    (Step.FILLED, ev.TakeAlong): ways.take_along,
    (Step.QUERY, ev.DocumentFound): ways.found,
    (Step.QUERY, ev.DocumentNotFound): ways.not_found,
    (Step.QUERY, ev.PrintAgain): ways.ask_again,
    (Step.QUERY, ev.TakeAlong): ways.take_along,
    (Step.NOTING, ev.ServiceNoted): ways.noted,
    (Step.NOTING, ev.ServiceNotNoted): ways.not_noted,
    (Step.SUBMITTING, ev.CaseStored): handing_in.stored,
    (Step.SUBMITTING, ev.CaseNotStored): handing_in.not_stored,
    (Step.RECEIPT, ev.PrintAgain): handing_in.print_again,
    (Step.RECEIPT, ev.PrinterReady): handing_in.printer_ready,
    (Step.RECEIPT, ev.Next): rating.to_rating,
    (Step.LEAFLET, ev.PrintAgain): handing_in.print_again,
    (Step.LEAFLET, ev.PrinterReady): handing_in.printer_ready,
    (Step.LEAFLET, ev.Next): rating.to_rating,
    **rating.AT,
    **inking.AT,
}

_ANYWHERE: dict[type, Handler] = {
    ev.Tick: _tick,
    ev.Leave: _leave,
    ev.Stay: _stay,
    ev.End: _end,
    ev.Back: back,
    ev.DraftOpened: drafting.opened,
    ev.DeskSeen: unasked.desk_seen,
    ev.PageShown: papers.page_late,
    ev.PageRead: papers.page_read,
    ev.PageSealed: papers.page_sealed,
    ev.PageLost: papers.page_lost,
    ev.PrintingEnded: handing_in.printing_ended,
    ev.SheetEnded: ways.sheet_ended,
    **attending.ANYWHERE,
}
_OF_CLERKS = frozenset(attending.ANYWHERE)
