"""Pictures of the clerk's page at every step, at both sizes: ``python tests/screen/clerk_gallery.py FOLDER [SCREEN …]``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from modes import every
from msgspec.structs import replace as struct_replace
from playwright.sync_api import Page, sync_playwright
from screens_clerk import WANG, Window, listening, standing
from screens_glass import ScreenGlass
from screens_walk import rich_catalogue
from support import clerk_accounts as accounts

from kiosk.visit.state import Attendant

SIZES = ((1366, 768), (1920, 1080))


def main(folder: Path, only: frozenset[str] = frozenset()) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as base, shown(Path(base)) as (window, page, address):
        page.goto(address)
        shoot(page, folder, "sign-in")
        sign_in(page)
        attendant = next(iter(window.sessions._all())).attendant
        for n, screen in enumerate(every(window.glass)):
            if only and screen not in only:
                continue
            with attended(window.glass, attendant):
                page.goto(address)
                shoot(page, folder, f"{n:03d}-{screen}")
            page.goto("about:blank")


def sign_in(page: Page) -> None:
    import time

    page.fill("[name=login]", WANG)
    page.fill("[name=password]", accounts.PASSWORD)
    page.fill("[name=code]", accounts.code(WANG, time.time()))
    page.keyboard.press("Enter")
    page.wait_for_selector("#work")


@contextmanager
def shown(base: Path) -> Iterator[tuple[Window, Page, str]]:
    with standing(base, ScreenGlass(rich_catalogue())) as window, listening(window, base) as (address, believed):
        window.glass.hall = replace(window.glass.hall, drafts=True)
        with sync_playwright() as playwright:
            options = ["--no-sandbox", f"--ignore-certificate-errors-spki-list={believed}"]
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)
            yield window, browser.new_page(reduced_motion="reduce"), address
            browser.close()


@contextmanager
def attended(glass: ScreenGlass, by: Attendant) -> Iterator[None]:
    """The visit is this clerk's while the picture is taken; the walk goes on without one."""

    def held(one: Attendant | None) -> None:
        state = glass.snapshot().state
        if state.visit is not None:
            glass.show(state=struct_replace(state, visit=struct_replace(state.visit, attendant=one)))

    held(by)
    yield
    held(None)


def shoot(page: Page, folder: Path, name: str) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(150)
        if page.locator("#desk").count():
            page.wait_for_selector("#desk canvas", timeout=5000)
        page.screenshot(path=folder / f"{name}-{width}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), frozenset(sys.argv[2:]))
