"""Forms from data: what is asked, what an answer must be, and what is said while it is being written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import uscc
from domain.catalogue.form import Field, FieldKind, Option, When
from domain.division import full_name, prefectures
from domain.forms.asking import Filled, filled, first_open, kept, questions
from domain.forms.checking import PROMISED, check, text, typing
from domain.forms.showing import masked
from domain.idnumber import check_character

YES_NO = (Option("yes", "有"), Option("no", "没有"))
MANY = (Option("a", "甲"), Option("b", "乙"), Option("c", "丙"))
FORM = (
    Field("child", "有没有孩子", "choice", options=YES_NO),
    Field("name", "孩子叫什么", "name", when=When("child", ("yes",))),
    Field("school", "上什么学", "choices", options=MANY, when=When("child", ("yes",))),
    Field("class", "哪一班", "text", when=When("school", ("a", "b")), required=False),
    Field("parcel", "包裹放哪里", "text", delivery=("post_applicant",)),
    Field("own", "申请人", "name", autofill="name"),
    Field("number", "证件号码", "id_number", autofill="number", locked=True),
)
CARD = {"name": "买买提·江", "number": "510100199001010013"}
TODAY = date(2026, 11, 26)


def field(kind: FieldKind, **more: object) -> Field:
    options = {"options": MANY} if kind in ("choice", "choices") else {}
    return Field("f", "问", kind, **{"max_length": 60, **options, **more})  # type: ignore[arg-type]


def asked(given: dict[str, str], delivery: str = "pickup_intake", card: dict[str, str] = CARD) -> list[str]:
    return [one.field.field for one in filled(FORM, given, card, delivery)]


# --- what is asked ---


def test_a_field_is_asked_only_where_its_condition_holds_and_conditions_follow_one_another() -> None:
    assert asked({}) == ["child", "own", "number"]
    assert asked({"child": "no"}) == ["child", "own", "number"]
    assert asked({"child": "yes"}) == ["child", "name", "school", "own", "number"]
    assert asked({"child": "yes", "school": "c,b"}) == ["child", "name", "school", "class", "own", "number"]


def test_an_answer_no_longer_asked_is_dropped_and_opens_nothing_either() -> None:
    given = {"child": "no", "name": "小明", "school": "a", "class": "一班"}
    assert asked(given) == ["child", "own", "number"]
    assert kept(filled(FORM, given, CARD, None), given) == {"child": "no"}


def test_a_way_that_does_not_need_a_question_does_not_ask_it() -> None:
    assert "parcel" not in asked({})
    assert "parcel" in asked({}, "post_applicant")


def test_what_the_card_says_is_no_question_and_a_locked_field_cannot_be_altered() -> None:
    by_hand = {"own": "买买提·吐尔逊", "number": "110101199003070019"}
    fields = {one.field.field: one for one in filled(FORM, by_hand, CARD, None)}
    assert (fields["own"].value, fields["own"].source) == ("买买提·吐尔逊", "corrected")
    assert (fields["number"].value, fields["number"].source) == (CARD["number"], "card")
    assert not {"own", "number"} & {one.field.field for one in questions(tuple(fields.values()))}
    assert kept(tuple(fields.values()), by_hand) == {"own": by_hand["own"]}


def test_to_write_what_the_card_says_is_no_correction() -> None:
    (own,) = (one for one in filled(FORM, {"own": CARD["name"]}, CARD, None) if one.field.field == "own")
    assert own.source == "card"


def test_what_the_card_does_not_say_is_asked() -> None:
    assert {"own", "number"} <= {one.field.field for one in questions(filled(FORM, {}, {}, None))}


def test_left_empty_is_answered_for_an_optional_field_and_for_no_other() -> None:
    optional, required = field("text", required=False), field("text")
    assert first_open(filled((optional,), {}, {}, None)) is not None
    assert first_open(filled((optional,), {"f": ""}, {}, None)) is None
    assert first_open(filled((required,), {"f": ""}, {}, None)) is not None


@given(
    st.dictionaries(
        st.sampled_from([f.field for f in FORM]), st.sampled_from(["", "yes", "no", "a", "a,b", "c", "张三", "x\x00"]), max_size=7
    ),
    st.sampled_from([None, "pickup_intake", "post_applicant"]),
    st.sampled_from([CARD, {}]),
)
def test_answering_what_is_open_always_comes_to_an_end_and_what_is_kept_is_asked(
    given_: dict[str, str], delivery: str | None, card: dict[str, str]
) -> None:
    right = {"child": "yes", "name": "张三", "school": "a", "class": "", "parcel": "门口", "own": "张三", "number": CARD["number"]}
    for _ in range(len(FORM) + 1):
        fields = filled(FORM, given_, card, delivery)
        given_ = kept(fields, given_)
        assert set(given_) <= {one.field.field for one in fields}
        waiting = first_open(fields)
        if waiting is None:
            return
        given_[waiting.field.field] = right[waiting.field.field]
    raise AssertionError("the form never ends")


# --- what an answer must be ---


def numbers() -> st.SearchStrategy[str]:
    days = st.dates(date(1920, 1, 1), TODAY)
    bodies = st.builds(lambda day, n: f"510100{day:%Y%m%d}{n:03d}", days, st.integers(1, 999))
    return bodies.map(lambda body: body + check_character(body))


def codes() -> st.SearchStrategy[str]:
    def whole(inner: str) -> str:
        body = f"91510100{inner}{uscc.inner_check(inner)}"
        return body + uscc.check_character(body)

    return st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8).map(whole)


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FEF), min_size=1, max_size=4)
RIGHT: dict[FieldKind, st.SearchStrategy[str]] = {
    "choice": st.sampled_from(["a", "b", "c"]),
    "choices": st.sampled_from(["a", "b,c", "c,a,b"]),
    "date": st.dates(date(1900, 1, 1)).map(date.isoformat),
    "text": HAN,
    "long_text": HAN,
    "digits": st.from_regex("[0-9]{1,20}", fullmatch=True),
    "promise": st.just(PROMISED),
    "name": st.lists(HAN, min_size=1, max_size=5).map("·".join),
    "id_number": numbers(),
    "uscc": codes(),
    "phone": st.from_regex("1[3-9][0-9]{9}|0[0-9]{9,11}", fullmatch=True),
    "money": st.decimals(Decimal(0), Decimal("999999999.99"), places=2).map(str),
    "division": st.sampled_from([code for one in prefectures().values() for code in one.counties]),
}


@given(st.sampled_from(get_args(FieldKind)).flatmap(lambda kind: st.tuples(st.just(kind), RIGHT[kind])))
def test_a_right_answer_is_taken_and_nothing_is_said_while_it_is_being_written(answer: tuple[FieldKind, str]) -> None:
    kind, value = answer
    assert check(field(kind), value, TODAY) is None
    assert text(field(kind), value)
    if kind not in ("choice", "choices", "date", "promise", "division"):  # those come whole
        assert [n for n in range(len(value)) if typing(field(kind), value[:n], TODAY)] == []


@given(st.sampled_from(get_args(FieldKind)), st.text(max_size=80))
def test_whatever_is_written_gets_a_sentence_or_is_right_and_is_never_repeated(kind: FieldKind, value: str) -> None:
    for said in (check(field(kind), value, TODAY), typing(field(kind), value, TODAY)):
        if said is not None:
            assert said.startswith(("请", "最多", "号码不对", "代码不对"))
            assert len(value) < 3 or value not in said
    assert isinstance(text(field(kind), value), str)
    one = Filled(field(kind), value, "hand", known=True)
    assert isinstance(masked(one), str)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("choice", "mars"), ("choices", "a,a"), ("choices", "a,mars"), ("date", "2026-02-30"), ("date", "2026-2-3"),
        ("date", "1899-12-31"), ("digits", "１２"), ("digits", "12a"), ("promise", "no"), ("name", "张3"), ("name", "·"),
        ("name", "张\u202e三"), ("id_number", "510100199001010014"), ("id_number", "510100209901010010"),
        ("uscc", "91350100M000100Y44"), ("uscc", "91350100m000100y43"), ("phone", "12345678901"), ("phone", "138"),
        ("money", "1,200"), ("money", "01"), ("money", "-1"), ("money", "1.234"), ("division", "511700000"), ("division", "110101"),
        ("text", "a\x00b"), ("text", "\u200f"), ("text", "字" * 61), ("name", "名" * 51),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_not_taken(kind: FieldKind, value: str) -> None:
    assert check(field(kind), value, TODAY)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("phone", "12"), ("id_number", "51O"), ("id_number", "510100199001010014"), ("uscc", "I"), ("money", "1..")],
)
def test_what_can_no_longer_become_right_is_said_at_once(kind: FieldKind, value: str) -> None:
    assert typing(field(kind), value, TODAY)


def test_a_length_counts_characters_as_a_person_does() -> None:
    name = "ཀྲ" * 50
    assert (check(field("name"), name), check(field("name"), name + "ཀ")) == (None, "最多 50 个字")


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("money", "1200.5", "1,200.50 元"),
        ("date", "2024-03-01", "2024年3月1日"),
        ("division", "511381", "四川省南充市阆中市"),
        ("choices", "a,c", "甲、丙"),
        ("promise", PROMISED, "已承诺"),
    ],
)
def test_an_answer_reads_as_a_person_writes_it(kind: FieldKind, value: str, read: str) -> None:
    assert text(field(kind), value) == read


def test_a_screen_shows_no_number_name_or_telephone_whole() -> None:
    hidden: dict[FieldKind, str] = {
        "name": "欧阳晓燕",
        "id_number": "510100199001010013",
        "phone": "13980417265",
        "digits": "02887654321",
    }
    for kind, value in hidden.items():
        assert value not in masked(Filled(field(kind), value, "hand", known=True))


# --- codes ---


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000802100433B", "91440300708461136T", "11310000MB2F30661Y"])
def test_real_codes_of_legal_persons_are_right_and_one_character_makes_them_wrong(code: str) -> None:
    assert uscc.valid(code)
    for at, right in enumerate(code):
        assert not any(uscc.valid(code[:at] + other + code[at + 1 :]) for other in "0159AHY" if other != right)


def test_there_are_21_prefectures_and_183_counties() -> None:
    assert (len(prefectures()), sum(len(p.counties) for p in prefectures().values())) == (21, 183)
    assert full_name("513200") == "四川省阿坝藏族羌族自治州"
    assert not any(full_name(none) for none in ("5132", "510200", ""))
