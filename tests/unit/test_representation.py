"""What is asked of somebody who acts for another, or whose document has no chip; and what must hold between the answers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.visits import PERSON

from domain import uscc
from domain.idnumber import check_character
from domain.representation import CHIPLESS, PAPERS, Paper, birth_of, errors, fields, number_error

TODAY = date(2026, 11, 26)
CHILD = "51010020160601001" + check_character("51010020160601001")
AGENT = {
    "principal-name": "委托人甲",
    "principal-document": "resident",
    "principal-number": "11010519491231002X",
    "authority-matter": "补办社会保障卡",
    "authority-scope": "submit",
    "authority-term": "once",
    "authority-until": "",
}
WARD = {"ward-document": "household", "ward-name": "孩子", "ward-number": CHILD, "ward-birth": "2016-06-01", "relation": "mother"}


def test_a_person_with_a_card_who_applies_for_themselves_is_asked_nothing() -> None:
    assert fields("self") == ()
    assert errors({}, "self", TODAY, holder=PERSON) == {}


def test_an_agent_is_asked_of_whom_and_how_far_the_authority_reaches() -> None:
    asked = {f.field for f in fields("agent")}
    assert {"principal-name", "principal-document", "principal-number"} < asked
    assert {"authority-matter", "authority-scope", "authority-term", "authority-until"} < asked
    assert errors(AGENT, "agent", TODAY, holder=PERSON) == {}


def test_nobody_is_their_own_agent() -> None:
    same = AGENT | {"principal-number": PERSON.number.lower()}
    assert "您自己的号码" in errors(same, "agent", TODAY, holder=PERSON)["principal-number"]


def test_an_authority_that_has_ended_is_none() -> None:
    ended = AGENT | {"authority-term": "until", "authority-until": "2026-11-25"}
    assert "期限" in errors(ended, "agent", TODAY, holder=PERSON)["authority-until"]
    assert errors(ended | {"authority-until": "2026-11-26"}, "agent", TODAY, holder=PERSON) == {}


def test_of_a_child_whose_card_was_read_only_the_relation_is_asked_and_consent_only_under_14() -> None:
    assert [f.field for f in fields("guardian", ward_card=True, sensitive=False)] == ["relation"]
    assert [f.field for f in fields("guardian", ward_card=True, sensitive=True)] == ["relation", "consent"]
    assert "consent" in {f.field for f in fields("guardian", ward_card=False, sensitive=True)}


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"ward-number": PERSON.number}, "ward-number", "您自己"),
        ({"ward-number": CHILD[:-1] + ("0" if CHILD[-1] != "0" else "1")}, "ward-number", "号码不对"),
        ({"ward-birth": "2016-06-02"}, "ward-birth", "不一样"),
        ({"ward-birth": ""}, "ward-birth", "出生日期"),
        ({"ward-birth": "2027-01-01"}, "ward-birth", "出生日期"),
        ({"ward-document": "birth", "ward-number": "A123"}, "ward-number", "出生医学证明"),
        ({"ward-document": "birth", "ward-number": "A510123456", "ward-birth": "2008-11-26"}, "ward-birth", "满 18"),
    ],
)
def test_a_childs_papers_must_agree_with_themselves_and_be_another_persons(change: dict[str, str], field: str, said: str) -> None:
    assert said in errors(WARD | change, "guardian", TODAY, holder=PERSON)[field]


def test_a_childs_papers_that_agree_are_taken() -> None:
    assert errors(WARD, "guardian", TODAY, holder=PERSON) == {}
    assert errors(WARD | {"ward-document": "birth", "ward-number": "A510123456"}, "guardian", TODAY, holder=PERSON) == {}
    assert birth_of(CHILD, TODAY) == date(2016, 6, 1)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000802100433B", "91440300708461136T", "11310000MB2F30661Y"])
def test_a_body_is_named_by_its_code_and_both_check_characters_count(code: str) -> None:
    assert errors({"body-name": "示范公司", "body-code": code}, "legal_person", TODAY, holder=PERSON) == {}
    for at in range(18):
        for other in "01AY":
            if other != code[at]:
                wrong = code[:at] + other + code[at + 1 :]
                assert not uscc.valid(wrong)
                assert "body-code" in errors({"body-name": "示范公司", "body-code": wrong}, "legal_person", TODAY, holder=PERSON)


@pytest.mark.parametrize(
    ("paper", "number"),
    [
        (Paper.TEMPORARY, "11010519491231002X"),
        (Paper.HOUSEHOLD, "11010519491231002X"),
        (Paper.OLD_FOREIGN, "KAZ110090123105"),
        (Paper.PASSPORT, "E12345678"),
        (Paper.HK_MACAU_PERMIT, "H12345678"),
        (Paper.HK_MACAU_PERMIT, "M1234567801"),
        (Paper.TAIWAN_PERMIT, "12345678"),
        (Paper.BIRTH, "A510123456"),
    ],
)
def test_numbers_are_judged_by_their_document(paper: Paper, number: str) -> None:
    assert number_error(paper, number, TODAY) is None
    for wrong in (number[:3], f"{number}不", "", number + "é"):
        assert PAPERS[paper] in str(number_error(paper, wrong, TODAY))


def test_a_document_without_a_chip_is_asked_by_name_and_number() -> None:
    for paper in CHIPLESS:
        assert [f.field for f in fields("self", chipless=True)] == ["own-name", "own-number"]
        assert "own-number" in errors({"own-name": "某", "own-number": "?"}, "self", TODAY, paper=paper)


@given(st.dictionaries(st.sampled_from([*AGENT, *WARD, "body-code", "own-number"]), st.text(max_size=40)), st.sampled_from(Paper))
def test_nothing_that_is_typed_stops_the_terminal(given: dict[str, str], paper: Paper) -> None:
    for kind in ("self", "agent", "guardian", "legal_person"):
        found = errors(given, kind, TODAY, paper=paper)  # type: ignore[arg-type]
        assert all(isinstance(text, str) and text for text in found.values())
        typed = {value for value in given.values() if len(value) > 3}
        assert not any(value in text for value in typed for text in found.values())
