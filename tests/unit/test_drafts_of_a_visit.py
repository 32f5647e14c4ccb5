"""A draft in the machine: kept before it is promised, tried again or gone without, taken up at the window by a clerk who checks."""

from __future__ import annotations

from dataclasses import replace as dataclass_replace
from datetime import date

import msgspec
import pytest
from msgspec.structs import replace
from support.visits import ANSWERS, RULES, SIGNATURE, SUBMITTED, Walk

from domain.case.content import Applicant
from kiosk.drafted import described
from kiosk.visit import applicants, chipless, machine, path
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit.state import Noted, State, Step, Visit

TODAY = date(2026, 11, 26)
CODE, UNTIL = "C" * 24, "2026-12-03T09:00:00+00:00"
NOTED = Noted("K01-0007", "2026-11-26T09:00:00+08:00")
OWN = {"own-name": "无芯人", "own-number": "E12345678"}
WINDOW = dataclass_replace(RULES, window=True)


def filled() -> Walk:
    """A passport's visit, at its end."""
    walk = Walk().chosen().do(ev.Next(), ev.Agree(), ev.NoCard(), ev.ChooseDocument("passport"), ev.StateWho(OWN, TODAY))
    walk.do(ev.Weigh(False)).page("d1").do(ev.Next()).page("p1").do(ev.Next())
    answered(walk)
    assert walk.step is Step.FILLED
    return walk


def answered(walk: Walk) -> None:
    walk.do(ev.FillForm(ANSWERS))


def test_nothing_is_promised_before_the_centre_has_it() -> None:
    walk = filled().do(ev.KeepDraft(CODE))
    assert walk.step is Step.KEEPING
    (asked,) = walk.asked(fx.KeepDraft)
    assert isinstance(asked, fx.KeepDraft)
    assert asked.code == CODE
    assert not walk.asked(fx.PrintLeaflet)
    walk.do(ev.DraftKept("v1", UNTIL))
    assert walk.step is Step.NOTING
    walk.do(ev.ServiceNoted("v1", NOTED))
    (slip,) = walk.asked(fx.PrintLeaflet)
    assert isinstance(slip, fx.PrintLeaflet)
    assert slip.visit.draft is not None
    assert (slip.visit.draft.code, slip.visit.draft.until) == (CODE, UNTIL)


def test_where_it_cannot_be_kept_the_citizen_is_back_and_may_try_again_or_go_without() -> None:
    walk = filled().do(ev.KeepDraft(CODE), ev.DraftNotKept("v1", "draft_offline"))
    assert (walk.step, walk.visit.submit_fault, walk.visit.draft) == (Step.FILLED, "draft_offline", None)
    again = walk.do(ev.KeepDraft("D" * 24), ev.DraftKept("v1", UNTIL))
    assert again.step is Step.NOTING
    without = filled().do(
        ev.KeepDraft(CODE), ev.DraftNotKept("v1", "draft_offline"), ev.TakeAlong(True), ev.ServiceNoted("v1", NOTED)
    )
    assert without.step is Step.LEAFLET
    assert without.visit.draft is None


def test_who_cannot_sign_leaves_everything_else_to_the_window_and_signs_or_not_there() -> None:
    walk = Walk().delivered().do(ev.FillForm(ANSWERS))
    assert walk.step is Step.SIGN
    walk.do(ev.KeepDraft(CODE), ev.DraftNotKept("v1", "draft_offline"))
    assert (walk.step, walk.visit.submit_fault, walk.visit.draft) == (Step.SIGN, "draft_offline", None)
    walk.do(ev.KeepDraft(CODE), ev.DraftKept("v1", UNTIL), ev.ServiceNoted("v1", NOTED))
    assert walk.step is Step.LEAFLET
    (slip,) = walk.asked(fx.PrintLeaflet)
    assert isinstance(slip, fx.PrintLeaflet)
    assert "签名" in {line.label for line in described(slip.visit, RULES.catalogue)}
    taken = Walk(WINDOW).do(ev.BeginDraft("w1"), ev.FetchDraft(CODE), ev.DraftOpened("w1", slip.visit, "示范大厅", UNTIL))
    assert (taken.step, taken.do(ev.Checked("1024")).step) == (Step.CHECK, Step.SIGN)
    taken.do(ev.KeepDraft("D" * 24))
    assert taken.step is Step.SIGN, "it is at the window already"
    assert taken.do(ev.Sign(SIGNATURE)).step is Step.REVIEW


def test_it_waits_for_the_last_page_and_nobody_can_leave_meanwhile() -> None:
    walk = filled().do(ev.Back())
    while walk.step is not Step.SCAN:
        walk.do(ev.Back())
    walk.do(ev.TakePage("late"), ev.PageShown("late", ()), ev.KeepPage(), ev.Next(), ev.Next())
    answered(walk)
    walk.do(ev.KeepDraft(CODE))
    assert (walk.step, walk.asked(fx.KeepDraft)) == (Step.KEEPING, [])
    walk.do(ev.End(), ev.Leave(), ev.KeepDraft("D" * 24)).later(1000)
    assert walk.step is Step.KEEPING
    walk.do(ev.PageSealed("late", "e" * 64, 5))
    assert len(walk.asked(fx.KeepDraft)) == 1


def test_a_restart_while_it_is_kept_asks_for_it_again_under_the_same_code() -> None:
    walk = filled().do(ev.KeepDraft(CODE))
    state = msgspec.json.decode(msgspec.json.encode(walk.state), type=State)
    after, effects = machine.restored(state, None, RULES)
    assert after.visit is not None
    assert after.visit.step is Step.KEEPING
    assert [e.code for e in effects if isinstance(e, fx.KeepDraft)] == [CODE]


def test_an_answer_of_another_visit_changes_nothing() -> None:
    walk = filled().do(ev.KeepDraft(CODE), ev.DraftKept("v0", UNTIL), ev.DraftNotKept("v0", "draft_offline"))
    assert walk.step is Step.KEEPING


# --- at the window --------------------------------------------------------------------------------------------------------------


def at_window() -> Walk:
    walk = Walk(WINDOW)
    walk.do(ev.BeginDraft("w1"))
    assert walk.step is Step.DRAFT
    return walk


def drafted() -> Visit:
    return filled().visit


def test_a_hall_s_terminal_opens_no_drafts() -> None:
    assert Walk().do(ev.BeginDraft("w1")).state.visit is None


def test_a_clerk_brings_the_code_and_checks_before_anything_goes_on() -> None:
    walk = at_window().do(ev.FetchDraft(CODE))
    assert [e.code for e in walk.asked(fx.OpenDraft)] == [CODE]  # type: ignore[attr-defined]
    walk.do(ev.FetchDraft("X" * 24))
    assert len(walk.asked(fx.OpenDraft)) == 1
    walk.do(ev.DraftOpened("w1", drafted(), "示范丙区", "2026-11-26T09:00:00+08:00"))
    assert walk.step is Step.CHECK
    assert walk.visit.id == "v1"
    walk.do(ev.Next(), ev.Submit(), ev.Checked(""))
    assert walk.step is Step.CHECK
    walk.do(ev.Checked("1024"))
    assert walk.step in (Step.SIGN, Step.DELIVERY)


def test_what_was_checked_becomes_a_case_and_the_draft_is_done_with() -> None:
    walk = at_window().do(ev.FetchDraft(CODE), ev.DraftOpened("w1", drafted(), "示范丙区", "x"), ev.Checked("1024"))
    walk.do(ev.ChooseDelivery("pickup_intake"), ev.Sign(SIGNATURE), ev.ChooseDelivery("pickup_intake"))
    assert walk.step is Step.REVIEW
    case: Applicant = applicants.applicant(walk.visit, walk.rules.catalogue)
    assert (case.name, case.document, case.proof) == ("无芯人", "passport", "window_checked")
    assert path.collected(walk.visit, chipless.DOCUMENT).pages
    walk.do(ev.Submit(), ev.CaseStored("v1", SUBMITTED))
    assert [e.code for e in walk.asked(fx.DropDraft)] == [CODE]  # type: ignore[attr-defined]


@pytest.mark.parametrize("fault", ["draft_not_found", "draft_too_many_tries", "draft_not_ours", "draft_damaged", "draft_offline"])
def test_a_draft_that_cannot_be_opened_is_said_so_and_another_code_may_be_tried(fault: str) -> None:
    walk = at_window().do(ev.FetchDraft(CODE), ev.DraftNotOpened("w1", fault))
    assert (walk.step, walk.visit.submit_fault, walk.visit.opening) == (Step.DRAFT, fault, False)
    assert walk.do(ev.FetchDraft("D" * 24)).visit.opening


def test_a_code_that_is_none_is_never_sent() -> None:
    walk = at_window().do(ev.FetchDraft(""))
    assert walk.visit.submit_fault == "draft_mistyped"
    assert not walk.asked(fx.OpenDraft)


def test_a_draft_that_comes_after_the_clerk_has_left_leaves_no_page() -> None:
    walk = at_window().do(ev.FetchDraft(CODE), ev.End(), ev.DraftOpened("w1", drafted(), "示范丙区", "x"))
    assert walk.state.visit is None
    dropped = {d for e in walk.asked(fx.DropPages) for d in e.digests}  # type: ignore[attr-defined]
    assert dropped == {p.digest for c in drafted().collected for p in c.pages}


def test_what_a_draft_says_of_its_end_is_not_believed() -> None:
    forged = replace(drafted(), submitted=SUBMITTED, checked="nobody", noted=NOTED)
    walk = at_window().do(ev.FetchDraft(CODE), ev.DraftOpened("w1", forged, "示范丙区", "x"))
    assert (walk.visit.submitted, walk.visit.checked, walk.visit.noted) == (None, None, None)


def test_a_draft_of_another_catalogue_is_not_taken_up() -> None:
    other = replace(drafted(), item="NO-SUCH-ITEM")
    walk = at_window().do(ev.FetchDraft(CODE), ev.DraftOpened("w1", other, "示范丙区", "x"))
    assert (walk.step, walk.visit.submit_fault) == (Step.DRAFT, "draft_other_catalogue")


def test_who_is_not_the_person_ends_it_and_the_pages_go() -> None:
    walk = at_window().do(ev.FetchDraft(CODE), ev.DraftOpened("w1", drafted(), "示范丙区", "x"), ev.Leave(), ev.End())
    assert walk.state.visit is None
    assert [e.visit for e in walk.asked(fx.Wipe)] == ["v1"]  # type: ignore[attr-defined]
