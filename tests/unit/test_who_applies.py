"""Who applies: one card or two, in whose order; whose age allows what; a document without a chip; and never a dead end."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from support.visits import PERSON, Walk

from domain.idnumber import check_character
from domain.representation import CHIPLESS
from kiosk.visit import applicants, applying, chipless, form, path
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit.state import CardPhase, Step

TODAY = date(2026, 11, 26)
CHILD_NUMBER = "51010020160601001" + check_character("51010020160601001")
CHILD = replace(PERSON, name="孩子", number=CHILD_NUMBER, birth=date(2016, 6, 1))
GUARDIAN = {"home": "demo-jia", "item": "SSC-APPLY", "situation": "SSC-APPLY-2"}
AGENT = {"home": "demo-jia", "item": "SSC-APPLY", "situation": "SSC-APPLY-3"}
BODY = {"home": "demo-ding", "item": "BIZ-REISSUE", "situation": "BIZ-1"}
PRINCIPAL = {
    "principal-name": "委托人甲",
    "principal-document": "resident",
    "principal-number": "11010519491231002X",
    "authority-matter": "申领社会保障卡",
    "authority-scope": "submit",
    "authority-term": "once",
}
WARD = {"relation": "mother", "consent": "yes"}
ON_PAPER = {"ward-document": "household", "ward-name": "孩子", "ward-number": CHILD_NUMBER, "ward-birth": "2016-06-01", **WARD}


def at_card(**choice: str) -> Walk:
    walk = Walk().chosen(**choice).do(ev.Next(), ev.Agree())
    assert walk.step is Step.CARD
    return walk


def lay(identity=PERSON, age: int = 36) -> tuple[ev.Event, ...]:  # type: ignore[no-untyped-def]
    return ev.CardSeen(), ev.CardTaken(identity, age)


def refused(walk: Walk) -> str | None:
    return walk.visit.card_fault if walk.visit.card is CardPhase.FAILED else None


def test_a_person_who_applies_for_themselves_is_asked_nothing_of_anybody_else() -> None:
    walk = at_card().do(*lay(), ev.Next())
    assert walk.step not in (Step.WARD, Step.BEHALF, Step.DOCUMENT)
    assert [one.role for one in applicants.named(walk.visit, walk.rules.catalogue)] == ["申请人"]


# --- ages -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "age", "fault"),
    [
        ({}, 15, applying.MINOR),
        ({}, 16, None),
        (AGENT, 17, applying.TOO_YOUNG),
        (AGENT, 18, None),
        (GUARDIAN, 10, applying.CHILD_FIRST),
        (GUARDIAN, 17, applying.CHILD_FIRST),
        (GUARDIAN, 18, None),
        (BODY, 17, applying.TOO_YOUNG),
        (BODY, 18, None),
    ],
)
def test_whose_card_is_taken_depends_on_the_age_and_on_the_part(choice: dict[str, str], age: int, fault: str | None) -> None:
    walk = at_card(**choice).do(*lay(age=age))
    assert refused(walk) == fault
    assert (walk.step is Step.IDENTITY) == (fault is None)
    assert (walk.visit.identity is None) == (fault is not None)


def test_a_childs_card_in_an_adults_errand_leads_to_the_guardians_situation() -> None:
    walk = at_card(home="demo-jia", item="SSC-APPLY", situation="SSC-APPLY-1").do(*lay(CHILD, 10))
    assert refused(walk) == applying.MINOR
    walk.do(ev.ForAnother("guardian"))
    assert (walk.visit.situation, walk.step) == ("SSC-APPLY-2", Step.PREPARE)
    assert walk.visit.identity is None


def test_where_there_is_no_such_situation_it_leads_to_the_window_and_nothing_of_the_child_stays() -> None:
    walk = at_card().do(*lay(CHILD, 10))
    assert applying.sibling(walk.visit, walk.rules.catalogue, "guardian") is None
    before = walk.visit
    walk.do(ev.ForAnother("guardian"))
    assert walk.visit.situation == before.situation
    walk.do(ev.ToWindow())
    assert (walk.step, walk.visit.channel) == (Step.GUIDE, "window")
    assert walk.visit.identity is None


# --- an agent -------------------------------------------------------------------------------------------------------------------


def test_an_agent_lays_the_own_card_and_says_for_whom() -> None:
    walk = at_card(**AGENT).do(*lay(), ev.Next())
    assert walk.step is Step.BEHALF
    walk.do(ev.StateWho(PRINCIPAL, TODAY), ev.Weigh(False), ev.Weigh(False))
    assert walk.step is Step.SCAN
    asked = {m.material_id for m in path.to_scan(walk.visit, walk.rules.catalogue)}
    assert {"M-ID", "M-POA"} <= asked
    case, stood = applicants.applicant(walk.visit, walk.rules.catalogue), applicants.acting(walk.visit, walk.rules.catalogue)
    assert (case.name, case.number, case.proof, case.birth) == ("委托人甲", "11010519491231002X", "stated", "1949-12-31")
    assert stood is not None
    assert (stood.role, stood.person.number, stood.person.proof) == ("agent", PERSON.number, "chip_read")
    assert (stood.matter, stood.scope, stood.until) == ("申领社会保障卡", "只替他交材料", None)


def test_both_are_masked_on_paper_and_screen() -> None:
    walk = at_card(**AGENT).do(*lay(), ev.Next(), ev.StateWho(PRINCIPAL, TODAY))
    shown = applicants.named(walk.visit, walk.rules.catalogue)
    assert [one.role for one in shown] == ["申请人", "代办人"]
    text = repr(shown)
    assert not any(full in text for full in ("委托人甲", "11010519491231002X", PERSON.name, PERSON.number))
    assert "委**" in text
    assert "110***********002X" in text


def test_an_agent_who_names_themselves_is_asked_again_and_nothing_is_scanned() -> None:
    walk = at_card(**AGENT).do(*lay(), ev.Next(), ev.StateWho(PRINCIPAL | {"principal-number": PERSON.number}, TODAY))
    assert walk.step is Step.BEHALF
    assert set(walk.visit.errors) == {"principal-number"}


def test_what_was_said_before_need_not_be_said_again() -> None:
    walk = at_card(**AGENT).do(*lay(), ev.Next(), ev.StateWho(PRINCIPAL, TODAY), ev.Back())
    assert walk.step is Step.BEHALF
    walk.do(ev.StateWho(dict.fromkeys(PRINCIPAL, "") | {"authority-scope": "submit-collect"}, TODAY))
    assert walk.visit.stated["principal-name"] == "委托人甲"
    assert walk.visit.stated["authority-scope"] == "submit-collect"


# --- a guardian -----------------------------------------------------------------------------------------------------------------


def test_two_cards_are_read_in_order_and_must_be_two_peoples() -> None:
    walk = at_card(**GUARDIAN).do(*lay(), ev.Next())
    assert walk.step is Step.WARD
    assert fx.wants(walk.state).reader
    walk.do(*lay(PERSON, 36))
    assert refused(walk) == applying.SAME_PERSON
    walk.do(*lay(replace(CHILD, number="11010519491231002X"), 18))
    assert refused(walk) == applying.NOT_A_MINOR
    walk.do(*lay(CHILD, 10))
    assert walk.step is Step.BEHALF
    assert not fx.wants(walk.state).reader


def test_a_guardian_consents_for_a_child_under_14_and_not_for_an_older_one() -> None:
    walk = at_card(**GUARDIAN).do(*lay(), ev.Next(), *lay(CHILD, 13))
    walk.do(ev.StateWho({"relation": "father"}, TODAY))
    assert set(walk.visit.errors) == {"consent"}
    walk.do(ev.StateWho({"relation": "father", "consent": "yes"}, TODAY))
    assert walk.visit.who_stated
    stood = applicants.acting(walk.visit, walk.rules.catalogue)
    assert stood is not None
    assert (stood.role, stood.relation, stood.consent) == ("guardian", "父亲", True)
    older = at_card(**GUARDIAN).do(*lay(), ev.Next(), *lay(CHILD, 14)).do(ev.StateWho({"relation": "father"}, TODAY))
    assert older.visit.who_stated


def test_the_case_is_the_childs() -> None:
    walk = at_card(**GUARDIAN).do(*lay(), ev.Next(), *lay(CHILD, 10), ev.StateWho(WARD, TODAY))
    case = applicants.applicant(walk.visit, walk.rules.catalogue)
    assert (case.name, case.number, case.proof) == ("孩子", CHILD_NUMBER, "chip_read")


def test_a_child_without_a_card_is_named_by_its_papers() -> None:
    walk = at_card(**GUARDIAN).do(*lay(), ev.Next(), ev.NoCard())
    assert walk.step is Step.BEHALF
    walk.do(ev.StateWho(ON_PAPER, TODAY))
    assert walk.visit.who_stated
    case = applicants.applicant(walk.visit, walk.rules.catalogue)
    assert (case.document, case.birth, case.proof) == ("household", "2016-06-01", "stated")


def test_another_child_begins_anew() -> None:
    walk = at_card(**GUARDIAN).do(*lay(), ev.Next(), *lay(CHILD, 10), ev.NotMe())
    assert walk.step is Step.WARD
    assert (walk.visit.ward, walk.visit.stated) == (None, {})
    assert walk.visit.identity == PERSON


# --- a body ---------------------------------------------------------------------------------------------------------------------


def test_a_body_is_named_with_its_code_and_who_handles_it_is_read() -> None:
    walk = at_card(**BODY).do(*lay(), ev.Next())
    walk.do(ev.StateWho({"body-name": "示范公司", "body-code": "91350100M000100Y44"}, TODAY))
    assert set(walk.visit.errors) == {"body-code"}
    walk.do(ev.StateWho({"body-name": "示范公司", "body-code": "91350100M000100Y43"}, TODAY))
    assert walk.step is not Step.BEHALF
    legal = applicants.body(walk.visit, walk.rules.catalogue)
    assert legal is not None
    assert (legal.name, legal.code) == ("示范公司", "91350100M000100Y43")
    assert [one.role for one in applicants.named(walk.visit, walk.rules.catalogue)] == ["申请单位", "经办人"]


# --- no chip --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", CHIPLESS)
def test_a_document_without_a_chip_is_photographed_and_the_visit_ends_at_the_window_with_a_slip(paper: str) -> None:
    walk = at_card().do(ev.NoCard())
    assert walk.step is Step.DOCUMENT
    walk.do(ev.ChooseDocument(paper))
    assert walk.step is Step.BEHALF
    numbers = {"passport": "E12345678", "hm-permit": "H12345678", "tw-permit": "12345678", "old-foreign": "KAZ110090123105"}
    walk.do(ev.StateWho({"own-name": "无芯人", "own-number": numbers.get(paper, "11010519491231002X")}, TODAY))
    walk.do(ev.Weigh(False))
    assert walk.step is Step.SCAN
    first = path.current_material(walk.visit, walk.rules.catalogue)
    assert first is not None
    assert first.material_id == chipless.DOCUMENT
    assert path.way(walk.visit, walk.rules.catalogue) == "pre_fill"
    assert not walk.asked(fx.StoreCase)


def test_there_may_be_a_card_after_all() -> None:
    walk = at_card().do(ev.NoCard(), ev.ChooseDocument("passport"), ev.Back(), ev.Back())
    assert walk.step is Step.CARD
    assert (walk.visit.no_chip, walk.visit.paper, walk.visit.stated) == (False, None, {})
    assert walk.do(*lay(), ev.Next()).step is not Step.BEHALF


def test_a_card_is_never_taken_for_a_document_that_is_none() -> None:
    walk = at_card().do(ev.NoCard(), ev.ChooseDocument("library"))
    assert walk.step is Step.DOCUMENT


def test_an_agent_without_a_card_ends_at_the_window_too_and_says_both() -> None:
    walk = at_card(**AGENT).do(ev.NoCard(), ev.ChooseDocument("passport"))
    walk.do(ev.StateWho({"own-name": "代办人乙", "own-number": "E12345678", **PRINCIPAL}, TODAY))
    assert walk.visit.who_stated
    assert path.way(walk.visit, walk.rules.catalogue) == "pre_fill"
    assert [one.role for one in applicants.named(walk.visit, walk.rules.catalogue)] == ["申请人", "代办人"]


def test_what_the_form_takes_from_the_card_is_the_applicants_and_never_the_agents() -> None:
    walk = at_card(**AGENT).do(*lay(), ev.Next(), ev.StateWho(PRINCIPAL, TODAY))
    assert form.applicant_says(walk.visit) == {"name": "委托人甲", "number": "11010519491231002X"}
    child = at_card(**GUARDIAN).do(*lay(), ev.Next(), *lay(CHILD, 10))
    assert form.applicant_says(child.visit)["number"] == CHILD_NUMBER
    alone = at_card().do(*lay(), ev.Next())
    assert form.applicant_says(alone.visit)["number"] == PERSON.number


def test_an_item_that_allows_no_agent_has_no_other_way_to_be_chosen() -> None:
    walk = Walk().chosen(item="SSC-LOSS", situation="SSC-LOSS-2")
    assert walk.step is Step.PREPARE
    before = walk.state
    walk.do(ev.ForAnother("agent"), ev.ForAnother("guardian"), ev.ForAnother("emperor"))
    assert walk.state.visit == before.visit


def test_the_principal_and_the_authority_are_two_screens_and_back_leads_through_them() -> None:
    walk = at_card(**AGENT).do(*lay(), ev.Next())
    shown = lambda: {f.field for f in applying.on_screen(walk.visit, walk.rules.catalogue)}  # noqa: E731
    assert shown() == {"principal-name", "principal-document", "principal-number"}
    principal = {name: value for name, value in PRINCIPAL.items() if name.startswith("principal")}
    walk.do(ev.StateWho(principal, TODAY))
    assert (walk.step, walk.visit.errors) == (Step.BEHALF, {})
    assert "authority-matter" in shown()
    walk.do(ev.StateWho({}, TODAY))
    assert "authority-matter" in walk.visit.errors
    walk.do(ev.Back())
    assert "principal-name" in shown()
    walk.do(ev.StateWho({}, TODAY))
    assert "authority-matter" in shown()
    walk.do(ev.StateWho({k: v for k, v in PRINCIPAL.items() if k.startswith("authority")}, TODAY))
    assert walk.visit.who_stated
    walk.do(ev.Back(), ev.Back())
    assert walk.step in (Step.BEHALF, Step.IDENTITY)


def test_a_date_is_asked_for_only_where_the_letter_has_one() -> None:
    walk = at_card(**AGENT).do(*lay(), ev.Next(), ev.StateWho(PRINCIPAL | {"authority-term": "until"}, TODAY))
    assert set(walk.visit.errors) == {"authority-until"}
    walk.do(ev.StateWho({"authority-until": "2026-12-31"}, TODAY))
    assert walk.visit.who_stated
    stood = applicants.acting(walk.visit, walk.rules.catalogue)
    assert stood is not None
    assert stood.until == "2026-12-31"
