"""Pages that are read behind a visit: what is told, where it stays, and what comes too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
from msgspec.structs import replace as struct_replace
from support.visits import CATALOGUE, PERSON, SUBMITTED, Walk

from domain.case.content import Advice, ReadLine
from domain.catalogue.catalogue import Catalogue
from kiosk import handover
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import machine
from kiosk.visit.outcome import Rules
from kiosk.visit.snapshot import Fault
from kiosk.visit.state import KeptPage, State, Step
from ui.view import advice as said
from ui.view import papers

TODAY = date(2026, 11, 26)


def named(catalogue: Catalogue, *words: str) -> Catalogue:
    """The demonstration's catalogue, whose scanned materials are called ``words``."""
    items = {}
    for key, item in catalogue._items.items():
        situations = []
        for situation in item.situations:
            materials = tuple(struct_replace(material, title_words=words) for material in situation.materials)
            situations.append(struct_replace(situation, materials=materials))
        items[key] = struct_replace(item, situations=tuple(situations))
    return replace(catalogue, _items=items)


RULES = Rules(named(CATALOGUE, "居住证明"))


def lines(*texts: str) -> tuple[ReadLine, ...]:
    return tuple(ReadLine(text, (1000, 500 + 500 * at, 9000, 800 + 500 * at), 0.95) for at, text in enumerate(texts))


def read(ref: str, *texts: str) -> ev.PageRead:
    return ev.PageRead(ref, lines(*texts), TODAY)


GOOD = ("居 住 证 明", "姓名：欧阳测试")
WRONG = ("劳动合同书", "乙方：刘试安")


def shown(ref: str = "p1") -> Walk:
    return Walk(RULES).identified().do(ev.TakePage(ref), ev.PageShown(ref, ()))


def kept(walk: Walk) -> KeptPage:
    return walk.visit.collected[0].pages[0]


def told(page: KeptPage) -> dict[str, str]:
    assert page.reading is not None
    return {advice.question: advice.answer for advice in page.reading.advice}


def test_a_page_is_read_from_the_moment_it_is_shown() -> None:
    assert shown().asked(fx.ReadPage) == [fx.ReadPage("p1")]


def test_read_while_it_is_on_the_screen_it_says_so_there_and_stays_with_the_page() -> None:
    walk = shown()
    before = walk.state.version
    walk.do(read("p1", *WRONG))
    assert walk.state.version == before + 1
    assert walk.visit.scan.shown is not None
    assert said.of_page(walk.visit.scan.shown) == (said.TEXTS["title", "no"],)
    walk.do(ev.KeepPage())
    assert told(kept(walk)) == {"title": "no", "holder": "no"}


def test_read_after_it_was_kept_it_stays_with_the_page_and_a_tap_on_the_way_still_counts() -> None:
    walk = shown().do(ev.KeepPage(), ev.TakePage("p2"), ev.PageShown("p2", ()))
    before = walk.state.version
    walk.do(read("p1", *GOOD))
    assert walk.state.version == before
    assert told(kept(walk)) == {"title": "yes", "holder": "yes"}
    assert walk.visit.scan.shown is not None
    assert walk.visit.scan.shown.reading is None


def test_nothing_waits_for_a_page_to_be_read() -> None:
    walk = Walk(RULES).reviewed().do(ev.Submit())
    assert walk.step is Step.SUBMITTING
    assert len(walk.asked(fx.StoreCase)) == 1


def test_read_at_the_review_it_stands_there() -> None:
    walk = Walk(RULES).reviewed()
    before = walk.state.version
    walk.do(read("p1", *WRONG))
    assert (walk.step, walk.state.version) == (Step.REVIEW, before + 1)
    assert set(said.of_material(walk.visit.collected[0])) == {said.TEXTS["title", "no"], said.TEXTS["holder", "no"]}


def test_what_comes_when_the_case_is_being_handed_in_comes_too_late() -> None:
    walk = Walk(RULES).reviewed().do(ev.Submit(), read("p1", *GOOD))
    assert kept(walk).reading is None
    walk.do(ev.CaseStored("v1", SUBMITTED), read("p1", *GOOD))
    assert kept(walk).reading is None


def test_a_page_given_up_or_of_a_visit_before_is_nobodys() -> None:
    walk = shown().do(ev.RetakePage())
    assert fx.DropPages(("p1",), ()) in walk.effects
    state = walk.state
    assert walk.do(read("p1", *GOOD), read("of somebody else", *GOOD)).state == state
    assert machine.step(State(), read("p1", *GOOD), 0.0, RULES) == (State(), ())


def test_a_title_is_asked_for_on_the_first_page_of_a_material_only() -> None:
    walk = shown().do(ev.KeepPage(), ev.TakePage("p2"), ev.PageShown("p2", ()), read("p2", *WRONG))
    assert walk.visit.scan.shown is not None
    assert said.of_page(walk.visit.scan.shown) == ()
    walk.do(ev.KeepPage(), read("p1", *GOOD))
    first, second = walk.visit.collected[0].pages
    assert (told(first), told(second)) == ({"title": "yes", "holder": "yes"}, {"holder": "no"})
    assert said.of_material(walk.visit.collected[0]) == ()


def test_what_was_read_survives_a_restart_with_the_visit() -> None:
    walk = shown().do(ev.KeepPage(), ev.PageSealed("p1", "a" * 64, 9), read("p1", *GOOD))
    again = msgspec.json.decode(msgspec.json.encode(walk.state), type=State)
    restored, _ = machine.restored(again, None, RULES)
    assert restored.visit is not None
    assert told(restored.visit.collected[0].pages[0]) == {"title": "yes", "holder": "yes"}


def test_nothing_that_was_read_shows_in_a_repr() -> None:
    walk = shown().do(read("p1", *GOOD), ev.KeepPage())
    assert all("欧阳" not in repr(one) for one in (walk.state, kept(walk), read("p1", *GOOD), *walk.effects))


def test_the_screen_says_nothing_of_what_is_well_and_nothing_that_stands_on_the_page() -> None:
    texts = set(said.TEXTS.values())
    assert len(texts) == len(said.TEXTS)
    assert {(advice, answer) for advice, answer in said.TEXTS if answer == "yes"} == set()
    assert PERSON.name not in "".join(texts)
    every = {(q, a) for q in ("title", "holder", "validity", "credit_code") for a in ("no", "unsure")}
    assert set(said.TEXTS) == every


def test_a_page_that_was_not_read_goes_to_the_desk_as_unread_and_one_that_was_with_its_evidence() -> None:
    walk = shown().do(read("p1", *GOOD), ev.KeepPage(), ev.TakePage("p2"), ev.PageShown("p2", (), "card"), ev.KeepPage())
    pages = tuple(handover.page(page, walk.visit) for page in walk.visit.collected[0].pages)
    assert [(page.read, page.format) for page in pages] == [(True, ""), (False, "card")]
    assert pages[0].lines == lines(*GOOD)
    assert pages[0].advice[0] == Advice("title", "yes", ReadLine("居住证明", (1000, 500, 9000, 800), 0.95))
    assert pages[1].advice == ()


def test_the_view_of_a_page_carries_what_to_look_at() -> None:
    class Glass:
        catalogue = RULES.catalogue

        def fault(self, code: str) -> Fault:
            raise AssertionError(code)

    walk = shown().do(read("p1", *WRONG))
    assert papers.page(Glass(), walk.visit).confirm == (said.TEXTS["title", "no"],)  # type: ignore[arg-type]
