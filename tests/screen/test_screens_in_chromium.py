"""What the pages promise in the browser a terminal runs, by touch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import pytest
from modes import FLAWS, HARDEST
from playwright.sync_api import Browser, Page, expect
from screens_glass import PERSON, ScreenGlass, printed, served, until
from screens_in_browser import PORTRAIT, WAIT, Terminal, lead
from screens_walk import rich_catalogue, walk
from screens_ways import screens
from shifts import shifts
from support.typing_by import engine

from kiosk.visit import events as ev
from kiosk.visit.ink import Ink, sheet
from kiosk.visit.state import Step
from ui.app import create_app


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass(rich_catalogue())


SIZES = ((1280, 800), (1920, 1080), PORTRAIT)


@pytest.mark.long
def test_every_screen_fits_every_panel_is_large_and_free_of_complaints(browser: Browser, glass: ScreenGlass) -> None:
    """Largest text and targets in portrait, where a terminal stands; in landscape nothing runs over."""
    fits(browser, glass, screens(glass))


def test_the_hardest_screens_fit_every_panel_are_large_and_free_of_complaints(browser: Browser, glass: ScreenGlass) -> None:
    fits(browser, glass, (name for name in walk(glass) if name in HARDEST))


def fits(browser: Browser, glass: ScreenGlass, names: Iterable[str]) -> None:
    flaws: dict[str, list[str]] = {}
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        for name in names:
            terminal.has(glass)
            for width, height in SIZES:
                terminal.page.set_viewport_size({"width": width, "height": height})
                flaws[f"{name} {width}x{height}"] = terminal.page.evaluate(FLAWS)
        assert {at: found for at, found in flaws.items() if found} == {}
        assert terminal.complaints == []
        terminal.page.context.close()


def test_what_is_said_of_a_card_left_lying_is_whole_beside_the_mark(browser: Browser, glass: ScreenGlass) -> None:
    measure = """() => {
        const [mark, told] = ['.mark', '.take-card'].map((name) => document.querySelector(name));
        const [a, b] = [mark, told].map((each) => each.getBoundingClientRect());
        const below = ['.journey', '.progress', 'main'].map((name) => document.querySelector(name)?.getBoundingClientRect())
            .find((box) => box && box.left <= a.left + 1);
        return { beside: b.left >= a.right && b.bottom <= below.top && b.top >= 0 && b.right <= innerWidth,
                 whole: told.scrollHeight <= told.clientHeight && told.scrollWidth <= told.clientWidth };
    }"""
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        for step in ("welcome", "identity", "review"):
            if step != "welcome":
                lead(glass, step)
            glass.show(card_lies=True)
            terminal.has(glass)
            for width, height in SIZES:
                terminal.page.set_viewport_size({"width": width, "height": height})
                assert terminal.page.evaluate(measure) == {"beside": True, "whole": True}, (step, width, height)
        terminal.page.context.close()


def test_a_whole_visit_by_touch_leaves_no_trace_in_the_page(browser: Browser, glass: ScreenGlass) -> None:
    """And nothing moves on it, and the answer to a touch is the next screen: only what no touch brought is fetched."""
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        fetched: list[str] = []
        page.on("request", lambda asked: fetched.append(asked.url) if "/screen" in asked.url else None)
        terminal.tap("开始办理")
        page.locator(".step--place .choice", has_text="示范甲市").tap()
        page.locator(".step--item .choice", has_text="异地就医备案").tap()
        page.locator(".choice", has_text="单位派驻").tap()
        page.locator(".choice", has_text="在这里办").tap()
        terminal.tap("都带了，往下办")
        terminal.tap("看过了，同意")
        terminal.shows("card")
        walk_card(glass)
        terminal.tap("是我，往下办")
        terminal.tap("不符合，或不知道：我交")
        expect(page.locator("#desk canvas")).to_be_visible(timeout=WAIT)
        terminal.tap("拍照")
        terminal.tap("用这一张")
        terminal.tap("这份拍完了")
        page.locator(".choice", has_text="到本大厅取").tap()
        terminal.tap("成都市")
        terminal.tap("从今天起")
        page.locator(".option--promise").tap()
        terminal.tap("勾好了，下一步")
        terminal.shows("sign")
        terminal.settled()
        draw(page)
        terminal.click("签好了，下一步")
        terminal.shows("review")
        terminal.settled()
        terminal.tap("提交")
        terminal.shows("receipt")
        printed(glass)
        terminal.tap("拿到了，下一步")
        page.locator(".choice", has_text="基本满意").tap()
        terminal.tap("提交评价")
        terminal.shows("farewell")
        assert shifts(page) == []
        assert len(fetched) <= 3  # the card was read, the paper came
        with page.expect_navigation():
            terminal.tap("都带好了，结束")
        terminal.shows("welcome")
        assert page.evaluate("history.length") <= 2
        assert "visit" not in page.url
        assert "511381" not in page.content()
        assert terminal.complaints == []
        visits = [e for e in glass.effects if type(e).__name__ == "StoreCase"]
        assert len(visits) == 1
        page.context.close()


def test_another_address_is_typed_in_pinyin_and_a_wrong_number_keeps_it(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "postal")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        page.locator(".option", has_text="别的地址").tap()
        field = page.locator("input[name=address]")
        field.tap()
        for letter in "ludingxian":
            page.locator(f'.key[data-key="{letter}"]').tap()
        for character in "泸定县":
            find(page, character)
        for digit in "108":
            page.locator(f'.key[data-key="{digit}"]').tap()
        expect(field).to_have_value("泸定县108")
        page.locator("input[name=phone]").tap()
        for digit in "138":
            page.locator(f'.key[data-key="{digit}"]').tap()
        terminal.tap("填好了，下一步")
        expect(page.locator(".ask__error", has_text="11 位手机号码")).to_be_visible(timeout=WAIT)
        expect(field).to_have_value("泸定县108")
        expect(page.locator("input[name=phone]")).to_have_value("138")
        assert terminal.complaints == []
        page.context.close()


def test_a_name_a_place_and_latin_letters_are_written_with_the_engine(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "form-child-name")
    with engine() as typist, served(create_app(glass, spelling=typist)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        field = page.locator("#ask-input")

        def keys(*names: str) -> None:
            for name in names:
                page.locator(f'[data-key="{name}"]').tap()

        keys(*"ouyangyan")
        find(page, "欧阳")
        expect(page.locator(".keys__spelt")).to_have_text("yan")
        find(page, "䶮")
        expect(field).to_have_value("欧阳䶮")
        keys("·", "erase", "erase", *"lv")
        expect(page.locator(".keys__spelt")).to_have_text("lü")
        keys("erase", "erase", "name", *"ludingxian")
        find(page, "泸定县")
        keys(*"leshan", "3")  # what is spelt is written before what is no letter
        expect(field).to_have_value("欧阳泸定县乐山3", timeout=WAIT)
        keys("latin", *"li", "upper", *"li", "space")
        expect(field).to_have_value("欧阳泸定县乐山3LIli ")
        assert page.evaluate(FLAWS) == []
        assert terminal.complaints == []
        page.context.close()


def test_an_answer_is_checked_as_it_is_typed_and_neither_focus_nor_text_is_lost(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "form-mobile")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        field, said = page.locator("#ask-input"), page.locator("#ask-error")
        for digit in "12":
            page.locator(f'.key[data-key="{digit}"]').tap()
        expect(said).to_contain_text("11 位手机号码", timeout=WAIT)
        expect(field).to_be_focused()
        expect(field).to_have_value("12")
        page.locator('.key[data-key="erase"]').tap()
        page.locator('.key[data-key="3"]').tap()
        expect(said).to_be_empty(timeout=WAIT)
        expect(field).to_have_value("13")
        assert terminal.complaints == []
        page.context.close()


def test_a_date_is_set_by_touch_without_any_keyboard(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "form-since")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        for part in ("年", "月", "日"):
            page.get_by_role("button", name=f"{part}加一").tap()  # from nothing to today
        page.get_by_role("button", name="年减一").tap()
        terminal.tap("填好了，下一步")
        page.wait_for_selector("[data-question='with']")
        visit = glass.snapshot().state.visit
        assert visit is not None
        assert date.fromisoformat(visit.answers["since"]) < date.today()  # noqa: DTZ011
        assert terminal.complaints == []
        page.context.close()


def test_an_amount_is_set_by_touch_without_any_keyboard(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "form-rent")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        for name in ("＋1千", "＋1千", "＋10"):
            terminal.tap(name)
        expect(terminal.page.locator("#ask-input")).to_have_value("2010")
        assert terminal.complaints == []
        terminal.page.context.close()


def test_what_was_ticked_survives_the_idle_warning(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "form-with")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        page.get_by_label("亲戚").check(force=True)
        glass.now += glass.rules.idle_warning
        glass.tell(ev.Tick())
        glass.show(idle_left=30)
        until(lambda: page.locator(".dialog__count b").inner_text() not in ("", "30"))
        terminal.tap("继续办理")
        until(lambda: not (glass.snapshot().state.visit or pytest.fail("the visit ended")).warned)
        glass.show(idle_left=None)
        expect(page.locator(".dialog")).to_have_count(0, timeout=WAIT)
        expect(page.get_by_label("亲戚")).to_be_checked()
        page.context.close()


def test_a_signature_survives_a_fault_laid_over_it(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "sign")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        draw(page)
        glass.show(overlay=glass.fault("camera_frozen"))
        expect(page.locator(".dialog--fault")).to_be_visible(timeout=WAIT)
        glass.show(overlay=None)
        expect(page.locator(".dialog--fault")).to_have_count(0, timeout=WAIT)
        terminal.click("签好了，下一步")
        terminal.shows("review")
        page.context.close()


def test_a_signature_outlives_page_shape_and_server_and_stands_on_the_form(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "sign")
    held, said = Ink(), "#pad-said"
    with served(create_app(glass, ink=held)) as address:
        terminal = Terminal(browser, address)
        page, port = terminal.page, int(address.rpartition(":")[2])
        draw(page)
        touch(page, *((0.6 + n / 100, 0.3 + n / 100) for n in range(30)))
        terminal.tap("撤销上一笔")  # at once after a quick stroke: no gesture of the browser's swallows it
        expect(page.locator(said)).to_have_text("写了 2 笔")
        touch(page, (0.8, 0.3), (0.9, 0.6))
        without = ink(page)
        touch(page, (0.95, 0.5))
        expect(page.locator(said)).to_have_text("写了 4 笔")
        assert ink(page) != without, "a dot is seen"
        terminal.tap("撤销上一笔")
        expect(page.locator(said)).to_have_text("写了 3 笔")
        assert ink(page) == without
        assert (
            page.evaluate("() => { const { width, clientWidth } = document.getElementById('pad'); return width / clientWidth; }")
            >= 2
        )
        before = ink(page)
        page.reload()
        expect(page.locator(said)).to_have_text("写了 3 笔")
        assert ink(page) == before, "the same picture, pixel by pixel"
    with served(create_app(glass, ink=held), port):
        page.set_viewport_size({"width": 800, "height": 1280})
        page.set_viewport_size({"width": 1080, "height": 1920})
        page.reload()
        until(lambda: ink(page) == before)
    glass.boot, lost = "boot-2", Ink()
    with served(create_app(glass, ink=lost), port):  # a service begun anew, which knows nothing
        until(lambda: (now := sheet(glass.snapshot().state.visit)) and len(lost.strokes(now)) == 3)  # told anew, one by one
        page.reload()
        expect(page.locator(said)).to_have_text("写了 3 笔", timeout=WAIT)
        page.locator(".paper__open").first.tap()
        shown = page.locator(".paper__picture").first
        until(lambda: shown.evaluate("one => one.complete && one.naturalWidth > 0"))
        assert glass.previewed is not None
        page.locator(".paper__open").first.tap()
        terminal.click("签好了，下一步")
        terminal.shows("review")
        visit = glass.snapshot().state.visit
        assert visit is not None
        assert visit.signature is not None
        assert len(visit.signature.strokes) == 3
        assert glass.previewed == visit.signature, "what was seen on the form is what was sent"
        page.context.close()


def test_an_empty_signature_is_sent_back(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "sign")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        terminal.tap("签好了，下一步")
        expect(terminal.page.locator("#pad-error")).to_have_text("请在框内签上您的姓名", timeout=WAIT)
        assert glass.step is Step.SIGN
        terminal.page.context.close()


def test_while_the_question_whether_to_leave_stands_the_rest_is_out_of_reach(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "prepare")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        terminal.tap("结束办理")
        expect(page.get_by_role("alertdialog")).to_be_visible(timeout=WAIT)
        assert page.evaluate("document.getElementById('step').closest('[inert]') !== null")
        terminal.tap("继续办理")
        expect(page.get_by_role("alertdialog")).to_have_count(0, timeout=WAIT)
        assert not page.evaluate("document.getElementById('step').closest('[inert]') !== null")
        page.context.close()


def test_what_a_new_screen_says_as_the_last_one_did_stays_in_the_page(browser: Browser, glass: ScreenGlass) -> None:
    """Head and foot are laid out and painted once; what differs is the new screen's, and the page reads as the server has it."""
    lead(glass, "situation")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        seen = "(one) => one.dataset.seen ?? ((one.dataset.seen = 'yes') && '')"
        parts = f"() => [...document.getElementById('screen').children].map({seen})"
        for back, step in (("返回", "item"), ("返回", "place")):  # what a whole page brought is not known to be the same
            page.evaluate(parts)
            terminal.tap(back)
            terminal.shows(step)
            terminal.settled()
        assert page.evaluate(parts) == ["yes", "", "yes", "yes", "yes", ""], "the step and what lives beside it are new"
        terminal.tap("结束办理")  # what has stayed is listened to
        terminal.tap("继续办理")
        expect(page.get_by_role("alertdialog")).to_have_count(0, timeout=WAIT)
        page.locator(".tongue").first.tap()
        page.wait_for_selector("#screen[lang=en]")
        assert set(page.evaluate(parts)) == {""}, "in another language all is new"
        expect(page.locator(".foot")).to_contain_text("Back")
        page.context.close()


def test_a_second_tap_of_the_same_finger_chooses_nothing_on_the_next_screen(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "place")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        box = terminal.page.locator(".choice").first.bounding_box()
        assert box is not None
        # However busy the machine: with the first look anybody can have at the new screen, it takes no touch yet.
        terminal.page.evaluate(
            "() => new MutationObserver((_, all) => { window.guarded = document.body.classList.contains('settling');"
            " all.disconnect(); }).observe(document.getElementById('screen'), { childList: true })"
        )
        for _ in range(2):
            terminal.page.touchscreen.tap(box["x"] + 200, box["y"] + 60)
        terminal.shows("item")
        assert terminal.page.evaluate("() => window.guarded") is True
        terminal.settled()
        assert glass.step is Step.ITEM
        terminal.page.context.close()


def test_the_page_says_so_while_the_service_is_away_and_takes_the_visit_up_again(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "prepare")
    app = create_app(glass)
    with served(app) as address:
        terminal = Terminal(browser, address)
        terminal.has(glass)
    expect(terminal.page.locator("#cover")).to_be_visible(timeout=WAIT)
    glass.boot = "boot-2"
    with served(app, int(address.rpartition(":")[2])):
        expect(terminal.page.locator("body")).to_have_attribute("data-boot", "boot-2", timeout=WAIT)
        expect(terminal.page.locator("#cover")).to_be_hidden(timeout=WAIT)
        terminal.shows("prepare")
        terminal.page.context.close()


def walk_card(glass: ScreenGlass) -> None:
    glass.tell(ev.CardSeen())
    glass.tell(ev.CardTaken(PERSON))


def find(page: Page, word: str) -> None:
    """Tap the candidate, leafing on to it: without an engine a word is written character by character."""
    answered, wanted = page.locator(".keys__candidates:not([aria-busy])"), page.locator(f'[data-key="take:{word}"]')
    expect(answered).to_be_visible(timeout=WAIT)
    while not wanted.count():
        page.locator('[data-key="after"]').tap()
        expect(answered).to_be_visible(timeout=WAIT)
    wanted.tap()
    expect(page.locator(".text:focus")).to_have_value(re.compile(f"{word}$"), timeout=WAIT)


def ink(page: Page) -> str:
    """What is on the pad, as a picture."""
    return str(page.evaluate("() => document.getElementById('pad').toDataURL()"))


def draw(page: Page) -> None:
    """Two strokes with a finger."""
    touch(page, (0.2, 0.3), (0.4, 0.5), (0.6, 0.4))
    touch(page, (0.5, 0.2), (0.5, 0.5), (0.55, 0.7))


def touch(page: Page, *stroke: tuple[float, float]) -> None:
    """One stroke, as Chromium gets it from a touch screen; places are shares of the pad."""
    box = page.locator("#pad").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    for n, (x, y) in enumerate(stroke):
        point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove" if n else "touchStart", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
