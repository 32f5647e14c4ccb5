"""The bench: hands on the virtual hardware, in a browser."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from screens_glass import served, until

from devices.virtual.http import create_api
from devices.virtual.idcard import VirtualReader
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad
from devices.virtual.rig import Rig
from ui.bench.page import create_bench

WAIT = 15_000


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig([VirtualReader(tmp_path / "idcard"), VirtualPrinter(), VirtualPad(tmp_path / "rating")])
    made.start()
    yield made
    made.stop()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(rig: Rig, complaints: list[str]) -> Iterator[Page]:
    api = create_api(rig)
    api.register_blueprint(create_bench())
    with served(api) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1600, "height": 950})
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(address)
        yield page
        browser.close()


def test_the_bench_lays_cards_and_shows_faults_and_says_what_it_is(page: Page, rig: Rig, complaints: list[str]) -> None:
    expect(page.get_by_text("仅开发演示")).to_be_visible(timeout=WAIT)
    card = page.locator("#people button").first
    card.click(timeout=WAIT)
    expect(card).to_have_attribute("aria-pressed", "true", timeout=WAIT)
    assert rig.reader().lying() is not None
    card.click()
    until(lambda: rig.reader().lying() is None)
    page.locator("#faults summary").first.click()
    switch = page.locator("#faults input").first
    name = switch.get_attribute("data-is") or ""
    switch.check()
    device, _, fault = name.partition(".")
    until(lambda: fault in rig.device(device).active())
    page.get_by_role("button", name="全部恢复正常").click()
    until(lambda: not any(itertools.chain(*(d.active() for d in rig.devices()))))
    expect(switch).not_to_be_checked(timeout=WAIT)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []


@pytest.mark.parametrize(("width", "height"), [(1600, 950), (1440, 900), (1280, 720), (1000, 800)])
def test_every_tool_has_its_place_and_none_lies_on_another(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator("#people button").first).to_be_visible(timeout=WAIT)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('.tool')].map((tool) => {
            tool.hidden = false;  // also those this rig does not have, within one frame
            return tool;
        }).map((tool) => { const { x, y, width, height } = tool.getBoundingClientRect(); return [x, y, width, height]; })"""
    )
    assert len(boxes) == 7
    assert all(w >= 240 and h >= 100 for _, _, w, h in boxes), boxes
    for (ax, ay, aw, ah), (bx, by, bw, bh) in itertools.combinations(boxes, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay, (width, height)
