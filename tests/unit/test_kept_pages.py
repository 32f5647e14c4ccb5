"""The pages a citizen kept of one material: each can be looked at, taken anew in its place, given up and moved."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from support.visits import CATALOGUE, RULES, Walk

from domain.catalogue.item import Situation
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import path
from kiosk.visit.state import Step


def three() -> Walk:
    return Walk().identified().page("p1").page("p2").page("p3")


def refs(walk: Walk) -> list[str]:
    return [p.ref for p in walk.visit.collected[0].pages]


def dropped(walk: Walk) -> list[str]:
    return [ref for e in walk.asked(fx.DropPages) if isinstance(e, fx.DropPages) for ref in e.refs]


def test_a_page_taken_anew_comes_into_the_place_of_the_old_one_which_stays_until_then() -> None:
    walk = three().do(ev.ChoosePage("p2"), ev.TakeInstead(), ev.TakePage("n2"))
    assert (refs(walk), dropped(walk)) == (["p1", "p2", "p3"], [])
    walk.do(ev.PageShown("n2", ()), ev.RetakePage(), ev.TakePage("m2"), ev.PageNotTaken("m2", "page_not_found"))
    assert dropped(walk) == ["n2"]
    walk.do(ev.TakePage("o2"), ev.PageShown("o2", ()), ev.KeepPage())
    assert (refs(walk), dropped(walk)) == (["p1", "o2", "p3"], ["n2", "p2"])
    assert walk.page("p4").visit.scan.instead is None
    assert refs(walk) == ["p1", "o2", "p3", "p4"]


def test_not_taking_it_anew_after_all_loses_nothing() -> None:
    for way_back in (ev.ChoosePage(None), ev.Back()):
        walk = three().do(ev.ChoosePage("p2"), ev.TakeInstead(), way_back)
        assert (walk.step, refs(walk), walk.visit.scan.instead) == (Step.SCAN, ["p1", "p2", "p3"], None)
        assert refs(walk.page("p4")) == ["p1", "p2", "p3", "p4"]


def test_one_page_is_given_up_with_its_picture_and_what_lies_on_the_disk() -> None:
    walk = three().do(ev.ChoosePage("p2"), ev.GiveUpPage(), ev.GiveUpPage())
    assert refs(walk) == ["p1", "p3"]
    assert walk.asked(fx.DropPages) == [fx.DropPages(("p2",), (b"p2".hex().ljust(64, "0"),))]


def test_pages_change_places_and_none_leaves_the_row() -> None:
    walk = three().do(ev.ChoosePage("p1"), ev.MovePage(-1))
    assert refs(walk) == ["p1", "p2", "p3"]
    assert refs(walk.do(ev.MovePage(1), ev.MovePage(1), ev.MovePage(1))) == ["p2", "p3", "p1"]
    assert walk.visit.scan.chosen == "p1"


def test_a_page_of_another_material_or_of_nobody_cannot_be_chosen() -> None:
    walk = three()
    before = walk.visit.scan
    assert walk.do(ev.ChoosePage("nobody's"), ev.TakeInstead(), ev.GiveUpPage(), ev.MovePage(1)).visit.scan == before
    assert refs(walk) == ["p1", "p2", "p3"]


def test_while_a_page_is_looked_at_none_is_taken_by_itself() -> None:
    walk = three().do(ev.DeskSeen(False, 1), ev.DeskSeen(True, 2), ev.ChoosePage("p2"))
    for _ in range(40):
        walk.later(0.25)
    assert walk.visit.scan.taking is None
    walk.do(ev.ChoosePage(None))
    for _ in range(20):
        walk.later(0.25)
    assert walk.visit.scan.taking is not None


def test_a_picture_that_was_to_take_a_lost_pages_place_comes_to_the_end() -> None:
    walk = three().do(ev.ChoosePage("p3"), ev.TakeInstead(), ev.TakePage("n3"), ev.PageShown("n3", ()))
    walk.do(ev.PageLost("p3", "store_failed"))
    walk.page("n4")
    assert refs(walk) == ["p1", "p2", "n4"]


def test_of_a_card_the_front_is_asked_for_and_then_its_back() -> None:
    item = msgspec.structs.replace(CATALOGUE._items["MED-REMOTE"], situations=tuple(map(_of_cards, SITUATIONS)))
    rules = replace(RULES, catalogue=replace(CATALOGUE, _items={**CATALOGUE._items, "MED-REMOTE": item}))
    walk = Walk(rules).identified()
    asked = [path.side(walk.visit, rules.catalogue)]
    for n in range(3):
        walk.page(f"p{n}")
        asked.append(path.side(walk.visit, rules.catalogue))
    assert asked == [1, 2, 1, 2]
    walk.do(ev.ChoosePage("p1"), ev.TakeInstead())
    assert path.side(walk.visit, rules.catalogue) == 2


def test_of_what_has_one_side_none_is_asked_for() -> None:
    assert path.side(three().visit, CATALOGUE) == 0


SITUATIONS = CATALOGUE._items["MED-REMOTE"].situations


def _of_cards(situation: Situation) -> Situation:
    return msgspec.structs.replace(situation, materials=tuple(msgspec.structs.replace(m, sides=2) for m in situation.materials))
