"""The technician at the terminal's own screen: who comes in, what each role sees, what is written down. No browser."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.door import OFFICE
from support.staff import KEY, NOW, TERMINAL
from support.upkeep import BADGE, HERE, Place, place, until

from devices.port import DeviceState, Life
from domain.staff.book import Slot
from domain.staff.roles import Purpose, Right, Role, may
from kiosk import settings as conf
from kiosk.care import reviewed, states, taking
from kiosk.standing import MAINTENANCE
from ui.technician.pages import TABS

SERIAL = f"{BADGE.serial:x}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return tmp_path_factory.mktemp("technician")


@pytest.fixture
def here(folder: Path) -> Iterator[Place]:
    for old in (*folder.glob("staff.db*"), *folder.glob("terminal.toml*")):
        old.unlink()
    with place(folder) as one:
        yield one


# --- coming in ----------------------------------------------------------------------------------------------------------


def test_a_badge_laid_on_the_first_screen_calls_the_door_and_its_pin_opens_it(here: Place) -> None:
    assert not here.entrance.shown()
    here.lay()
    until(here.entrance.shown, "the screen goes to the door")
    browser = here.browser()
    assert "请输入 PIN" in browser.get("/staff/").text
    browser.post("/staff/pin", data=BADGE.pin.encode(), headers=HERE)
    here.at("open")
    assert browser.get("/staff/").headers["Location"] == "/staff/states"
    assert "技术人员" in browser.get("/staff/states").text


def test_while_staff_are_inside_the_terminal_says_so_and_serves_nobody_and_afterwards_it_serves(here: Place) -> None:
    here.sign_in()
    standing = here.floor.stood[-1]
    assert standing.closed is not None
    assert (standing.closed.code, "正在维护" in standing.closed.citizen) == (MAINTENANCE, True)
    assert here.upkeep.status().stands == "maintenance"
    here.reader.lift()
    here.at("closed")
    until(lambda: here.floor.stood[-1].closed is None, "it serves again")
    assert here.audit() == ["staff_signed_in", "maintenance_began", "staff_signed_out", "maintenance_ended"]


def test_while_a_visit_runs_there_is_no_door(here: Place) -> None:
    here.floor.busy = True
    browser = here.browser()
    assert browser.get("/staff/").headers["Location"] == "/"
    until(lambda: not here.reader.asked, "badges are not looked for")
    assert (here.floor.stood, here.audit()) == ([], [])


def test_a_visit_that_was_faster_than_the_pin_is_not_disturbed(here: Place) -> None:
    browser = here.browser()
    browser.get("/staff/")
    here.lay()
    here.at("pin")
    here.floor.busy = True
    browser.post("/staff/pin", data=BADGE.pin.encode(), headers=HERE)
    until(lambda: here.entrance.entry().at == "closed", "it is closed")
    assert (here.entrance.who(), here.floor.stood) == (None, [])


def test_a_card_of_whoever_walks_by_is_no_attempt(here: Place) -> None:
    here.lay(BADGE, "silent")
    here.reader.lift()
    here.entrance.touch()
    assert (here.audit(), here.entrance.shown()) == ([], False)


def test_the_same_card_before_the_door_is_refused_by_name(here: Place) -> None:
    here.browser().get("/staff/")
    here.lay(BADGE, "silent")
    until(lambda: "不是工作证" in here.entrance.entry().said, "it says why")
    assert here.audit() == ["staff_refused"]


def test_a_wrong_pin_says_how_many_tries_are_left_and_stands_on_no_page_and_in_no_log(
    here: Place, caplog: pytest.LogCaptureFixture
) -> None:
    browser = here.browser()
    browser.get("/staff/")
    here.lay()
    here.at("pin")
    with caplog.at_level(logging.DEBUG):
        browser.post("/staff/pin", data=b"135792", headers=HERE)
        until(lambda: here.entrance.entry().left == 2, "a try is gone")
        page = browser.get("/staff/now").text
    assert "PIN 不对" in page
    assert "135792" not in page + caplog.text + str(here.memory.lines())


def test_a_pin_is_read_from_the_body_only_and_never_more_than_fits(here: Place) -> None:
    browser = here.browser()
    browser.get("/staff/")
    card = here.lay()
    here.at("pin")
    browser.post("/staff/pin", data=b"9" * 5000, headers=HERE)
    until(lambda: here.entrance.entry().remedy != "", "it is refused")
    assert card.pins_seen == 0


def test_a_one_time_code_opens_without_a_badge(here: Place) -> None:
    code = KEY.code(TERMINAL, "00" * 8, Slot(NOW.date(), Role.TECHNICIAN, Purpose.SIGN_IN, 1))
    browser = here.browser()
    assert "输入一次性登录码" in browser.get("/staff/?way=code").text
    browser.post("/staff/code", data=code.encode(), headers=HERE)
    here.at("open")
    assert "试设备" in browser.get("/staff/tests").text


def test_five_failures_lock_and_the_page_says_how_long(here: Place) -> None:
    browser = here.browser()
    browser.get("/staff/?way=code")
    for number in range(6):
        wrong = KEY.code(TERMINAL, "11" * 8, Slot(NOW.date(), Role.TECHNICIAN, Purpose.SIGN_IN, number + 1))
        browser.post("/staff/code", data=wrong.encode(), headers=HERE)
    assert "还要等" in browser.get("/staff/now?way=code").text


# --- whose pages they are -----------------------------------------------------------------------------------------------


def test_another_browser_of_this_machine_gets_nothing_of_a_session(here: Place) -> None:
    here.sign_in()
    stranger = here.browser()
    assert stranger.get("/staff/").headers["Location"] == "/"
    assert stranger.get("/staff/states").headers["Location"] == "/staff/?left"
    assert stranger.get("/staff/states/now").status_code == 401
    assert stranger.post("/staff/restart", headers=HERE).status_code == 401
    stranger.post("/staff/leave", headers=HERE)
    assert here.entrance.who() is not None


def test_a_request_of_another_origin_is_refused(here: Place) -> None:
    assert here.sign_in().post("/staff/restart", headers={"Origin": "http://elsewhere"}).status_code == 403
    assert here.left == []


ROUTES = {
    ("GET", "/staff/states"): Right.SEE_STATUS,
    ("GET", "/staff/states/now"): Right.SEE_STATUS,
    ("POST", "/staff/touch"): Right.SEE_STATUS,
    ("GET", "/staff/tests"): Right.MAINTAIN,
    ("GET", "/staff/tests/now"): Right.MAINTAIN,
    ("POST", "/staff/tests"): Right.MAINTAIN,
    ("POST", "/staff/tests/answer"): Right.MAINTAIN,
    ("POST", "/staff/tests/stop"): Right.MAINTAIN,
    ("GET", "/staff/logs"): Right.MAINTAIN,
    ("GET", "/staff/network"): Right.MAINTAIN,
    ("GET", "/staff/settings"): Right.CONFIGURE,
    ("POST", "/staff/settings"): Right.CONFIGURE,
    ("GET", "/staff/enrolment"): Right.CONFIGURE,
    ("POST", "/staff/enrolment"): Right.CONFIGURE,
    ("GET", "/staff/program"): Right.MAINTAIN,
    ("POST", "/staff/program"): Right.CONFIGURE,
    ("POST", "/staff/bundle"): Right.MAINTAIN,
    ("POST", "/staff/restart"): Right.MAINTAIN,
    ("GET", "/staff/audit"): Right.READ_AUDIT,
}
OPEN = {("GET", "/staff/"), ("GET", "/staff/now"), ("POST", "/staff/pin"), ("POST", "/staff/code"), ("POST", "/staff/leave")}


def test_every_route_stands_in_the_table(here: Place) -> None:
    found = {
        (method, rule.rule)
        for rule in here.app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
        if rule.rule.startswith("/staff") and not rule.rule.startswith("/staff/static")
    }
    assert found == set(ROUTES) | OPEN


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_shown_and_answered_its_own_and_nothing_else(here: Place, role: Role) -> None:
    browser = here.sign_in(OFFICE.badge(role.value))
    page = browser.get("/staff/states").text
    assert [tab.name for tab in TABS if f"/staff/{tab.name}" in page] == [tab.name for tab in TABS if may(role, tab.right)]
    for (method, path), right in ROUTES.items():
        if not may(role, right):
            assert browser.open(path, method=method, headers=HERE).status_code == 403, path


# --- the end of a session -----------------------------------------------------------------------------------------------


def test_a_page_that_asks_by_itself_keeps_nobody_in_and_a_hand_does(here: Place) -> None:
    browser = here.sign_in()
    here.clock.later(200)
    browser.post("/staff/touch", headers=HERE)
    here.clock.later(200)
    assert browser.get("/staff/states/now").status_code == 200
    here.reader.card = None  # one that lies there would be shown again
    here.clock.later(150)
    here.at("closed")
    assert "太久没有操作" in browser.get("/staff/?left").text
    until(lambda: not here.parts.maintenance, "it serves again")


def test_signing_out_leaves_nothing_in_the_browser_and_the_cookie_is_worth_nothing(here: Place) -> None:
    browser = here.sign_in()
    gone = browser.post("/staff/leave", headers=HERE)
    assert (gone.headers["Location"], gone.headers["Clear-Site-Data"]) == ("/", '"cache", "storage"')
    assert browser.get("/staff/states/now").status_code == 401


# --- what is there ------------------------------------------------------------------------------------------------------


def test_what_is_known_of_a_device_says_since_when_and_by_what(here: Place) -> None:
    known = {
        "idcard": DeviceState("idcard", Life.READY, proof_at=97.0, identity="05.01"),
        "printer": DeviceState("printer", Life.FAULTED, fault="paper_out", proof_at=40.0),
        "rating": DeviceState("rating", Life.UNKNOWN),
        "camera": DeviceState("camera", Life.UNKNOWN, fault="unproven", proof_at=10.0),
    }
    shown = {one.device: one for one in states.shown(known, 100.0)}
    assert (shown["idcard"].proven, shown["idcard"].proof) == (True, "3 秒前，读卡器应答了询问")
    assert (shown["printer"].serves, shown["printer"].troubles[0].code) == (False, "paper_out")
    assert (shown["rating"].proven, shown["rating"].proof) == (False, states.SILENT)
    assert (shown["camera"].proven, shown["camera"].proof) == (False, "1 分钟前，来了一帧新画面")


def test_a_fault_is_shown_with_its_remedy(here: Place) -> None:
    page = here.sign_in().get("/staff/states").text
    assert "时钟与中心相差" in page
    assert "怎么办：对准时间" in page


def test_of_the_log_only_reviewed_lines_are_shown(here: Place) -> None:
    good = "2026-11-26 10:00:00,000 INFO kiosk.middle: card refused: expired"
    here.said += [
        good,
        "2026-11-26 10:00:01,000 INFO kiosk.middle: card of 申屠晓燕 refused",
        "2026-11-26 10:00:01,000 INFO elsewhere: 513822198907169021",
        "Traceback (most recent call last):",
        "ValueError: 申屠晓燕",
    ]
    page = here.sign_in().get("/staff/logs").text
    assert "card refused: expired" in page
    assert not re.search("申屠|513822", page)
    assert reviewed.shown([good]) == (good,)
    assert "4 行不在已审查的清单上" in page


def test_a_setting_is_checked_shown_and_only_then_taken_and_the_program_asked_to_start_again(here: Place) -> None:
    browser = here.sign_in()
    before = here.file.read_bytes()
    form = {"key": "terminal.phone", "typed": "028-87654321", "do": "check"}
    page = browser.post("/staff/settings", data=form, headers=HERE).text
    assert "检查通过" in page
    assert "+phone = &#34;028-87654321&#34;" in page
    assert (here.file.read_bytes(), here.left) == (before, [])
    assert "已采用" in browser.post("/staff/settings", data=form | {"do": "take"}, headers=HERE).text
    assert (conf.load(here.file).terminal.phone, here.left) == ("028-87654321", [1])
    trial = taking.on_trial(here.file)
    assert trial is not None
    assert trial.by == f"technician {SERIAL}"
    assert here.audit()[-2:] == ["settings_taken", "restart_asked"]


@pytest.mark.parametrize(("key", "typed"), [("glass.ppi", "很多"), ("terminal.phone", ""), ("centre.broker", "nowhere")])
def test_a_setting_that_cannot_be_is_refused_in_words_and_nothing_happens(here: Place, key: str, typed: str) -> None:
    browser, before = here.sign_in(), here.file.read_bytes()
    page = browser.post("/staff/settings", data={"key": key, "typed": typed, "do": "take"}, headers=HERE).text
    assert "不能用，没有改" in page
    assert (here.file.read_bytes(), here.left) == (before, [])


def test_what_no_page_offers_cannot_be_changed(here: Place) -> None:
    browser = here.sign_in()
    for form in ({"key": "terminal.id", "typed": "x", "do": "take"}, {"key": "terminal.phone", "typed": "1"}, {"key": "a\nb"}):
        assert browser.post("/staff/settings", data=form, headers=HERE).status_code == 400


def test_a_code_that_is_none_says_so_and_is_written_down_without_itself(here: Place) -> None:
    page = here.sign_in().post("/staff/enrolment", data={"code": "AAAA-BBBB"}, headers=HERE).text
    assert "核对登记码" in page
    (line,) = [detail for _, event, detail in here.memory.lines() if event == "terminal_enrolled"]
    assert "AAAA" not in line


def test_the_bundle_goes_to_a_folder_of_few_and_says_when_the_centre_is_not_reached(here: Place) -> None:
    browser = here.sign_in()
    for _ in range(5):
        here.clock.later(1)
        assert "已存到" in browser.post("/staff/bundle", data={"where": "here"}, headers=HERE).text
    assert len(list((here.file.parent / "support").glob("*.zip"))) == 3
    assert "没有送到中心" in browser.post("/staff/bundle", data={"where": "centre"}, headers=HERE).text


def test_where_nothing_could_go_back_the_page_says_so_and_nothing_is_taken(here: Place) -> None:
    browser = here.sign_in()
    assert "不是由启动器运行的" in browser.get("/staff/program").text
    for do in ("take", "back"):
        assert "✕" in browser.post("/staff/program", data={"do": do}, headers=HERE).text


def test_who_may_read_the_record_reads_what_was_done_and_no_name(here: Place) -> None:
    here.sign_in().post("/staff/leave", headers=HERE)
    here.reader.card = None
    page = here.sign_in(OFFICE.badge("party-admin")).get("/staff/audit").text
    assert SERIAL in page
    assert "开始维护" in page
