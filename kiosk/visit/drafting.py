"""草稿: what was filled in is kept for the hall's window, and taken up there. Both need the centre, and are promised after.

At the window (``Rules.window``) a clerk brings the code, and compares the person with the document before anything goes on.
"""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.visit import events as ev
from kiosk.visit import path
from kiosk.visit.effects import DropPages, KeepDraft, NoteService, OpenDraft
from kiosk.visit.outcome import Outcome, Rules, onward
from kiosk.visit.state import CardPhase, HeldDraft, Scan, Step, Visit


def worth(visit: Visit) -> bool:
    """Whether anything was read or filled in that the window would have to ask for again."""
    return bool(visit.identity or visit.paper or visit.answers)


def keep(visit: Visit, event: ev.KeepDraft, _now: float, _rules: Rules) -> Outcome:
    if not worth(visit):
        return visit, ()
    visit = replace(visit, step=Step.KEEPING, draft=HeldDraft(event.code), submit_fault=None)
    # The last page may still be on its way to the disk: its PageSealed sends the draft.
    return visit, kept_now(visit) if path.all_sealed(visit) else ()


def keep_unsigned(visit: Visit, event: ev.KeepDraft, now: float, rules: Rules) -> Outcome:
    """不方便签字: everything but the signature is there, and the hall's window takes over. At the window itself it already has."""
    return (visit, ()) if rules.window else keep(visit, event, now, rules)


def kept_now(visit: Visit) -> tuple[KeepDraft, ...]:
    return (KeepDraft(visit, visit.draft.code),) if visit.draft else ()


def kept(visit: Visit, event: ev.DraftKept, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id or visit.draft is None:
        return visit, ()
    held = replace(visit.draft, until=event.until)
    visit = replace(visit, step=Step.NOTING, draft=held, on_paper=True, touched=now)
    return visit, (NoteService(visit),)


def not_kept(visit: Visit, event: ev.DraftNotKept, now: float, rules: Rules) -> Outcome:
    """Back to where it was asked for; it may be tried again, or gone without."""
    if event.visit != visit.id:
        return visit, ()
    back = replace(visit, draft=None)
    return replace(back, step=path.next_step(back, rules.catalogue), touched=now, submit_fault=event.fault), ()


# --- at the window --------------------------------------------------------------------------------------------------------------


def fetch(visit: Visit, event: ev.FetchDraft, _now: float, _rules: Rules) -> Outcome:
    if visit.opening:
        return visit, ()
    if not event.code:
        return replace(visit, submit_fault=MISTYPED), ()
    return replace(visit, opening=True, draft=HeldDraft(event.code), submit_fault=None), (OpenDraft(visit.id, event.code),)


def opened(visit: Visit, event: ev.DraftOpened, now: float, rules: Rules) -> Outcome:
    """The visit of the draft takes this one's place; it is the same visit, so that it can become one case only."""
    if event.asked != visit.id or not visit.opening:
        return visit, _lost(event)
    if not path.stands(event.visit, rules.catalogue):
        return replace(visit, opening=False, draft=None, submit_fault=OTHER_CATALOGUE, touched=now), _lost(event)
    taken_up = replace(
        event.visit,
        step=Step.CHECK,
        began=visit.began,
        touched=now,
        until=now + rules.total,
        entered=now,
        warned=False,
        leaving=False,
        opening=False,
        draft=visit.draft,
        scan=Scan(),
        card=CardPhase.WAITING,
        card_fault=None,
        on_paper=False,
        noted=None,
        submitted=None,
        printing=None,
        rated=None,
        inked=None,
        checked=None,
        errors={},
        submit_fault=None,
    )
    return taken_up, ()


def not_opened(visit: Visit, event: ev.DraftNotOpened, now: float, _rules: Rules) -> Outcome:
    if event.asked != visit.id:
        return visit, ()
    return replace(visit, opening=False, draft=None, touched=now, submit_fault=event.fault), ()


def nobody_s(event: ev.DraftOpened) -> tuple[DropPages, ...]:
    """It came after the clerk had left."""
    return _lost(event)


def check(visit: Visit, event: ev.Checked, _now: float, rules: Rules) -> Outcome:
    """The clerk has compared the person with the document."""
    return onward(visit, rules, checked=event.by) if event.by else (visit, ())


def _lost(event: ev.DraftOpened) -> tuple[DropPages, ...]:
    digests = tuple(p.digest for c in event.visit.collected for p in c.pages if p.digest)
    return (DropPages((), digests),) if digests else ()


UNSIGNED = "您没有在机器上签字。窗口工作人员看过证件，帮您接着办，不用重新填。"
"""Why a visit of which everything else is there goes to the window, in the citizen's words."""
MISTYPED = "draft_mistyped"
OTHER_CATALOGUE = "draft_other_catalogue"
"""Fault codes: no code at all; begun with a catalogue of which this terminal knows nothing (any more)."""
