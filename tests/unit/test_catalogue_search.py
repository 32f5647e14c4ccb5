"""Anybody finds what can be done here: by name, what it is called, readings, occasion, place; with one character wrong."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import browse
from domain.catalogue.catalogue import load
from domain.catalogue.search import Match, within_one

CATALOGUE = load()


def found(text: str, **more: object) -> list[str]:
    return [hit.short_name for hit in browse.items(CATALOGUE, text, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("异地就医", "异地就医备案"),
        ("外地看病", "异地就医备案"),
        ("驾照", "换补驾驶证"),
        ("yidijiuyi", "异地就医备案"),
        ("ydjy", "异地就医备案"),
        ("YDJY", "异地就医备案"),
        ("wfzzm", "无犯罪证明"),
        ("执照 丢", "补换营业执照"),
        ("挂矢社保卡", "挂失社保卡"),  # one character wrong
        ("无犯最证明", "无犯罪证明"),
        ("失业登登记", "失业登记"),  # one too many
        ("残疾人两项贴", "残疾人两项补贴"),  # one missing
        ("yangloobaoxian", "养老保险转移"),
        ("ＹＤＪＹ", "异地就医备案"),
        ("我想给孩子办社保卡", "申领社保卡"),  # a sentence
        ("在外地看病怎么报销", "异地就医备案"),
        ("我的身份证找不到了", "换补身份证"),
        ("ID card", "换补身份证"),  # English
        ("Social Sec", "申领社保卡"),
        ("birth", "生育登记"),
        ("driving licnce", "换补驾驶证"),
    ],
)
def test_what_people_type_finds_what_they_mean(text: str, first: str) -> None:
    assert found(text)[0] == first


def test_the_better_match_comes_first_and_a_typo_is_tried_only_where_nothing_meets() -> None:
    hits = browse.items(CATALOGUE, "社保卡")
    assert [hit.match for hit in hits] == sorted(hit.match for hit in hits if hit.match is not None)
    assert Match.NEARLY not in {hit.match for hit in hits}
    assert {hit.match for hit in browse.items(CATALOGUE, "社保卡丢乐")} == {Match.NEARLY}


@pytest.mark.parametrize("text", ["不在这里的事", "zzzz", "？！", "x", "'; DROP TABLE", "社" * 500])
def test_what_is_not_here_finds_nothing_and_nothing_breaks(text: str) -> None:
    assert found(text) == []


@given(st.text(max_size=60))
def test_whatever_is_typed_has_an_answer(text: str) -> None:
    assert len(found(text)) <= browse.LIMIT


@given(st.text("社保卡丢失", min_size=3, max_size=7), st.data())
def test_a_word_with_one_character_wrong_missing_or_too_many_is_met(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    for spoilt in (word[:at] + "X" + word[at + 1 :], word[:at] + word[at + 1 :], word[:at] + "X" + word[at:]):
        assert within_one(spoilt, f"前面{word}后面")
    if word[0] != word[-1]:
        assert not within_one("XY" + word, f"前面{word}后面")


def test_it_is_listed_by_place_topic_department_batch_and_applicant() -> None:
    assert dict(browse.topics(CATALOGUE, "demo-yi")) == {"生育": 1, "社会救助": 1}
    assert found("", home="demo-yi") == ["生育登记", "残疾人两项补贴"]
    assert found("", topic="户籍", home="demo-qi") == ["省内迁户口", "户籍证明", "无犯罪证明"]
    assert found("", department="示范七县公安局") == ["省内迁户口", "户籍证明", "无犯罪证明"]
    assert ("示范七县公安局", 3) in browse.departments(CATALOGUE, "demo-qi")
    assert found("", applicant="legal_person", home="demo-ding") == ["打印参保证明", "补换营业执照"]
    assert sum(count for _, count in browse.batches(CATALOGUE)) == 18
    assert len(found("", batch="第二批")) == 6


def test_an_occasion_lists_its_items_in_the_order_they_are_done() -> None:
    assert found("", bundle="wallet") == ["挂失社保卡", "补换社保卡", "换补身份证", "换补驾驶证"]
    assert found("", bundle="nothing") == []


def test_what_is_new_or_changed_comes_with_what_is_new_the_latest_first() -> None:
    hits = browse.items(CATALOGUE, since=date(2025, 3, 1))
    assert [hit.short_name for hit in hits] == ["补换营业执照", "无犯罪证明", "异地就医备案"]
    assert all(hit.changed for hit in hits)


def test_what_is_not_in_force_is_not_found() -> None:
    before = CATALOGUE.on(date(2024, 12, 31))
    assert browse.items(before, "残疾人") == ()
    assert [hit.short_name for hit in browse.items(CATALOGUE, "残疾人")] == ["残疾人两项补贴"]


def test_a_hit_says_where_it_is_open() -> None:
    (hit,) = browse.items(CATALOGUE, "生育登记")
    assert hit.homes == ("demo-yi", "demo-qi") or set(hit.homes) == {"demo-yi", "demo-qi"}


def test_the_search_of_the_catalogue_that_was_only_headed_is_the_same() -> None:
    from support.packs import PINNED, Made

    from domain.catalogue import pack

    whole, headed = (pack.read(Made().data, PINNED, check=check) for check in (True, False))
    assert list(whole.entries()) == list(headed.entries())
    assert browse.items(whole, "社保") == browse.items(headed, "社保")
    assert whole.departments("demo-qi", "NO-CRIME") == headed.departments("demo-qi", "NO-CRIME")
    assert whole.takes_in("demo-yi")
    assert headed.takes_in("demo-yi")
