"""Pictures of the guides, a screen with something wrong among them: ``python tests/screen/guides.py docs/screens``."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import technician_gallery
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, Playwright, sync_playwright
from readme import PORTRAIT, side_by_side
from screens_glass import ScreenGlass, printed, served
from screens_walk import walk
from support.clerk_browser import ClerkBrowser
from support.hall import hall, until

from kiosk.clock import Clock
from kiosk.glass_watch import GlassJudge
from kiosk.visit import events as ev
from kiosk.visit.state import PrintState
from ui.app import create_app
from ui.waiting import create_waiting

WRONG = "设置 /var/lib/tongban/settings/terminal.toml 第 14 行：centre.broker：写法不对，应是“主机:端口”"

FEW = 64
"""Colours of a picture without a photograph."""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport=PORTRAIT)  # type: ignore[arg-type]
        side_by_side(list(wrong(page)), FEW).save(folder / "technician-faults.png", optimize=True)
        browser.close()
        clerk(playwright, folder / "clerk-scan.png")
    with tempfile.TemporaryDirectory() as taken:
        technician_gallery.main(Path(taken))
        told = ("pin", "states-paper-out", "test-asks", "setting-checked")
        files = [next(Path(taken).glob(f"??-{name}-{PORTRAIT['width']}.png")) for name in told]
        side_by_side([Image.open(file) for file in files], FEW).save(folder / "technician.png", optimize=True)


def clerk(playwright: Playwright, file: Path) -> None:
    """A page is kept, the next one can be taken: at the window of a whole hall."""
    with tempfile.TemporaryDirectory() as base, hall(Path(base), "broker", "centre", "terminal") as one, ClerkBrowser(one) as wang:
        wang.sign_in().do("begin").do("choose-place", party="demo-jia").do("choose-item", item="MED-REMOTE")
        wang.do("choose-situation", situation="MED-2").do("choose-channel", channel="here").do("next")
        one.glass().see("notice").do("agree")
        one.rig.reader().lay("liu")
        wang.at("看证件、看人，是同一个人吗？")
        one.rig.reader().lift()
        wang.do("next").do("weigh", waived="no").do("take-unasked", on="no")
        one.rig.camera().lay("residence")
        wang.at("居住证明，或个人承诺书").do("take-page")
        until(lambda: 'src="/page/' in wang.page or (wang.look() and False), "the picture")
        wang.do("keep-page").do("take-unasked", on="yes")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1366, "height": 768}, ignore_https_errors=True)
        address = str(wang.client.base_url)
        context.add_cookies([{"name": c.name, "value": c.value or "", "url": address} for c in wang.client.cookies.jar])
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#desk canvas")
        picture = shot(page).convert("RGB")
        picture.quantize(256, method=Image.Quantize.MEDIANCUT).save(file, optimize=True)
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
