"""A visit about a case taken in before: only what was noticed, only to whom it is for, and handed over only whole."""

from __future__ import annotations

from dataclasses import replace as dc_replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.followups import CASE, CORRECT, HANDOVER, RESULT, SAVED, TOLD, Back
from support.tasks import POINTS, correction
from support.visits import CATALOGUE, PERSON, SIGNATURE

from domain.case.task import Point, Task
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit import followup_path, machine, path
from kiosk.visit.effects import AskDocument, DropPages, FindTasks, PrintAnswer, PrintDocument, StoreAnswer, StoreCase, Wipe, wants
from kiosk.visit.outcome import Rules
from kiosk.visit.state import Printing, PrintState, QueryPhase, Step


def test_a_correction_asks_for_exactly_the_noticed_points_and_makes_no_case() -> None:
    walk = Back().correcting()
    assert [m.name for m in path.to_scan(walk.visit, CATALOGUE)] == [p.name for p in POINTS]
    walk.page("p1").do(ev.Next()).page("p2").do(ev.Next())
    assert walk.step is Step.SIGN
    walk.do(ev.Sign(SIGNATURE), ev.Submit())
    assert walk.step is Step.SUBMITTING
    assert len(walk.asked(StoreAnswer)) == 1
    assert walk.asked(StoreCase) == []
    walk.do(fe.AnswerStored("v1", SAVED))
    assert walk.step is Step.RECEIPT
    assert len(walk.asked(PrintAnswer)) == 1
    walk.do(ev.PrintingEnded(SAVED.paper, Printing(PrintState.PRINTED, 1)), ev.Next())
    assert walk.step is Step.RATING
    walk.do(ev.Next(), ev.End())
    assert [(e.reason, e.submitted) for e in walk.asked(Wipe) if isinstance(e, Wipe)] == [("done", True)]


def test_none_of_them_may_be_left_out() -> None:
    walk = Back().correcting().do(ev.LeaveOut(), ev.Next())
    assert walk.step is Step.SCAN
    assert path.collected(walk.visit, "POINT-1").pages == ()


def test_a_page_still_on_its_way_to_the_disk_is_waited_for() -> None:
    walk = Back().correcting().page("p1").do(ev.Next(), ev.TakePage("p2"), ev.PageShown("p2", ()), ev.KeepPage(), ev.Next())
    walk.do(ev.Sign(SIGNATURE), ev.Submit())
    assert walk.asked(StoreAnswer) == []
    walk.do(ev.PageSealed("p2", "c" * 64, 5))
    assert len(walk.asked(StoreAnswer)) == 1


def test_other_pages_want_another_signature() -> None:
    walk = Back().correcting().page("p1").do(ev.Next()).page("p2").do(ev.Next(), ev.Sign(SIGNATURE), ev.ScanAgain("POINT-1"))
    assert walk.step is Step.SCAN
    assert walk.visit.signature is None


def test_going_back_to_the_cases_drops_what_was_collected() -> None:
    walk = Back().correcting().page("p1").do(ev.Back(), ev.Back())
    assert walk.step is Step.CASES
    assert walk.visit.collected == ()
    assert walk.asked(DropPages)


def test_a_point_for_the_window_is_not_scanned_and_alone_makes_no_visit() -> None:
    shown = replace(CORRECT, task=correction(CASE, points=(Point("p1", "原件", "请带原件", how="window"),)))
    assert not followup_path.may("card", shown, "correct")
    mixed = correction(CASE, points=(POINTS[0], Point("p2", "原件", "请带原件", how="window")))
    walk = Back().carded(replace(CORRECT, task=replace(mixed, home="demo-jia"))).do(fe.ChooseTask(0, "correct"), ev.Next())
    assert [m.name for m in path.to_scan(walk.visit, CATALOGUE)] == [POINTS[0].name]


def test_a_result_is_asked_for_after_the_card_and_the_signature_and_delivered_when_whole_on_paper() -> None:
    walk = Back().signed_for()
    assert walk.step is Step.HANDING
    assert walk.visit.query is QueryPhase.ASKING
    assert len(walk.asked(AskDocument)) == 1
    walk.do(ev.DocumentFound("v1"))
    assert len(walk.asked(PrintDocument)) == 1
    assert walk.asked(StoreAnswer) == []
    walk.sheet(PrintState.PRINTED)
    assert walk.step is Step.SUBMITTING
    assert len(walk.asked(StoreAnswer)) == 1
    walk.do(fe.AnswerStored("v1", SAVED))
    assert walk.step is Step.RATING


@pytest.mark.parametrize("state", [PrintState.REFUSED, PrintState.SPOILT, PrintState.UNCERTAIN])
def test_what_did_not_come_out_whole_is_not_delivered(state: PrintState) -> None:
    walk = Back().handing().sheet(state)
    assert walk.step is Step.HANDING
    assert walk.asked(StoreAnswer) == []
    if state is PrintState.REFUSED:
        assert Back().handing().sheet(state).do(ev.Next()).asked(StoreAnswer) == []
    else:
        # The citizen, who has the pages in hand, can tell.
        assert len(Back().handing().sheet(state).do(ev.Next()).asked(StoreAnswer)) == 1


def test_a_result_printed_again_is_another_attempt() -> None:
    walk = Back().handing().sheet(PrintState.SPOILT).do(ev.PrintAgain(), ev.DocumentFound("v1"))
    assert [e.attempt for e in walk.asked(PrintDocument) if isinstance(e, PrintDocument)] == [1, 2]
    assert walk.sheet(PrintState.PRINTED, 2).step is Step.SUBMITTING


def test_nobody_is_sent_away_while_the_pages_of_a_result_come_out() -> None:
    walk = Back().handing().do(ev.End()).later(3600)
    assert walk.step is Step.HANDING
    assert walk.sheet(PrintState.PRINTED).step is Step.SUBMITTING


def test_a_delivery_that_could_not_be_stored_is_stored_at_the_next_touch_without_another_print() -> None:
    walk = Back().handing().sheet(PrintState.PRINTED).do(fe.AnswerNotStored("v1", "store_failed"))
    assert walk.step is Step.HANDING
    walk.do(ev.PrintAgain())
    assert len(walk.asked(PrintDocument)) == 1
    assert len(walk.do(ev.Next()).asked(StoreAnswer)) == 2


def test_withdrawing_is_signed_and_asked_for_by_card_only() -> None:
    takes_back = replace(CORRECT, task=replace(correction(CASE), withdrawable=True))
    walk = Back().carded(takes_back).do(fe.ChooseTask(0, "withdraw"), ev.Next(), ev.Sign(SIGNATURE), ev.Submit())
    assert len(walk.asked(StoreAnswer)) == 1
    assert not followup_path.may("receipt", takes_back, "withdraw")
    assert Back().carded(CORRECT).do(fe.ChooseTask(0, "withdraw")).step is Step.CASES


@pytest.mark.parametrize("by", ["receipt", "number"])
def test_without_the_card_no_result_is_handed_over(by: str) -> None:
    walk = Back().do(fe.ChooseHow(by))
    walk.do(fe.ReceiptShown("t" * 24) if by == "receipt" else fe.AskNumber(CASE, "0013"))
    walk.do(fe.TasksFound("v1", (TOLD,), (RESULT, CORRECT)), fe.ChooseTask(0, "collect"))
    assert walk.step is Step.CASES
    assert walk.do(fe.ChooseTask(1, "correct")).step is Step.POINTS


def test_where_no_task_can_be_opened_the_card_is_not_asked_for() -> None:
    walk = Back(Rules(CATALOGUE)).do(fe.ChooseHow("card"))
    assert walk.step is Step.RETURN


def test_the_notice_comes_before_the_card() -> None:
    walk = Back().do(fe.ChooseHow("card"), ev.CardTaken(PERSON))
    assert walk.step is Step.NOTICE
    assert not wants(walk.state).reader
    assert wants(walk.do(ev.Agree()).state).reader


def test_somebody_elses_card_finds_nothing_of_the_one_before() -> None:
    walk = Back().carded(CORRECT).do(ev.NotMe())
    assert walk.step is Step.RETURN
    assert walk.visit.identity is None
    assert walk.visit.followup is not None
    assert walk.visit.followup.found == ()


def test_a_number_that_was_mistyped_is_asked_for_again() -> None:
    walk = Back().do(fe.ChooseHow("number"), fe.AskNumber("1", ""), fe.TasksNotFound("v1", "case_number_mistyped"))
    assert walk.step is Step.NUMBER


def test_an_answer_that_comes_after_another_question_changes_nothing() -> None:
    walk = Back().do(fe.ChooseHow("receipt"), fe.ReceiptShown("t" * 24), ev.Back(), fe.TasksFound("v1", (TOLD,), (CORRECT,)))
    assert walk.step is Step.RETURN


def test_a_restart_asks_again_what_was_being_asked_and_stores_what_was_being_stored() -> None:
    walk = Back().do(fe.ChooseHow("receipt"), fe.ReceiptShown("t" * 24))
    _, effects = machine.restored(walk.state, None, HANDOVER)
    assert [type(e) for e in effects] == [FindTasks]
    walk = Back().handing().sheet(PrintState.PRINTED)
    _, effects = machine.restored(walk.state, None, HANDOVER)
    assert [type(e) for e in effects] == [StoreAnswer]


def test_pages_that_were_out_when_the_service_died_are_delivered_and_not_printed_again() -> None:
    walk = Back().handing()
    state, effects = machine.restored(walk.state, Printing(PrintState.PRINTED, 1), HANDOVER)
    assert [type(e) for e in effects] == [StoreAnswer]
    assert state.visit is not None
    assert state.visit.step is Step.SUBMITTING
    state, effects = machine.restored(walk.state, Printing(PrintState.UNCERTAIN, 1), HANDOVER)
    assert effects == ()
    assert state.visit is not None
    assert state.visit.step is Step.HANDING


INTENTS: list[ev.Event] = [
    fe.ChooseHow("card"), fe.ChooseHow("receipt"), fe.ChooseHow("number"), ev.Agree(), ev.CardSeen(), ev.CardTaken(PERSON),
    ev.CardTaken(PERSON, 8), ev.NoCard(), fe.ReceiptShown("t" * 24), fe.AskNumber(CASE, "0013"), fe.LookAgain(),
    fe.TasksFound("v1", (TOLD,), (CORRECT, RESULT)), fe.TasksNotFound("v1", "tasks_offline"), fe.ChooseTask(0, "correct"),
    fe.ChooseTask(1, "collect"), fe.ChooseTask(0, "withdraw"), ev.Next(), ev.Back(), ev.NotMe(), ev.TakePage("p1"),
    ev.PageShown("p1", ()), ev.KeepPage(), ev.PageSealed("p1", "d" * 64, 5), ev.Sign(SIGNATURE), ev.Submit(),
    ev.ScanAgain("POINT-1"), ev.DocumentFound("v1"), ev.DocumentNotFound("v1", now=False), ev.PrintAgain(),
    ev.SheetEnded("v1", Printing(PrintState.PRINTED, 1)), ev.SheetEnded("v1", Printing(PrintState.SPOILT, 1)),
    fe.AnswerStored("v1", SAVED), fe.AnswerNotStored("v1", "store_failed"), ev.Tick(), ev.LeaveOut(),
    ev.PrintingEnded(SAVED.paper, Printing(PrintState.PRINTED, 1)), ev.Edit(Step.FORM), ev.Weigh(True), ev.ToWindow(),
]  # fmt: skip


def _keeps(walk: Back, carded: bool) -> None:
    """Whatever happens in whatever order: a result goes out after the card, and no new case is ever made."""
    assert walk.asked(StoreCase) == []
    for effect in (*walk.asked(AskDocument), *walk.asked(PrintDocument)):
        assert carded
        assert effect is not None
    for stored in walk.asked(StoreAnswer):
        assert isinstance(stored, StoreAnswer)
        visit = stored.visit
        assert visit.signature is not None
        asked = visit.followup
        assert asked is not None
        task: Task | None = asked.task
        assert task is not None
        if asked.doing == "collect":
            assert carded
            assert visit.sheet is not None
            assert visit.sheet.state is not PrintState.REFUSED
        if asked.doing == "correct":
            assert {c.material for c in visit.collected if c.pages} == {name for name, _ in followup_path.points(visit)}


def lived(order: list[ev.Event]) -> None:
    walk = Back()
    for event in order:
        if walk.state.visit is None:
            break
        carded = walk.visit.identity is not None
        walk.effects = []
        walk.do(event)
        _keeps(walk, carded)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(INTENTS), max_size=40))
def test_whatever_happens_in_whatever_order(order: list[ev.Event]) -> None:
    lived(order)


@pytest.mark.long
@settings(max_examples=5000, deadline=None)
@given(st.lists(st.sampled_from(INTENTS), min_size=20, max_size=200))
def test_whatever_happens_in_whatever_long_order(order: list[ev.Event]) -> None:
    lived(order)


def test_no_repr_of_it_tells_of_a_person() -> None:
    walk = Back().carded(CORRECT, RESULT)
    for one in (walk.visit, walk.visit.followup, CORRECT, fe.TasksFound("v1", (TOLD,), (CORRECT,)), *walk.effects):
        assert PERSON.name not in repr(one)
        assert PERSON.number not in repr(one)
    assert dc_replace(HANDOVER, handover=False).handover is False
