"""A clerk types once and is signed in at the terminal's page and at the intake window's, each by its own comparison; and goes over
from one to the other without typing again, though they are two sites to a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from screens_clerk import WANG, Window, listening, standing
from screens_glass import ScreenGlass
from support import clerk_accounts as accounts
from support.window import window_settings
from support.window_tls import certified, free_port
from werkzeug.test import TestResponse

from domain.catalogue.catalogue import load
from domain.staff.duties import Duty
from fleet.settings import Listen
from fleet.window.app import WindowProcess
from fleet.window.settings import TlsSettings
from ui.clerk.over import door

WAIT = 15_000
SIGNED_IN = "王试岗（C012）"


@dataclass
class Places:
    """Two servers with TLS and two names; ``window`` is the terminal's side, ``intake`` the party's."""

    window: Window
    intake: WindowProcess
    here: str
    there: str


@pytest.fixture(params=["tls", "loopback"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places]:
    """``loopback``: the window's pages without TLS, as in the demonstration."""
    port, plain = free_port(), request.param == "loopback"
    there = f"http://127.0.0.1:{port}/" if plain else f"https://localhost:{port}/"
    (tmp_path / "there").mkdir()
    tls = None if plain else TlsSettings("localhost", *certified(tmp_path / "there", "localhost"))
    with standing(tmp_path, ScreenGlass(load())) as window, listening(window, tmp_path, there) as (here, _):
        settings = window_settings(tmp_path / "intake", "https://127.0.0.1:1")
        intake = WindowProcess(replace(settings, listen=Listen(port), tls=tls, terminal=f"{here}/"))
        place, party = intake.keeper.held.place, settings.party
        staff = accounts.clerk(WANG, "王试岗", (Duty.LEADER,), party=party)
        intake.keeper.held.document = accounts.document(staff, now=datetime.now(UTC), place=place, party=party)
        intake._server.start()
        try:
            yield Places(window, intake, here, there)
        finally:
            intake.stop()


@pytest.fixture
def browser() -> Iterator[BrowserContext]:
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])) as one,
    ):
        context = one.new_context(ignore_https_errors=True)
        context.set_default_timeout(WAIT)
        yield context


def typed(page: Page) -> None:
    page.get_by_label("工号").fill("c012")
    page.get_by_label("密码").fill(accounts.PASSWORD)
    page.get_by_label("动态验证码").fill(accounts.code(WANG, time.time()))


def test_one_typing_signs_in_at_both_and_both_links_lead_over(places: Places, browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto(places.here)
    typed(page)
    with browser.expect_page() as opened:
        page.keyboard.press("Alt+i")
    expect(page.locator(".who")).to_have_text(SIGNED_IN)
    beside = opened.value
    # No centre answers in this test: the page behind the door says so, to a clerk who is in.
    expect(beside.locator("header")).to_contain_text(SIGNED_IN)
    assert beside.evaluate("() => window.opener") is None
    assert page.locator("form[target]").count() == 0
    page.goto(places.here)
    page.locator("nav a[data-key=I]").click()
    expect(page.locator("header")).to_contain_text(SIGNED_IN)
    assert page.url.startswith(places.there)
    page.evaluate("(there) => { location.href = there; }", places.here)
    expect(page.locator(".who")).to_have_text(SIGNED_IN)


def test_without_a_session_there_the_way_over_leads_to_the_door_and_no_further(places: Places, browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto(places.here)
    typed(page)
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_have_text(SIGNED_IN)
    page.locator("nav a[data-key=I]").click()
    expect(page.get_by_label("动态验证码")).to_be_visible()
    assert page.url.startswith(places.there)


def posted(places: Places, client: FlaskClient, origin: str, path: str = "/sign-in") -> TestResponse:
    form = {"login": WANG, "password": accounts.PASSWORD, "code": accounts.code(WANG, time.time())}
    return client.post(path, base_url=places.there, headers={"Origin": origin}, data=form)


def test_no_page_but_the_terminals_may_post_a_sign_in_and_that_one_nothing_else(places: Places) -> None:
    client = places.intake.app.test_client()
    for origin in ("https://evil.example", "null", "http://127.0.0.1", f"{places.here}.evil.example"):
        assert posted(places, client, origin).status_code == 403, origin
    assert posted(places, client, places.here).status_code == 303
    assert posted(places, client, places.here, "/sign-out").status_code == 403


def test_what_was_typed_wrong_is_told_by_each_door_and_counted_by_each(places: Places) -> None:
    client = places.intake.app.test_client()
    wrong = client.post(
        "/sign-in",
        base_url=places.there,
        headers={"Origin": places.here},
        data={"login": WANG, "password": "x", "code": "1"},
    )
    assert (wrong.status_code, "不对" in wrong.text) == (401, True)


@pytest.mark.parametrize(
    ("intake", "where"),
    [
        ("https://10.0.0.8:8443/", "https://10.0.0.8:8443/sign-in"),
        ("http://127.0.0.1:8090/", "http://127.0.0.1:8090/sign-in"),
        ("http://10.0.0.8/", ""),
        ("", ""),
    ],
)
def test_no_password_goes_over_a_line_without_tls(intake: str, where: str) -> None:
    assert door(intake) == where
