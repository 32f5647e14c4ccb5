"""Pictures of the console's pages at both sizes: ``python tests/screen/console_gallery.py FOLDER [PATH …]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from support.console import console, served
from test_console_pages import EVERYTHING, PAGES, SIZES

from fleet.people.gate import COOKIE


def main(folder: Path, paths: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as base, console(Path(base)) as one, served(one) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai")
        context.add_cookies([{"name": COOKIE, "value": one.cookie(*EVERYTHING), "url": address}])
        page = context.new_page()
        for path in paths:
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                page.goto(path)
                page.wait_for_timeout(400)
                name = "".join(c if c.isalnum() else "-" for c in path).strip("-") or "board"
                page.screenshot(path=folder / f"{name}-{width}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or PAGES)
