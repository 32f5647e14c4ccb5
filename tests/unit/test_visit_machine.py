"""The visit machine, as a list of promises."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.visits import ANSWERS, PERSON, RULES, SIGNATURE, SUBMITTED, Walk

from domain.case.content import Finding, Point, Signature
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import machine
from kiosk.visit.state import CardPhase, Printing, PrintState, State, Step


def test_one_whole_visit_goes_through_every_step_in_order() -> None:
    walk, seen = Walk(), []
    for event in (
        ev.Begin("v1"),
        ev.ChoosePlace("demo-jia"),
        ev.ChooseItem("MED-REMOTE"),
        ev.ChooseSituation("MED-2"),
        ev.ChooseChannel("here"),
        ev.Next(),
        ev.Agree(),
        ev.CardSeen(),
        ev.CardTaken(PERSON),
        ev.Next(),
        ev.Weigh(False),
        ev.TakePage("p1"),
        ev.PageShown("p1", ()),
        ev.KeepPage(),
        ev.PageSealed("p1", "a" * 64, 10),
        ev.Next(),
        ev.ChooseDelivery("post_applicant"),
        ev.GivePostal(None, "13800001234"),
        ev.FillForm(ANSWERS),
        ev.Sign(SIGNATURE),
        ev.PageSealed("signed-M-FORM", "f" * 64, 9),
        ev.Submit(),
        ev.CaseStored("v1", SUBMITTED),
        ev.PrintingEnded(SUBMITTED.case, Printing(PrintState.PRINTED, 1)),
        ev.Next(),
        ev.Rate(5),
        ev.GiveReason(()),
    ):
        walk.do(event)
        if not seen or seen[-1] is not walk.step:
            seen.append(walk.step)
    assert seen == [
        Step.PLACE, Step.ITEM, Step.SITUATION, Step.CHANNEL, Step.PREPARE, Step.NOTICE, Step.CARD, Step.IDENTITY, Step.WAIVE,
        Step.SCAN, Step.PAGE, Step.SCAN, Step.DELIVERY, Step.POSTAL, Step.FORM, Step.SIGN, Step.REVIEW, Step.SUBMITTING,
        Step.RECEIPT, Step.RATING, Step.REASON, Step.FAREWELL,
    ]  # fmt: skip
    walk.do(ev.End())
    assert walk.state.visit is None
    assert walk.asked(fx.Wipe) == [fx.Wipe("v1", "done", True)]
    assert len(walk.asked(fx.StoreCase)) == len(walk.asked(fx.PrintReceipt)) == len(walk.asked(fx.StoreRating)) == 1


def test_an_item_without_papers_to_scan_has_no_scanning() -> None:
    walk = Walk().identified(item="PEN-TRANS", situation="PEN-TRANS-1")
    assert walk.step is Step.DELIVERY


def test_address_and_phone_are_asked_only_for_the_post() -> None:
    assert Walk().reviewed().step is Step.REVIEW
    walk = Walk().scanned().do(ev.ChooseDelivery("post_applicant"))
    assert walk.step is Step.POSTAL
    walk.do(ev.GivePostal("短", "123"))
    assert set(walk.visit.errors) == {"address", "phone"}
    walk.do(ev.GivePostal("四川省示范甲市某镇某村1组", "13800001234"), ev.FillForm(ANSWERS), ev.Sign(SIGNATURE))
    walk.do(ev.Edit(Step.DELIVERY), ev.ChooseDelivery("pickup_intake"))
    assert (walk.visit.address, walk.visit.phone) == (None, None)
    assert (walk.step, walk.visit.signature) == (Step.SIGN, None), "where it goes stands in what was signed"


def test_an_item_of_which_the_place_says_nothing_cannot_be_chosen() -> None:
    walk = Walk().do(ev.Begin("v1"), ev.ChoosePlace("demo-qi"))
    before = walk.state
    assert walk.do(ev.ChooseItem("NO-SUCH"), ev.ChooseSituation("MED-2"), ev.ChoosePlace("demo-jia")).state.visit == before.visit


def test_another_place_starts_afresh_and_drops_pages_sealed_to_the_former() -> None:
    walk = Walk().identified().page("p1")
    for _ in range(10):
        walk.do(ev.Back())
    assert walk.step is Step.PLACE
    walk.do(ev.ChoosePlace("demo-qi"))
    assert (walk.visit.home, walk.visit.item, walk.visit.identity, walk.visit.agreed) == ("demo-qi", None, None, False)
    assert walk.asked(fx.DropPages) == [fx.DropPages(("p1",), (b"p1".hex().ljust(64, "0"),))]


def test_the_same_choice_again_loses_nothing() -> None:
    walk = Walk().reviewed()
    for _ in range(20):
        walk.do(ev.Back())
    walk.do(ev.ChoosePlace("demo-jia"))
    assert (walk.step, len(walk.visit.collected[0].pages)) == (Step.WAIVE, 1)
    assert walk.do(ev.Weigh(False)).step is Step.SCAN
    assert walk.do(ev.Next()).step is Step.REVIEW


def test_not_me_forgets_the_first_person_with_papers_and_answers() -> None:
    walk = Walk().reviewed()
    while walk.step is not Step.IDENTITY:
        walk.do(ev.Back())
    walk.do(ev.NotMe())
    assert (walk.step, walk.visit.identity, walk.visit.collected, walk.visit.answers) == (Step.CARD, None, (), {})
    assert walk.visit.signature is None
    assert len(walk.asked(fx.DropPages)) == 1


def test_a_card_that_failed_may_be_laid_again() -> None:
    walk = Walk().chosen().do(ev.Next(), ev.Agree(), ev.CardSeen(), ev.CardNotTaken("card_removed"))
    assert (walk.step, walk.visit.card, walk.visit.card_fault) == (Step.CARD, CardPhase.FAILED, "card_removed")
    walk.do(ev.CardSeen(), ev.CardTaken(PERSON))
    assert (walk.step, walk.visit.card_fault) == (Step.IDENTITY, None)


def test_a_card_read_when_nobody_asked_changes_nothing() -> None:
    walk = Walk().chosen()
    before = walk.state
    assert walk.do(ev.CardSeen(), ev.CardTaken(PERSON)).state is before


def test_the_reader_is_wanted_only_where_a_card_is_asked_for() -> None:
    walk = Walk()
    wanted = {}
    for event in (
        ev.Begin("v"),
        ev.ChoosePlace("demo-jia"),
        ev.ChooseItem("MED-REMOTE"),
        ev.ChooseSituation("MED-2"),
        ev.ChooseChannel("here"),
        ev.Next(),
        ev.Agree(),
    ):
        walk.do(event)
        wanted[walk.step] = fx.wants(walk.state).reader
    assert [step for step, reader in wanted.items() if reader] == [Step.CARD]


def test_a_page_may_be_taken_again_before_it_is_kept() -> None:
    walk = Walk().identified().do(ev.TakePage("p1"), ev.PageShown("p1", (Finding("page_blurred"),)), ev.RetakePage())
    assert walk.step is Step.SCAN
    assert walk.asked(fx.DropPages) == [fx.DropPages(("p1",), ())]
    assert walk.asked(fx.SealPage) == []


def test_a_picture_without_a_page_says_so_and_loses_nothing() -> None:
    walk = Walk().identified().page("p1").do(ev.TakePage("p2"), ev.PageNotTaken("p2", "page_not_found"))
    assert (walk.step, walk.visit.scan.fault, len(walk.visit.collected[0].pages)) == (Step.SCAN, "page_not_found", 1)


def test_a_picture_that_comes_too_late_is_dropped() -> None:
    walk = Walk().identified().do(ev.TakePage("p1"), ev.PageNotTaken("p1", "camera_frozen"), ev.PageShown("p1", ()))
    assert walk.step is Step.SCAN
    assert walk.asked(fx.DropPages) == [fx.DropPages(("p1",), ())]
    walk.do(ev.End(), ev.PageShown("p9", ()), ev.PageSealed("p8", "b" * 64, 1))
    assert fx.DropPages(("p8",), ("b" * 64,)) in walk.effects


def test_a_material_needs_a_page_unless_it_may_be_left_out() -> None:
    walk = Walk().identified().do(ev.Next(), ev.LeaveOut())
    assert walk.step is Step.SCAN
    walk = Walk().identified(situation="MED-4").do(ev.LeaveOut())
    assert (walk.step, walk.visit.collected[0].pages) == (Step.DELIVERY, ())


def test_a_page_the_disk_refused_is_asked_for_again() -> None:
    walk = Walk().identified().do(ev.TakePage("p1"), ev.PageShown("p1", ()), ev.KeepPage(), ev.Next())
    assert walk.step is Step.DELIVERY
    walk.do(ev.PageLost("p1", "store_failed"))
    assert (walk.step, walk.visit.scan.fault, walk.visit.collected[0].pages) == (Step.SCAN, "store_failed", ())


def test_nothing_is_handed_in_before_every_page_lies_sealed_on_the_disk_and_then_it_goes_by_itself() -> None:
    walk = Walk().identified().do(ev.TakePage("p1"), ev.PageShown("p1", ()), ev.KeepPage(), ev.Next())
    walk.do(ev.ChooseDelivery("pickup_intake"), ev.FillForm(ANSWERS), ev.Sign(SIGNATURE), ev.Submit())
    walk.do(ev.PageSealed("signed-M-FORM", "f" * 64, 1))
    assert (walk.step, walk.asked(fx.StoreCase)) == (Step.SUBMITTING, [])
    walk.do(ev.PageSealed("p1", "a" * 64, 1))
    (stored,) = walk.asked(fx.StoreCase)
    assert isinstance(stored, fx.StoreCase)
    assert [p.digest for c in stored.visit.collected for p in c.pages] == ["a" * 64, "f" * 64]


def test_a_page_lost_while_handing_in_is_asked_for_again() -> None:
    walk = Walk().identified().do(ev.TakePage("p1"), ev.PageShown("p1", ()), ev.KeepPage(), ev.Next())
    walk.do(ev.ChooseDelivery("pickup_intake"), ev.FillForm(ANSWERS), ev.Sign(SIGNATURE), ev.Submit())
    walk.do(ev.PageLost("p1", "store_failed"))
    assert (walk.step, walk.visit.scan.fault, walk.asked(fx.StoreCase)) == (Step.SCAN, "store_failed", [])


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"care-place"}),
        ({**ANSWERS, "care-place": "mars"}, {"care-place"}),
        ({**ANSWERS, "true": "no"}, {"true"}),
    ],
)
def test_a_question_says_what_is_missing(answers: dict[str, str], wrong: set[str]) -> None:
    walk = Walk().delivered().do(ev.FillForm(answers))
    assert (walk.step, set(walk.visit.errors)) == (Step.FORM, wrong)


def test_other_answers_need_another_signature_the_same_do_not() -> None:
    walk = Walk().reviewed().do(ev.Edit(Step.FORM), ev.FillForm(ANSWERS))
    assert walk.step is Step.REVIEW
    walk.do(ev.Edit(Step.FORM), ev.FillForm({**ANSWERS, "care-place": "other"}))
    assert (walk.step, walk.visit.signature) == (Step.SIGN, None)


def test_a_signature_makes_a_document_of_each_signed_form_and_what_is_altered_takes_both_along() -> None:
    walk = Walk().reviewed()
    (made,) = walk.asked(fx.SetForm)
    assert isinstance(made, fx.SetForm)
    assert (made.material, made.visit.signature) == ("M-FORM", SIGNATURE)
    walk.do(ev.Edit(Step.FORM, "care-place"), ev.FillForm({"care-place": "other"}))
    assert [c.material for c in walk.visit.collected] == ["M-RES"]
    assert fx.DropPages((made.ref,), ("f" * 64,)) in walk.effects
    walk.do(ev.Sign(SIGNATURE, "again"))
    assert [c.pages[0].ref for c in walk.visit.collected] == ["p1", "again-M-FORM"]


def test_the_content_is_sealed_ahead_once_the_signed_form_is_there() -> None:
    walk = Walk().delivered().do(ev.FillForm(ANSWERS), ev.Sign(SIGNATURE))
    assert (walk.step, walk.asked(fx.DrawUp)) == (Step.REVIEW, [])
    (drawn,) = walk.do(ev.PageSealed("signed-M-FORM", "f" * 64, 9)).asked(fx.DrawUp)
    assert isinstance(drawn, fx.DrawUp)
    assert drawn.visit == walk.visit


def test_a_form_that_could_not_be_set_sends_nobody_away() -> None:
    walk = Walk().delivered().do(ev.FillForm(ANSWERS), ev.Sign(SIGNATURE), ev.Submit())
    assert walk.asked(fx.StoreCase) == []
    (stored,) = walk.do(ev.PageLost("signed-M-FORM", "form_unmade")).asked(fx.StoreCase)
    assert isinstance(stored, fx.StoreCase)
    assert (stored.visit.signature, stored.visit.collected[-1].pages) == (SIGNATURE, ())


def test_a_restart_sets_a_form_anew_that_was_not_sealed_yet() -> None:
    for then in ((), (ev.Submit(),)):
        walk = Walk().delivered().do(ev.FillForm(ANSWERS), ev.Sign(SIGNATURE), *then)
        state, effects = restored(walk)
        assert state.visit is not None
        assert effects == (fx.SetForm(state.visit, "signed-M-FORM", "M-FORM"),)
        assert state.visit.step is walk.step


@pytest.mark.parametrize(
    "scrawl",
    [
        Signature(600, 300, ()),
        Signature(600, 300, ((Point(5, 5, 0), Point(6, 6, 1)),)),
        Signature(600, 300, ((Point(-90, 5, 0), Point(600, 6, 1)),)),
        Signature(0, 0, ((Point(0, 0, 0), Point(0, 0, 1)),)),
    ],
)
def test_a_dot_is_no_signature(scrawl: Signature) -> None:
    walk = Walk().delivered().do(ev.FillForm(ANSWERS), ev.Sign(scrawl))
    assert (walk.step, set(walk.visit.errors)) == (Step.SIGN, {"signature"})


def test_a_case_that_could_not_be_stored_stays_on_the_screen() -> None:
    walk = Walk().reviewed().do(ev.Submit(), ev.CaseNotStored("v1", "store_failed"))
    assert (walk.step, walk.visit.submit_fault) == (Step.REVIEW, "store_failed")
    walk.do(ev.Submit())
    assert len(walk.asked(fx.StoreCase)) == 2


def test_two_taps_on_submit_hand_in_once() -> None:
    assert len(Walk().reviewed().do(ev.Submit(), ev.Submit()).asked(fx.StoreCase)) == 1


def test_after_submission_there_is_no_way_back() -> None:
    walk = Walk().submitted().do(ev.Back())
    assert walk.step is Step.RECEIPT


def test_a_refused_receipt_goes_by_itself_when_the_printer_is_back_and_is_still_the_first() -> None:
    walk = Walk().submitted().printed(PrintState.REFUSED, "paper_out").do(ev.PrinterReady())
    assert [e.attempt for e in walk.asked(fx.PrintReceipt) if isinstance(e, fx.PrintReceipt)] == [1, 1]


def test_a_printer_that_keeps_refusing_does_not_keep_the_visit_alive() -> None:
    walk = Walk().submitted()
    for _ in range(int(RULES.idle_warning + RULES.idle_end)):
        walk.printed(PrintState.REFUSED, "paper_out").later(1).do(ev.PrinterReady())
    assert walk.state.visit is None


def test_a_receipt_no_printer_could_print_is_not_tried_for_ever() -> None:
    walk = Walk().submitted().printed(PrintState.REFUSED, "slip_unprintable").do(ev.PrinterReady())
    assert len(walk.asked(fx.PrintReceipt)) == 1


@pytest.mark.parametrize("state", [PrintState.SPOILT, PrintState.UNCERTAIN])
def test_a_receipt_that_may_lie_there_is_printed_again_only_when_asked_and_as_a_copy(state: PrintState) -> None:
    walk = Walk().submitted().printed(state, "paper_out").do(ev.PrinterReady())
    assert len(walk.asked(fx.PrintReceipt)) == 1
    walk.do(ev.PrintAgain())
    assert [e.attempt for e in walk.asked(fx.PrintReceipt) if isinstance(e, fx.PrintReceipt)] == [1, 2]


def test_a_printed_receipt_is_not_printed_twice() -> None:
    assert len(Walk().submitted().printed().do(ev.PrintAgain(), ev.PrinterReady()).asked(fx.PrintReceipt)) == 1


def test_the_rating_page_opens_by_itself_after_the_receipt() -> None:
    walk = Walk().submitted().printed().later(RULES.receipt_shown)
    assert walk.step is Step.RATING
    assert fx.wants(walk.state).question == "v1.0"


def test_a_bad_rating_needs_a_reason_of_its_own_level() -> None:
    walk = Walk().submitted().printed().do(ev.Next(), ev.Rate(1))
    assert walk.step is Step.REASON
    walk.do(ev.GiveReason(()), ev.GiveReason((510,)))
    assert (walk.step, set(walk.visit.errors), walk.asked(fx.StoreRating)) == (Step.REASON, {"tags"}, [])
    walk.do(ev.GiveReason((108, 115)))
    (stored,) = walk.asked(fx.StoreRating)
    assert isinstance(stored, fx.StoreRating)
    assert (stored.rated.level, stored.rated.tags, stored.rated.by) == (1, (108, 115), "screen")


def test_the_pad_rates_only_the_question_that_was_asked() -> None:
    walk = Walk().submitted().printed().do(ev.PadPressed("v1.0", 5))
    assert walk.asked(fx.StoreRating) == []
    walk.do(ev.Next(), ev.PadPressed("another visit", 5), ev.PadPressed("v1.0", 4))
    assert len(walk.asked(fx.StoreRating)) == 1


def test_silence_is_no_rating() -> None:
    walk = Walk().submitted().printed().do(ev.Next(), ev.Next())
    assert (walk.step, walk.visit.rated, walk.asked(fx.StoreRating)) == (Step.FAREWELL, None, [])
    walk = Walk().submitted().printed().do(ev.Next()).later(200)
    assert (walk.state.visit, walk.asked(fx.StoreRating)) == (None, [])


def test_an_idle_visit_is_warned_then_ended_and_one_tap_keeps_it() -> None:
    walk = Walk().identified()
    patience = RULES.patience(walk.visit.step)
    walk.later(patience)
    assert walk.visit.warned
    walk.do(ev.Stay()).later(patience - 1)
    assert not walk.visit.warned
    walk.later(1).later(RULES.idle_end)
    assert walk.state.visit is None
    assert walk.asked(fx.Wipe) == [fx.Wipe("v1", "idle", False)]


def test_who_reads_the_notice_or_what_is_handed_in_is_left_in_peace_for_longer() -> None:
    for step in (Step.NOTICE, Step.SIGN, Step.REVIEW, Step.SCAN, Step.CARD):
        assert RULES.patience(step) >= 180
    assert RULES.patience(Step.PLACE) == 60


def test_the_last_screen_stays_as_often_as_it_is_asked_to() -> None:
    walk = Walk().submitted().printed().do(ev.Next(), ev.Next())
    for _ in range(20):
        walk.later(RULES.farewell - 1).do(ev.Stay())
    assert walk.step is Step.FAREWELL
    assert walk.later(RULES.farewell).state.visit is None


def test_the_total_time_can_be_extended_as_often_as_wished() -> None:
    walk = Walk().identified()
    for _ in range(100):
        walk.later(40)
        if walk.visit.warned:
            walk.do(ev.Stay())
        else:
            walk.do(ev.Leave(), ev.Stay())
    assert walk.now - 1000 == 4000
    assert walk.state.visit is not None


def test_a_visit_that_is_being_stored_is_never_ended_by_time_or_by_a_tap() -> None:
    walk = Walk().reviewed().do(ev.Submit()).later(5000).do(ev.Leave(), ev.End())
    assert walk.step is Step.SUBMITTING


def test_leaving_is_asked_back_once_and_possible_at_every_step() -> None:
    walk = Walk().scanned().do(ev.Leave())
    assert walk.visit.leaving
    assert not walk.do(ev.Stay()).visit.leaving
    walk.do(ev.Leave(), ev.End())
    (wipe,) = walk.asked(fx.Wipe)
    assert isinstance(wipe, fx.Wipe)
    assert (wipe.reason, wipe.submitted) == ("left", False)


def test_a_terminal_out_of_service_begins_no_visit_and_ends_none() -> None:
    walk = Walk().do(ev.Closed("catalogue_damaged"), ev.Begin("v1"))
    assert walk.state.visit is None
    walk.do(ev.Closed(None), ev.Begin("v1"), ev.Closed("store_failed"))
    assert walk.step is Step.PLACE


def test_the_version_grows_with_what_can_be_seen_and_with_nothing_else() -> None:
    walk = Walk().identified().do(ev.TakePage("p1"), ev.PageShown("p1", ()), ev.KeepPage())
    version = walk.state.version
    assert walk.do(ev.PageSealed("p1", "a" * 64, 1)).state.version == version
    assert walk.later(1).state.version == version
    assert walk.do(ev.Next()).state.version == version + 1


def test_a_receipt_that_comes_at_last_takes_the_idle_warning_away() -> None:
    walk = Walk().submitted().later(RULES.idle_warning)
    assert walk.visit.warned
    walk.printed()
    assert not walk.visit.warned
    assert not walk.later(RULES.receipt_shown).visit.warned


# --- after a restart of the service ----------------------------------------------------------------------------------


def restored(walk: Walk, printing: Printing | None = None) -> tuple[State, tuple[fx.Effect, ...]]:
    return machine.restored(walk.state, printing, walk.rules)


def test_a_restart_keeps_the_citizen_s_place() -> None:
    state, effects = restored(Walk().scanned())
    assert state.visit is not None
    assert (state.visit.step, effects) == (Step.DELIVERY, ())


def test_a_restart_asks_again_for_a_page_that_was_not_sealed_yet() -> None:
    walk = Walk().identified().page("p1").do(ev.TakePage("p2"), ev.PageShown("p2", ()), ev.KeepPage(), ev.Next())
    state, _ = restored(walk)
    assert state.visit is not None
    assert state.visit.step is Step.SCAN
    assert [p.ref for p in state.visit.collected[0].pages] == ["p1"]
    assert not state.visit.collected[0].done


def test_a_restart_while_handing_in_hands_in_the_same_visit() -> None:
    walk = Walk().reviewed().do(ev.Submit())
    state, effects = restored(walk)
    assert state.visit is not None
    assert effects == (fx.StoreCase(state.visit),)


def test_a_restart_while_printing_asks_honestly_instead_of_printing_twice() -> None:
    state, effects = restored(Walk().submitted(), Printing(PrintState.UNCERTAIN, 1, "terminal_restarted"))
    assert state.visit is not None
    assert state.visit.printing == Printing(PrintState.UNCERTAIN, 1, "terminal_restarted")
    assert effects == ()


def test_a_restart_before_the_first_byte_prints_now() -> None:
    _, effects = restored(Walk().submitted(), Printing(PrintState.PRINTING, 1))
    (effect,) = effects
    assert isinstance(effect, fx.PrintReceipt)
    assert effect.attempt == 1


def test_a_restart_after_the_rating_keeps_it_once_more_since_nobody_knows_whether_it_was_kept() -> None:
    walk = Walk().submitted().printed().do(ev.Next(), ev.Rate(5), ev.GiveReason(()))
    assert walk.step is Step.FAREWELL
    _, effects = restored(walk)
    assert list(effects) == walk.asked(fx.StoreRating) != []


def test_a_restart_after_no_rating_keeps_silence_silent() -> None:
    _, effects = restored(Walk().submitted().printed().do(ev.Next(), ev.Next()))
    assert effects == ()


def test_who_has_no_address_on_the_card_must_give_one_for_the_post() -> None:
    walk = Walk().identified()
    walk.state = replace(walk.state, visit=replace(walk.visit, identity=replace(PERSON, address="")))
    walk.page("p1").do(ev.Next(), ev.ChooseDelivery("post_applicant"))
    walk.do(ev.GivePostal(None, "13800138000"))
    assert (walk.step, list(walk.visit.errors)) == (Step.POSTAL, ["address"])
    walk.do(ev.GivePostal("四川省成都市测试路1号", "13800138000"))
    assert walk.step is Step.FORM
