"""The technician's pages in the browser a terminal runs: from the first screen by touch and by keys to the end of a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from modes import AXE, RULES
from playwright.sync_api import Browser, Page, expect
from screens_glass import ScreenGlass, served
from screens_walk import rich_catalogue
from support.printing import TCP
from support.staff import KEY, NOW, TERMINAL
from support.upkeep import BADGE, Place, place, until

from devices.virtual.printer import VirtualPrinter
from domain.staff.book import Slot
from domain.staff.roles import Purpose, Role
from ui.app import create_app
from ui.technician.pages import TABS, create_technician

pytestmark = pytest.mark.long
SIZES = ((1080, 1920), (1280, 800), (1920, 1080))
MEASURED = """() => {
  const mm = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--mm"));
  const flaws = [];
  if (document.documentElement.scrollWidth > innerWidth) flaws.push("wider than the panel");
  if (document.documentElement.scrollHeight > innerHeight) flaws.push("higher than the panel");
  for (const one of document.querySelectorAll("button, a[href], input:not([type=hidden])")) {
    if (!one.checkVisibility()) continue;
    const { width, height } = one.getBoundingClientRect();
    const least = one.matches(".pad__key") ? 15 : 20;
    if (Math.min(height, width) < least * mm - 0.6) flaws.push(`small: ${one.textContent.trim().slice(0, 12)}`);
  }
  for (const box of document.querySelectorAll(".staff *")) {
    if (!box.checkVisibility() || box.matches("input")) continue;
    if (box.scrollWidth > box.clientWidth + 1) flaws.push(`cut: ${box.className}`);
  }
  return flaws;
}"""


@pytest.fixture
def paper() -> Iterator[VirtualPrinter]:
    with TCP.printer(400, "gbk", None) as printer:
        yield printer


@pytest.fixture
def here(tmp_path: Path, paper: VirtualPrinter) -> Iterator[Place]:
    with place(tmp_path, paper) as one:
        yield one


@pytest.fixture
def page(browser: Browser, here: Place) -> Iterator[Page]:
    glass = ScreenGlass(rich_catalogue())
    app = create_app(glass, knocks=here.entrance.shown)
    app.register_blueprint(create_technician(here.entrance, here.upkeep, "示范三县冷碛镇便民服务中心自助服务区", glass.boot))
    with served(app) as address:
        context = browser.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True, bypass_csp=True)
        shown = context.new_page()
        shown.set_default_timeout(15_000)
        shown.goto(address)
        yield shown
        context.close()


def flaws(page: Page) -> list[str]:
    page.add_script_tag(path=AXE)
    return [*page.evaluate(RULES), *page.evaluate(MEASURED)]


def settled(page: Page) -> None:
    """The page has looked at the door twice: its keys stay."""
    for _ in range(2):
        with page.expect_response("**/staff/now*"):
            pass


def type_pin(page: Page, pin: str = BADGE.pin) -> None:
    page.wait_for_selector("[data-pad=pin] .pad__key")
    settled(page)
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="确定").tap()


def test_a_badge_brings_the_screen_to_the_door_and_every_page_holds_what_the_design_asks(page: Page, here: Place) -> None:
    here.lay()
    page.wait_for_url("**/staff/")
    page.wait_for_selector("[data-pad=pin] .pad__key")
    found = {"pin": flaws(page)}
    type_pin(page)
    page.wait_for_url("**/staff/states")
    for tab in (tab for tab in TABS if tab.name != "audit"):
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(page.url.rsplit("/staff/", 1)[0] + f"/staff/{tab.name}")
            page.wait_for_selector(".staff__tabs")
            found[f"{tab.name} {width}"] = flaws(page)
    page.goto(page.url.rsplit("/staff/", 1)[0] + "/staff/settings?key=devices.printer.host")
    page.wait_for_selector(".board__key")
    found["setting"] = flaws(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_slip_is_tried_by_touch_and_lifting_the_badge_ends_everything(page: Page, here: Place) -> None:
    here.lay()
    page.wait_for_url("**/staff/")
    type_pin(page)
    page.wait_for_url("**/staff/states")
    page.get_by_role("link", name="试设备").tap()
    page.get_by_role("button", name="试凭证打印机").tap()
    page.locator("#answer-yes").tap()
    expect(page.locator(".test .mark-of--passed").first).to_be_visible()
    here.reader.lift()
    page.wait_for_url("**/staff/?left")
    expect(page.get_by_text("工作证已取走")).to_be_visible()
    page.wait_for_url(lambda url: url.endswith("/"))
    until(lambda: not here.parts.maintenance, "it serves again")


def test_the_mark_held_for_three_seconds_leads_to_the_door_and_a_tap_does_not(page: Page, here: Place) -> None:
    box = page.locator(".head .mark").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.up()
    assert "/staff/" not in page.url
    page.mouse.down()
    page.wait_for_url("**/staff/")
    page.mouse.up()
    expect(page.get_by_text("请放工作证")).to_be_visible()
    assert flaws(page) == []
    page.get_by_role("link", name="用一次性登录码").tap()
    page.wait_for_selector("[data-pad=code] .pad__key")
    assert flaws(page) == []
    page.get_by_role("button", name="回到首页").tap()
    page.wait_for_selector("#live", state="attached")


def test_a_keyboard_alone_comes_in_by_a_code_goes_through_the_pages_and_out(page: Page, here: Place) -> None:
    code = KEY.code(TERMINAL, "00" * 8, Slot(NOW.date(), Role.TECHNICIAN, Purpose.SIGN_IN, 1))
    page.keyboard.press("Control+F2")
    page.wait_for_url("**/staff/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-pad=code] .pad__key")
    settled(page)
    page.keyboard.type(code)
    page.get_by_role("button", name="登录").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/states")
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert {"退出", "试设备", "网络时间", "设置", "登记", "日志", "程序"} <= set(seen)


def test_a_pin_stands_nowhere_in_the_page_and_is_gone_from_it_when_sent(page: Page, here: Place) -> None:
    here.lay()
    page.wait_for_url("**/staff/")
    page.wait_for_selector("[data-pad=pin] .pad__key")
    settled(page)
    for digit in "1357":
        page.get_by_role("button", name=digit, exact=True).tap()
    assert "●" in page.locator(".pad__seen").inner_text()
    assert "1357" not in page.content()
    type_pin(page, "92")
    until(lambda: here.entrance.entry().left == 2, "it was a wrong one")
    assert page.evaluate("document.querySelectorAll('input').length") == 0
