"""Words in another language: our own sentences by their key, those of other hands by their pattern; what is Chinese says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from jinja2 import Environment

from ui import words
from ui.words import _, counted, day, language, listed, marked, speaking, translated

PO = """
msgid "下一步"
msgstr "Next"

msgid "送到%(home)s"
msgstr "Sent to %(home)s"

msgid "已拍 %(num)s 页"
msgid_plural "已拍 %(num)s 页"
msgstr[0] "%(num)s page taken"
msgstr[1] "%(num)s pages taken"

msgid "%(what)s不能为空"
msgstr "%(what)s must not be empty"

msgid "电话"
msgstr "Phone"

msgid "一共占 %(share)s%%"
msgstr "%(share)s%% of it"

msgid "<b>不会</b>提交"
msgstr "will <b>not</b> be handed in"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "words.po").write_text(PO, "utf-8")
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    for kept in (words._offered, words._words):
        kept.cache_clear()
        monkeypatch.setattr(words, kept.__name__, kept)


@pytest.fixture(autouse=True)
def forget() -> object:
    yield
    words._offered.cache_clear()
    words._words.cache_clear()


def test_a_sentence_is_said_in_the_language_that_is_spoken_and_in_chinese_again_after_it() -> None:
    with speaking("en"):
        assert (_("下一步"), _("送到%(home)s", home="甲市"), language()) == ("Next", "Sent to 甲市", "en")
    assert (_("下一步"), _("送到%(home)s", home="甲市"), language()) == ("下一步", "送到甲市", "zh-CN")


def test_what_has_no_translation_and_a_language_that_has_no_words_are_chinese() -> None:
    with speaking("en"):
        assert _("没有译文") == "没有译文"
    with speaking("fr"):
        assert (_("下一步"), language()) == ("下一步", "zh-CN")


def test_one_page_is_not_several() -> None:
    with speaking("en"):
        assert [counted("已拍 %(num)s 页", n) for n in (1, 2)] == ["1 page taken", "2 pages taken"]
    assert counted("已拍 %(num)s 页", 2) == "已拍 2 页"


def test_a_sentence_of_another_hand_is_known_whole_or_by_its_pattern_and_so_are_the_words_in_it() -> None:
    with speaking("en"):
        assert translated("下一步") == "Next"
        assert translated("已拍 1 页") == "1 page taken"
        assert translated("电话不能为空") == "Phone must not be empty"
        assert translated("一共占 5%") == "5% of it"
        assert translated("送到示范甲市") == "Sent to 示范甲市"
        assert translated("谁也不认识的话") == "谁也不认识的话"
    assert translated("电话不能为空") == "电话不能为空"


def test_what_is_chinese_on_an_english_page_says_so_and_nothing_of_it_is_markup() -> None:
    with speaking("en"):
        assert marked("Sent to 《甲市·乙县》, <b>") == 'Sent to <span lang="zh-CN">《甲市·乙县》</span>, &lt;b&gt;'
    assert marked("甲市<b>") == "甲市&lt;b&gt;"


def test_a_tibetan_and_a_yi_name_say_so_on_any_page() -> None:
    for code in ("zh-CN", "en"):
        with speaking(code):
            assert marked("བསྟན་འཛིན") == '<span lang="bo">བསྟན་འཛིན</span>'
            assert marked("ꀉꂵ ꆈꌠ") == '<span lang="ii">ꀉꂵ ꆈꌠ</span>'


def test_dates_and_lists_are_written_as_the_language_writes_them() -> None:
    with speaking("en"):
        assert (day(date(2026, 12, 3)), listed(("a", "b"))) == ("3 December 2026", "a, b")
    assert (day(date(2026, 12, 3)), listed(("甲", "乙"))) == ("2026 年 12 月 3 日", "甲、乙")


def test_a_page_keeps_the_markup_of_its_own_sentences_and_none_of_what_is_put_into_them() -> None:
    pages = Environment(autoescape=True)
    words.install(pages)
    page = pages.from_string(
        '{{ _("<b>不会</b>提交") }}|{{ _("送到%(home)s", home=home) }}|'
        '{{ _("送到%(home)s", home=home|marked) }}|{{ counted("已拍 %(num)s 页", 1) }}'
    )
    with speaking("en"):
        assert page.render(home="<甲>") == (
            'will <b>not</b> be handed in|Sent to &lt;甲&gt;|Sent to &lt;<span lang="zh-CN">甲</span>&gt;|1 page taken'
        )
    assert page.render(home="<甲>").startswith("<b>不会</b>提交|送到&lt;甲&gt;")


@pytest.mark.parametrize("number", ["0800-000-0001", "028-12345678", "0839-3300000"])
def test_a_telephone_within_a_sentence_stays_in_one_piece(number: str) -> None:
    assert f'<span class="whole">{number}</span>。' in words.told(f"请打电话 {number}。")


def test_what_only_looks_like_a_telephone_is_left_alone() -> None:
    for text in ("2026-11-22", "511381-261122-0001"):
        assert "whole" not in words.told(text), text
