"""Pictures of every screen: ``python tests/screen/gallery.py FOLDER [WIDTHxHEIGHT]`` (1080x1920 unless told)."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

from playwright.sync_api import sync_playwright
from screens_glass import ScreenGlass, served
from screens_walk import rich_catalogue
from screens_ways import screens
from screens_who import who

from ui.app import create_app


def main(folder: Path, width: int, height: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    glass = ScreenGlass(rich_catalogue())
    with served(create_app(glass)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, has_touch=True)
        for n, name in enumerate(chain(screens(glass), who(glass))):
            page.goto(address)
            page.wait_for_selector("#desk canvas, #screen:not(:has(#desk))")
            page.screenshot(path=folder / f"{n:02d}-{name}.png")
            # Of the end of a visit the page would load itself anew, and break off the next load.
            page.goto("about:blank")
        browser.close()


if __name__ == "__main__":
    size = sys.argv[2] if len(sys.argv) > 2 else "1080x1920"
    main(Path(sys.argv[1]), *(int(side) for side in size.split("x")))
