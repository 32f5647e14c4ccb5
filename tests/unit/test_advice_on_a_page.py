"""What a page that was read may tell, as a list of promises. Every name and number is invented."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import uscc
from domain.case.advice import Sought, advise, open_questions
from domain.case.content import Advice, ReadLine
from domain.case.wording import is_masked, is_one_off, plain

TODAY = date(2026, 11, 26)
NUMBER = "510100199001010013"
SOUGHT = Sought(("居住证明", "个人承诺书"), ("欧阳测试",), (NUMBER,))


def lines(*texts: str, score: float = 0.97) -> tuple[ReadLine, ...]:
    """One below the other from the top of the page, evenly."""
    return tuple(ReadLine(text, (1000, 500 + 400 * at, 9000, 700 + 400 * at), score) for at, text in enumerate(texts))


def answers(*texts: str, score: float = 0.97, sought: Sought = SOUGHT) -> dict[str, str]:
    return {told.question: told.answer for told in advise(lines(*texts, score=score), sought, TODAY)}


# --- the title --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["居住证明", "居 住 证 明", "绵阳市示例区居住证明", "居住证明书（存根）", "个 人 承 诺 书"])
def test_any_of_the_words_at_its_head_names_the_document(title):
    (told, *_) = advise(lines(title, "兹证明"), SOUGHT, TODAY)
    assert (told.question, told.answer) == ("title", "yes")
    assert told.evidence is not None
    assert told.evidence.text == plain(title)
    assert told.evidence.box == (1000, 500, 9000, 700)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (("劳动合同书", "甲方凭个人的居住证明到社区办理登记并领取本合同约定的各项补贴"), "mentioned in a sentence"),
        (("劳动合同书",) + ("条款",) * 14 + ("居住证明",), "at the foot"),
        (("居住讧明", "兹证明"), "one character is another"),
    ],
)
def test_words_that_may_name_another_paper_are_unsure(texts, why):
    assert answers(*texts)["title"] == "unsure", why


def test_another_document_is_not_it():
    assert answers("劳动合同书", "甲方", "乙方")["title"] == "no"


def test_a_page_without_a_line_names_nothing_and_nobody():
    assert advise((), SOUGHT, TODAY) == (Advice("title", "no"), Advice("holder", "no"))


def test_where_no_title_is_known_none_is_asked_for():
    assert "title" not in answers("随便什么", sought=Sought((), ("欧阳测试",), (NUMBER,)))


# --- whose it is ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "姓名：欧阳测试",
        "兹证明欧阳测试（男，1990年1月1日出生）",
        "欧 阳 测 试",
        f"公民身份号码 {NUMBER}",
        "公民身份号码 ５１０１００１９９００１０１００１３",
        "证件号码 510100********0013",
    ],
)
def test_the_name_or_the_number_in_whatever_form_is_the_applicants(text):
    assert answers("居住证明", text)["holder"] == "yes"


def test_a_number_with_an_x_is_found_in_either_case():
    assert answers("证件号码：51010019900101001x", sought=Sought((), (), ("51010019900101001X",)))["holder"] == "yes"


def test_a_label_and_its_value_beside_it_are_one():
    table = (ReadLine("欧阳测试", (4000, 1005, 6000, 1195), 0.95), ReadLine("姓名", (1000, 1000, 2000, 1200), 0.99))
    (told,) = advise(table, Sought((), ("欧阳测试",), (NUMBER,)), TODAY)
    assert told.evidence == ReadLine("姓名欧阳测试", (1000, 1000, 6000, 1200), 0.95)


@pytest.mark.parametrize("text", ["姓名：欧阳侧试", "510100199001010018", "51010O199001010013"])
def test_one_character_off_is_unsure(text):
    assert answers(text)["holder"] == "unsure"


@pytest.mark.parametrize("text", ["姓名：刘试安", "510104198505050028", "证件号码 510104********0028", "****"])
def test_somebody_else_is_not_the_applicant(text):
    assert answers(text)["holder"] == "no"


def test_a_line_that_was_read_badly_is_unsure():
    assert answers("居住证明", "姓名：欧阳测试", score=0.79) == {"title": "unsure", "holder": "unsure"}
    assert answers("居住证明", "姓名：欧阳测试", score=0.8) == {"title": "yes", "holder": "yes"}


def test_a_foreigner_is_known_by_the_english_name():
    assert answers("Name: Smith, John", sought=Sought((), ("SMITH,JOHN",), ("KAZ110090123105",)))["holder"] == "yes"


def test_while_nobody_knows_who_applies_nobody_is_looked_for():
    assert "holder" not in answers("居住证明", "姓名：欧阳测试", sought=Sought(("居住证明",), (), ()))


def test_a_body_is_known_by_its_name_or_code():
    body = Sought((), ("周样本", "四川示例电子科技有限公司"), (NUMBER, GOOD))
    assert answers("名称 四川示例电子科技有限公司", sought=body)["holder"] == "yes"
    assert answers(f"统一社会信用代码 {GOOD}", sought=body) == {"holder": "yes", "credit_code": "yes"}


def test_a_middle_dot_is_a_middle_dot():
    assert answers("姓名 阿依•木果", sought=Sought((), ("阿依·木果",), (NUMBER,)))["holder"] == "yes"


# --- in date ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("有效期限 2015.03.01-2035.03.01", "yes"),
        ("有效期限 2006.11.25-2026.11.25", "no"),
        ("有效期限 2006.11.26-2026.11.26", "yes"),
        ("有效期限 2015.03.01-长期", "yes"),
        ("有效期限：长期", "yes"),
        ("有效期至 2026年12月31日", "yes"),
        ("有效期至：2025-12-31", "no"),
        ("有效期至20251231", "no"),
        ("本证有效期：自2020年1月1日至2025年1月1日止", "no"),
        ("营业期限 2019年05月06日至无固定期限", "yes"),
        ("营业期限：2009年05月06日 至 2019年05月05日", "no"),
        ("有效期至二〇二六年十二月三十一日", "yes"),
        ("有效期至二○二五年十月二十日", "no"),
        ("有效至 2031/7/1", "yes"),
        ("有效期限 2015.03.01～2025.03.01", "no"),
    ],
)
def test_the_end_of_a_period_is_compared_with_today(text, answer):
    assert answers("证件", text)["validity"] == answer


@pytest.mark.parametrize(
    "text",
    [
        "有效期：三十日",
        "有效期：自2020年1月1日起三年",
        "本证明自出具之日起三十日内有效",
        "出具日期 2019年1月1日",
        "有效期至2026年13月41日",
        "有效期限",
    ],
)
def test_what_gives_no_end_is_not_answered(text):
    assert "validity" not in answers("证件", text, "2026")


def test_an_end_in_the_next_row_is_found():
    assert answers("有效期限", "2006.01.01-2016.01.01")["validity"] == "no"


# --- credit code ------------------------------------------------------------------------------------------------------

_INNER = "91510100" + "MA000000" + uscc.inner_check("MA000000")
GOOD = _INNER + uscc.check_character(_INNER)


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        ((f"统一社会信用代码 {GOOD}",), "yes"),
        (("统一社会信用代码", GOOD), "yes"),
        ((f"统一社会信用代码：{GOOD.replace('0', 'O', 1)}",), "unsure"),
        ((f"统一社会信用代码：{GOOD[:16]}{(int(GOOD[16]) + 1) % 10}{GOOD[17]}",), "no"),
    ],
)
def test_a_credit_code_is_checked_by_its_last_character(texts, answer):
    assert answers("营业执照", *texts)["credit_code"] == answer


def test_a_number_without_that_name_is_no_credit_code():
    assert "credit_code" not in answers("营业执照", GOOD)


# --- of a material ----------------------------------------------------------------------------------------------------


def test_whose_a_material_is_may_stand_on_any_of_its_pages():
    first, second = (Advice("title", "yes"), Advice("holder", "no")), (Advice("holder", "yes"),)
    assert open_questions((first, second)) == ()
    assert open_questions((first, first)) == (Advice("holder", "no"),)
    assert open_questions((first, (Advice("holder", "unsure"),))) == (Advice("holder", "unsure"),)
    assert open_questions(()) == ()


def test_a_doubt_of_any_page_stays():
    past = Advice("validity", "no")
    assert open_questions(((Advice("holder", "yes"),), (past,))) == (past,)


# --- whatever stands there --------------------------------------------------------------------------------------------

anything = st.text(st.sampled_from("有效期限至自起年月日长期信用代码居住证明欧阳测试〇一二三十0123456789.-*OX "), max_size=80)
boxes = st.tuples(st.integers(0, 5000), st.integers(0, 5000), st.integers(5000, 10_000), st.integers(5000, 10_000))


@given(st.lists(st.builds(ReadLine, anything, boxes, st.floats(0, 1)), max_size=30))
def test_each_question_is_answered_once_at_most_and_never_surely_from_a_bad_line(found):
    told = advise(found, SOUGHT, TODAY)
    assert len({advice.question for advice in told}) == len(told)
    assert all(advice.evidence is None or advice.evidence.score >= 0.8 or advice.answer == "unsure" for advice in told)


@given(st.text(st.sampled_from("ab"), min_size=2, max_size=8), st.text(st.sampled_from("ab"), max_size=30))
def test_one_off_is_what_it_says(word, text):
    windows = [text[at : at + len(word)] for at in range(len(text) - len(word) + 1)]
    assert is_one_off(word, text) == any(sum(a != b for a, b in zip(word, w, strict=True)) == 1 for w in windows)


def test_too_few_characters_of_a_masked_number_are_nobodys():
    assert not is_masked(NUMBER, "510***3")
    assert not is_masked(NUMBER, "510101********0013")


def test_nothing_of_a_person_shows_in_a_repr():
    assert "欧阳" not in repr((SOUGHT, advise(lines("姓名：欧阳测试"), SOUGHT, TODAY)))
