"""Whatever anybody does in whatever order, these hold."""

from __future__ import annotations

from dataclasses import replace as dataclass_replace
from datetime import date

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.visits import ANSWERS, CATALOGUE, NOTED, PERSON, RULES, SIGNATURE, SUBMITTED, Walk

from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import path
from kiosk.visit.state import Printing, PrintState, State, Step

CHILD = replace(PERSON, name="孩子", number="510100201406010011", birth=date(2014, 6, 1))
DRAFTED = (
    Walk()
    .chosen()
    .do(ev.Next(), ev.Agree(), ev.NoCard(), ev.ChooseDocument("passport"))
    .do(ev.StateWho({"own-name": "某", "own-number": "E12345678"}, date(2026, 11, 26)), ev.Weigh(False))
    .page("d1")
    .do(ev.Next())
    .page("p1")
    .do(ev.Next(), ev.FillForm(ANSWERS))
    .visit
)


def at_window(walk: Walk) -> Walk:
    return walk.do(ev.BeginDraft("w1"), ev.FetchDraft("C" * 24))


def at_child(walk: Walk) -> Walk:
    walk.chosen(item="SSC-APPLY", situation="SSC-APPLY-2").do(ev.Next(), ev.Agree())
    return walk.do(ev.CardTaken(PERSON, 36), ev.Next())


REFS = st.sampled_from(["p1", "p2", "p3"])
EVENTS = st.one_of(
    st.sampled_from(
        [
            ev.Begin("v1"),
            ev.ChoosePlace("demo-jia"),
            ev.ChoosePlace("demo-qi"),
            ev.ChoosePlace("nowhere"),
            ev.ChooseItem("MED-REMOTE"),
            ev.ChooseItem("PEN-TRANS"),
            ev.ChooseItem("SI-CERT"),
            ev.ChooseItem("ID-CARD"),
            ev.ChooseItem("HUKOU-MOVE"),
            ev.AnswerQuestion(0),
            ev.AnswerQuestion(1),
            ev.ListAll(),
            ev.ChooseSituation("MED-2"),
            ev.ChooseSituation("MED-4"),
            ev.ChooseSituation("PEN-TRANS-1"),
            ev.ChooseSituation("SI-CERT-1"),
            ev.ChooseSituation("ID-1"),
            ev.ChooseChannel("here"),
            ev.ChooseChannel("online"),
            ev.Weigh(True),
            ev.Weigh(False),
            ev.TakeAlong(True),
            ev.TakeAlong(False),
            ev.ServiceNoted("v1", NOTED),
            ev.ServiceNotNoted("v1", "store_failed"),
            ev.DocumentFound("v1"),
            ev.DocumentNotFound("v1", True),
            ev.DocumentNotFound("v1", False),
            ev.SheetEnded("v1", Printing(PrintState.PRINTED, 1)),
            ev.SheetEnded("v1", Printing(PrintState.UNCERTAIN, 1, "a4_unproven")),
            ev.PrintingEnded(NOTED.number, Printing(PrintState.PRINTED, 1)),
            ev.Next(),
            ev.Next(),
            ev.ForAnother("guardian"),
            ev.ForAnother("self"),
            ev.NoCard(),
            ev.ChooseDocument("passport"),
            ev.StateWho({"own-name": "某", "own-number": "E12345678", "relation": "father", "consent": "yes"}, date(2026, 11, 26)),
            ev.ToWindow(),
            ev.CardTaken(CHILD, 12),
            ev.KeepDraft("C" * 24),
            ev.DraftKept("v1", "2026-12-03T09:00:00+00:00"),
            ev.DraftNotKept("v1", "draft_offline"),
            ev.BeginDraft("w1"),
            ev.FetchDraft("C" * 24),
            ev.DraftNotOpened("w1", "draft_not_found"),
            ev.DraftOpened("w1", DRAFTED, "示范丙区政务服务中心", "2026-11-26T09:00:00+08:00"),
            ev.Checked("1024"),
            ev.Agree(),
            ev.CardSeen(),
            ev.CardTaken(PERSON),
            ev.CardNotTaken("card_unreadable"),
            ev.NotMe(),
            ev.KeepPage(),
            ev.RetakePage(),
            ev.LeaveOut(),
            ev.ScanAgain("M-RES"),
            ev.Edit(Step.FORM),
            ev.Edit(Step.RECEIPT),
            ev.FillForm(ANSWERS),
            ev.FillForm({}),
            ev.Sign(SIGNATURE),
            ev.ChooseDelivery("pickup_intake"),
            ev.ChooseDelivery("post_applicant"),
            ev.GivePostal(None, "13800001234"),
            ev.Submit(),
            ev.CaseStored("v1", SUBMITTED),
            ev.CaseNotStored("v1", "store_failed"),
            ev.PrintingEnded(SUBMITTED.case, Printing(PrintState.PRINTED, 1)),
            ev.PrintingEnded(SUBMITTED.case, Printing(PrintState.SPOILT, 1, "paper_out")),
            ev.PrinterReady(),
            ev.PrintAgain(),
            ev.Rate(5),
            ev.Rate(1),
            ev.GiveReason((108,)),
            ev.PadPressed("v1.0", 3),
            ev.PadPressed("v1.0", 1),
            ev.GiveReason((), "慢", "刘试安", "13800001234"),
            ev.Back(),
            ev.Leave(),
            ev.Stay(),
            ev.End(),
            ev.Closed("store_failed"),
            ev.Closed(None),
        ]
    ),
    st.builds(ev.TakePage, REFS),
    st.builds(ev.PageShown, REFS, st.just(())),
    st.builds(ev.PageNotTaken, REFS, st.just("page_not_found")),
    st.builds(ev.PageSealed, REFS | st.just("signed-M-FORM"), st.sampled_from(["a" * 64, "b" * 64]), st.just(7)),
    st.builds(ev.PageLost, REFS | st.just("signed-M-FORM"), st.just("store_failed")),
    st.builds(lambda _: ev.Tick(), st.none()),
)


def asked(walk: Walk) -> Walk:
    """A document was asked for."""
    return walk.chosen(item="SI-CERT", situation="SI-CERT-1").do(ev.Next(), ev.Agree(), ev.CardTaken(PERSON), ev.Next())


def filled(walk: Walk) -> Walk:
    """At the form of an item whose card is not read."""
    return walk.chosen(item="ID-CARD", situation="ID-2").do(ev.Next(), ev.Agree())


STARTS = st.sampled_from(
    [
        Walk.chosen,
        asked,
        filled,
        Walk.identified,
        Walk.scanned,
        Walk.reviewed,
        Walk.submitted,
        lambda walk: walk,
        at_window,
        at_child,
    ]
)


@settings(max_examples=400, deadline=None)
@given(STARTS, st.lists(st.tuples(EVENTS, st.floats(0, 70)), max_size=40))
def test_whatever_happens(start, happenings) -> None:  # type: ignore[no-untyped-def]
    walk = start(Walk(dataclass_replace(RULES, window=True, queries=True)))
    for event, pause in happenings:
        before = walk.state
        if isinstance(event, ev.CaseStored | ev.CaseNotStored) and not _handing_in(walk):
            continue  # the store answers what it was asked
        walk.now += pause
        effects_before = len(walk.effects)
        walk.do(event)
        new = walk.effects[effects_before:]
        check(before, walk.state, new)
    # The whole state survives being written to tmpfs.
    assert msgspec.json.decode(msgspec.json.encode(walk.state), type=State) == walk.state


def _handing_in(walk: Walk) -> bool:
    asked = walk.asked(fx.StoreCase)
    last = asked[-1] if asked else None
    return isinstance(last, fx.StoreCase) and walk.step is Step.SUBMITTING and last.visit.collected == walk.visit.collected


def check(before: State, after: State, effects: list[fx.Effect]) -> None:
    assert after.version >= before.version
    assert sum(isinstance(e, fx.Wipe) for e in effects) == (before.visit is not None and after.visit is None)
    visit = after.visit
    if visit is None:
        assert fx.wants(after) == fx.Wants()
        return
    # A device is at work only where the citizen is asked for it.
    assert fx.wants(after).reader == (visit.step in (Step.CARD, Step.WARD))
    # Consent comes before the card, the card before anything collected.
    if visit.step is Step.CARD or visit.identity:
        assert visit.agreed
    if visit.no_chip and visit.step not in (Step.DRAFT, Step.CHECK):
        # Without a chip nothing is handed in before a clerk has seen the document.
        assert visit.submitted is None or visit.checked
        assert visit.step is not Step.SUBMITTING or visit.checked
    if visit.ward is not None:
        assert visit.identity is not None
        assert visit.ward.number != visit.identity.number
    if (visit.collected or (visit.answers and path.exists(Step.CARD, visit, CATALOGUE))) and not visit.no_chip:
        assert visit.identity is not None
    # Nobody who is only advised gives anything of themselves.
    if visit.channel != "here":
        assert (visit.identity, visit.collected, visit.answers, visit.agreed) == (None, (), {}, False)
    # A case or a service, never both; and neither is taken back.
    assert visit.submitted is None or visit.noted is None
    if before.visit and before.visit.noted and before.visit.id == visit.id:
        assert visit.noted == before.visit.noted
    # Paper comes of something that is on the disk, a document only of an answer that was waited for.
    if visit.step in (Step.RECEIPT, Step.LEAFLET, Step.RATING, Step.REASON):
        assert path.paper(visit) is not None
    # What is handed in was complete, and is not changed afterwards.
    if visit.step is Step.SUBMITTING or visit.submitted is not None:
        assert path.next_step(visit, CATALOGUE) is Step.REVIEW
        assert visit.step is Step.SUBMITTING or path.all_sealed(visit)
    if before.visit and before.visit.submitted:
        assert visit.submitted == before.visit.submitted
        assert not any(isinstance(e, (fx.StoreCase, fx.DropPages)) and e for e in effects if isinstance(e, fx.StoreCase))
    # Only a rated visit is rated.
    for effect in effects:
        if isinstance(effect, fx.KeepDraft):
            assert path.all_sealed(effect.visit)
            assert visit.step is Step.KEEPING
        if isinstance(effect, fx.PrintLeaflet) and effect.visit.draft is not None:
            assert effect.visit.draft.until is not None
        if isinstance(effect, fx.StoreRating):
            assert visit.ratings[-1] == effect.rated
            assert after.visit is not None
            assert before.visit is not None
            assert before.visit.step in (Step.RATING, Step.REASON)
        if isinstance(effect, fx.StoreCase):
            assert path.all_sealed(effect.visit)
        if isinstance(effect, fx.PrintReceipt):
            assert visit.submitted is not None
        if isinstance(effect, fx.PrintLeaflet):
            assert visit.noted == effect.noted
        if isinstance(effect, (fx.AskDocument, fx.PrintDocument)):
            assert visit.step is Step.QUERY
        if isinstance(effect, fx.AskDocument):
            assert visit.identity is not None
