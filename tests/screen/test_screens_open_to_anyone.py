"""公开查询 (规程 Art. 7): catalogue, guides, contacts and rules for anyone, without a card and without a visit."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from left_chinese import Page
from screens_glass import ScreenGlass

from domain.catalogue.catalogue import load
from domain.catalogue.guide import MOST_CODE, code, guide
from kiosk.cli import main
from kiosk.visit.snapshot import Hall, PaperState
from ui.app import create_app
from ui.look import COOKIE
from ui.public.book import Book
from ui.public.pages import create_public
from ui.public.site import write
from ui.wording import keys

CATALOGUE = load()
TODAY = date(2026, 11, 26)
HALL = Hall("K01", "示范三县", "示范三县政务服务中心", "0800-123-4567", "12345")
NAMES = tuple(Book(CATALOGUE, HALL, TODAY).names())
GUIDE = next(n for n in NAMES if n.startswith("guide.demo-jia.UNEMP-REG"))
HERE = {"Origin": "http://localhost"}


class Wishes:
    """What the pages ask of the middle, written down; the middle's own answer is tested with a whole hall."""

    def __init__(self, job: str | None = "slip-0123456789abcdef", stored: bool = True) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.job = job
        self.stored = stored

    def print(self, home: str, item: str, situation: str) -> str | None:
        self.asked.append((home, item, situation))
        return self.job

    def paper(self, job: str) -> PaperState | None:
        return "printed" if job == self.job else None

    def report(self, *told: object) -> bool:
        self.asked.append(told)
        return self.stored


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass(CATALOGUE)


@pytest.fixture
def wishes() -> Wishes:
    return Wishes()


@pytest.fixture
def client(glass: ScreenGlass, wishes: Wishes) -> FlaskClient:
    app = create_app(glass)
    app.register_blueprint(create_public(glass, wishes, wishes, lambda: TODAY))
    return app.test_client()


def links(page: str) -> set[str]:
    return {unescape(found) for found in re.findall(r'href="([^"]+)"', page)}


def test_every_page_can_be_reached_from_the_first_and_no_link_leads_nowhere(client: FlaskClient) -> None:
    seen, todo = set(), {"/open/"}
    while todo:
        address = todo.pop()
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        here = {link for link in links(answer.text) if link.startswith("/open/")}
        todo |= {link for link in here if "search?q=" not in link} - seen
    assert {f"/open/{name}" for name in NAMES} <= seen | {"/open/index"}


def test_every_situation_anybody_opened_has_a_guide_that_names_each_material_and_how_it_is_proven(client: FlaskClient) -> None:
    guides = [name for name in NAMES if name.startswith("guide.")]
    assert {name.split(".")[3] for name in guides} == {s.situation_id for i in CATALOGUE.listed() for s in i.situations}
    for name in guides:
        page = unescape(client.get(f"/open/{name}").text)
        told = guide(CATALOGUE, *name.split(".")[1:])
        assert told is not None
        for need in told.needs:
            assert need.name in page
            assert need.how in page
        assert told.result in page
        assert told.limit in page


def test_what_a_place_has_not_opened_says_why_and_where_instead(client: FlaskClient) -> None:
    for party in CATALOGUE.homes():
        page = unescape(client.get(f"/open/place.{party.party}").text)
        for closed in CATALOGUE.closed(party.party):
            assert closed.why in page
            assert closed.where in page


@pytest.mark.parametrize(
    "name", ["nowhere", "guide.a.b", "guide.a.b.c.d", "topic.x", "topic.-1", "topic.9999", "place.", "a" * 200, "%2e%2e"]
)
def test_a_page_that_is_none_is_not_found_and_breaks_nothing(client: FlaskClient, name: str) -> None:
    assert client.get(f"/open/{name}").status_code == 404


def test_the_whole_regulation_stands_there_article_by_article(client: FlaskClient) -> None:
    page = client.get("/open/rules").text
    for article in "一二三四五六七八九十":
        assert f"第{article}条" in page
    assert "未经业务属地部门书面同意" in page


def test_the_public_sees_the_halls_contacts_and_a_window_sees_all_that_are_good_today(
    glass: ScreenGlass, client: FlaskClient
) -> None:
    good = [(p, c) for p in CATALOGUE.parties for c in p.contacts if c.since <= TODAY and (c.until is None or c.until >= TODAY)]
    own = next(p.party for p, c in good if c.public)
    glass.hall = replace(glass.hall, place=own)
    public = unescape(client.get("/open/contacts").text)
    glass.hall = replace(glass.hall, setting="window")
    window = unescape(client.get("/open/contacts").text)
    assert any(c.public != (p.party == own) for p, c in good)
    for party, contact in good:
        line = f'<td>{contact.name}</td><td>{contact.duty}</td><td class="number">{contact.phone}</td>'
        assert (line in public, line in window) == (contact.public and party.party == own, True)
        assert party.phone in public


@pytest.mark.parametrize(
    ("query", "found"), [("SBK", "社会保障卡申领"), ("社保卡", "社会保障卡申领"), ("shiye", "失业登记"), ("失业登计", "失业登记")]
)
def test_an_item_is_found_by_initials_by_name_by_spelling_and_with_one_character_wrong(
    client: FlaskClient, query: str, found: str
) -> None:
    page = unescape(client.get("/open/search", query_string={"q": query}).text)
    assert found in page


def test_a_search_that_finds_nothing_says_what_to_do_and_quotes_safely(client: FlaskClient) -> None:
    page = client.get("/open/search", query_string={"q": "<script>QQQ" + "x" * 500}).text
    assert "没有查到" in page
    assert "<script>QQQ" not in page
    assert client.get("/open/search").status_code == 200


def test_a_guide_is_printed_on_request_and_says_what_became_of_it(client: FlaskClient, wishes: Wishes) -> None:
    answer = client.post("/open/print", data={"name": GUIDE}, headers=HERE)
    assert wishes.asked == [tuple(GUIDE.split(".")[1:])]
    assert answer.status_code == 303
    assert "正在打印" in client.get(answer.headers["Location"]).text
    assert client.get("/open/paper/slip-0123456789abcdef").json == {"paper": "printed"}
    wishes.job = None
    refused = client.post("/open/print", data={"name": GUIDE}, headers=HERE)
    assert "现在打印不了" in client.get(refused.headers["Location"]).text
    assert client.post("/open/print", data={"name": "guide.x.y.z"}, headers=HERE).status_code == 404
    assert client.post("/open/print", data={"name": GUIDE}).status_code == 403, "only our own page may ask"


def test_a_visit_begun_from_a_guide_has_made_its_choice(glass: ScreenGlass, client: FlaskClient) -> None:
    assert client.post("/open/begin", data={"name": GUIDE}, headers=HERE).headers["Location"] == "/"
    visit = glass.snapshot().state.visit
    assert visit is not None
    assert ["guide", visit.home, visit.item, visit.situation] == GUIDE.split(".")
    client.post("/open/begin", data={"name": NAMES[-1]}, headers=HERE)
    again = glass.snapshot().state.visit
    assert again is not None
    assert again.id == visit.id, "whoever was faster has the screen"


def test_only_a_window_reports_an_error_and_never_with_somebodys_number(
    glass: ScreenGlass, client: FlaskClient, wishes: Wishes
) -> None:
    said = {"part": "limit", "text": "承诺时限已经改成 5 个工作日"}
    assert client.post(f"/open/report/{GUIDE}", data=said, headers=HERE).status_code == 404
    glass.hall = replace(glass.hall, setting="window")
    assert "纠错" in client.get(f"/open/{GUIDE}").text
    for wrong in (
        {"part": "x"},
        {"text": " "},
        {"text": "长" * 201},
        {"text": "张三 513822198907169021"},
        {"text": "打 139-8041-7265"},
    ):
        assert client.post(f"/open/report/{GUIDE}", data={**said, **wrong}, headers=HERE).status_code == 422
    assert wishes.asked == []
    assert "已报告给业务属地" in client.post(f"/open/report/{GUIDE}", data=said, headers=HERE).text
    assert wishes.asked == [(*GUIDE.split(".")[1:], "limit", said["text"])]
    wishes.stored = False
    failed = client.post(f"/open/report/{GUIDE}", data=said, headers=HERE)
    assert (failed.status_code, "没有记下来" in failed.text, said["text"] in failed.text) == (422, True, True)


def test_a_guides_code_is_its_published_address_or_the_list_itself(glass: ScreenGlass) -> None:
    for name in (n for n in NAMES if n.startswith("guide.")):
        told = guide(CATALOGUE, *name.split(".")[1:])
        assert told is not None
        assert code(told, "https://guides.example/", "0800") == f"https://guides.example/{name}.html"
        alone = code(told, "", "0800-123-4567")
        assert told.needs[0].name in alone
        assert len(alone.encode()) <= MOST_CODE


def test_the_published_pages_are_whole_need_no_script_and_replace_the_old_ones_together(tmp_path: Path) -> None:
    folder = tmp_path / "guides"
    folder.mkdir()
    (folder / "old.html").write_text("old")
    assert write(folder, CATALOGUE, "0800-123-4567", TODAY) == len(NAMES)
    files = {file.name for file in folder.iterdir()}
    assert files == {"site.css", *(f"{name}.html" for name in NAMES)}
    for file in folder.glob("*.html"):
        page = file.read_text("utf-8")
        assert "<script" not in page
        assert "<form" not in page
        assert links(page) <= files, file.name
    assert [p.name for p in tmp_path.iterdir()] == ["guides"]


def test_the_command_publishes_and_leaves_what_was_there_when_the_catalogue_is_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "guides"
    told = CliRunner().invoke(main, ["guides", str(folder)])
    assert (told.exit_code, f"{len(NAMES)} 页" in told.output) == (0, True)
    (tmp_path / "bad.json").write_text("{")
    bad = str(tmp_path / "bad.json")
    told = CliRunner().invoke(main, ["guides", str(folder), "--items", bad, "--openings", bad])
    assert told.exit_code == 1
    assert len(list(folder.iterdir())) == len(NAMES) + 1


def test_another_language_is_one_touch_away_on_every_page_and_leads_back_to_it(client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in client.get(f"/open/{GUIDE}").text
    back = client.post("/look", data={"change": "en", "from": f"/open/{GUIDE}"}, headers=HERE).headers["Location"]
    page = client.get(back).text
    assert back == f"/open/{GUIDE}"
    assert '<html lang="en">' in page
    assert 'lang="zh-CN">中文</button>' in page


def test_in_english_nothing_stays_chinese_but_names_that_have_no_english_and_they_say_so(client: FlaskClient) -> None:
    known = {*keys(), *CATALOGUE.english} - {"省内通办", "中文"}  # the sign over the window, and a language in itself
    client.set_cookie(COOKIE, "en.")
    guides = [next((n for n in NAMES if n.startswith(f"guide.{party.party}.")), "index") for party in CATALOGUE.homes()]
    asked = [name for name in NAMES if not name.startswith("guide.")] + guides
    for address in (*asked, "search?q=card", "search?q=zzzz", f"{GUIDE}?refused=1"):
        page = Page(client.get(f"/open/{address}").text)
        assert (page.loose, page.said) == ([], []), address
        assert [text for text in page.marked if text in known] == [], address


def test_english_finds_and_its_words_are_parted_by_a_key(client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "en.")
    page = client.get("/open/search?q=ID").text
    assert "Renewal or reissue of a resident identity card" in page
    assert "/open/search?q=ID%20" in page
    client.delete_cookie(COOKIE)
    assert "q=ID%20" not in client.get("/open/search?q=ID").text
