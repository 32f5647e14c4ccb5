from __future__ import annotations

import io
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pikepdf
import pytest
from msgspec.structs import replace
from support.clerk_door import DESK, browsing
from support.desk import desk_settings, running_desk
from support.fleet import EPOCH, JPEG, TERMINAL, TIME, Fleet, case_content, sealed_case, taken

from domain import sealing
from domain.case import content
from domain.case.content import Finding, Page, Point, Signature
from fleet.desk import signature
from fleet.desk.app import Desk
from fleet.desk.journal import Journal
from fleet.desk.means import today_of
from fleet.desk.opening import LASTS, Openings
from fleet.intake import understand
from fleet.keys.keyring import read_keys
from fleet.settings import SettingsError
from mqtt import topics
from mqtt.events import event
from mqtt.resources import HomeCase

RECIPIENT, KEY = sealing.new_key("mianzhu")
STRANGER, _ = sealing.new_key("langzhong")
WHY = {"reason": "材料预审"}
CONSENT = {
    "number": "绵函〔2026〕8号",
    "department": "绵竹市人力资源和社会保障局",
    "to": "绵竹市档案馆",
    "use": "本批办件材料归档",
    "way-material-pdf": "1",
    "items": "*",
    "cases": "*",
    "since": (today_of(time.time()) - timedelta(days=1)).isoformat(),
    "until": (today_of(time.time()) + timedelta(days=30)).isoformat(),
}


@pytest.fixture
def desk(fleet: Fleet, tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path / "desk", fleet, KEY) as running:
        yield running


@pytest.fixture
def browser(desk: Desk, fleet: Fleet) -> Iterator[httpx.Client]:
    with browsing(desk, DESK, fleet.centre.store) as client:
        yield client


def bring(fleet: Fleet, number: str, sealed: tuple[bytes, ...], arrived: int | None = None) -> None:
    """The case's event, and the first ``arrived`` of its documents."""
    raw = event(TERMINAL, EPOCH, int(number[1:]), TIME, taken(number, sealed))
    fleet.centre.store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], 1.0)
    for body in sealed[:arrived]:
        with fleet.api() as api:
            assert api.put(f"/v1/documents/{sealing.digest(body)}", content=body).status_code in (200, 201)


def test_a_case_opens_for_a_stated_reason_and_shows_everything(fleet: Fleet, browser: httpx.Client) -> None:
    bring(fleet, "C1", sealed_case("C1", RECIPIENT))
    assert "测试甲" not in browser.get("/").text
    page = browser.post("/cases/C1/open", data=WHY)
    for text in (
        "测试甲",
        "11010519491231002X",
        "中国工商银行",
        "邮寄给申请人",
        "解除劳动合同证明",
        "画面可能模糊",
        "第 1 页 · A4 纸",
        "仁寿县",
    ):
        assert text in page.text
    picture = browser.get(re.findall(r'<img src="(/opened/[^"]+/pages/[^"]+)"', page.text)[0])
    assert (picture.content[: len(JPEG)], picture.headers["Cache-Control"]) == (JPEG, "no-store")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert "<path" in browser.get(re.findall(r'"(/opened/[^"]+signature.svg)"', page.text)[0]).text


def test_what_is_doubtful_is_framed_where_it_is_and_the_other_page_is_named(fleet: Fleet, browser: httpx.Client) -> None:
    sealed = sealed_case("C1", RECIPIENT)
    first, second = (sealing.digest(body) for body in sealed[1:])
    case = case_content("C1", (first, second))
    glare = Page(first, ("page_glare",), (Finding("page_glare", ((1000, 2000, 3000, 2500),)),))
    again = Page(second, ("page_again",), (Finding("page_again", same=first),))
    case = replace(case, materials=(replace(case.materials[1], pages=(glare, again)),))
    bring(fleet, "C1", (sealing.seal(content.encode(case), (RECIPIENT,)), *sealed[1:]))
    page = browser.post("/cases/C1/open", data=WHY).text
    assert '<rect x="1000" y="2000" width="2000" height="500"/>' in page
    assert "可能有反光盖住内容（见框）" in page
    assert "可能与另一页重复（解除劳动合同证明第 1 页）" in page


def test_master_reading_copy_and_bundle_of_a_page_are_all_reachable(fleet: Fleet, desk: Desk, browser: httpx.Client) -> None:
    bring(fleet, "C1", sealed_case("C1", RECIPIENT, pages=3))
    page = browser.post("/cases/C1/open", data=WHY).text
    (reading, *_), (bundle,) = re.findall(r'"(/opened/[^"]+/reading)"', page), re.findall(r'"(/opened/[^"]+.pdf)"', page)
    copy, taking = browser.get(reading), {"consent": CONSENT["number"], "reason": "归档"}
    assert "没有一份有效的书面同意" in browser.get(bundle).text
    refused = browser.post(bundle, data=taking)
    assert (refused.status_code, "没有登记这个文号" in refused.text, b"%PDF-" in refused.content) == (403, True, False)
    files = {"scan": ("consent.pdf", b"%PDF-1.7 consent", "application/pdf")}
    assert browser.post("/consents", data=CONSENT | {"until": "2019-01-01"}, files=files).status_code == 422
    assert CONSENT["number"] in browser.post("/consents", data=CONSENT, files=files).text
    assert CONSENT["number"] in browser.get(bundle).text
    whole = browser.post(bundle, data=taking)
    told = browser.get("/record").text
    assert "没有取出：没有登记这个文号的书面同意" in told
    assert f"凭 {CONSENT['number']}" in told
    assert desk.journal.entries("C1")[0].groups == ("identity", "contact", "form", "materials")
    assert (copy.status_code, copy.headers["Content-Type"], copy.content[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert (whole.status_code, whole.headers["Content-Type"], whole.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert whole.headers["Cache-Control"] == "no-store"
    assert "测试甲".encode() not in whole.content
    with pikepdf.open(io.BytesIO(whole.content)) as document:
        assert len(document.pages) == 3


def test_a_material_of_which_pages_are_in_transit_makes_no_bundle(fleet: Fleet, browser: httpx.Client) -> None:
    bring(fleet, "C1", sealed_case("C1", RECIPIENT, pages=3), arrived=2)
    page = browser.post("/cases/C1/open", data=WHY)
    assert ".pdf" not in page.text
    answer = browser.get(f"{page.url.path}/materials/2.pdf")
    assert (answer.status_code, "还没有到齐" in answer.text) == (409, True)
    assert browser.get(f"{page.url.path}/materials/9.pdf").status_code == 410


def test_a_page_that_is_no_picture_is_a_clear_error_in_every_form(fleet: Fleet, browser: httpx.Client) -> None:
    sealed = sealed_case("C1", RECIPIENT, pages=1)
    bomb = sealing.seal(b"\xff\xd8\xff" + b"bomb" * 100, (RECIPIENT,))
    head = sealing.seal(content.encode(case_content("C1", (sealing.digest(bomb),))), (RECIPIENT,))
    assert len(sealed) == 2
    bring(fleet, "C1", (head, bomb))
    page = browser.post("/cases/C1/open", data=WHY)
    at = f"{page.url.path}/pages/{sealing.digest(bomb)}"
    browser.post("/consents", data=CONSENT, files={"scan": ("consent.pdf", b"%PDF-1.7 consent", "application/pdf")})
    taking = browser.post(f"{page.url.path}/materials/2.pdf", data={"consent": CONSENT["number"], "reason": "归档"})
    for answer in (browser.get(at), browser.get(f"{at}/reading"), taking):
        assert (answer.status_code, "请联系中心" in answer.text) == (409, True)


def test_without_a_reason_nothing_opens_and_nothing_is_fetched(fleet: Fleet, desk: Desk, browser: httpx.Client) -> None:
    bring(fleet, "C1", sealed_case("C1", RECIPIENT))
    for form in (
        {},
        {"reason": " "},
        {"reason": "材料预审", "role": "intake_officer"},
        {"reason": "长" * 201},
    ):
        answer = browser.post("/cases/C1/open", data=form)
        assert (answer.status_code, "测试甲" in answer.text) == (422, False)
    assert desk.journal.entries("C1") == ()


def test_every_opening_is_written_down_even_one_that_fails(fleet: Fleet, desk: Desk, browser: httpx.Client) -> None:
    bring(fleet, "C1", sealed_case("C1", RECIPIENT))
    bring(fleet, "C2", sealed_case("C2", STRANGER))
    browser.post("/cases/C1/open", data=WHY)
    browser.post("/cases/C2/open", data=WHY)
    (first,), (second,) = desk.journal.entries("C1"), desk.journal.entries("C2")
    assert (first.staff, first.reason, first.outcome, second.outcome) == ("王五（1024）", "材料预审", "opened", "not_ours")
    assert "材料预审" in browser.get("/cases/C1").text


def test_a_number_stays_with_its_paper_and_none_is_given_twice(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "openings.db")
    asked = [("受", 2026, "C1", 3), ("受", 2026, "C1", 3), ("受", 2026, "C2", 3), ("受", 2027, "C2", 3), ("准", 2026, "C1", 4)]
    assert [journal.paper_number(*one) for one in asked] == [1, 1, 2, 1, 1]
    journal.close()


def test_a_case_that_is_not_whole_says_how_many_pages_are_in_transit(fleet: Fleet, browser: httpx.Client) -> None:
    bring(fleet, "C1", sealed_case("C1", RECIPIENT, pages=3), arrived=2)
    assert "还有 2 份在途" in browser.get("/").text
    page = browser.post("/cases/C1/open", data=WHY).text
    assert "还有 2 页在途" in page
    assert "第 2 页在途" in page


def test_a_case_sealed_to_another_party_is_a_clear_error(fleet: Fleet, browser: httpx.Client) -> None:
    bring(fleet, "C1", sealed_case("C1", STRANGER))
    answer = browser.post("/cases/C1/open", data=WHY)
    assert (answer.status_code, "不是密封给本专窗的" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda sealed: sealed[:-40] + bytes(40), "已损坏"),
        (lambda _: b"no sealed document", "不是密封件"),
        (lambda _: sealing.seal(b"{}", (RECIPIENT,)), "读不懂"),
        (lambda _: sealed_case("C9", RECIPIENT)[0], "不是同一件"),
    ],
)
def test_a_damaged_or_swapped_case_is_a_clear_error_and_shows_nothing(
    fleet: Fleet, browser: httpx.Client, spoil: object, words: str
) -> None:
    sealed = sealed_case("C1", RECIPIENT)
    assert callable(spoil)
    bring(fleet, "C1", (spoil(sealed[0]), *sealed[1:]))
    answer = browser.post("/cases/C1/open", data=WHY)
    assert (answer.status_code, words in answer.text, "测试甲" in answer.text) == (409, True, False)


def test_an_opened_page_does_not_lie_in_a_temporary_file_on_its_way_to_the_screen(
    fleet: Fleet, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = JPEG + bytes(3 * 1024 * 1024)
    sealed = sealing.seal(picture, (RECIPIENT,))
    head = content.encode(case_content("C1", [sealing.digest(sealed)]))
    bring(fleet, "C1", (sealing.seal(head, (RECIPIENT,)), sealed))

    made: list[object] = []

    def watched(*how: object) -> io.BytesIO:
        made.append(how)
        return io.BytesIO()

    monkeypatch.setattr(tempfile, "TemporaryFile", watched)
    page = browser.post("/cases/C1/open", data=WHY)
    assert browser.get(re.findall(r'<img src="(/opened/[^"]+/pages/[^"]+)"', page.text)[0]).content == picture
    assert made == []


def test_a_document_that_rotted_on_the_centres_disk_is_noticed(fleet: Fleet, browser: httpx.Client, tmp_path: Path) -> None:
    sealed = sealed_case("C1", RECIPIENT)
    bring(fleet, "C1", sealed)
    (stored,) = (tmp_path / "centre").rglob(sealing.digest(sealed[0]))
    body = stored.read_bytes()
    stored.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    assert "与登记的摘要不符" in browser.post("/cases/C1/open", data=WHY).text


def test_when_the_centre_is_away_the_desk_says_so(fleet: Fleet, browser: httpx.Client) -> None:
    fleet.centre.pages.api.stop()
    answer = browser.get("/")
    assert (answer.status_code, "连不上中心" in answer.text) == (502, True)


def test_an_opening_ends_by_time_and_by_hand() -> None:
    now = [0.0]
    openings = Openings(lambda: now[0])
    entry = HomeCase("C1", "i", "某事项", "s", "intake", "2026-11-22T10:00:00+08:00", (), ())
    first, second = (openings.add(case_content("C1", []), entry) for _ in range(2))
    openings.close(first)
    assert openings.get(first) is None
    assert openings.get(second) is not None
    now[0] = LASTS + 1
    assert openings.get(second) is None


def test_a_foreign_page_can_neither_post_nor_read_through_another_name(desk: Desk) -> None:
    foreign = httpx.post(f"{desk.address}/cases/C1/open", data=WHY, headers={"Origin": "https://evil.example"})
    renamed = httpx.get(desk.address, headers={"Host": "evil.example"})
    assert (foreign.status_code, renamed.status_code) == (403, 403)


def test_pages_carry_a_policy_that_lets_nothing_foreign_in(browser: httpx.Client) -> None:
    answer = browser.get("/")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "<style" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_others_can_read_keeps_the_desk_from_starting(tmp_path: Path, mode: int) -> None:
    settings = desk_settings(tmp_path, "https://127.0.0.1:9", KEY)
    settings.key_file.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_keys(settings.key_file)


def test_a_key_that_opens_nothing_is_told_at_the_start_and_not_at_the_first_case(tmp_path: Path) -> None:
    settings = desk_settings(tmp_path, "https://127.0.0.1:9", KEY)
    settings.key_file.write_text('[[keys]]\nkey_id = "mianzhu.1"\nprivate = "AGE-SECRET-KEY-1QQQQ"\n')
    with pytest.raises(SettingsError, match=r"mianzhu\.1") as caught:
        read_keys(settings.key_file)
    assert "QQQQ" not in str(caught.value)


def test_a_key_file_that_cannot_be_read_is_an_error_that_quotes_nothing(tmp_path: Path) -> None:
    settings = desk_settings(tmp_path, "https://127.0.0.1:9", KEY)
    settings.key_file.write_text(settings.key_file.read_text() + "x = 1\n")
    with pytest.raises(SettingsError) as error:
        read_keys(settings.key_file)
    assert "AGE-SECRET" not in str(error.value)


def test_a_signature_is_drawn_from_numbers_only_and_a_dot_is_seen() -> None:
    drawn = signature.svg(Signature(400, 160, ((Point(1, 2, 0), Point(3, float("nan"), 1), Point(5, 6, 2)), (Point(9, 9, 0),), ())))
    assert 'd="M1.0,2.0 Q5.0,6.0 5.0,6.0"' in drawn
    assert 'd="M9.0,9.0 Q9.0,9.0 9.0,9.0"' in drawn
    assert "nan" not in drawn
