"""Every page of the console in a browser, at the two sizes of an office: whole, named, and axe-core finds nothing.

Whoever adds a page adds its address to :data:`PAGES` and something to show to ``tests/support/console.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, sync_playwright
from support import console_alerts, console_items, items
from support.console import Console, console, served
from support.console_ratings import RATE, seed_decided

from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role

STEERING = (
    "/steering",
    "/steering/2",
    "/steering/3",
    "/steering/4?show=all",
    "/steering/acts",
    "/steering/command?op=out-of-service&do_notice=检修&to=*",
    "/steering/publish/settings",
    "/steering/publish/notices",
    "/steering/publish/catalogue",
)
BOARD = ("/", "/?state=trouble&sort=-place", "/areas", "/areas?by=label", "/work", "/terminals/t-mz-01", "/terminals/t-rs-02")
PAGES = (
    *BOARD,
    "/tickets",
    "/tickets/2",
    "/tickets/1/appeal",
    "/statistics",
    "/reports",
    "/reports/cases?by=day",
    "/postage",
    "/people",
    "/clerks",
    "/account",
    "/record",
    "/kept",
    *console_items.PAGES,
    *console_alerts.PAGES,
    *STEERING,
)
SIZES = ((1366, 768), (1920, 1080))
NARROWEST = 800
EVERYTHING = (
    *(Grant(role, ALL) for role in Role),
    *(Grant(role, items.JIA) for role in (Role.ITEM_ADMIN, Role.APPROVER)),
    Grant(Role.APPROVER, items.QI),
)
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
FLAWS = """async (run) => {
  const flaws = [];
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) flaws.push(`wider than the window by ${wide}`);
  if (document.querySelectorAll('h1').length !== 1) flaws.push('not one heading');
  const heading = document.querySelector('h1')?.textContent.trim();
  if (!heading || !document.title.startsWith(heading)) flaws.push(`title ${document.title}, heading ${heading}`);
  if (!run) return flaws;
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return flaws.concat(found.violations.map((one) => `axe ${one.id}: ${one.nodes[0].html.slice(0, 160)}`));
}"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with console(tmp_path_factory.mktemp("console")) as made:
        yield made


@pytest.fixture(scope="module")
def window(one: Console) -> Iterator[BrowserContext]:
    """A browser in which somebody who may do everything is signed in."""
    with served(one) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai")
        context.add_cookies([{"name": COOKIE, "value": one.cookie(*EVERYTHING), "url": address}])
        yield context
        browser.close()


@pytest.mark.parametrize("path", [*PAGES, *(pytest.param(path, marks=pytest.mark.long) for path in console_items.MORE)])
def test_every_page_is_whole_at_every_size_and_open_to_everybody(window: BrowserContext, path: str) -> None:
    page = window.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, list[str]] = {}
    for width, height in (*SIZES, (NARROWEST, SIZES[0][1])):
        page.set_viewport_size({"width": width, "height": height})
        found[f"{width} × {height}"] = page.evaluate(FLAWS, width == SIZES[0][0])
    assert {size: flaws for size, flaws in found.items() if flaws} == {}
    assert complaints == []
    page.close()


def test_every_page_of_the_navigation_is_looked_at(one: Console) -> None:
    shown = one.client(Role.OPERATOR).get("/").text
    assert 'aria-current="page">总览' in shown
    for role in Role:
        for link in _links(one.client(role).get("/").text):
            assert link in PAGES, f"add {link} to PAGES"


def _links(page: str) -> list[str]:
    rail = page[page.index('<nav aria-label="页面">') : page.index("</nav>")]
    return [part.split('"', 1)[0] for part in rail.split('href="')[1:]]


def test_a_citizen_rates_on_a_telephone_by_the_receipt(one: Console, window: BrowserContext) -> None:
    """The pages without a door: whole at a telephone's width, nothing chosen beforehand, and axe-core finds nothing."""
    seed_decided(one.store, one.now)
    page = window.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    for path in (f"{RATE}", f"{RATE}?level=5", f"{RATE}?level=1"):
        page.goto(path)
        page.evaluate(AXE.read_text("utf-8"))
        assert page.evaluate(FLAWS, True) == []
        assert page.locator(":checked").count() == 0
    page.get_by_text("展开更多原因").click()
    page.get_by_label("服务态度差效率低").check()
    page.get_by_label("想说的话").fill("等了一上午")
    page.get_by_role("button", name="提交评价").click()
    page.wait_for_url("**/progress/*rated=1")
    assert page.get_by_role("status").inner_text() == "谢谢，收到您的评价了。"
    assert page.get_by_text("追加评价").is_visible()
    page.close()
