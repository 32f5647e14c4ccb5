"""The forms of the administration: made of the catalogue's own types, in official Chinese; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, inspect
from support import packs

from domain.catalogue.item import Item, Material
from domain.catalogue.linting.rules import RULES
from domain.catalogue.party import Party
from fleet.items import forms, shape
from fleet.items.elements import TYPES, Tree, apart, slim, together

FIXED = {("About", "demo"), ("Party", "party"), ("Opening", "home"), ("NotOpen", "home"), ("Opening", "form")}
"""What says whose part it is, whether it is a demonstration at all, and a form beside the named one: not edited here."""


def kinds() -> Iterator[type[Struct]]:
    left, seen = list(TYPES.values()), set[type[Struct]]()
    while left:
        kind = left.pop()
        if kind not in seen:
            seen.add(kind)
            yield kind
            left += [one.one for one in shape.shapes(kind).values() if one.one is not None]


def trees() -> Iterator[tuple[type[Struct], Tree]]:
    """Everything the demonstration has, down to what lies in lists."""
    for name, body in packs.plain().items():
        for one in apart(name, body):
            yield from inside(TYPES[one.kind], one.value)


def inside(kind: type[Struct], tree: Tree) -> Iterator[tuple[type[Struct], Tree]]:
    yield kind, tree
    for name, one in shape.shapes(kind).items():
        if one.manner == "pages" and one.one is not None:
            for below in tree.get(name, ()):
                yield from inside(one.one, below)


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
def test_every_element_has_its_official_name_and_every_code_its_word(kind: type[Struct]) -> None:
    fields = {field.name for field in msgspec.structs.fields(kind)}
    assert {name for name in fields if (kind.__name__, name) not in FIXED} == set(shape.shapes(kind))
    hints = get_type_hints(kind)
    for name, one in shape.shapes(kind).items():
        assert one.label
        codes = {str(code) for code in _codes(hints[name])}
        assert codes <= set(one.words), f"{kind.__name__}.{name}"
        if codes:
            assert one.closed
            assert codes == set(one.words), f"{kind.__name__}.{name} has a word for a code that is none"
        if isinstance(one.kind, inspect.StrType) and one.kind.pattern is not None:
            assert one.kind.pattern in forms._PATTERNS


def test_every_rule_of_the_linter_has_a_place_to_speak_and_no_other_is_named() -> None:
    assert set(shape.table()["rules"]) == set(RULES)
    assert {name for names in shape.table()["rules"].values() for name in names} <= {n for k in kinds() for n in shape.shapes(k)}


def test_what_stands_in_a_form_comes_back_as_it_was() -> None:
    count = 0
    for kind, tree in trees():
        found = forms.read(kind, forms.typed(kind, tree), tree)
        assert (found.errors, slim(msgspec.convert(found.tree, kind))) == ({}, tree)
        count += 1
    assert count > 500


def test_a_part_taken_apart_and_put_together_says_the_same() -> None:
    for name, body in packs.plain().items():
        again = together(name, apart(name, body))
        assert [(one.kind, one.value) for one in apart(name, again)] == [(one.kind, one.value) for one in apart(name, body)]


TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(["", "0", "1", "-3", "2026-02-30", "x" * 500, "on", "self", "\r\n a"]))


@given(data=st.data())
@settings(max_examples=60)
def test_whatever_is_typed_is_a_value_of_its_type_or_an_error_at_a_field_that_is_there(data: st.DataObject) -> None:
    kind, tree = data.draw(st.sampled_from(SAMPLES))
    given_ = forms.typed(kind, tree)
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(given_) or ["-"]), st.lists(TEXTS, max_size=3), max_size=6))
    typed = {**given_, **changed}
    found = forms.read(kind, typed, tree)
    drawn = forms.shown(kind, typed, tree, {}, found.errors)
    if found.errors:
        names = set(_names([one for _, fields in drawn for one in fields]))
        assert set(found.errors) <= names
    else:
        msgspec.convert(found.tree, kind)


def test_each_wrong_thing_is_said_at_its_field_and_what_was_typed_stays() -> None:
    tree = next(tree for kind, tree in trees() if kind is Material)
    typed = {**forms.typed(Material, tree), "name": [""], "copies": ["200"], "material_id": ["M 1"], "necessity": ["9"]}
    found = forms.read(Material, typed, tree)
    assert found.errors == {
        "name": "要填",
        "copies": "应在 1 到 20 之间",
        "material_id": "只用字母、数字和连字符，最多 40 个",
        "necessity": "不合格式",
    }
    drawn = {one.name: one for _, fields in forms.shown(Material, typed, tree, {}, found.errors) for one in fields}
    assert (drawn["copies"].text, drawn["copies"].error) == ("200", "应在 1 到 20 之间")


def test_a_private_key_comes_into_no_form_and_a_public_one_must_look_like_one() -> None:
    party = next(tree for kind, tree in trees() if kind is Party)
    key = {"keys.0.use": ["seal"], "keys.0.key_id": ["k1"], "keys.0.since": ["2026-01-01"]}
    private = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"
    wrong = {
        private: "私钥",
        "a" * 64: "age1",
        "-----BEGIN PRIVATE KEY-----" + "x" * 40: "私钥",
    }
    for public, word in wrong.items():
        found = forms.read(Party, {**forms.typed(Party, party), **key, "keys.0.public": [public]}, party)
        assert list(found.errors) == ["keys.0.public"]
        assert word in found.errors["keys.0.public"]
    good = "age1" + "q" * 58
    assert forms.read(Party, {**forms.typed(Party, party), **key, "keys.0.public": [good]}, party).tree["keys"][0]["public"] == good


def test_lines_of_a_table_are_added_at_its_end_emptied_and_taken_away() -> None:
    item = next(tree for kind, tree in trees() if kind is Item)
    typed = {
        **forms.typed(Item, item),
        "fees.0.name": ["工本费"],
        "fees.0.amount_yuan": ["20"],
        "fees.0.basis": ["川发改〔2020〕1号"],
    }
    with_one = forms.read(Item, typed, item)
    assert [fee["amount_yuan"] for fee in with_one.tree["fees"]] == [20]
    assert forms.read(Item, {**typed, "fees.0.-": ["on"]}, item).tree["fees"] == []
    assert forms.read(Item, {**typed, "fees.0.basis": [" "]}, item).errors == {"fees.0.basis": "要填"}


def test_each_chinese_sentence_of_a_thing_has_a_line_for_its_english_and_a_changed_one_asks_anew() -> None:
    tree = next(tree for kind, tree in trees() if kind is Material)
    chinese, english = next(iter(tree["english"].items()))
    (shown,) = (
        one
        for _, fields in forms.shown(Material, forms.typed(Material, tree), tree, {}, {})
        for one in fields
        if one.name == "english"
    )
    line = next(one for one in shown.inner if one.shape.label == chinese)
    assert line.text == english
    typed = {**forms.typed(Material, tree), line.name: ["Another word"]}
    assert forms.read(Material, typed, tree).tree["english"][chinese] == "Another word"
    assert forms.read(Material, {**typed, line.name: [""]}, tree).tree["english"].keys() == tree["english"].keys() - {chinese}
    assert forms.read(Material, {**typed, line.name: ["x" * 401]}, tree).errors == {line.name: "有 401 个字符，最多 400 个"}
    renamed = forms.read(Material, {**typed, "name": ["另一份材料"]}, tree).tree
    assert "另一份材料" not in renamed["english"]
    assert renamed["english"].keys() <= tree["english"].keys()


SAMPLES = [*{kind.__name__: (kind, tree) for kind, tree in trees()}.values()]


def _codes(hint: Any) -> Iterator[Any]:
    if hint in (str, int, bool, type(None)):
        return
    if getattr(hint, "__origin__", None) is not None and str(hint).startswith("typing.Literal"):
        yield from get_args(hint)
        return
    for one in get_args(hint):
        yield from _codes(one) if not isinstance(one, str | int) else ()


def _names(drawn: list[forms.Shown]) -> Iterator[str]:
    for one in drawn:
        yield one.name
        yield from _names([*one.inner, *(field for row in one.rows for field in row)])
