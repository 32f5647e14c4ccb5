"""Pictures of the technicians' guide, a screen with something wrong on it: ``python tests/screen/guides.py docs/screens``."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from readme import PORTRAIT, side_by_side
from screens_glass import ScreenGlass, printed, served
from screens_walk import walk

from kiosk.clock import Clock
from kiosk.glass_watch import GlassJudge
from kiosk.visit import events as ev
from kiosk.visit.state import PrintState
from ui.app import create_app
from ui.waiting import create_waiting

WRONG = "设置 /var/lib/tongban/settings/terminal.toml 第 14 行：centre.broker 应是“主机:端口”，现在是“10.8.0.2”"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport=PORTRAIT)  # type: ignore[arg-type]
        side_by_side(list(wrong(page))).save(folder / "technician-faults.png", optimize=True)
        browser.close()


def wrong(page: Page) -> Iterator[Image.Image]:
    """Paper out in a visit, a full disk and a damaged catalogue between visits, settings that cannot be used."""
    glass = ScreenGlass()
    with shown(page, create_app(glass)):
        for screen in walk(glass):
            if screen == "receipt":
                printed(glass, PrintState.REFUSED, "paper_out")
                glass.show(overlay=glass.fault("paper_out"))
                yield shot(page)
                break
    for code in ("store_full", "catalogue_damaged"):
        glass = ScreenGlass()
        glass.tell(ev.Closed(code))
        with shown(page, create_app(glass)):
            yield shot(page)
    with shown(page, create_waiting(WRONG, GlassJudge(Clock(), lambda: None))):
        yield shot(page)


@contextmanager
def shown(page: Page, app: Flask) -> Iterator[None]:
    with served(app) as address:
        page.goto(address)
        yield
    page.goto("about:blank")


def shot(page: Page) -> Image.Image:
    page.wait_for_timeout(1500)
    return Image.open(io.BytesIO(page.screenshot()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
