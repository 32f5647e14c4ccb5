"""Pictures of the intake window's pages at a real centre, at both sizes: ``python tests/screen/counter_gallery.py FOLDER``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Page, sync_playwright
from support.fleet import HOME, running_fleet
from support.window import ORIGINAL, PAPER, PERSON, Counter, running_counter

SIZES = ((1366, 768), (1920, 1080))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as base, running_fleet(Path(base) / "fleet") as fleet:
        with running_counter(fleet, Path(base) / "window") as counter, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            context = browser.new_context(base_url=counter.window.address, locale="zh-CN", timezone_id="Asia/Shanghai")
            page = context.new_page()
            page.goto("/")
            shoot(page, folder, "sign-in")
            kept = ({"name": c.name, "value": c.value or "", "url": counter.window.address} for c in counter.browser.cookies.jar)
            context.add_cookies(list(kept))  # type: ignore[arg-type]
            through(counter, page, folder)
            browser.close()


def through(counter: Counter, page: Page, folder: Path) -> None:
    page.goto("/")
    shoot(page, folder, "queue-empty")
    for n, what in enumerate(((PERSON,), (PAPER,), (PAPER, ORIGINAL), (), (ORIGINAL,)), 1):
        counter.take(f"511381261122K01RRK000{n:02d}", *what, pages=3, days=n)
    counter.prechecked("511381261121K01RRK00031", PAPER, **{"count-0": "1"})
    counter.prechecked("511381261121K01RRK00032", PAPER, **{"count-0": "1"})
    number = "511381261122K01RRK00003"
    page.goto("/")
    shoot(page, folder, "queue")
    page.goto(f"/cases/{number}/open")
    page.goto(f"/cases/{number}")
    shoot(page, folder, "reason")
    page.goto(counter.window.address + counter.open(number))
    shoot(page, folder, "case")
    for name in ("send", "arriving", "originals", "postage"):
        page.goto(f"/{name}")
        shoot(page, folder, name)
    page.goto(f"/send/{HOME}")
    shoot(page, folder, "parcel")


def shoot(page: Page, folder: Path, name: str) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(150)
        page.screenshot(path=folder / f"{name}-{width}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
