"""Pictures of the technician's pages over a real door and a real printer's driver, on a panel that stands and a low one:
``python tests/screen/technician_gallery.py FOLDER``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Page, sync_playwright
from screens_glass import ScreenGlass, served
from screens_walk import rich_catalogue
from support.printing import TCP
from support.upkeep import BADGE, Place, place

from ui.app import create_app
from ui.technician.pages import TABS, create_technician

SIZES = ((1080, 1920), (1280, 800))
LOG = (
    "2026-11-26 21:14:03,120 INFO kiosk.program.updating: program: 2026.11.3 lies here",
    "2026-11-26 21:14:05,481 WARNING devices.outages: printer: paper_out",
    "2026-11-26 21:16:40,003 WARNING kiosk.program.trial: program on trial, still missing: glass",
) * 9


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as base, TCP.printer(400, "gbk", None) as paper, place(Path(base), paper) as here:
        here.said.extend(LOG)
        glass = ScreenGlass(rich_catalogue())
        app = create_app(glass, knocks=here.entrance.shown)
        app.register_blueprint(create_technician(here.entrance, here.upkeep, "示范三县冷碛镇便民服务中心自助服务区", glass.boot))
        with served(app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1080, "height": 1920}, has_touch=True, reduced_motion="reduce")
            page.set_default_timeout(15_000)
            through(page, here, paper, address, Gallery(page, folder))
            browser.close()


class Gallery:
    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.folder, self.n = page, folder, 0

    def shoot(self, name: str) -> None:
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(200)
            self.page.screenshot(path=self.folder / f"{self.n:02d}-{name}-{width}.png")
        self.n += 1


def through(page: Page, here: Place, paper: object, address: str, to: Gallery) -> None:
    page.goto(address)
    page.keyboard.press("Control+F2")
    page.wait_for_url("**/staff/")
    to.shoot("door")
    page.get_by_role("link", name="用一次性登录码").tap()
    page.wait_for_selector("[data-pad=code] .pad__key")
    page.keyboard.type("9K2M7Q")
    to.shoot("code")
    page.get_by_role("link", name="用工作证").tap()
    here.lay()
    page.wait_for_selector("[data-pad=pin] .pad__key")
    page.wait_for_timeout(1500)
    for digit in "000000":
        page.get_by_role("button", name=digit, exact=True).tap()
    to.shoot("pin")
    page.get_by_role("button", name="确定").tap()
    page.wait_for_selector(".door__wrong")
    to.shoot("pin-wrong")
    page.wait_for_timeout(1500)
    for digit in BADGE.pin:
        page.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="确定").tap()
    page.wait_for_url("**/staff/states")
    for tab in TABS:
        page.goto(f"{address}/staff/{tab.name}")
        page.wait_for_timeout(600)
        to.shoot(tab.name)
    paper.inject("paper out")  # type: ignore[attr-defined]
    page.goto(f"{address}/staff/states")
    page.wait_for_selector(".device--out")
    to.shoot("states-paper-out")
    paper.clear("paper out")  # type: ignore[attr-defined]
    page.wait_for_timeout(2500)
    page.goto(f"{address}/staff/tests")
    page.get_by_role("button", name="试凭证打印机").tap()
    page.wait_for_selector("#answer-yes")
    to.shoot("test-asks")
    page.locator("#answer-yes").tap()
    page.wait_for_selector(".test .mark-of--passed")
    page.wait_for_timeout(1500)
    to.shoot("test-over")
    for path in ("network?look", "enrolment?look", "settings?key=terminal.phone"):
        page.goto(f"{address}/staff/{path}")
        page.wait_for_timeout(500)
        to.shoot(path.replace("?", "-"))
    page.fill("#typed", "028-12345678")
    page.get_by_role("button", name="检查").click()
    page.wait_for_selector(".difference")
    to.shoot("setting-checked")
    page.goto(f"{address}/staff/settings?key=centre.broker")
    if page.locator("#typed").count():
        page.fill("#typed", "10.8.0.2")
        page.get_by_role("button", name="检查").click()
        page.wait_for_selector(".trouble")
        to.shoot("setting-refused")
    page.goto(f"{address}/staff/program")
    page.get_by_role("button", name="存到本机").click()
    page.wait_for_selector(".check")
    to.shoot("bundle")
    page.goto(f"{address}/staff/states")
    here.reader.lift()
    page.wait_for_url("**/staff/?left")
    to.shoot("left")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
