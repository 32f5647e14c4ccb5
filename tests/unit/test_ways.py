"""The ways a visit can go, by the machine alone: every situation of the demonstration comes to its own end and asks no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from support.answering import STATED, answer, leads
from support.visits import CATALOGUE, NOTED, PERSON, RULES, SUBMITTED, Walk

from domain.catalogue.opening import Opening
from domain.rating.service import Service
from kiosk import leaflet, receipt
from kiosk.handover import new_service
from kiosk.settings import TerminalSettings
from kiosk.visit import applying, form, machine, path, proof
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit.state import Printing, PrintState, QueryPhase, State, Step

CHILD = msgspec.structs.replace(PERSON, name="孩子", number="510100201606010017", birth=date(2016, 6, 1))
OPENINGS = tuple(CATALOGUE._openings.values())
HERE = TerminalSettings(
    id="hall-k01", code="K01", division="519902", place="demo-bing", intake="示范丙区", hall="示范丙区政务服务中心", phone="0800",
    complaint="12345", query="http://127.0.0.1/progress",
)  # fmt: skip


def key(opened: Opening) -> str:
    return f"{opened.home}/{opened.situation}"


def chosen(opened: Opening, *, queries: bool = True) -> Walk:
    """At the choice of the channel, by the questions where there are some."""
    walk = Walk(replace(RULES, queries=queries)).do(ev.Begin("v1"), ev.ChoosePlace(opened.home), ev.ChooseItem(opened.item))
    while walk.step is Step.SITUATION and (asked := path.question(walk.visit, CATALOGUE)):
        place = leads(CATALOGUE, opened.item, asked.question, opened.situation)
        assert place is not None, asked
        walk.do(ev.AnswerQuestion(place))
    return walk if walk.step is not Step.SITUATION else walk.do(ev.ChooseSituation(opened.situation))


def ended(walk: Walk, *, waive: bool = False) -> list[Step]:
    """Do what each step asks for, until nothing is asked any more; the steps there were."""
    seen: list[Step] = []
    for _ in range(80):
        step = walk.step
        assert step is not None
        seen.append(step)
        visit, opened = walk.visit, path.opening(walk.visit, CATALOGUE)
        match step:
            case Step.PREPARE | Step.IDENTITY:
                walk.do(ev.Next())
            case Step.NOTICE:
                walk.do(ev.Agree())
            case Step.CARD:
                walk.do(ev.CardSeen(), ev.CardTaken(PERSON))
            case Step.WARD:
                walk.do(ev.CardSeen(), ev.CardTaken(CHILD, 10))
            case Step.BEHALF:
                wanted = {f.field for f in applying.asked(visit, CATALOGUE)}
                walk.do(ev.StateWho({f: v for f, v in STATED.items() if f in wanted}, date(2026, 11, 22)))
            case Step.WAIVE:
                walk.do(ev.Weigh(waive))
            case Step.SCAN:
                walk.page(f"p{len(seen)}").do(ev.Next())
            case Step.DELIVERY:
                assert opened is not None
                walk.do(ev.ChooseDelivery(opened.delivery[0]))
            case Step.POSTAL:
                walk.do(ev.GivePostal(None, "13800001234"))
            case Step.FORM:
                shown = form.on_screen(visit, form.asked(visit, opened))
                assert shown is not None
                walk.do(ev.FillForm({shown.field.field: answer(shown.field)}))
            case Step.SIGN:
                walk.signed()
            case Step.REVIEW:
                walk.do(ev.Submit(), ev.CaseStored("v1", SUBMITTED))
            case Step.QUERY:
                walk.do(ev.DocumentFound("v1"), ev.SheetEnded("v1", Printing(PrintState.PRINTED, 1)), ev.TakeAlong(False))
            case Step.GUIDE | Step.FILLED:
                walk.do(ev.TakeAlong(True))
            case Step.NOTING:
                walk.do(ev.ServiceNoted("v1", NOTED))
            case Step.RECEIPT | Step.LEAFLET:
                number = path.paper(visit)
                assert number is not None
                walk.do(ev.PrintingEnded(number, Printing(PrintState.PRINTED, 1)), ev.Next())
            case Step.RATING:
                walk.do(ev.Rate(4), ev.GiveReason(()))
            case Step.FAREWELL:
                return seen
            case _:
                raise AssertionError(f"no citizen knows what to do at {step}")
    raise AssertionError(f"without end: {seen[-6:]}")


def test_the_demonstration_has_all_48_situations_open_somewhere() -> None:
    assert len({(o.item, o.situation) for o in OPENINGS}) == 48


@pytest.mark.parametrize("opened", OPENINGS, ids=key)
def test_every_situation_comes_to_the_end_its_home_place_opened(opened: Opening) -> None:
    walk = chosen(opened)
    assert walk.step is Step.CHANNEL
    seen = ended(walk.do(ev.ChooseChannel("here")))
    end = {"full_intake": Step.RECEIPT, "pre_fill": Step.LEAFLET, "query_print": Step.QUERY, "online_only": Step.GUIDE}[opened.way]
    assert end in seen
    assert (Step.RECEIPT in seen) == (opened.way == "full_intake") == bool(walk.asked(fx.StoreCase))
    assert len(walk.asked(fx.StoreRating)) == 1
    assert any(walk.visit.ratings)


@pytest.mark.parametrize("opened", OPENINGS, ids=key)
def test_nothing_is_asked_that_the_way_does_not_need(opened: Opening) -> None:
    seen = set(ended(chosen(opened).do(ev.ChooseChannel("here"))))
    proofs = set(opened.proofs.values())
    intake = opened.way == "full_intake"
    personal = intake or opened.way == "query_print" or (opened.way == "pre_fill" and bool(opened.form))
    assert (Step.NOTICE in seen) == personal
    assert (Step.CARD in seen) == (personal and "chip_read" in proofs)
    assert (Step.SCAN in seen) == (intake and not proofs.isdisjoint({"scan", "original_shown"}))
    assert (Step.SIGN in seen) == intake
    assert Step.DELIVERY not in seen or (intake and len(opened.delivery) > 1)


@pytest.mark.parametrize("opened", [o for o in OPENINGS if o.online], ids=key)
def test_who_does_it_online_gives_nothing_of_themselves_and_may_rate(opened: Opening) -> None:
    walk = chosen(opened)
    assert ended(walk.do(ev.ChooseChannel("online"))) == [
        Step.GUIDE, Step.NOTING, Step.LEAFLET, Step.RATING, Step.FAREWELL,
    ]  # fmt: skip
    assert (walk.visit.identity, walk.visit.agreed) == (None, False)
    (rated,) = walk.asked(fx.StoreRating)
    assert isinstance(rated, fx.StoreRating)
    assert rated.service == Service(NOTED.number, "consult")


@pytest.mark.parametrize("opened", [o for o in OPENINGS if o.way == "full_intake"], ids=key)
def test_the_receipt_says_what_is_still_unproven_where_to_go_and_until_when(opened: Opening) -> None:
    walk = chosen(opened).do(ev.ChooseChannel("here"))
    ended(walk)
    paper = receipt.receipt(walk.visit, SUBMITTED, HERE, CATALOGUE)
    open_points = proof.unproven(walk.visit, opened, CATALOGUE)
    kinds = {"original_shown": "original", "posted": "paper"}
    wanted = [kinds[p] for m in CATALOGUE.materials(opened) if (p := opened.proofs[m.material_id]) in kinds]
    assert [one.kind for one in open_points] == (["person"] if opened.assurance > "1" else []) + wanted
    assert len(paper.unproven) == len(open_points)
    text = str([getattr(block, "text", "") for block in receipt.slip(paper, 1).blocks])
    assert ("还要去一次窗口" in text) == bool(open_points)
    if open_points:
        assert "示范丙区人民路 3 号" in text
        assert "2026年12月4日" in text  # ten work days after Sunday the 22nd
        assert "没有还须出示" not in text
    if "paper" in proof.kinds(open_points):
        assert "免费寄往" in text


def test_an_unproven_material_that_is_left_out_is_not_waited_for() -> None:
    opened = CATALOGUE.opening("demo-qi", "BIZ-REISSUE", "BIZ-1")
    assert opened is not None
    walk = chosen(opened).do(ev.ChooseChannel("here"))
    assert proof.kinds(proof.unproven(walk.visit, opened, CATALOGUE)) == ("paper",)
    left = msgspec.structs.replace(walk.visit, waived=("M-LEFT",))
    assert proof.unproven(left, opened, CATALOGUE) == ()


def test_a_material_whose_waiver_applies_is_left_out_knowingly_and_can_be_taken_back() -> None:
    walk = Walk().chosen().do(ev.Next(), ev.Agree(), ev.CardTaken(PERSON), ev.Next())
    assert (walk.step, path.weighing(walk.visit, CATALOGUE).material_id) == (Step.WAIVE, "M-RES")  # type: ignore[union-attr]
    seen = ended(walk, waive=True)
    assert Step.SCAN not in seen
    lines = {line.name: line.how for line in receipt.receipt(walk.visit, SUBMITTED, HERE, CATALOGUE).lines}
    assert lines["居住证明，或个人承诺书"] == "未收，您声明：签署个人承诺书"

    walk = Walk().reviewed().do(ev.Edit(Step.WAIVE))
    assert (walk.step, walk.visit.weighed) == (Step.WAIVE, ())
    walk.do(ev.Weigh(True))
    assert walk.step is Step.REVIEW
    assert "M-RES" not in {c.material for c in walk.visit.collected}
    assert walk.asked(fx.DropPages), "its page belongs to nobody any more"


def test_back_leads_through_the_questions_one_by_one_and_none_of_them_fits_is_an_answer() -> None:
    item = next(i for i in CATALOGUE.items("demo-jia") if len(i.questions) > 1)
    deep = next(o for o in OPENINGS if o.item == item.item_id and o.home == "demo-jia" and chosen(o).visit.trail)
    walk = chosen(deep)
    trail = walk.visit.trail
    walk.do(ev.Back())
    assert (walk.step, walk.visit.trail) == (Step.SITUATION, trail)
    for length in range(len(trail) - 1, -1, -1):
        assert len(walk.do(ev.Back()).visit.trail) == length
    assert walk.do(ev.ListAll()).visit.listed
    assert path.question(walk.visit, CATALOGUE) is None
    assert not walk.do(ev.Back()).visit.listed
    assert walk.do(ev.Back()).step is Step.ITEM


def test_what_is_not_open_here_says_why_and_where_and_asks_nothing() -> None:
    for home, item, situation in (("demo-jia", "HUKOU-MOVE", None), ("demo-qi", "NO-CRIME", "NO-CRIME-2")):
        walk = Walk().do(ev.Begin("v1"), ev.ChoosePlace(home), ev.ChooseItem(item))
        if situation:
            walk.do(ev.ChooseSituation(situation))
        assert walk.step is Step.GUIDE
        said = CATALOGUE.not_open(home, item, situation)
        assert said is not None
        slip = leaflet.leaflet(walk.visit, NOTED, 1, HERE, CATALOGUE)
        text = str([getattr(block, "text", "") for block in slip.blocks])
        assert said.why in text
        assert said.where in text
        assert walk.do(ev.Back()).step is (Step.SITUATION if situation else Step.ITEM)


def test_a_terminal_that_cannot_ask_or_print_sends_whoever_wants_a_document_to_the_window_before_asking_for_a_card() -> None:
    opened = CATALOGUE.opening("demo-jia", "SI-CERT", "SI-CERT-1")
    assert opened is not None
    walk = chosen(opened, queries=False).do(ev.ChooseChannel("here"))
    assert (walk.step, walk.visit.channel) == (Step.GUIDE, "window")


def queried() -> Walk:
    opened = CATALOGUE.opening("demo-jia", "SI-CERT", "SI-CERT-1")
    assert opened is not None
    walk = chosen(opened).do(ev.ChooseChannel("here"), ev.Next(), ev.Agree(), ev.CardTaken(PERSON), ev.Next())
    assert (walk.step, walk.visit.query) == (Step.QUERY, QueryPhase.ASKING)
    return walk


def test_not_found_and_not_now_are_two_answers_and_only_not_now_is_asked_again() -> None:
    walk = queried().do(ev.DocumentNotFound("v1", now=True), ev.PrintAgain())
    assert (walk.visit.query, len(walk.asked(fx.AskDocument))) == (QueryPhase.NOT_FOUND, 1)
    walk = queried().do(ev.DocumentNotFound("v1", now=False), ev.PrintAgain())
    assert (walk.visit.query, len(walk.asked(fx.AskDocument))) == (QueryPhase.ASKING, 2)


def test_a_question_nobody_answers_is_given_up_and_an_answer_that_comes_after_prints_nothing() -> None:
    walk = queried().later(RULES.query - 1)
    assert walk.visit.query is QueryPhase.ASKING
    walk.later(2)
    assert walk.visit.query is QueryPhase.NOT_NOW
    assert walk.do(ev.DocumentFound("v1")).asked(fx.PrintDocument) == []


def test_a_document_is_not_kept_to_be_printed_once_more_it_is_asked_for_anew() -> None:
    walk = queried().do(ev.DocumentFound("v1"), ev.SheetEnded("v1", Printing(PrintState.UNCERTAIN, 1, "a4_unproven")))
    walk.do(ev.PrintAgain(), ev.DocumentFound("v1"))
    assert walk.asked(fx.PrintDocument) == [fx.PrintDocument("v1", 1), fx.PrintDocument("v1", 2)]


def test_while_the_paper_moves_nobody_goes_on() -> None:
    walk = queried().do(ev.TakeAlong(False))
    assert walk.step is Step.QUERY
    walk.do(ev.DocumentFound("v1"), ev.TakeAlong(False), ev.Back())
    assert walk.step is Step.QUERY


@pytest.mark.parametrize("step", [Step.CHANNEL, Step.GUIDE, Step.WAIVE, Step.FILLED, Step.QUERY, Step.NOTING, Step.LEAFLET])
def test_each_new_step_is_taken_up_after_a_restart(step: Step) -> None:
    walk = {
        Step.CHANNEL: lambda: chosen(OPENINGS[0]),
        Step.GUIDE: lambda: chosen(OPENINGS[0]).do(ev.ChooseChannel("online")),
        Step.WAIVE: lambda: Walk().chosen().do(ev.Next(), ev.Agree(), ev.CardTaken(PERSON), ev.Next()),
        Step.FILLED: lambda: chosen(CATALOGUE.opening("demo-jia", "SSC-LOSS", "SSC-LOSS-2")).do(
            ev.ChooseChannel("here"), ev.Next()
        ),  # type: ignore[arg-type]
        Step.QUERY: queried,
        Step.NOTING: lambda: chosen(OPENINGS[0]).do(ev.ChooseChannel("online"), ev.TakeAlong(True)),
        Step.LEAFLET: lambda: chosen(OPENINGS[0]).do(ev.ChooseChannel("online"), ev.TakeAlong(True), ev.ServiceNoted("v1", NOTED)),
    }[step]()
    assert walk.step is step
    kept = msgspec.json.decode(msgspec.json.encode(walk.state), type=State)
    first = Printing(PrintState.PRINTING, 1)
    state, asked = machine.restored(kept, first if step in (Step.QUERY, Step.LEAFLET) else None, walk.rules)
    assert state.visit is not None
    assert state.visit.step is step
    again = {Step.QUERY: fx.AskDocument, Step.NOTING: fx.NoteService, Step.LEAFLET: fx.PrintLeaflet}
    assert [type(e) for e in asked] == ([again[step]] if step in again else [])


def test_a_sheet_that_was_on_its_way_at_a_restart_is_what_the_journal_knows_and_is_not_printed_again() -> None:
    walk = queried().do(ev.DocumentFound("v1"))
    unsure = Printing(PrintState.UNCERTAIN, 1, "terminal_restarted")
    state, asked = machine.restored(walk.state, unsure, walk.rules)
    assert state.visit is not None
    assert (state.visit.sheet, asked) == (unsure, ())


def test_the_record_of_a_service_names_nobody() -> None:
    opened = CATALOGUE.opening("demo-jia", "DRV-RENEW", "DRV-1")
    assert opened is not None
    walk = chosen(opened).do(ev.ChooseChannel("here"))
    ended(walk)
    (effect,) = walk.asked(fx.NoteService)
    assert isinstance(effect, fx.NoteService)
    noted = new_service(effect.visit, "demo-bing", CATALOGUE)
    assert (noted.way, noted.item, noted.home, noted.intake) == ("pre_fill", "DRV-RENEW", "demo-jia", "demo-bing")
    assert PERSON.number not in repr(noted)


def test_a_service_that_could_not_be_noted_leaves_the_citizen_where_they_were() -> None:
    walk = chosen(OPENINGS[0]).do(ev.ChooseChannel("online"), ev.TakeAlong(True), ev.ServiceNotNoted("v1", "store_failed"))
    assert (walk.step, walk.visit.submit_fault, walk.visit.noted) == (Step.GUIDE, "store_failed", None)


def test_choosing_the_other_channel_forgets_what_was_collected_for_the_first() -> None:
    walk = Walk().reviewed()
    while walk.step is not Step.CHANNEL:
        walk.do(ev.Back())
    walk.do(ev.ChooseChannel("online"))
    assert (walk.step, walk.visit.identity, walk.visit.collected, walk.visit.answers) == (Step.GUIDE, None, (), {})
    assert walk.asked(fx.DropPages)
