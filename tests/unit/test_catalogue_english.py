"""The catalogue's own English: optional, beside the Chinese it says; asked by the Chinese sentence, whoever reads it."""

from __future__ import annotations

import json
from typing import Any

from domain.catalogue.catalogue import DATA, Catalogue, load, plain
from domain.catalogue.english import READ, sentences
from domain.catalogue.item import Item, Question
from ui.words import HAN, speaking, translated

ITEMS = (DATA / "catalogue_demo.json").read_text("utf-8")
OPENINGS = (DATA / "openings_demo.json").read_text("utf-8")


def changed(**openings: Any) -> Catalogue:
    return plain(ITEMS.encode(), json.dumps({**json.loads(OPENINGS), **openings}).encode())


def test_every_sentence_a_citizen_reads_in_the_demonstration_has_an_english_without_chinese_in_it() -> None:
    catalogue = load()
    texts = {text for item in catalogue.listed() for text in sentences(Item, item)}
    texts |= {text for party in catalogue.parties for text in (party.name, party.desk)}
    assert len(texts) > 100
    assert [text for text in texts if text not in catalogue.english] == []
    assert [text for text in catalogue.english.values() if HAN.search(text)] == []


def test_a_sentence_of_the_catalogue_is_said_in_english_alone_and_inside_another() -> None:
    catalogue = load()
    with speaking("en", catalogue):
        assert translated("申领社保卡") == "Get a Social Security card"
        assert translated("业务属地专窗电话 示范甲市") == "Window of the deciding place, telephone Demo City A"
        assert translated("没有人翻译过的话") == "没有人翻译过的话"
    assert translated("申领社保卡") == "申领社保卡"


def test_without_english_the_chinese_stands() -> None:
    bare = changed(english={})
    with speaking("en", bare):
        assert translated(bare.notice) == bare.notice


def test_the_joint_list_goes_before_a_party_that_says_it_otherwise() -> None:
    openings = json.loads(OPENINGS)
    parties = [{**party, "english": {**party["english"], openings["notice"]: "Another notice"}} for party in openings["parties"]]
    assert changed(parties=parties).english[openings["notice"]] == openings["english"][openings["notice"]]


def test_it_is_the_same_whatever_the_day_and_however_the_catalogue_was_loaded() -> None:
    catalogue = load()
    assert catalogue.on(None).english is catalogue.english


def test_the_sentences_of_a_thing_are_its_own_and_chinese_and_each_once() -> None:
    tree = {"text": "谁的卡？", "answers": [{"text": "我自己的"}, {"text": "我自己的"}, {"text": "C1"}]}
    assert sentences(Question, tree) == ("谁的卡？", "我自己的")
    assert all(isinstance(name, str) for fields in READ.values() for name in fields)
