"""The window's pages over HTTP: signing in, driving a visit by what stands on the page, and what never stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_clerk import DISPATCH, LI, NAME, WANG, Browser, Window, present, standing
from screens_glass import OTHER_ADDRESS, PERSON, PHONE, ScreenGlass, printed
from screens_walk import SIGNATURE, rich_catalogue, right
from support import clerk_accounts as accounts

from domain.catalogue.catalogue import Catalogue
from kiosk.visit import events as ev
from kiosk.visit.attending import RATING
from kiosk.visit.state import Step
from ui.app import create_app
from ui.clerk.sessions import AWAY, Times

SECRET = (PERSON.name, PERSON.name[1:], PERSON.number, PERSON.number[3:14], PERSON.address, "冷碛镇", "团结村")
SECRET += (PHONE, PHONE[3:7], OTHER_ADDRESS, "得妥镇")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return rich_catalogue()


@pytest.fixture
def window(tmp_path: Path, catalogue: Catalogue) -> Iterator[Window]:
    with standing(tmp_path, ScreenGlass(catalogue)) as one:
        yield one


def chosen(wang: Browser) -> Browser:
    """As far as the notice."""
    wang.do("begin").do("choose-place", party="demo-jia").do("choose-item", item="MED-REMOTE")
    return wang.do("choose-situation", situation="MED-2").do("choose-channel", channel="here").do("next")


def identified(wang: Browser) -> Browser:
    chosen(wang).window.glass.tell(ev.Agree())
    wang.window.glass.tell(ev.CardSeen())
    wang.window.glass.tell(ev.CardTaken(PERSON))
    return wang.look()


def scanned(wang: Browser) -> Browser:
    return identified(wang).do("next").do("weigh", waived="no").do("take-page").do("keep-page").do("next")


def filled(wang: Browser) -> Browser:
    """Every question answered by what stands on the page; promises by the citizen."""
    glass = wang.window.glass
    scanned(wang).do("choose-delivery", way="post_applicant").do("give-postal", address=OTHER_ADDRESS, phone=PHONE)
    while glass.step is Step.FORM:
        name = re.search(r'name="(answer\.[a-z-]+)"', wang.page)
        if name is None:
            field = re.search(r"本人勾选：“(.*?)”", wang.page)
            assert field, wang.page
            visit = glass.snapshot().state.visit
            assert visit is not None
            opened = glass.catalogue.opening(visit.home or "", visit.item or "", visit.situation or "")
            promise = next(f for f in opened.form if f.label == field.group(1))  # type: ignore[union-attr]
            glass.tell(ev.FillForm({promise.field: "yes"}))
            wang.look()
            continue
        opened = glass.catalogue.opening("demo-jia", "MED-REMOTE", "MED-2")
        asked = next(f for f in opened.form if f"answer.{f.field}" == name.group(1))  # type: ignore[union-attr]
        wang.do("fill-form", **{name.group(1): right(asked)})
        assert wang.answer.status_code == 200
    return wang


# --- signing in ---------------------------------------------------------------------------------------------------------


def test_without_a_sign_in_there_is_the_sign_in_and_nothing_else(window: Window) -> None:
    nobody = Browser(window)
    assert "登录窗口" in nobody.get().text
    for path in ("/work", "/act/begin", "/check"):
        answer = nobody.get(path) if path == "/work" else nobody.post(path, visit="", version="")
        assert answer.status_code == 403
        assert answer.headers["HX-Redirect"] == "/"
    for path in ("/desk.jpg", "/thumb/x.jpg", "/page/x.jpg", "/photo/x.jpg", "/events"):
        assert nobody.get(path).status_code == 204
    assert window.glass.step is None


def test_a_wrong_password_a_wrong_code_and_a_clerk_without_the_duty_do_not_get_in(window: Window) -> None:
    assert Browser(window).sign_in(WANG, password="falsch").answer.status_code == 403
    assert Browser(window).sign_in(WANG, code="000000").answer.status_code == 403
    refused = Browser(window).sign_in(DISPATCH)
    assert "没有收件的职责" in refused.answer.text
    assert "登录窗口" in refused.page


def test_the_cookie_is_the_browsers_alone_and_no_script_reads_it(window: Window) -> None:
    cookie = Browser(window).sign_in(WANG).answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-window=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))


def test_every_answer_is_kept_nowhere_and_framed_by_nobody(window: Window) -> None:
    wang = window.browser()
    for answer in (Browser(window).get(), wang.get(), wang.get("/work"), wang.post("/beat"), wang.get("/thumb/x.jpg")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Strict-Transport-Security"]
    assert wang.get().headers["Clear-Site-Data"] == '"cache", "storage"'


def test_another_name_another_origin_or_no_token_changes_nothing(window: Window) -> None:
    wang = window.browser()
    assert window.app.test_client().get("/", base_url="https://evil.test").status_code == 403
    foreign = {"Origin": "https://evil.test"}
    sent = wang.client.post("/act/begin", base_url=f"https://{NAME}", headers=foreign, data=wang.seen)
    assert sent.status_code == 403
    assert wang.do("begin", token="x").answer.status_code == 400
    assert window.glass.step is None


def test_signed_out_is_signed_out(window: Window) -> None:
    wang = window.browser()
    secret = wang.client.get_cookie("__Host-window", domain=NAME)
    wang.post("/sign-out", token=wang.seen["token"])
    assert secret is not None
    wang.client.set_cookie("__Host-window", secret.value, domain=NAME)
    assert "登录窗口" in wang.get().text


def test_the_citizens_pages_are_not_here_and_the_clerks_are_not_there(window: Window) -> None:
    wang, glass = window.browser(), create_app(window.glass).test_client()
    for path in ("/screen", "/open/", "/panel.css", "/receipt.svg", "/paper/x.png", "/look", "/help", "/static/vendor/glass.js"):
        assert wang.get(path).status_code in (404, 405), path
    for path in ("/work", "/sign-in", "/static/vendor/clerk.js"):
        assert glass.get(path).status_code in (404, 405), path


# --- driving ------------------------------------------------------------------------------------------------------------


def test_a_whole_visit_by_what_stands_on_the_clerks_page_and_the_citizens_own_four_touches(window: Window) -> None:
    wang, glass = window.browser(), window.glass
    filled(wang)
    assert glass.step is Step.SIGN
    assert "由本人签名" in wang.page
    glass.tell(ev.Sign(SIGNATURE))
    assert glass.step is Step.REVIEW
    wang.look().do("submit")
    assert wang.answer.status_code == 403
    glass.tell(ev.Submit())
    printed(glass)
    assert wang.look().do("next").answer.status_code == 200
    assert glass.step is Step.RATING
    assert glass.snapshot().state.visit.attended == (WANG,)  # type: ignore[union-attr]


def test_who_cannot_sign_presses_a_thumb_on_the_printed_form_and_hands_in_all_the_same(window: Window) -> None:
    wang, glass = window.browser(), window.glass
    filled(wang)
    wang.do("sign-on-paper", how="proxy")
    assert "代签人姓名" in wang.page
    wang.do("sign-on-paper", how="thumbprint")
    assert glass.step is Step.SCAN
    assert "右手食指" in wang.page
    assert "打印这张表" in wang.page
    wang.do("print-form")
    assert "正在打印" in wang.page
    wang.do("take-page").do("keep-page").do("next")
    assert glass.step is Step.REVIEW
    assert "纸上签字，已拍 1 页" in wang.page
    assert "纸上签字，已拍 1 页" in create_app(glass).test_client().get("/screen").text
    glass.tell(ev.Submit())
    assert glass.step is Step.RECEIPT


def test_the_citizens_screen_says_who_does_what_and_has_no_button_for_it(window: Window) -> None:
    wang = window.browser()
    citizen = create_app(window.glass).test_client()
    chosen(wang)
    page = citizen.get("/screen").text
    assert "窗口职员（工号 C012）在等您" in page
    assert 'hx-post="/act/agree"' in page
    window.glass.tell(ev.Agree())
    window.glass.tell(ev.CardTaken(PERSON))
    wang.look().do("next").do("weigh", waived="no")
    page = citizen.get("/screen").text
    assert "正在为您拍摄材料" in page
    for mine in ("take-page", "keep-page", "next", "back"):
        assert f'hx-post="/act/{mine}"' not in page or mine == "back"
    wang.do("take-page").do("keep-page").do("next").do("choose-delivery", way="pickup_intake")
    page = citizen.get("/screen").text
    assert "正在为您填表" in page
    assert 'hx-post="/act/fill-form"' not in page


def test_what_the_clerk_has_filled_in_stands_on_the_citizens_screen_masked(window: Window) -> None:
    wang = scanned(window.browser()).do("choose-delivery", way="pickup_intake")
    visit = window.glass.snapshot().state.visit
    opened = window.glass.catalogue.opening(visit.home or "", visit.item or "", visit.situation or "")  # type: ignore[union-attr]
    first = opened.form[0]  # type: ignore[union-attr]
    wang.do("fill-form", **{f"answer.{first.field}": right(first)})
    page = create_app(window.glass).test_client().get("/screen").text
    assert "attended__answers" in page
    assert first.label in page


def test_a_step_of_another_moment_is_refused_and_the_page_shows_what_is(window: Window) -> None:
    wang = window.browser()
    old = wang.do("begin").seen
    wang.do("choose-place", party="demo-jia")
    sent = wang.post("/act/choose-place", **old, party="demo-qi")
    assert sent.status_code == 409
    assert "办什么事" in sent.text


def test_a_reload_at_any_step_shows_the_same(window: Window) -> None:
    wang = window.browser()
    chosen(wang)
    assert re.search(r"<h1>(.*?)</h1>", wang.get().text).group(1) == wang.title  # type: ignore[union-attr]


def test_what_was_typed_stays_while_a_page_is_sealed_beside_it(window: Window) -> None:
    wang = scanned(window.browser()).do("choose-delivery", way="post_applicant")
    key = re.search(r'name="key" value="([0-9a-f]+)"', wang.page).group(1)  # type: ignore[union-attr]
    answer = wang.get(f"/work?key={key}")
    assert answer.headers["HX-Retarget"] == "#around"
    assert "<main" not in answer.text


def test_what_the_card_says_stands_when_nothing_is_typed(window: Window) -> None:
    wang = scanned(window.browser()).do("choose-delivery", way="post_applicant")
    assert wang.do("give-postal", address="", phone=PHONE).answer.status_code == 200
    assert window.glass.snapshot().state.visit.address is None  # type: ignore[union-attr]


# --- two windows --------------------------------------------------------------------------------------------------------


def test_a_second_browser_reads_who_holds_the_visit_and_takes_it_over_and_the_first_reads_so(window: Window) -> None:
    wang, li = window.browser(), window.browser(LI)
    chosen(wang)
    assert "王试岗（C012）在办这一件" in li.look().page
    assert li.do("back").answer.status_code == 403
    li.do("attend")
    assert li.answer.status_code == 403, "of a colleague who is there only who leads a shift takes over"
    window.clock += AWAY
    li.look()
    present(window)
    li.look().do("attend")
    assert li.answer.status_code == 200
    assert "李试柜（C034）在办这一件" in wang.look().page
    assert wang.do("back").answer.status_code == 403


def test_who_leads_a_shift_takes_over_from_a_colleague_who_is_there(window: Window) -> None:
    li, wang = window.browser(LI), window.browser()
    chosen(li)
    assert wang.look().do("attend").answer.status_code == 200
    assert "王试岗（C012）在办这一件" in li.look().page


def test_a_visit_the_citizen_began_alone_is_taken_up_by_a_key_and_let_go_by_another(window: Window) -> None:
    wang = window.browser()
    window.glass.tell(ev.Begin("alone"))
    assert "办事人正在自己办" in wang.look().page
    wang.do("attend").do("choose-place", party="demo-jia").do("let-go")
    assert "办事人正在自己办" in wang.page
    window.glass.tell(ev.ChooseItem("MED-REMOTE"))
    assert window.glass.step is Step.SITUATION


# --- what never stands there --------------------------------------------------------------------------------------------


def test_identity_address_and_telephone_never_reach_a_clerks_page(window: Window) -> None:
    wang = window.browser()
    seen = []
    do = wang.do

    def looked(name: str, **fields: object) -> Browser:
        do(name, **fields)
        seen.append(re.sub(r"<(select|ol).*?</\1>", "", wang.get().text, flags=re.S))
        return wang

    wang.do = looked  # type: ignore[method-assign]
    filled(wang)
    window.glass.tell(ev.Sign(SIGNATURE))
    seen.append(wang.get().text)
    assert len(seen) > 20
    for page in (re.sub(r"\b[0-9a-f]{16}\b", "", one) for one in seen):  # digests: now and then four of a telephone's figures
        assert not [s for s in SECRET if s in page], page


def test_from_the_rating_on_every_page_is_the_same_whatever_is_rated(window: Window) -> None:
    wang, glass = window.browser(), window.glass
    filled(wang)
    glass.tell(ev.Sign(SIGNATURE))
    glass.tell(ev.Submit())
    printed(glass)
    wang.look().do("next")
    pages = {}
    for at, event in enumerate((ev.Stay(), ev.Rate(1), ev.GiveReason((), "太慢了"), ev.Back(), ev.Rate(5), ev.Next())):
        glass.tell(event)
        visit = glass.snapshot().state.visit
        assert visit is not None
        assert visit.step in RATING
        pages[at] = (wang.get("/work").text, wang.post("/beat").text)
    assert len(set(pages.values())) == 1
    assert "这里看不到" in pages[0][0]
    assert wang.do("end").answer.status_code == 403


def test_no_number_on_a_page_can_be_counted_over_the_rating(window: Window) -> None:
    wang = window.browser().do("begin")
    version = str(window.glass.snapshot().state.version)
    assert wang.seen["version"] != version
    assert re.fullmatch(r"[0-9a-f]{16}", wang.seen["version"])


# --- time ---------------------------------------------------------------------------------------------------------------


def test_a_session_ends_untouched_and_the_visit_stays_and_goes_on_after_signing_in_again(window: Window) -> None:
    wang = window.browser()
    chosen(wang)
    window.clock += Times().idle
    assert "很久没有操作" in wang.get().text
    present(window)
    visit = window.glass.snapshot().state.visit
    assert visit is not None
    assert visit.attendant is not None
    assert not visit.attendant.here
    again = Browser(window)
    again.sign_in(WANG, code=accounts.code(WANG, window.now.timestamp() + 30))
    assert "王试岗（C012）在办这一件" in again.page
    again.do("attend")
    assert again.title == "告知书"


def test_a_session_ends_after_its_longest_however_busy(window: Window) -> None:
    wang = window.browser()
    for _ in range(int(Times().total // 600) + 1):
        window.clock += 600
        page = wang.get().text
    assert "登录窗口" in page


def test_an_account_locked_at_the_centre_is_out_with_its_next_request(window: Window) -> None:
    wang = window.browser().do("begin")
    window.document = accounts.document(accounts.clerk(LI), now=window.now)
    assert wang.do("choose-place", party="demo-jia").answer.status_code == 403
    assert window.glass.step is Step.PLACE
