"""What the pages promise before any browser sees them."""

from __future__ import annotations

import logging
import re
import threading
from contextlib import ExitStack
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from screens_glass import CASE, OTHER_ADDRESS, PERSON, PHONE, ScreenGlass, served, until
from screens_walk import rich_catalogue, walk
from screens_ways import screens

from kiosk.serving import serve_page
from kiosk.visit import events as ev
from kiosk.visit.pulse import Beat, GlassState, Pulse
from kiosk.visit.state import Step
from ui.app import create_app
from ui.compiled import compile_all
from ui.edition import edition

HERE = {"Origin": "http://localhost"}


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass(rich_catalogue())


@pytest.fixture
def client(glass: ScreenGlass) -> FlaskClient:
    return create_app(glass).test_client()


def now(glass: ScreenGlass) -> dict[str, str]:
    state = glass.snapshot().state
    return {"visit": state.visit.id if state.visit else "", "version": str(state.version)}


def at(glass: ScreenGlass, name: str) -> None:
    """Lead the visit to the screen ``name``."""
    for reached in walk(glass):
        if reached == name:
            return
    raise AssertionError(f"no screen {name}")


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_identity_address_and_telephone_never_reach_a_page(glass: ScreenGlass, client: FlaskClient) -> None:
    secret = (PERSON.name, PERSON.name[1:], PERSON.number, PERSON.number[3:14], PERSON.address, "冷碛镇", "团结村")
    secret += (PHONE, PHONE[3:7], OTHER_ADDRESS, "得妥镇", "1989")
    for name in screens(glass):
        for path in ("/", "/screen"):
            page = re.sub(r"<select.*?</select>", "", client.get(path).text, flags=re.S)
            assert not [s for s in secret if s in page], name


def test_every_screen_names_the_service_and_after_the_choice_both_places(glass: ScreenGlass, client: FlaskClient) -> None:
    for name in screens(glass):
        page = client.get("/screen").text
        visit = glass.snapshot().state.visit
        assert "省内通办" in page, name
        assert glass.hall.phone in page, name
        if visit and visit.home:
            assert "业务属地" in page, name
            assert glass.hall.intake in page, name
            assert "示范甲市" in page, name


def test_no_page_holds_a_script_or_a_style_of_its_own(glass: ScreenGlass, client: FlaskClient) -> None:
    for name in screens(glass):
        for tag, attributes in Tags(client.get("/").text).seen:
            assert tag != "style", name
            assert tag != "script" or attributes.get("src"), name
            assert not {a for a in attributes if a == "style" or a.startswith("on") or a.startswith("hx-on")}, name


def test_what_happens_here_is_never_called_acceptance(glass: ScreenGlass, client: FlaskClient) -> None:
    """收件 is this terminal's word; 受理 stands only where the home place decides on it."""
    for name in walk(glass):
        text = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", client.get("/screen").text))
        others = re.sub(r"是否受理|受理后|不得用于真实受理|可以先受理后补材料|一窗受理一次办结", "", text)
        assert "受理" not in others, name


def test_nothing_is_kept_by_the_browser(glass: ScreenGlass, client: FlaskClient) -> None:
    at(glass, "page")
    visit = glass.snapshot().state.visit
    assert visit is not None
    assert visit.scan.shown is not None
    for path in ("/", "/screen", f"/page/{visit.scan.shown.ref}.jpg", "/desk.jpg"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
    assert "Clear-Site-Data" not in client.get("/").headers
    glass.tell(ev.End())
    assert client.get("/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_pictures_and_scripts_are_fetched_once_under_the_address_that_names_their_edition(client: FlaskClient) -> None:
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text))
    assert {one.partition("?")[2] for one in named} == {f"v={edition()}"}
    for path, kept in (*((one, "max-age=31536000, immutable") for one in named), ("/static/vendor/glass.js", "no-cache")):
        with client.get(path) as answer:
            assert answer.headers["Cache-Control"] == kept


def test_every_template_compiles_before_the_first_citizen(glass: ScreenGlass) -> None:
    environment = create_app(glass).jinja_env
    compile_all(environment)
    held = {name for _, name in environment.cache}  # type: ignore[union-attr]
    assert {"screen.html", "live.html", "steps/form.html", "open/guide.html"} <= held


def test_templates_wait_for_the_page_which_the_browser_needs_every_core_for(glass: ScreenGlass) -> None:
    app, there = create_app(glass), threading.Event()
    with ExitStack() as running:
        serve_page(running, app, "127.0.0.1", 0, there)
        assert not there.wait(0.5)
        assert not app.jinja_env.cache
        there.set()
        until(lambda: bool(app.jinja_env.cache))


def test_a_page_is_shown_only_while_it_lies_on_the_screen(glass: ScreenGlass, client: FlaskClient) -> None:
    at(glass, "page")
    assert client.get("/page/ref-2.jpg").mimetype == "image/jpeg"
    assert client.get("/page/ref-1.jpg").status_code == 204
    assert client.get("/page/..%2Fref-2.jpg").status_code == 404
    glass.tell(ev.KeepPage())
    assert client.get("/page/ref-2.jpg").status_code == 204
    assert client.get("/desk.jpg").mimetype == "image/jpeg"


def test_a_touch_is_answered_with_the_next_screen(glass: ScreenGlass, client: FlaskClient) -> None:
    answer = client.post("/act/begin", data=now(glass), headers=HERE)
    assert answer.status_code == 200
    assert "screen--place" in answer.text
    assert glass.step is Step.PLACE


def test_a_touch_on_an_old_screen_does_nothing_and_brings_the_present_one(glass: ScreenGlass, client: FlaskClient) -> None:
    old = now(glass)
    client.post("/act/begin", data=old, headers=HERE)
    before = glass.snapshot()
    answer = client.post("/act/begin", data=old, headers=HERE)
    assert answer.status_code == 409
    assert "screen--place" in answer.text
    assert glass.snapshot() is before


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("choose-place", {}),
        ("choose-place", {"party": "<script>"}),
        ("fill-form", {"answer.x": "y" * 1001}),
        ("no-such-intent", {"party": "demo-jia"}),
        ("next", {"surplus": "1"}),
        ("sign", {"signature": "1" * 1_100_000}),
    ],
)
def test_a_malformed_form_changes_nothing_and_its_values_are_not_logged(
    glass: ScreenGlass, client: FlaskClient, caplog: pytest.LogCaptureFixture, name: str, fields: dict[str, str]
) -> None:
    glass.tell(ev.Begin("visit-1"))
    before = glass.snapshot()
    with caplog.at_level(logging.DEBUG):
        answer = client.post(f"/act/{name}", data=now(glass) | fields, headers=HERE)
    assert answer.status_code == 400
    assert "screen--place" in answer.text
    assert glass.snapshot() is before
    assert "form refused" in caplog.text
    assert not [v for v in (*fields.values(), "no-such-intent", "visit-1") if len(v) > 1 and v in caplog.text]


@pytest.mark.parametrize("version", ["", "-1", "1.5", "x", "9" * 13])
def test_a_form_without_a_version_is_malformed(glass: ScreenGlass, client: FlaskClient, version: str) -> None:
    assert client.post("/act/begin", data={"visit": "", "version": version}, headers=HERE).status_code == 400
    assert glass.step is None


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.4:8080", "localhost@evil.example"])
def test_a_foreign_host_is_refused(client: FlaskClient, host: str) -> None:
    for path in ("/", "/screen", "/events", "/desk.jpg"):
        assert client.get(path, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080"])
def test_the_loopback_by_any_of_its_names_is_served(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://localhost:81", "https://localhost"])
def test_a_post_from_another_origin_is_refused(glass: ScreenGlass, client: FlaskClient, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    for path in ("/act/begin", "/beat"):
        assert client.post(path, data=now(glass), headers=headers).status_code == 403
    assert glass.step is None


@pytest.mark.parametrize("path", ["/events", "/desk.jpg", "/screen"])
def test_a_page_elsewhere_cannot_even_ask(client: FlaskClient, path: str) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert client.get(path, headers=elsewhere).status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_the_policy_allows_our_own_files_and_nothing_else(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_what_was_typed_is_left_alone_when_only_the_surroundings_change(glass: ScreenGlass, client: FlaskClient) -> None:
    at(glass, "form")
    key = re.search(r'name="key" value="(\w+)"', client.get("/").text)
    assert key is not None
    glass.show(idle_left=20)
    part = client.get(f"/screen?key={key[1]}")
    assert part.headers["HX-Retarget"] == "#live"
    assert "您还在办理吗" in part.text
    assert "answer." not in part.text
    glass.show(idle_left=None)
    glass.tell(ev.FillForm({}))
    whole = client.get(f"/screen?key={key[1]}")
    assert "HX-Retarget" not in whole.headers
    assert "answer." in whole.text


def test_the_same_screen_of_another_visit_is_another_screen(glass: ScreenGlass, client: FlaskClient) -> None:
    glass.tell(ev.Begin("visit-1"))
    key = re.search(r'name="key" value="(\w+)"', client.get("/").text)
    glass.tell(ev.End())
    glass.tell(ev.Begin("visit-2"))
    assert key is not None
    assert "HX-Retarget" not in client.get(f"/screen?key={key[1]}").headers


def test_the_beat_tells_boot_edition_serial_and_whether_a_visit_runs(glass: ScreenGlass, client: FlaskClient) -> None:
    for runs in (False, True):
        told = {
            "boot": "boot-1",
            "edition": edition(),
            "serial": glass.snapshot().serial,
            "visit": runs,
            "help": "",
            "staff": False,
        }
        assert client.post("/beat", headers=HERE).json == told
        glass.tell(ev.Begin("visit-1"))


class Watch:
    def __init__(self) -> None:
        self.beats: list[tuple[Beat, int]] = []

    def beaten(self, beat: Beat, serial: int) -> None:
        self.beats.append((beat, serial))

    def asked(self) -> Pulse:
        return Pulse(GlassState.FROZEN, 1.5)


def test_what_the_page_tells_of_itself_is_handed_to_the_watch_and_what_no_page_of_ours_says_is_refused(glass: ScreenGlass) -> None:
    watch = Watch()
    client = create_app(glass, watch=watch).test_client()
    for form in ({"frames": "8", "shown": "1", "whole": "yes"}, {"frames": "0", "shown": "", "whole": "no", "front": "no"}, {}):
        assert client.post("/beat", data=form, headers=HERE).status_code == 200
    assert watch.beats == [(Beat(8, 1, whole=True), 1), (Beat(0, None, whole=False, front=False), 1)]
    for bad in ({"frames": "-1"}, {"frames": "8", "shown": "x", "whole": "yes"}, {"frames": "9" * 40, "shown": "", "whole": "yes"}):
        assert client.post("/beat", data=bad, headers=HERE).status_code == 400
    assert len(watch.beats) == 2


def test_whoever_keeps_the_browser_can_ask_how_the_glass_does(glass: ScreenGlass, client: FlaskClient) -> None:
    assert create_app(glass, watch=Watch()).test_client().get("/pulse").json == {
        "state": "frozen",
        "age": 1.5,
        "visit": False,
    }
    assert client.get("/pulse").status_code == 404


def test_the_case_number_is_grouped_for_reading_aloud(glass: ScreenGlass, client: FlaskClient) -> None:
    at(glass, "receipt-printed")
    page = client.get("/screen").text
    assert CASE not in page
    assert "511381 261122 K01" in page


def test_the_newest_stream_ends_the_one_before(glass: ScreenGlass) -> None:
    import httpx

    with served(create_app(glass)) as address, httpx.Client(timeout=20) as http:
        with http.stream("GET", f"{address}/events") as first:
            lines = first.iter_lines()
            assert next(lines) == "event: screen"
            heard = threading.Event()
            left: list[str] = []
            reader = threading.Thread(target=lambda: (left.extend(lines), heard.set()))
            reader.start()
            with httpx.Client(timeout=20) as other, other.stream("GET", f"{address}/events") as second:
                news = second.iter_lines()
                assert next(news) == "event: screen"
                assert heard.wait(20)
                assert "event: evicted" in left
                serial = glass.snapshot().serial
                glass.show()
                until(lambda: next(news) == f"data: {serial + 1}")
            reader.join(5)


def test_a_device_that_is_out_is_told_with_the_way_that_needs_it_before_anything_is_begun(
    glass: ScreenGlass, client: FlaskClient
) -> None:
    at(glass, "channel")
    assert "现在不能用" not in client.get("/screen").text
    glass.breaks("camera")
    page = client.get("/screen").text
    assert "现在不能用" in page
    assert "请到窗口" in page
