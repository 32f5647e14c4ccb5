"""A visit at the window (窗口): a clerk drives it, the citizen decides. Who may send what is one table.

What lives here: who attends (``Visit.attendant``: at most one sign-in, and so at most one browser), the table ``SENDERS``, and
what of a visit a clerk may know (:func:`unrated`). A clerk's touch is an :class:`Attended` around the very intent the glass
would send; both go through the same machine. An intent that is not its sender's changes nothing.

What must not: how a clerk signs in, and how it is noticed that one has gone (``ui/clerk``): that comes as :class:`ClerkSeen`.
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec.structs import replace

from domain.catalogue.catalogue import Catalogue
from kiosk.visit import applying, form, path
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit import inking_events as ie
from kiosk.visit.attending_events import Attend, Attended, ClerkSeen, GoAlone, LetGo
from kiosk.visit.intent import Intent
from kiosk.visit.outcome import Handler, Outcome, Rules
from kiosk.visit.state import Attendant, State, Step, Visit


class Sender(StrEnum):
    """Whose touch an intent may be. In a hall, and where nobody attends, the glass sends everything but ``WINDOW``."""

    GLASS = "glass"
    """The citizen's own, always: consent, signature, what is handed in, rating, one's rights."""
    CLERK = "clerk"
    """Whoever drives: the clerk while one attends, else the glass."""
    EITHER = "either"
    WINDOW = "window"
    """A clerk's alone, wherever clerks sign in at all."""


RATING = frozenset((Step.RATING, Step.REASON, Step.FAREWELL))
"""The citizen's alone, and unseen by a clerk."""
_ONLY_CLERKS = frozenset((Step.DRAFT, Step.CHECK))
"""Nobody goes on alone from here."""

SENDERS: dict[type[Intent], Sender] = {
    **dict.fromkeys(
        (ev.Agree, ev.Sign, ev.Submit, ev.Rate, ev.GiveReason, fe.RateHome, fe.AskRight, fe.ChooseRight, GoAlone), Sender.GLASS
    ),
    **dict.fromkeys(
        (ev.BeginDraft, ev.FetchDraft, ev.Checked, Attend, LetGo, ie.SignOnPaper, ie.SignOnGlass, ie.PrintForm), Sender.WINDOW
    ),
    **dict.fromkeys(
        (
            *(ev.Begin, ev.Next, ev.Back, ev.NotMe, ev.TakeAlong, ev.ToWindow, ev.KeepDraft, ev.PrintAgain, ev.NotYet),
            *(ev.Leave, ev.Stay, ev.End, fe.BeginFollowup),
        ),
        Sender.EITHER,
    ),
    **dict.fromkeys(
        (
            *(ev.ChoosePlace, ev.ChooseItem, ev.ChooseSituation, ev.AnswerQuestion, ev.ListAll, ev.ChooseChannel, ev.Weigh),
            *(ev.ForAnother, ev.NoCard, ev.ChooseDocument, ev.StateWho, ev.TakePage, ev.KeepPage, ev.RetakePage, ev.TurnPage),
            *(ev.ChoosePage, ev.TakeInstead, ev.GiveUpPage, ev.MovePage, ev.TakeUnasked, ev.LeaveOut, ev.ScanAgain, ev.Edit),
            *(ev.FillForm, ev.ChooseDelivery, ev.GivePostal),
            *(fe.ChooseHow, fe.AskNumber, fe.LookAgain, fe.ChooseTask),
        ),
        Sender.CLERK,
    ),
}
_AT_A_STEP: dict[tuple[Step, type[Intent]], Sender] = {
    # The clerk turns pages and answers questions; what is read there by the citizen is the citizen's to leave.
    (Step.SCAN, ev.Next): Sender.CLERK,
    (Step.FORM, ev.Back): Sender.CLERK,
    (Step.PAGE, ev.Back): Sender.CLERK,
    (Step.HANDING, ev.Next): Sender.GLASS,
}


def address(kind: type[Intent]) -> str:
    """What ``kind`` is called in an address: ``choose-place`` for ``ChoosePlace``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


BY_ADDRESS = {address(kind): kind for kind in SENDERS}


def sender(visit: Visit | None, kind: type[Intent], catalogue: Catalogue) -> Sender:
    """Whose touch ``kind`` is while ``visit`` stands where it does."""
    if visit is None:
        return SENDERS[kind]
    if visit.step in RATING or (kind in (ev.FillForm, ev.StateWho) and promising(visit, catalogue)):
        return Sender.GLASS
    return _AT_A_STEP.get((visit.step, kind)) or SENDERS[kind]


def promising(visit: Visit, catalogue: Catalogue) -> bool:
    """What is asked now is a promise or a consent (承诺、同意): nobody gives it for another."""
    if visit.step is Step.FORM:
        shown = form.on_screen(visit, form.asked(visit, path.opening(visit, catalogue)))
        return shown is not None and shown.field.kind == "promise"
    return visit.step is Step.BEHALF and any(field.kind == "promise" for field in applying.on_screen(visit, catalogue))


def glass_may(visit: Visit | None, kind: type[Intent], catalogue: Catalogue, *, clerks: bool) -> bool:
    """Whether the glass may send ``kind`` now; ``clerks``: clerks sign in at this terminal."""
    attendant = visit.attendant if visit is not None else None
    if kind is GoAlone:
        return visit is not None and attendant is not None and not attendant.here and visit.step not in _ONLY_CLERKS
    whose = sender(visit, kind, catalogue)
    if whose is Sender.WINDOW:
        return not clerks and kind not in (Attend, LetGo)
    return whose is not Sender.CLERK or attendant is None


def clerk_may(visit: Visit | None, kind: type[Intent], catalogue: Catalogue, session: str) -> bool:
    """Whether the clerk of sign-in ``session`` may send ``kind`` now."""
    holds = visit is None or holds_it(visit, session)
    if kind is Attend:
        return visit is not None and not holds and visit.step not in RATING
    if kind is LetGo and visit is not None and visit.step in _ONLY_CLERKS:
        return False
    return holds and sender(visit, kind, catalogue) is not Sender.GLASS


def holds_it(visit: Visit | None, session: str) -> bool:
    return visit is not None and visit.attendant is not None and visit.attendant.session == session


def may(visit: Visit | None, event: Intent, rules: Rules) -> bool:
    """Whether ``event`` is its sender's to send: an :class:`Attended` a clerk's, anything else the glass's."""
    if isinstance(event, Attended):
        allowed = clerk_may(visit, type(event.intent), rules.catalogue, event.by.session)
        return rules.clerks and allowed and not _promised(visit, event.intent, rules.catalogue)
    return glass_may(visit, type(event), rules.catalogue, clerks=rules.clerks)


def _promised(visit: Visit | None, intent: Intent, catalogue: Catalogue) -> bool:
    """Whether a promise is among the answers, of whatever question."""
    if visit is None or not isinstance(intent, ev.FillForm | ev.StateWho):
        return False
    opened = path.opening(visit, catalogue)
    promises = {field.field for field in opened.form if field.kind == "promise"} if opened else set()
    return not (promises | {"consent"}).isdisjoint(intent.answers)


def begun(state: State, by: Attendant) -> State:
    """The visit a clerk has just begun is that clerk's."""
    return replace(state, visit=_held(state.visit, by)) if state.visit is not None else state


def attend(visit: Visit, event: Attended, _now: float, _rules: Rules) -> Outcome:
    return _held(visit, event.by), ()


def let_go(visit: Visit, _event: LetGo | GoAlone, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, attendant=None), ()


def seen(visit: Visit, event: ClerkSeen, _now: float, _rules: Rules) -> Outcome:
    if not holds_it(visit, event.session) or visit.attendant is None:
        return visit, ()
    return replace(visit, attendant=replace(visit.attendant, here=event.here)), ()


def restored(visit: Visit) -> Visit:
    """After a restart nobody is signed in any more; whose visit it was is still known."""
    return replace(visit, attendant=replace(visit.attendant, here=False)) if visit.attendant is not None else visit


def unrated(state: State) -> State:
    """``state`` as a clerk may know it: from the rating on there is one screen, whatever happens on the glass, and no trace of what
    was given; nor can it be counted how often something was touched.
    """
    visit = state.visit
    if visit is None or visit.step not in RATING:
        return replace(state, visit=replace(visit, rated=None, ratings=())) if visit is not None and visit.ratings else state
    blank = Visit(visit.id, Step.RATING, 0.0, 0.0, 0.0, 0.0, home=visit.home, item=visit.item, situation=visit.situation)
    return State(0, replace(blank, attendant=visit.attendant, submitted=visit.submitted, channel=visit.channel), state.closed)


def _held(visit: Visit, by: Attendant) -> Visit:
    numbers = visit.attended if by.number in visit.attended else (*visit.attended, by.number)
    return replace(visit, attendant=replace(by, here=True), attended=numbers)


ANYWHERE: dict[type, Handler] = {Attended: attend, LetGo: let_go, GoAlone: let_go, ClerkSeen: seen}
