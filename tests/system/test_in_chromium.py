"""One whole visit by touch in real Chromium against real ttys, printer, camera, broker and centre; nothing of it is left."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright
from support.citizen import Upstream
from support.hall import Hall, hall, until
from support.planted import search

WAIT = 30_000


@contextmanager
def chromium(profile: Path, url: str) -> Iterator[Page]:
    """The terminal's own screen: portrait, touch, a profile in memory."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox"],
            viewport={"width": 1080, "height": 1920},
            has_touch=True,
        )
        page = context.pages[0]
        page.set_default_timeout(WAIT)
        page.goto(url)
        yield page
        context.close()


class Finger:
    """Touches by the words on the buttons."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def shows(self, step: str) -> None:
        expect(self.page.locator("#live")).to_have_attribute("data-step", step, timeout=WAIT)
        self.page.wait_for_selector("body:not(.settling) #screen")

    def tap(self, text: str) -> None:
        self.page.locator("button, label").filter(has_text=text).first.tap()

    def sign(self) -> None:
        """With a finger: real touch events, moved across the pad."""
        box = self.page.locator("canvas").bounding_box()
        assert box
        client = self.page.context.new_cdp_session(self.page)

        def touch(kind: str, x: float, y: float) -> None:
            points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}] if kind != "touchEnd" else []
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        for stroke in ([(0.2, 0.3), (0.4, 0.7), (0.6, 0.4)], [(0.65, 0.2), (0.7, 0.5), (0.75, 0.8)]):
            touch("touchStart", *stroke[0])
            for x, y in stroke[1:]:
                touch("touchMove", x, y)
            touch("touchEnd", 0, 0)


def visit(one: Hall, page: Page) -> None:
    finger = Finger(page)
    finger.shows("welcome")
    finger.page.locator("form[hx-post='/act/begin'] button").tap()
    finger.shows("place")
    finger.tap("示范甲市")
    finger.shows("item")
    finger.tap("异地就医备案")
    finger.shows("situation")
    finger.tap("异地长期居住")
    finger.shows("channel")
    finger.tap("在这里办")
    finger.shows("prepare")
    assert "示范丙区" in page.inner_text(".journey")
    assert "示范甲市" in page.inner_text(".journey")
    page.locator("form[hx-post='/act/next'] button").first.tap()
    finger.shows("notice")
    page.locator("form[hx-post='/act/agree'] button").tap()
    finger.shows("card")
    one.rig.reader().lay("liu")
    finger.shows("identity")
    assert "刘**" in page.inner_text("main")
    assert "刘试安" not in page.content()
    page.locator("form[hx-post='/act/next'] button").first.tap()
    finger.shows("waive")
    finger.tap("不符合，或不知道")
    finger.shows("scan")
    expect(page.locator(".take-card")).to_be_visible()
    one.rig.camera().lay("residence")
    page.wait_for_function(
        "() => { const i = document.querySelector('main img[id], main img.preview, main canvas, main img'); return !!i; }"
    )
    page.locator("form[hx-post='/act/take-page'] button").tap()
    finger.shows("page")
    page.locator("form[hx-post='/act/keep-page'] button").tap()
    finger.shows("scan")
    page.locator("form[hx-post='/act/next'] button").first.tap()
    finger.shows("delivery")
    page.locator("form[hx-post='/act/choose-delivery'] button").first.tap()
    finger.shows("form")
    finger.tap("成都市")
    expect(page.get_by_text("第 2 题，共 3 题")).to_be_visible()
    finger.tap("从今天起")
    finger.tap("我填写和提交的内容都是真实的")
    page.locator("form[hx-post='/act/fill-form'] button[type=submit]").tap()
    finger.shows("sign")
    finger.sign()
    # The card is taken only now: the screen is drawn anew, and what was signed stays.
    one.rig.reader().lift()
    expect(page.locator(".take-card")).to_have_count(0, timeout=WAIT)
    expect(page.locator(".pad--written")).to_have_count(1)
    # Chromium takes a tap that follows a stroke within a few frames for the end of the stroke: a hand taps again.
    for _ in range(5):
        page.locator("form[hx-post='/act/sign'] button[type=submit]").tap()
        with contextlib.suppress(AssertionError):
            expect(page.locator("#live")).not_to_have_attribute("data-step", "sign", timeout=2000)
            break
    finger.shows("review")
    assert "刘试安" not in page.content()
    page.locator("form[hx-post='/act/submit'] button").tap()
    finger.shows("receipt")
    until(lambda: any(p.cut for p in one.rig.printer().papers()), "a cut receipt")
    finger.shows("rating")
    finger.tap("非常满意")
    finger.shows("reason")
    finger.tap("提交评价")
    finger.shows("farewell")
    page.locator("form[hx-post='/act/end'] button").first.tap()
    finger.shows("welcome")


def test_a_visit_by_touch_arrives_and_leaves_nothing_in_the_browser_or_on_the_disk(tmp_path: Path) -> None:
    with hall(tmp_path / "hall") as one, tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-browser-") as profile:
        card = next(c for c in one.rig.reader().people() if c.id == "liu").text
        secrets = [card.name, card.number, card.address]
        # What a page may hold while the visit lasts must be gone after it, masked or not.
        masked = ["刘**", f"{card.number[:3]}***********{card.number[-4:]}"]
        with chromium(Path(profile), one.url("terminal")) as page:
            visit(one, page)
            visible = page.content()
            assert not any(text in visible for text in secrets + masked)
            assert page.evaluate("() => history.length") <= 3
            assert page.evaluate("() => Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
            one.rig.printer().tear()
            visit(one, page)  # a second visit works
        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT count(*) FROM cases") == [(2,)], "both cases at the centre")
        until(lambda: len(upstream.rows("SELECT 1 FROM ratings WHERE level = 5")) == 2, "both ratings")
        places = [Path(profile), one.layout.base, one.layout.runtime]
        assert search(places, secrets) == []
        assert search([Path(profile)], masked) == []
