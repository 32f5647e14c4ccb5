"""The bench: hands on the virtual hardware, in a browser, by mouse, by finger and by key."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright
from screens_glass import served, until

from devices.virtual.camera import VirtualCamera
from devices.virtual.http import create_api, papers_of, state, wire
from devices.virtual.idcard import VirtualReader
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad
from devices.virtual.rig import Rig
from ui.bench.page import create_bench
from ui.bench.sources import Sources

WAIT = 15_000
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
SIZES = ((1366, 768), (1920, 1080), (1440, 900), (1000, 800))


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("bench")
    made = Rig(
        [VirtualReader(folder / "idcard"), VirtualCamera(folder / "camera"), VirtualPrinter(), VirtualPad(folder / "rating")]
    )
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    return []


@pytest.fixture(scope="module")
def page(rig: Rig, complaints: list[str]) -> Iterator[Page]:
    api = create_api(rig)
    sources = Sources(lambda: state(rig), lambda: wire(rig), lambda name: papers_of(rig.printer(name)), heard=Path("/nonexistent"))
    api.register_blueprint(create_bench(sources))
    with served(api) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, has_touch=True)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(address)
        yield page
        browser.close()


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box(timeout=WAIT)
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def by_mouse(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def by_finger(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *at: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in at]})

    touch("touchStart", start)
    for share in (0.1, 0.4, 0.7, 1.0):
        touch("touchMove", (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
    touch("touchEnd")


def test_hands_on_the_hardware_by_mouse_finger_and_key(page: Page, rig: Rig, complaints: list[str]) -> None:
    expect(page.get_by_text("仅开发演示")).to_be_visible(timeout=WAIT)

    # A card, dragged onto the reader and off it again; then by key.
    card, reader = page.locator('[data-is="idcard.liu"]'), page.locator("[data-zone=idcard]")
    by_mouse(page, middle(card), middle(reader))
    until(lambda: rig.reader().lying() == "liu")
    lying = page.locator('[data-is="idcard.lying"]')
    by_mouse(page, middle(lying), middle(page.locator("h1")))
    until(lambda: rig.reader().lying() is None)
    expect(lying).to_have_count(0, timeout=WAIT)
    card.press("Enter")
    until(lambda: rig.reader().lying() == "liu")
    by_mouse(page, middle(page.locator('[data-is="idcard.chen"]')), middle(page.locator("h1")))  # let go anywhere else: nothing

    # A page, by finger; pushed by finger, turned by key, seen by the camera.
    page.locator("#tab-pages").tap()
    leaf, desk = page.locator('[data-is="page.waybill"]'), page.locator("[data-zone=camera]")
    leaf.scroll_into_view_if_needed()
    by_finger(page, middle(leaf), middle(desk))
    until(lambda: rig.camera().lying() == "waybill")
    sheet = page.locator("polygon")
    x, y = middle(sheet)
    before = rig.camera().outline()[0]
    by_finger(page, (x, y), (x - 20, y + 30))
    until(lambda: rig.camera().outline()[0][1] > before[1] + 0.02)
    assert rig.camera().outline()[0][0] < before[0]
    sheet.press("Delete")
    until(lambda: rig.camera().lying() is None)

    # A fault, made and seen; a scene ended with it.
    page.locator("#tab-faults").tap()
    page.locator('[data-is="faults.printer"]').tap()
    page.locator('[data-is="printer.paper out mid-job"]').tap()
    until(lambda: "paper out mid-job" in rig.device("printer").active())
    expect(page.locator(".part--now")).to_contain_text("凭证打印机：paper out mid-job", timeout=WAIT)
    page.get_by_role("button", name="全部恢复正常").tap()
    until(lambda: not any(itertools.chain(*(d.active() for d in rig.devices()))))
    expect(page.get_by_text("一切正常")).to_be_visible(timeout=WAIT)

    # Paper, as it comes out; the wire; a key of the pad.
    device = rig.device("printer")
    assert isinstance(device, VirtualPrinter)
    with socket.create_connection(("127.0.0.1", device.port)) as line:
        line.sendall(b"\x1b@tongban\n\x1dV\x42\x00")
        picture = page.locator('[data-is="printer.paper.1"] img')
        expect(picture).to_be_visible(timeout=WAIT)
        page.wait_for_function("() => document.querySelector('.piece img').naturalWidth > 0")
    page.locator('[data-is="key.4"]').tap()
    until(lambda: device.papers()[0].cut)
    page.locator("#tab-wire").tap()
    expect(page.locator(".wire")).to_contain_text("初始化", timeout=WAIT)
    expect(page.locator(".wire")).to_contain_text("按键：满意", timeout=WAIT)
    page.locator("#wire-pause").tap()
    page.locator('[data-is="key.2"]').tap()
    expect(page.locator('[data-is="key.2"]')).to_have_attribute("aria-current", "true", timeout=WAIT)
    assert "按键：不满意" not in page.locator(".wire").inner_text()
    page.locator('[data-is="printer.tear"]').tap()
    expect(page.locator(".piece")).to_have_count(0, timeout=WAIT)
    assert complaints == []


def test_every_tool_has_its_place_none_lies_on_another_and_axe_finds_nothing(page: Page) -> None:
    page.reload()
    expect(page.locator('[data-is="idcard.liu"]')).to_be_visible(timeout=WAIT)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        boxes = page.evaluate(
            """() => [...document.querySelectorAll('.tool')].map((tool) => {
                tool.hidden = false;  // also those this rig does not have, within one frame
                return tool;
            }).map((tool) => { const { x, y, width, height } = tool.getBoundingClientRect(); return [x, y, width, height]; })"""
        )
        assert len(boxes) == 7
        assert all(w >= 150 and h >= 40 for _, _, w, h in boxes), (width, boxes)
        for (ax, ay, aw, ah), (bx, by, bw, bh) in itertools.combinations(boxes, 2):
            assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay, (width, height)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.evaluate(AXE.read_text("utf-8"))
    for chosen in ((), ("pages", "faults"), ("chips", "wire")):
        for tab in chosen:
            page.locator(f"#tab-{tab}").click()
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
