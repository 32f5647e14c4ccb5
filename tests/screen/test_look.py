"""How the pages are shown is chosen by whoever stands there, for their own visit only."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from screens_glass import PERSON, ScreenGlass
from screens_walk import walk
from screens_ways import begun

from kiosk.visit import events as ev
from ui.app import create_app
from ui.look import CHOICES, COOKIE

HERE = {"Origin": "http://localhost"}
HTMX = {**HERE, "HX-Request": "true"}


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass()


@pytest.fixture
def client(glass: ScreenGlass) -> FlaskClient:
    return create_app(glass).test_client()


def change(client: FlaskClient, what: str) -> str:
    return client.post("/look", data={"change": what}, headers=HTMX).text


def test_a_millimetre_is_one_of_the_panel_the_settings_name(glass: ScreenGlass) -> None:
    assert "--mm: 4.031px" in create_app(glass).test_client().get("/panel.css").text
    assert "--mm: 3.213px" in create_app(glass, 81.6).test_client().get("/panel.css").text


@pytest.mark.parametrize("choice", CHOICES)
def test_each_is_chosen_and_taken_back_by_the_same_touch_and_survives_a_reload(client: FlaskClient, choice: str) -> None:
    assert f"screen--{choice}" in change(client, choice)
    assert f"screen--{choice}" in client.get("/").text
    assert f"screen--{choice}" not in change(client, choice)
    assert f"screen--{choice}" not in client.get("/").text
    assert client.get_cookie(COOKIE) is None


def test_chosen_on_the_first_screen_it_goes_over_into_the_visit_and_ends_with_it(glass: ScreenGlass, client: FlaskClient) -> None:
    change(client, "large")
    glass.tell(ev.Begin("visit-1"))
    assert "screen--large" in client.get("/screen").text
    glass.tell(ev.End())
    assert "screen--large" not in client.get("/").text
    assert client.get_cookie(COOKIE) is None


def test_nobody_finds_what_another_visit_chose(glass: ScreenGlass, client: FlaskClient) -> None:
    glass.tell(ev.Begin("visit-1"))
    change(client, "contrast")
    glass.tell(ev.End())
    glass.tell(ev.Begin("visit-2"))
    assert "screen--contrast" not in client.get("/screen").text


def test_a_new_service_shows_a_running_visit_as_it_was(glass: ScreenGlass, client: FlaskClient) -> None:
    glass.tell(ev.Begin("visit-1"))
    change(client, "low")
    held = client.get_cookie(COOKIE)
    assert held is not None
    after = create_app(glass).test_client()
    after.set_cookie(COOKIE, held.value)
    assert "screen--low" in after.get("/").text


def test_it_is_no_touch_of_the_visit(glass: ScreenGlass, client: FlaskClient) -> None:
    glass.tell(ev.Begin("visit-1"))
    before = glass.snapshot().state
    change(client, "large")
    client.post("/help", data={"wanted": "yes"}, headers=HTMX)
    assert glass.snapshot().state is before


@pytest.mark.parametrize("held", ["", "large", "large.x.y", "." * 400, "large-evil.", "<b>."])
def test_whatever_stands_in_the_cookie_there_is_a_page(client: FlaskClient, held: str) -> None:
    client.set_cookie(COOKIE, held)
    assert client.get("/").status_code == 200


def test_the_entry_and_help_with_its_telephone_stand_on_every_screen(glass: ScreenGlass, client: FlaskClient) -> None:
    for name in walk(glass):
        page = client.get("/screen").text
        assert 'popovertarget="look"' in page, name
        assert "请人帮忙" in page, name
        assert "0800-123-4567" in page, name


@pytest.mark.parametrize(("born", "offered"), [(1966, True), (1967, False)])
def test_the_large_view_is_offered_to_whoever_is_sixty_and_never_forced(
    glass: ScreenGlass, client: FlaskClient, born: int, offered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import msgspec

    from ui.citizen import pages

    class Day(pages.datetime):  # type: ignore[misc, name-defined]
        @classmethod
        def now(cls, tz: object = None) -> pages.datetime:
            return pages.datetime(2026, 11, 26, tzinfo=tz)  # type: ignore[arg-type]

    monkeypatch.setattr(pages, "datetime", Day)
    elder = msgspec.structs.replace(PERSON, birth=PERSON.birth.replace(year=born))
    begun(glass, "demo-jia", "MED-REMOTE", "MED-2", "here")
    for event in (ev.Next(), ev.Agree(), ev.CardTaken(elder)):
        glass.tell(event)
    page = client.get("/screen").text
    assert ("换成大字" in page) is offered
    assert "screen--large" not in page


@pytest.mark.parametrize(("online", "said"), [(True, "正在叫工作人员"), (False, "没有叫到人")])
def test_help_says_whether_it_could_be_called_and_the_telephone_beside_it(
    glass: ScreenGlass, client: FlaskClient, online: bool, said: str
) -> None:
    glass.online = online
    page = client.post("/help", data={"wanted": "yes"}, headers=HTMX).text
    assert said in page
    glass.show(help="coming")
    assert "工作人员已知道，马上来" in client.get("/screen").text
    page = client.post("/help", data={"wanted": "no"}, headers=HTMX).text
    assert "helping" not in page


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/act/end", "/open/../x?y"])
def test_a_page_open_to_anyone_leads_back_to_itself_only(client: FlaskClient, back: str) -> None:
    assert client.post("/look", data={"change": "large", "from": back}, headers=HERE).headers["Location"] == "/"
    own = client.post("/look", data={"change": "large", "from": "/open/guide.a.b.c"}, headers=HERE)
    assert own.headers["Location"] == "/open/guide.a.b.c"


def test_another_language_is_one_touch_away_on_every_screen_and_so_is_the_way_back(glass: ScreenGlass, client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/").text
    page = change(client, "en")
    assert 'id="screen" class="screen screen--welcome" lang="en"' in page
    assert 'lang="zh-CN">中文</button>' in page
    assert '<html lang="en">' in client.get("/").text
    change(client, "large")
    assert "screen--large" in client.get("/screen").text
    for name in walk(glass):
        assert 'lang="en"' in client.get("/screen").text, name
    change(client, "zh-CN")
    assert 'lang="zh-CN"' in client.get("/screen").text
    assert "screen--large" in client.get("/screen").text


def test_a_language_is_forgotten_with_the_visit_it_was_chosen_in(glass: ScreenGlass, client: FlaskClient) -> None:
    glass.tell(ev.Begin("visit-1"))
    change(client, "en")
    glass.tell(ev.End())
    assert '<html lang="zh-CN">' in client.get("/").text
    change(client, "en")
    assert "data-forget" in client.get("/screen").text
    assert 'lang="zh-CN"' in change(client, "")
