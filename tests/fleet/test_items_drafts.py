"""Working copies: whatever is done to them they can be decoded, nobody's edit is lost, and each can be undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import items as at
from support import packs
from support.centre_db import new_database

from domain.catalogue.part import JOINT, Share, decode
from fleet.items import drafts, nodes, published, shape, versions
from fleet.items.drafts import ConflictError, Draft, RefusedError
from fleet.items.elements import TYPES, Element, together
from fleet.store import Store

BY = "jia-edits"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, published.Shelf]]:
    folder = tmp_path_factory.mktemp("items")
    with closing(Store(new_database(folder / "centre.db"))) as store:
        shelf = at.shelf(folder)
        at.publish(store, shelf)
        yield store, shelf


@pytest.fixture
def draft(kept: tuple[Store, published.Shelf]) -> Iterator[tuple[Store, Draft]]:
    store, shelf = kept
    yield store, begun(store, shelf, at.JIA)
    with store.transaction() as db:
        for part in (at.JIA, JOINT):
            if (left := drafts.of(db, part)) is not None:
                drafts.drop(db, left, BY, "放弃", at.NOW)


def begun(store: Store, shelf: published.Shelf, part: str) -> Draft:
    with store.transaction() as db:
        base = versions.basis(db, shelf.now(db), part, at.NOW)
        assert base is not None
        return drafts.begin(db, part, base.body, base.id, BY, at.NOW)


def first(store: Store, draft: Draft, kind: str) -> Element:
    with store.reading() as db:
        return next(one for one in drafts.elements(db, draft.id) if one.kind == kind)


def changed(store: Store, draft: Draft, one: Element, by: str = BY, **more: Any) -> None:
    with store.transaction() as db:
        seen = nodes.mark(TYPES[one.kind], one.value)
        drafts.change(db, draft, one.number, (), seen, {**one.value, **more}, by, at.NOW)


def test_a_draft_begins_with_what_terminals_have_and_there_is_one_of_each_part(draft: tuple[Store, Draft]) -> None:
    store, one = draft
    with store.reading() as db:
        body = drafts.body(db, one)
    assert together(at.JIA, [Element(e.number, e.kind, e.value) for e in drafts.apart(at.JIA, packs.plain()[at.JIA])]) == body
    with pytest.raises(RefusedError), store.transaction() as db:
        drafts.begin(db, at.JIA, body, None, "other", at.NOW)


def test_who_comes_second_with_the_same_thing_is_told_and_loses_nothing_of_the_first(draft: tuple[Store, Draft]) -> None:
    store, one = draft
    opening = first(store, one, "opening")
    changed(store, one, opening, reason="先来的")
    with pytest.raises(ConflictError):
        changed(store, one, opening, by="other", reason="后来的")
    assert first(store, one, "opening").value["reason"] == "先来的"


def test_two_people_work_side_by_side_in_one_element(kept: tuple[Store, published.Shelf], draft: tuple[Store, Draft]) -> None:
    store = draft[0]
    joint = begun(store, kept[1], JOINT)
    item = first(store, joint, "item")
    material = item.value["situations"][0]["materials"][0]
    with store.transaction() as db:
        way = ("situations", 0, "materials", 0)
        seen = nodes.mark(shape.PAGES[1], material)
        drafts.change(db, joint, item.number, way, seen, {**material, "copies": 3}, "other", at.NOW)
    changed(store, joint, item, topic="改了主题")
    found = first(store, joint, "item").value
    assert (found["topic"], found["situations"][0]["materials"][0]["copies"]) == ("改了主题", 3)


def test_each_edit_is_kept_and_taken_back_even_after_later_ones(draft: tuple[Store, Draft]) -> None:
    store, one = draft
    before = first(store, one, "opening")
    changed(store, one, before, reason="第一次改")
    changed(store, one, first(store, one, "opening"), reason="第二次改")
    with store.reading() as db:
        edits = drafts.edits(db, one.id)
    with store.transaction() as db:
        drafts.undo(db, one, edits[-1].position, edits[-1].last, BY, at.NOW)
    assert first(store, one, "opening").value == before.value
    with pytest.raises(ConflictError), store.transaction() as db:
        drafts.undo(db, one, edits[-1].position, edits[-1].last, BY, at.NOW)  # as somebody else still has it on the screen
    with store.transaction() as db:
        newest = drafts.edits(db, one.id)[0]
        drafts.undo(db, one, newest.position, newest.last, BY, at.NOW)
    assert first(store, one, "opening").value["reason"] == "第二次改"
    with store.reading() as db:
        assert [edit.what[:2] for edit in drafts.edits(db, one.id)] == ["撤销", "恢复", "改 ", "改 "]


def test_what_its_type_does_not_allow_is_refused_in_words_and_changes_nothing(draft: tuple[Store, Draft]) -> None:
    store, one = draft
    form = first(store, one, "form")
    for _ in form.value["fields"][1:]:
        with store.transaction() as db:
            left = first(store, one, "form").value["fields"]
            drafts.take_out(db, one, form.number, ("fields", 0), nodes.mark(shape.PAGES[5], left[0]), BY, at.NOW)
    (last,) = first(store, one, "form").value["fields"]
    with pytest.raises(RefusedError, match="至少要有一个"), store.transaction() as db:
        drafts.take_out(db, one, form.number, ("fields", 0), nodes.mark(shape.PAGES[5], last), BY, at.NOW)
    party = first(store, one, "party")
    with pytest.raises(RefusedError, match="不能删"), store.transaction() as db:
        drafts.remove(db, one, party.number, nodes.mark(TYPES["party"], party.value), BY, at.NOW)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["change", "remove", "add", "put in", "take out", "move", "undo"]),
        st.integers(0, 60),
        st.integers(0, 5),
        st.dictionaries(
            st.sampled_from(["name", "reason", "delivery", "since", "proofs", "label", "phone", "kind", "fields"]),
            st.one_of(st.none(), st.text(max_size=5), st.lists(st.sampled_from(["pickup_home", "x"]), max_size=2), st.just({})),
            max_size=3,
        ),
    ),
    max_size=12,
)


@given(steps=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_row_of_edits_leaves_a_draft_that_can_be_decoded(draft: tuple[Store, Draft], steps: list[Any]) -> None:
    store, one = draft
    for what, which, inside, more in steps:
        try:
            with store.transaction() as db:
                edited(db, one, what, which, inside, more)
        except (ConflictError, RefusedError):
            pass
    with store.reading() as db:
        body = drafts.body(db, one)
    share: Share = decode(at.JIA, body, Share)
    published.catalogue("-", {at.JIA: body})
    assert share.party.party == at.JIA


def edited(db: Any, one: Draft, what: str, which: int, inside: int, more: dict[str, Any]) -> None:
    elements = drafts.elements(db, one.id)
    element = elements[which % len(elements)]
    kind = TYPES[element.kind]
    seen = nodes.mark(kind, element.value)
    lists = [name for name, shape_ in shape.shapes(kind).items() if shape_.manner == "pages" and element.value.get(name)]
    match what:
        case "change":
            drafts.change(db, one, element.number, (), seen, {**element.value, **more}, BY, at.NOW)
        case "remove":
            drafts.remove(db, one, element.number, seen, BY, at.NOW)
        case "add":
            drafts.add(db, one, element.kind, {**element.value, **more}, BY, at.NOW)
        case "undo":
            edits = drafts.edits(db, one.id)
            if edits:
                edit = edits[which % len(edits)]
                drafts.undo(db, one, edit.position, edit.last, BY, at.NOW)
        case _ if lists:
            name = lists[0]
            listed = element.value[name]
            place = inside % len(listed)
            below = shape.shapes(kind)[name].one
            assert below is not None
            mark = nodes.mark(below, listed[place])
            if what == "put in":
                drafts.put_in(db, one, element.number, (name,), {**listed[place], **more}, BY, at.NOW)
            elif what == "take out":
                drafts.take_out(db, one, element.number, (name, place), mark, BY, at.NOW)
            else:
                drafts.move(db, one, element.number, (name, place), mark, BY, at.NOW, up=bool(inside % 2))


def test_an_edit_once_made_is_never_changed_nor_forgotten(draft: tuple[Store, Draft]) -> None:
    store, one = draft
    changed(store, one, first(store, one, "opening"), reason="改")
    for statement in ("UPDATE item_edits SET by = 'x'", "DELETE FROM item_edits", "UPDATE item_steps SET by = 'x'"):
        with pytest.raises(Exception, match="is not"), store.transaction() as db:
            db.execute(statement)
    with store.reading() as db:
        newest = drafts.edits(db, one.id)[0]
        (told,) = db.execute("SELECT result FROM record WHERE act = 'items.edit' ORDER BY position DESC LIMIT 1").fetchone()
    assert (newest.by, told) == (BY, newest.what)
    assert json.loads(msgspec.json.encode(newest.after))["reason"] == "改"
