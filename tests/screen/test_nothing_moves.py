"""On every screen there is nothing moves when something comes late or changes: pictures, a fault, what a device says of itself."""

from __future__ import annotations

import threading

import pytest
from flask import Flask, request
from playwright.sync_api import sync_playwright
from screens_glass import ScreenGlass, served
from screens_walk import rich_catalogue
from screens_ways import screens
from shifts import WATCH, shifts

from ui.app import create_app

LATE = 0.15
"""Seconds a picture takes: later than the screen it belongs to is painted."""
SIZES = ((1080, 1920), (1280, 800))
LOOKED_AT = """() => new Promise((done) => {
  const look = () => {
    const come = [...document.images].every((one) => one.complete || one.loading === 'lazy');
    if (come) requestAnimationFrame(() => requestAnimationFrame(done));
    else setTimeout(look, 20);
  };
  look();
})"""


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_on_any_screen_while_its_pictures_come(size: tuple[int, int]) -> None:
    glass = ScreenGlass(rich_catalogue())
    with sync_playwright() as playwright, served(_slow(create_app(glass))) as address:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.add_init_script(WATCH)
        page.goto(address)
        moved = {}
        for name in screens(glass):
            page.wait_for_selector(f'#live[data-serial="{glass.snapshot().serial}"]', state="attached")
            page.wait_for_load_state()
            page.evaluate(LOOKED_AT)
            moved[name] = shifts(page)
        browser.close()
    assert {name: found for name, found in moved.items() if found} == {}


def _slow(app: Flask) -> Flask:
    @app.before_request
    def late() -> None:
        if request.path.endswith((".svg", ".jpg", ".png")) and request.path != "/desk.jpg":
            threading.Event().wait(LATE)

    return app
