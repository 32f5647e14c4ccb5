"""Identity numbers (GB 11643-1999, ICAO 9303) and what a chip's text is judged to be."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import identity, masking
from domain.identity import Document, Identity, IdentityFault, NewestAddress
from domain.idnumber import NumberFacts, NumberFault, check_character, check_number, former_number
from domain.nationality import nationality_name

TODAY = date(2026, 11, 22)
VECTORS = json.loads((Path(__file__).parents[1] / "protocol" / "data" / "idcard_vectors.json").read_text("utf-8"))
CARD = {
    "name": "测试甲",
    "sex": "1",
    "nation": "01",
    "birth": "19900101",
    "address": "四川省成都市锦江区测试路1号",
    "number": "510100199001010013",
    "authority": "成都市公安局锦江分局",
    "valid_from": "20200101",
    "valid_to": "20400101",
}


PERMIT = {**CARD, "number": "810000190203040012", "birth": "19020304", "permit": "H01234567", "nation": ""}
FOREIGN_2017 = {
    "name": "",
    "english_name": "SAMPLE, TESTER ALPHA",
    "sex": "2",
    "nationality": "USA",
    "birth": "19020101",
    "number": "USA510102010114",
    "valid_from": "20180601",
    "valid_to": "20280531",
}
FOREIGN_2023 = {**FOREIGN_2017, "number": "951840190201010019", "sex": "1", "former": "011"}
CHIPS = {
    Document.RESIDENT: CARD,
    Document.HK_MACAU_TAIWAN: PERMIT,
    Document.FOREIGN_2017: FOREIGN_2017,
    Document.FOREIGN_2023: FOREIGN_2023,
}


def judged(document: Document = Document.RESIDENT, **other: str) -> Identity | IdentityFault:
    return identity.judge(document, **{**CHIPS[document], **other}, today=TODAY)


def taken(document: Document = Document.RESIDENT, **other: str) -> Identity:
    person = judged(document, **other)
    assert isinstance(person, Identity), person
    return person


@pytest.mark.parametrize("case", VECTORS["numbers"], ids=lambda case: case["why"])
def test_shared_numbers_are_judged_as_the_reference_says(case: dict[str, object]) -> None:
    verdict = check_number(str(case["number"]), TODAY)
    assert isinstance(verdict, NumberFacts) == case["valid"]
    if isinstance(verdict, NumberFacts):
        assert verdict.kind == case["kind"]


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_changed_digit_is_always_noticed(birth: date, sequence: int, at: int, other: str) -> None:
    body = f"510100{birth:%Y%m%d}{sequence:03d}"
    number = body + check_character(body)
    assert isinstance(check_number(number, TODAY), NumberFacts)
    changed = number[:at] + other + number[at + 1 :]
    if changed != number:
        assert check_number(changed, TODAY) in set(NumberFault)


@given(st.text(max_size=40))
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    check_number(text, TODAY)
    masking.number(text)
    masking.address(text)
    masking.phone(text)
    masking.name(text)


def test_a_good_card_becomes_an_identity() -> None:
    person = judged()
    assert isinstance(person, Identity)
    assert (person.sex, person.nation, person.birth) == ("男", "汉", date(1990, 1, 1))


def test_a_long_term_card_has_no_end() -> None:
    person = judged(valid_to="长期")
    assert isinstance(person, Identity)
    assert person.valid_to is None


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ({"number": "510100199001010014"}, IdentityFault.BAD_NUMBER),
        ({"birth": "19900102"}, IdentityFault.BAD_NUMBER),
        ({"sex": "2"}, IdentityFault.BAD_NUMBER),
        ({"number": "810000190203040012", "birth": "19020304"}, IdentityFault.BAD_NUMBER),
        ({"valid_to": "20261121"}, IdentityFault.EXPIRED),
        ({"valid_from": "20261123"}, IdentityFault.EXPIRED),
        ({"valid_to": "????????"}, IdentityFault.UNREADABLE),
        ({"name": "  "}, IdentityFault.UNREADABLE),
    ],
)
def test_a_card_that_contradicts_itself_is_not_taken(other: dict[str, str], fault: IdentityFault) -> None:
    assert judged(**other) is fault


def test_each_document_becomes_the_identity_of_its_kind() -> None:
    permit, old, new = (taken(document) for document in list(Document)[1:])
    assert (permit.nation, permit.permit, permit.shown_name) == ("", "H01234567", "测试甲")
    assert (old.birth, old.sex, old.address, old.shown_name) == (date(1902, 1, 1), "女", "", "SAMPLE, TESTER ALPHA")
    assert (new.former, new.nationality, new.authority) == ("USA510102010114", "USA", "")


@pytest.mark.parametrize("document", Document)
@pytest.mark.parametrize("other", Document)
def test_a_document_with_the_number_of_another_kind_is_not_taken(document: Document, other: Document) -> None:
    verdict = judged(document, number=CHIPS[other]["number"], birth=CHIPS[other]["birth"], sex="0")
    assert (verdict is IdentityFault.BAD_NUMBER) == (document is not other)


@pytest.mark.parametrize("document", Document)
@pytest.mark.parametrize("fault", [{"birth": "19020305"}, {"birth": "30020304"}, {"birth": ""}])
def test_a_birth_date_that_is_not_the_numbers_is_not_taken(document: Document, fault: dict[str, str]) -> None:
    assert judged(document, **fault) is IdentityFault.BAD_NUMBER


@pytest.mark.parametrize(("document", "sex"), [(Document.HK_MACAU_TAIWAN, "2"), (Document.FOREIGN_2023, "2")])
def test_a_sex_that_is_not_the_numbers_is_not_taken(document: Document, sex: str) -> None:
    assert judged(document, sex=sex) is IdentityFault.BAD_NUMBER


@pytest.mark.parametrize("document", Document)
@pytest.mark.parametrize(("code", "said"), [("0", "未知"), ("9", "未说明")])
def test_a_sex_that_is_not_stated_is_neither_male_nor_female(document: Document, code: str, said: str) -> None:
    assert taken(document, sex=code).sex == said


def test_a_foreigner_is_called_by_the_chinese_name_if_there_is_one_and_keeps_both() -> None:
    person = taken(Document.FOREIGN_2023, name="测试外", english_name="X" * 60)
    assert (person.shown_name, person.english_name) == ("测试外", "X" * 60)
    assert judged(Document.FOREIGN_2023, english_name=" ") is IdentityFault.UNREADABLE


@pytest.mark.parametrize(
    ("newest", "used", "printed", "said"),
    [
        ("四川省绵阳市测试路7号", "四川省绵阳市测试路7号", CARD["address"], NewestAddress.NEWER),
        ("", CARD["address"], "", NewestAddress.SAME),
        (CARD["address"], CARD["address"], "", NewestAddress.SAME),
        (None, CARD["address"], "", NewestAddress.UNREAD),
    ],
)
def test_the_newest_address_is_used_and_the_printed_one_kept_beside_it(
    newest: str | None, used: str, printed: str, said: NewestAddress
) -> None:
    person = taken(newest_address=newest)  # type: ignore[arg-type]
    assert (person.address, person.printed_address, person.newest_address) == (used, printed, said)
    assert taken(Document.FOREIGN_2017).newest_address is None


def test_documents_are_called_as_people_call_them() -> None:
    names = [identity.document_name(d, CHIPS[d]["number"]) for d in Document]
    assert names == ["居民身份证", "港澳居民居住证", "外国人永久居留身份证", "外国人永久居留身份证"]
    assert identity.document_name(Document.HK_MACAU_TAIWAN, "830000190405060031") == "台湾居民居住证"


def test_a_former_number_has_a_right_check_digit_or_there_is_none() -> None:
    assert former_number("USA", "951840190201010019", "011") == "USA510102010114"
    for link in ("", "   ", "0 1", "01", "ABC"):
        assert former_number("USA", "951840190201010019", link) is None
    assert former_number("12A", "951840190201010019", "011") is None


def test_an_identity_never_shows_itself_in_a_log() -> None:
    assert "测试" not in repr(judged())
    assert "5101" not in str(judged())


@pytest.mark.parametrize(
    ("full", "masked"),
    [
        ("四川省甘孜藏族自治州康定市测试街道1号", "四川省甘孜藏族自治州康定市****"),
        ("四川省成都市锦江区测试路1号", "四川省成都市锦江区****"),
        ("重庆市渝中区某路", "重庆市渝中区****"),
        ("某某村1组", "某某****"),
    ],
)
def test_an_address_is_shown_down_to_the_county(full: str, masked: str) -> None:
    assert masking.address(full) == masked


def test_names_numbers_and_phones_are_masked_to_a_fixed_shape() -> None:
    assert masking.name("阿依·测试木果") == "阿**"
    assert masking.name("张三") == "张**"
    assert masking.name("SAMPLE, TESTER ALPHA") == "S**"
    assert masking.number("510100199001010013") == "510***********0013"
    assert masking.number("USA510102010114") == "USA***********14"
    assert masking.phone("13800001234") == "138****1234"


def test_a_claim_is_judged_by_its_number_and_its_birth_date_and_never_becomes_an_identity() -> None:
    today = date(2026, 1, 1)
    number = "51010019900512015" + check_character("51010019900512015")
    claim = identity.claimed(name="刘试安", number=number, birth="19900512", today=today)
    assert isinstance(claim, identity.ClaimedIdentity)
    assert not isinstance(claim, identity.Identity)
    assert "刘" not in repr(claim)
    assert identity.claimed(name="刘试安", number=number, birth="", today=today) == claim
    assert identity.claimed(name="刘试安", number=number, birth="19900513", today=today) is IdentityFault.BAD_NUMBER
    assert identity.claimed(name=" ", number=number, birth="", today=today) is IdentityFault.UNREADABLE
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert identity.claimed(name="刘试安", number=wrong, birth="", today=today) is IdentityFault.BAD_NUMBER


@pytest.mark.parametrize(("code", "name"), [("USA", "美国"), ("D", "德国"), ("XXA", "无国籍"), ("QQQ", "QQQ"), ("", "")])
def test_a_nationality_is_told_in_words_or_as_it_stands(code: str, name: str) -> None:
    assert nationality_name(code) == name
