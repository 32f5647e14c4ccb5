"""A clerk signs in by badge: laid at the terminal's reader, its PIN typed in the browser. One reader, two doors."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from screens_clerk import LI, NAME, WANG, Browser, Window, present, standing
from screens_glass import ScreenGlass
from support import clerk_accounts as accounts
from support.door import DirectReader

from devices.virtual.badges import Badge, Office
from devices.virtual.piv import VirtualPiv
from domain.catalogue.catalogue import Catalogue, load
from domain.staff.duties import Duty
from kiosk.staff import counter as counters
from kiosk.staff.counter import Counter
from kiosk.staff.door import Door, Rules
from kiosk.staff.entrance import Entrance
from kiosk.staff.port import Who
from kiosk.staff.trust import Anchor
from kiosk.visit.state import Step
from kiosk.window.browsers import Browsers
from ui.app import create_app
from ui.clerk.app import create_clerk_app
from ui.clerk.badges import Badges

OFFICE = Office()
WANGS, STRANGERS, TECHNICIANS = OFFICE.badge("clerk"), OFFICE.badge("clerk"), OFFICE.badge()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


class Hall:
    """What the technician's door does to the terminal here: nothing."""

    idle = True

    def enter(self, who: Who) -> bool:
        return True

    def leave(self, who: Who, why: str) -> None: ...

    def look(self) -> None: ...


class Counted:
    """The window of the other tests, with a reader before it."""

    def __init__(self, window: Window, folder: Path) -> None:
        self.window = window
        self.hall = Hall()
        self.reader = DirectReader()
        revocation = folder / "staff.crl"
        revocation.write_bytes(OFFICE.revocation())
        rules = Rules("demo-c-01", Anchor(OFFICE.pem), revocation, timedelta(days=7), battery_clock=True)
        clock = window.clerks._clock
        held = window.document
        duties = (Duty.LEADER,)
        wang = accounts.clerk(WANG, "王试岗", duties, badge=f"{WANGS.serial:x}")
        window.document = msgspec.structs.replace(held, clerks=(wang, *held.clerks[1:]))
        found = counters.counter(rules, window.memory, clock, self.reader, window.clerks)
        assert found is not None
        self.counter: Counter = found
        self.counter._monotonic = lambda: window.clock
        self.counter.lifted = window.sessions.end_badge
        window.sessions.__init__(self.counter, window.sessions._times, lambda: window.clock)  # type: ignore[misc]
        self.entrance = Entrance(
            lambda stands: Door(rules, window.memory, clock, self.reader, stands), self.reader, self.hall, self.counter
        )
        self.reader.hear = self.entrance.hear
        badges = Badges(self.counter, Browsers(folder / "browsers.key"))
        window.app, _ = create_clerk_app(window.glass, window.sessions, badges, NAME)
        self.mark = badges._browsers.mark()

    def browser(self) -> Browser:
        """One that a clerk has signed in with before."""
        one = Browser(self.window)
        one.client.set_cookie("__Host-known", self.mark, domain=NAME)
        return one

    def lay(self, badge: Badge, *faults: str) -> VirtualPiv:
        card = VirtualPiv(badge)
        for fault in faults:
            card.inject(fault)
        until(lambda: self.reader.asked, "badges are looked for")
        self.reader.lay(card)
        return card

    def inside(self) -> Browser:
        browser = self.browser()
        assert browser.post("/badge").headers["Location"] == "/badge"
        self.lay(WANGS)
        at(browser, "pin")
        typed(browser)
        at(browser, "open")
        browser.page = browser.get().text
        return browser

    def audit(self) -> list[str]:
        return [event for _, event, _ in self.window.memory.lines()]


def until(happened: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.01)


def now(browser: Browser) -> dict[str, object]:
    return dict(browser.post("/badge/now").get_json())


def at(browser: Browser, where: str) -> None:
    until(lambda: now(browser)["at"] == where, f"it stands at {where}")


def typed(browser: Browser, pin: str = WANGS.pin) -> None:
    sent = browser.client.post("/badge/pin", base_url=f"https://{NAME}", headers={"Origin": f"https://{NAME}"}, data=pin.encode())
    assert sent.status_code == 204


@pytest.fixture
def here(tmp_path: Path, catalogue: Catalogue) -> Iterator[Counted]:
    with standing(tmp_path, ScreenGlass(catalogue)) as window:
        one = Counted(window, tmp_path)
        one.entrance.start()
        yield one
        one.entrance.stop()


# --- who may ask --------------------------------------------------------------------------------------------------------


def test_a_browser_nobody_has_signed_in_with_yet_may_not_ask_and_after_a_password_it_may(here: Counted) -> None:
    new = Browser(here.window)
    assert "第一次登录用密码" in new.get().text
    assert new.post("/badge").headers["Location"] == "/"
    assert here.counter.asked is False
    new.sign_in(LI)
    new.post("/sign-out", token=new.seen["token"])
    assert "用工作证和 PIN 登录" in new.get().text
    assert new.post("/badge").headers["Location"] == "/badge"


def test_a_mark_of_another_terminal_or_none_at_all_is_no_mark(here: Counted, tmp_path: Path) -> None:
    for mark in (Browsers(tmp_path / "other.key").mark(), "", "x.y.z", here.mark[:-2]):
        one = Browser(here.window)
        one.client.set_cookie("__Host-known", mark, domain=NAME)
        assert one.post("/badge").headers["Location"] == "/"


def test_a_second_browser_that_asks_is_told_and_gets_nothing_of_the_first(here: Counted) -> None:
    first, second = here.browser(), here.browser()
    first.post("/badge")
    assert "另一个浏览器正等着工作证" in second.post("/badge").text
    here.lay(WANGS)
    at(first, "pin")
    assert now(second)["at"] == "over"
    second.client.set_cookie("__Host-badge", "guessed", domain=NAME)
    typed(second, "135790")
    assert now(first)["left"] == 3
    second.post("/badge/back")
    assert now(first)["at"] == "pin"


# --- badge and PIN ------------------------------------------------------------------------------------------------------


def test_badge_and_pin_sign_the_clerk_in_and_every_step_is_written_down(here: Counted) -> None:
    wang = here.inside()
    assert "王试岗（C012）" in wang.page
    assert wang.do("begin").answer.status_code == 200
    assert here.audit() == ["staff_signed_in", "account_signed_in"]
    assert now(wang)["at"] == "open", "asked again it is nobody else's"
    wang.post("/sign-out", token=wang.seen["token"])
    until(lambda: here.audit()[-1] == "staff_signed_out", "the door is closed")
    assert sorted(here.audit()[2:]) == ["account_signed_out", "staff_signed_out"]


def test_a_pin_stands_on_no_page_and_in_no_log(here: Counted, caplog: pytest.LogCaptureFixture) -> None:
    browser = here.browser()
    browser.post("/badge")
    here.lay(WANGS)
    at(browser, "pin")
    with caplog.at_level(logging.DEBUG):
        typed(browser, "135792")
        until(lambda: now(browser)["left"] == 2, "a try is gone")
        told = now(browser)
    assert told["remedy"] == "PIN 不对"
    assert "135792" not in browser.get("/badge").text + str(told) + caplog.text + str(here.window.memory.lines())


def test_failures_count_with_the_technicians_and_lock_both_doors(here: Counted) -> None:
    browser = here.browser()
    for _ in range(3):
        browser.post("/badge/back")
        browser.post("/badge")
        here.lay(WANGS)
        at(browser, "pin")
        typed(browser, "111111")
        until(lambda: now(browser)["left"] == 2, "a try is gone")
        typed(browser, "111111")
        until(lambda: now(browser)["at"] == "closed", "the last try is the person's own")
        here.reader.lift()
        if here.audit()[-1] == "staff_locked":
            break
    assert "staff_locked" in here.audit()


def test_a_technicians_badge_is_refused_before_its_pin(here: Counted) -> None:
    browser = here.browser()
    browser.post("/badge")
    card = here.lay(TECHNICIANS)
    until(lambda: "不是窗口工作人员的" in str(now(browser)["said"]), "it says why")
    typed(browser)
    assert card.pins_seen == 0


def test_a_good_badge_bound_to_no_account_lets_nobody_in(here: Counted) -> None:
    browser = here.browser()
    browser.post("/badge")
    here.lay(STRANGERS)
    at(browser, "pin")
    typed(browser)
    until(lambda: "没有绑定" in str(now(browser)["said"]), "it says why")
    assert "登录窗口" in browser.get().text
    assert "account_refused" in here.audit()


# --- the badge is lifted ------------------------------------------------------------------------------------------------


def test_the_badge_is_lifted_in_the_middle_of_a_visit_the_clerk_is_out_and_the_visit_waits(here: Counted) -> None:
    wang = here.inside().do("begin").do("choose-place", party="demo-jia")
    here.hall.idle = False
    here.reader.lift()
    until(lambda: "staff_signed_out" in here.audit(), "the door is closed")
    assert wang.do("choose-item", item="MED-REMOTE").answer.status_code == 403
    assert here.window.glass.step is Step.ITEM
    present(here.window)
    assert "暂时不在" in create_app(here.window.glass).test_client().get("/screen").text


def test_the_page_says_why_and_the_badge_laid_again_goes_on_where_it_was_while_the_visit_runs(here: Counted) -> None:
    wang = here.inside().do("begin").do("choose-place", party="demo-jia")
    here.hall.idle = False
    here.reader.lift()
    until(lambda: "工作证拿走了" in wang.get().text, "the page says why")
    wang.post("/badge")
    here.lay(WANGS)
    at(wang, "pin")
    typed(wang)
    at(wang, "open")
    wang.page = wang.get().text
    assert "是您自己先前的登录" in wang.page
    assert wang.do("attend").title == "办什么事？"


def test_signed_out_for_being_idle_the_badge_that_lies_there_still_serves_the_browser_that_asks(here: Counted) -> None:
    wang = here.inside()
    here.window.clock += 901
    assert "很久没有操作" in wang.get().text
    until(lambda: here.audit()[-1] == "staff_signed_out", "the door is closed")
    wang.post("/badge")
    at(wang, "pin")


# --- one reader, two doors ----------------------------------------------------------------------------------------------


def test_the_badge_that_was_asked_for_calls_nobody_at_the_glass(here: Counted) -> None:
    browser = here.browser()
    browser.post("/badge")
    here.lay(TECHNICIANS)
    until(lambda: now(browser)["said"], "the browser has it")
    assert not here.entrance.shown()


def test_a_technicians_badge_laid_unasked_calls_the_door_and_no_browser_can_take_it_away(here: Counted) -> None:
    here.lay(TECHNICIANS)
    until(here.entrance.shown, "the screen goes to the door")
    assert here.browser().post("/badge").status_code == 403
    assert here.entrance.entry().at == "pin"


def test_a_clerks_badge_laid_unasked_calls_nobody_and_is_there_when_the_browser_asks(here: Counted) -> None:
    here.lay(WANGS)
    until(lambda: here.entrance.entry().at == "pin", "it lies there")
    assert not here.entrance.shown()
    browser = here.browser()
    browser.post("/badge")
    at(browser, "pin")
    assert here.entrance.entry().at == "closed"


def test_after_its_minute_the_browser_is_told_and_the_badge_is_for_the_other_door(here: Counted) -> None:
    browser = here.browser()
    browser.post("/badge")
    here.window.clock += 61
    at(browser, "over")
    here.lay(TECHNICIANS)
    until(here.entrance.shown, "the screen goes to the door")


def test_who_calls_the_door_at_the_glass_by_hand_comes_first(here: Counted) -> None:
    browser = here.browser()
    browser.post("/badge")
    assert here.entrance.knock()
    at(browser, "over")
    assert here.browser().post("/badge").status_code == 403
    here.lay(TECHNICIANS)
    until(lambda: here.entrance.entry().at == "pin", "it is the technician's")


def test_the_program_ends_and_who_came_in_by_badge_is_signed_out(here: Counted) -> None:
    wang = here.inside()
    here.entrance.stop()
    assert "staff_signed_out" in here.audit()
    assert "登录窗口" in wang.get().text
