"""The pictures of README and guides, from one real visit: ``python tests/screen/readme.py docs/screens``."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
import pyotp
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from support.citizen import ANSWERS, SIGNATURE, Upstream
from support.hall import Hall, hall, until

from kiosk.demo import account, rig

PORTRAIT, DESKTOP = {"width": 1080, "height": 1920}, {"width": 1440, "height": 1000}
TALL = 900
"""Pixels of the pictures set side by side."""
GAP, GROUND = 24, "#d9dee3"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as base, hall(Path(base), "broker", "centre", "queue", "desk-demo-jia", "terminal") as one:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            glass = browser.new_page(viewport=PORTRAIT)  # type: ignore[arg-type]
            staff = browser.new_page(viewport=DESKTOP)  # type: ignore[arg-type]
            shown = visit(one, glass)
            console(one, staff, folder)
            browser.close()
        side_by_side([*shown, paper(one)]).save(folder / "readme.png", optimize=True)
    bench(folder)


def visit(one: Hall, page: Page) -> list[Image.Image]:
    """Touches by HTTP; the page follows by its event stream, as it does in a hall."""
    pictures = []

    def shoot(step: str, says: str = "") -> None:
        page.wait_for_selector(f"#live[data-step={step}]", state="attached")
        page.wait_for_timeout(1200)
        if says:
            page.get_by_text(says).first.wait_for(timeout=30_000)
        pictures.append(Image.open(io.BytesIO(page.screenshot())))

    touch = one.glass().see("welcome")
    page.goto(one.url("terminal"))
    shoot("welcome")
    touch.do("begin").do("choose-place", party="demo-jia").do("choose-item", item="MED-REMOTE")
    touch.do("choose-situation", situation="MED-2").do("choose-channel", channel="here").do("next").do("agree")
    one.rig.reader().lay("liu")
    touch.see("identity")
    one.rig.reader().lift()
    one.rig.camera().lay("residence")
    touch.do("next").do("weigh", waived="no")
    shoot("scan", "马上自动拍照")
    touch.do("take-page").see("page").do("keep-page").do("next").do("choose-delivery", way="pickup_intake")
    touch.do("fill-form", **ANSWERS).do("sign", signature=SIGNATURE)
    shoot("review")
    touch.do("submit").see("receipt")
    until(lambda: any(p.cut for p in one.rig.printer().papers()), "a receipt")
    touch.see("rating").do("rate", level="5").do("give-reason")
    return pictures


def console(one: Hall, page: Page, folder: Path) -> None:
    upstream = Upstream(one)
    until(
        lambda: len(upstream.rows("SELECT 1 FROM documents")) == 3 and upstream.rows("SELECT 1 FROM ratings"), "all at the centre"
    )
    page.goto(one.url("centre"))
    known = account.account(one.layout.account)
    for field, text in (("login", known.login), ("password", known.password), ("code", pyotp.TOTP(known.secret).now())):
        page.fill(f"[name={field}]", text)
    page.click("form button")
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "console.png")
    ((case,),) = upstream.rows("SELECT number FROM cases")
    signed_in = one.clerk("desk-demo-jia").cookies.jar
    page.context.add_cookies([{"name": c.name, "value": c.value or "", "url": one.url("desk-demo-jia")} for c in signed_in])
    page.goto(one.url("desk-demo-jia", f"/cases/{case}"))
    page.fill("[name=reason]", "核对异地就医备案材料")
    page.locator("form:has([name=reason]) button").first.click()
    page.wait_for_timeout(1000)
    page.screenshot(path=folder / "desk.png", full_page=True)


def paper(one: Hall) -> Image.Image:
    printer = one.rig.printer()
    return Image.open(io.BytesIO(printer.png(printer.papers()[-1].n)))


def bench(folder: Path) -> None:
    """The bench in the middle of a visit: the terminal's screen, a page under the camera, a fault."""
    with tempfile.TemporaryDirectory() as base, hall(Path(base), "broker") as one:
        one.rig.stop()
        one.rig = rig.build(one.layout.hardware.with_name("unused"), 0)
        one.start("hardware", "terminal")
        hands = httpx.Client(base_url=one.url("hardware"), timeout=30)
        touch = one.glass().see("welcome").do("begin").do("choose-place", party="demo-jia").do("choose-item", item="MED-REMOTE")
        touch.do("choose-situation", situation="MED-2").do("choose-channel", channel="here").do("next").do("agree")
        hands.post("/api/idcard/lay", json={"card": "liu"})
        touch.see("identity")
        hands.post("/api/idcard/lift", json={})
        touch.do("next").do("weigh", waived="no")
        hands.post("/api/camera/fault", json={"fault": "hand", "on": True})
        hands.post("/api/camera/lay", json={"page": "residence"})
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1600, "height": 900})
            page.goto(one.url("hardware"))
            page.locator("#tab-pages").click()
            page.locator("#tab-wire").click()
            page.wait_for_timeout(15_000)
            page.screenshot(path=folder / "bench.png")
            browser.close()


def side_by_side(pictures: list[Image.Image], colours: int = 256) -> Image.Image:
    scaled = [p.convert("RGB").resize((round(p.width * TALL / p.height), TALL), Image.Resampling.LANCZOS) for p in pictures]
    sheet = Image.new("RGB", (sum(p.width for p in scaled) + GAP * (len(scaled) + 1), TALL + 2 * GAP), GROUND)
    at = GAP
    for picture in scaled:
        sheet.paste(picture, (at, GAP))
        at += picture.width + GAP
    return sheet.quantize(colours, method=Image.Quantize.MEDIANCUT)  # most colours by area: grounds stay what they are


if __name__ == "__main__":
    main(Path(sys.argv[1]))
