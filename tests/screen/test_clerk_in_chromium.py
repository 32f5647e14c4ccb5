"""A whole visit at the window in one browser: the citizen at the glass by touch, the clerk at the office computer by keys alone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from screens_clerk import WANG, Window, listening, standing
from screens_glass import PERSON, ScreenGlass, printed, served
from support import clerk_accounts as accounts

from domain.case.content import Finding
from domain.catalogue.catalogue import load
from kiosk.visit import events as ev
from kiosk.visit.state import Step
from ui.app import create_app

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
WRONG = """async () => {
  const flaws = [];
  if (document.documentElement.scrollWidth > innerWidth) flaws.push("wider than the screen");
  if (document.documentElement.scrollHeight > innerHeight) flaws.push("higher than the screen");
  for (const one of document.querySelectorAll("button, a")) {
    if (!one.checkVisibility()) continue;
    const { width, height } = one.getBoundingClientRect();
    if (width < 24 || height < 24) flaws.push(`small target: ${one.textContent.trim()}`);
  }
  for (const one of document.querySelectorAll("#task .button, #task .choice"))
    if (one.checkVisibility() && !one.querySelector("kbd, .choice__at")) flaws.push(`no key: ${one.textContent.trim()}`);
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return flaws.concat(found.violations.map((one) => `axe ${one.id}: ${one.nodes[0].html.slice(0, 160)}`));
}"""
SIZES = ((1366, 768), (1920, 1080))
WAIT = 15_000


class Clerk:
    """The office computer: keys, and what its browser complained about."""

    def __init__(self, page: Page, pictures: Path | None = None) -> None:
        self.page = page
        self.pictures = pictures
        self.flaws: dict[str, list[str]] = {}
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def at(self, title: str) -> Clerk:
        expect(self.page.locator("h1")).to_have_text(title, timeout=WAIT)
        if title not in self.flaws:
            self._looked(title)
        return self

    def press(self, *keys: str) -> Clerk:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def until(self, condition: Callable[[], bool]) -> Clerk:
        end = time.monotonic() + WAIT / 1000
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            self.page.wait_for_timeout(20)
        return self

    def type(self, text: str) -> Clerk:
        """Where the focus is, by itself."""
        expect(self.page.locator(":focus")).to_have_count(1)
        self.page.keyboard.type(text)
        return self

    def _looked(self, name: str) -> None:
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            if self.page.evaluate("() => !window.axe"):
                self.page.evaluate(AXE.read_text("utf-8"))
            found = self.page.evaluate(WRONG)
            if found:
                self.flaws.setdefault(f"{name} {width}", []).extend(found)
            if self.pictures is not None:
                self.page.screenshot(path=self.pictures / f"{len(list(self.pictures.iterdir())):02}-{width}-{name[:12]}.png")
        self.flaws.setdefault(name, [])


class Citizen:
    """The glass: touches."""

    def __init__(self, page: Page, pictures: Path | None = None) -> None:
        self.page = page
        self.pictures = pictures

    def tap(self, text: str | re.Pattern[str]) -> None:
        self.page.wait_for_selector("body:not(.settling) #screen")
        self.page.get_by_role("button", name=text, exact=True).first.tap()

    def reads(self, text: str) -> None:
        expect(self.page.locator("#screen")).to_contain_text(text, timeout=WAIT)
        if self.pictures is not None:
            self.page.screenshot(path=self.pictures / f"{len(list(self.pictures.iterdir())):02}-glass-{text[:10]}.png")

    def sign(self) -> None:
        self.page.wait_for_selector("body:not(.settling) #pad")
        pad = self.page.locator("#pad").bounding_box()
        assert pad is not None
        mouse = self.page.mouse
        mouse.move(pad["x"] + 60, pad["y"] + 60)
        mouse.down()
        for at in range(1, 8):
            mouse.move(pad["x"] + 60 + 40 * at, pad["y"] + 60 + (30 if at % 2 else 0))
        mouse.up()


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    with standing(tmp_path, ScreenGlass(load())) as one:
        yield one


def _moved(glass: ScreenGlass, version: int) -> bool:
    return glass.snapshot().state.version != version


def story(window: Window, folder: Path, pictures: Path | None = None) -> Clerk:
    glass = window.glass
    with served(create_app(glass)) as at_glass, listening(window, folder) as (address, believed), sync_playwright() as playwright:
        options = ["--no-sandbox", f"--ignore-certificate-errors-spki-list={believed}"]
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)
        office, hall = chromium.new_context(), chromium.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
        clerk, citizen = Clerk(office.new_page(), pictures), Citizen(hall.new_page(), pictures)
        clerk.page.goto(address)
        citizen.page.goto(at_glass)

        clerk.at("登录窗口").type(WANG).press("Tab").type(accounts.PASSWORD).press("Tab").type(accounts.code(WANG, time.time()))
        clerk.press("Enter").at("现在没有人在办").press("n").at("办给哪个地方（业务属地）？").press("1")
        citizen.reads("正在为您选要办的事")
        clerk.at("办什么事？")
        number = next(n for n, i in enumerate(glass.catalogue.items("demo-jia"), 1) if i.item_id == "MED-REMOTE")
        clerk.type(str(number)).press("Enter") if clerk.page.locator("#find").count() else clerk.press(str(number))
        clerk.page.wait_for_function("() => !document.querySelector('h1').textContent.includes('办什么事')")
        question = clerk.page.locator("h1").inner_text()
        clerk.at(question).press("1")
        clerk.at("怎么办？请办事人选")
        here = clerk.page.locator(".choice", has_text="在这里办").locator("kbd").inner_text()
        clerk.press(here).at("材料都带了吗？").press("Enter")
        clerk.at("告知书")
        citizen.reads("在等您")
        citizen.tap("看过了，同意")
        clerk.at("请放上证件")
        glass.tell(ev.CardSeen())
        glass.tell(ev.CardTaken(PERSON))
        clerk.at("看证件、看人，是同一个人吗？").press("Enter")
        while clerk.until(lambda: glass.step in (Step.WAIVE, Step.SCAN)) and glass.step is Step.WAIVE:
            before = glass.snapshot().state.version
            clerk.page.wait_for_selector("#task :text('第')")
            clerk.press("n").until(partial(_moved, glass, before))
        citizen.reads("正在为您拍摄材料")
        clerk.page.wait_for_selector("#desk canvas")
        clerk.at(clerk.page.locator("h1").inner_text())
        glass.findings = (Finding("page_glare", ((2000, 2000, 6000, 3500),)),) if "page_glare" in glass._faults else ()
        clerk.press("Space")
        clerk.page.wait_for_selector(".sheet img")
        clerk.at(clerk.page.locator("h1").inner_text()).press("y")
        clerk.page.wait_for_selector("#desk canvas")
        clerk.at(clerk.page.locator("h1").inner_text()).press("Enter")
        clerk.at("结果怎么给他？").press("2")
        clerk.page.wait_for_selector("form.form")
        clerk.at("寄到哪里？").type("13980417265").press("Enter")
        clerk.until(lambda: glass.step is Step.FORM)
        clerk.page.wait_for_function("() => document.querySelector('h1').textContent !== '寄到哪里？'")
        while glass.step is Step.FORM:
            before = glass.snapshot().state.version
            title = clerk.page.locator("h1").inner_text()
            clerk.at(title)
            if clerk.page.locator(".waits").count():
                citizen.reads("在等您")
                citizen.page.locator(".option--promise").first.tap()
                citizen.tap("勾好了，下一步")
            elif clerk.page.locator("#find").count():
                clerk.type("泸定").press("Enter")
            else:
                clerk.press("1")
            clerk.until(partial(_moved, glass, before))
            clerk.page.wait_for_function("(old) => document.querySelector('h1').textContent !== old", arg=title)
        clerk.at("核对、签名")
        citizen.reads("在等您")
        citizen.sign()
        citizen.tap("签好了，下一步")
        clerk.at("请办事人最后看一遍，提交")
        clerk.page.reload()
        clerk.at("请办事人最后看一遍，提交")
        citizen.reads("在等您")
        citizen.page.reload()
        citizen.tap("提交")
        clerk.until(lambda: glass.step is Step.RECEIPT)
        printed(glass)
        clerk.at("打好了，请交给办事人").press("Enter")
        clerk.at("请办事人评价")
        citizen.tap(re.compile("非常满意"))
        citizen.tap("提交评价")
        citizen.tap("都带好了，结束")
        clerk.at("现在没有人在办")
        assert glass.snapshot().state.visit is None
        chromium.close()
    return clerk


def test_a_whole_visit_the_citizen_by_touch_and_the_clerk_by_keys_alone(window: Window, tmp_path: Path) -> None:
    clerk = story(window, tmp_path)
    assert not {name: found for name, found in clerk.flaws.items() if found}
    assert not clerk.complaints
