"""Every mode a screen can be shown in: nothing is cut, small, covered or out of reach, and axe-core finds nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import product

import msgspec
import pytest
import screens_walk
from modes import AXE, FLAWS, HARDEST, LANGUAGES, LYING, MODES, RULES, SMALL, SPACED, STANDING, Mode, every, leave, load, wear
from playwright.sync_api import Browser, expect
from pseudo import longer
from screens_glass import PERSON, ScreenGlass, served
from screens_walk import rich_catalogue, walk

from domain.catalogue.catalogue import load as load_catalogue
from ui.app import create_app
from ui.look import COOKIE
from ui.public.book import Book
from ui.public.pages import create_public
from ui.words import SOURCE

LONGEST = msgspec.structs.replace(
    PERSON,
    name="阿不都热西提·买买提艾力·阿不都克力木·吐尔逊",
    address="四川省凉山彝族自治州木里藏族自治县屋脚蒙古族乡屋脚村民委员会第十二村民小组阿不都热西提家院子三百二十一号附五号",
)
NARROW = (
    Mode(STANDING, ("large", "contrast")),
    Mode(STANDING, ("large", "low")),
    Mode(SMALL, ("large",)),
    Mode(LYING, ("contrast",)),
)


@pytest.fixture
def glass(monkeypatch: pytest.MonkeyPatch) -> ScreenGlass:
    """With the longest names there are: of the person, the hall and its telephone."""
    monkeypatch.setattr(screens_walk, "PERSON", LONGEST)
    one = ScreenGlass(rich_catalogue())
    one.hall = replace(one.hall, hall="示范三县冷碛镇便民服务中心自助服务区", intake="示范三县冷碛镇", phone="0800-1234-5678 转 12")
    return one


def flaws(
    browser: Browser,
    glass: ScreenGlass,
    names: Iterable[str],
    modes: tuple[Mode, ...],
    wanted: frozenset[str] | None,
    languages: tuple[str, ...] = LANGUAGES,
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with served(create_app(glass)) as address:
        page = browser.new_context(has_touch=True, bypass_csp=True, reduced_motion="reduce").new_page()
        for name in names:
            if wanted is not None and name not in wanted:
                continue
            for language in languages:
                load(page, address, language)
                page.evaluate(AXE.read_text("utf-8"))
                for mode in modes:
                    wear(page, mode)
                    found[f"{name} {language} {mode}"] = page.evaluate(FLAWS) + page.evaluate(RULES)
                leave(page)
        page.context.close()
    return {at: wrong for at, wrong in found.items() if wrong}


def test_three_hard_screens_in_four_narrow_modes(browser: Browser, glass: ScreenGlass) -> None:
    assert flaws(browser, glass, walk(glass), NARROW, frozenset({"prepare", "postal-errors", "review"}), ("zh-CN",)) == {}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_eight_hardest_in_every_mode(browser: Browser, glass: ScreenGlass) -> None:
    assert flaws(browser, glass, walk(glass), MODES, frozenset(HARDEST)) == {}


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_screen_in_the_narrow_modes(browser: Browser, glass: ScreenGlass) -> None:
    assert flaws(browser, glass, every(glass), NARROW, None, ("zh-CN",)) == {}


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_screen_normal_and_large_in_both_languages(browser: Browser, glass: ScreenGlass) -> None:
    assert flaws(browser, glass, every(glass), (Mode(STANDING, ()), Mode(STANDING, ("large",))), None) == {}


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_eight_hardest_in_every_mode_in_english_a_third_longer_than_ours(browser: Browser, glass: ScreenGlass) -> None:
    with longer():
        assert flaws(browser, glass, walk(glass), MODES, frozenset(HARDEST), ("en",)) == {}


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_every_screen_in_the_narrow_modes_in_english(browser: Browser, glass: ScreenGlass) -> None:
    assert flaws(browser, glass, every(glass), NARROW, None, ("en",)) == {}


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_every_screen_holds_text_as_far_apart_as_a_reader_may_draw_it(browser: Browser, glass: ScreenGlass) -> None:
    """WCAG 1.4.12, where a terminal stands and as it is shown to whoever chose nothing."""
    assert flaws(browser, glass, every(glass), (Mode(STANDING, (SPACED,)),), None) == {}


LETTERS = """([text, stack]) => {
  const heading = document.querySelector(".step__title");
  heading.innerHTML = text;
  const of = heading.querySelector("span") ?? heading;
  const style = getComputedStyle(of);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const ink = pen.measureText(of.textContent);
  const apart = [...stack].reduce((sum, letter) => sum + pen.measureText(letter).width, 0);
  return {
    line: parseFloat(style.lineHeight),
    ink: ink.actualBoundingBoxAscent + ink.actualBoundingBoxDescent,
    shaped: pen.measureText(stack).width < apart || stack.length === 1,
  };
}"""


PREFECTURES = (
    ("bo", "DDC Uchen", "དཀར་མཛེས་བོད་རིགས་རང་སྐྱོང་ཁུལ", "སྐྱོ"),
    ("bo", "DDC Uchen", "རྔ་བ་བོད་རིགས་ཆའང་རིགས་རང་སྐྱོང་ཁུལ", "རྔ"),
    ("ii", "Nuosu SIL", "ꆃꎭꆈꌠꊨꏦꏱꅉꍏ", "ꆃ"),
)
"""甘孜, 阿坝 and 凉山 as they are called in their own letters, each with a letter, or a stack of them, out of it."""


def test_tibetan_and_yi_stand_in_their_own_letters_shaped_and_within_their_line(browser: Browser, glass: ScreenGlass) -> None:
    next(name for name in walk(glass) if name == "place")
    with served(create_app(glass)) as address:
        page = browser.new_page(viewport={"width": 1080, "height": 1920})
        load(page, address)
        devtools = page.context.new_cdp_session(page)
        devtools.send("DOM.enable")
        devtools.send("CSS.enable")
        for code, font, name, stack in PREFECTURES:
            for whole in (True, False):
                page.evaluate("(code) => (document.querySelector('.screen').lang = code)", code if whole else SOURCE)
                told = page.evaluate(LETTERS, [name if whole else f'<span lang="{code}">{name}</span>', stack])
                assert told["shaped"], name
                assert told["ink"] <= told["line"], (name, whole)
                root = devtools.send("DOM.getDocument")["root"]["nodeId"]
                heading = devtools.send("DOM.querySelector", {"nodeId": root, "selector": ".step__title"})["nodeId"]
                fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": heading})["fonts"]
                assert {one["familyName"] for one in fonts} == {font}, (name, whole)
        page.close()


def test_a_hand_chooses_the_large_view_keeps_what_it_typed_and_calls_for_help(browser: Browser, glass: ScreenGlass) -> None:
    next(name for name in walk(glass) if name == "form-child-name")
    with served(create_app(glass)) as address:
        context = browser.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
        page = context.new_page()
        load(page, address)
        page.locator('.key[data-key="1"]').tap()
        page.get_by_role("button", name="显示").tap()
        page.get_by_role("switch", name="长辈版").tap()
        expect(page.locator(".screen--large #look")).to_be_visible()
        assert page.evaluate(FLAWS) == []
        page.get_by_role("button", name="好了", exact=True).tap()
        expect(page.locator("#ask-input")).to_have_value("1")
        page.get_by_role("button", name="请人帮忙").tap()
        expect(page.locator(".helping")).to_contain_text("正在叫工作人员")
        assert page.evaluate(FLAWS) == []
        glass.show(help="coming")
        expect(page.locator(".helping")).to_contain_text("工作人员已知道，马上来")
        page.get_by_role("button", name="不用了", exact=True).tap()
        expect(page.locator(".helping")).to_have_count(0)
        expect(page.locator("#ask-input")).to_have_value("1")
        page.reload()
        expect(page.locator(".screen--large")).to_be_visible()
        context.close()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_pages_open_to_anyone_in_both_languages_normal_and_large(browser: Browser) -> None:
    glass = ScreenGlass(load_catalogue())
    app = create_app(glass)
    app.register_blueprint(create_public(glass, Nobody(), Nobody(), lambda: date(2026, 11, 26)))
    every_name = [name for name in Book(glass.catalogue, glass.hall, date(2026, 11, 26)).names() if not name.startswith("guide.")]
    kinds = {name.partition(".")[0] for name in every_name}
    names = [name for kind in sorted(kinds) for name in [one for one in every_name if one.partition(".")[0] == kind][:6]]
    names += ["search?q=card", "guide.demo-jia.UNEMP-REG.UNEMP-1", "guide.demo-qi.HUKOU-MOVE.HUKOU-MOVE-1"]
    found = {}
    with served(app) as address:
        for chosen, panel in (*product(("zh-CN", "en", "large~zh-CN", "large~en"), (STANDING,)), ("large~en", SMALL)):
            size = {"width": panel.width, "height": panel.height}
            context = browser.new_context(viewport=size, has_touch=True, bypass_csp=True, reduced_motion="reduce")
            context.add_cookies([{"name": COOKIE, "value": f"{chosen}.", "url": address}])
            page = context.new_page()
            for name in names:
                if page.goto(f"{address}/open/{name}").status != 200:
                    continue
                page.evaluate(AXE.read_text("utf-8"))
                found[f"{name} {chosen} {panel.width}"] = page.evaluate(FLAWS) + page.evaluate(RULES)
            context.close()
    assert len(found) > 150
    assert {at: wrong for at, wrong in found.items() if wrong} == {}


class Nobody:
    """Nobody prints and nobody reports."""

    def print(self, *_asked: str) -> None:
        return None

    def paper(self, _job: str) -> None:
        return None

    def report(self, *_told: object) -> bool:
        return False
