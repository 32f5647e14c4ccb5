"""What goes wrong between a clerk's browser and the terminal, and what the citizen has of it: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from screens_clerk import LI, WANG, Browser, Window, present, standing
from screens_glass import ScreenGlass
from support import clerk_accounts as accounts

from domain.catalogue.catalogue import Catalogue, load
from kiosk.store.volatile import VolatileVisit
from kiosk.visit import machine
from kiosk.visit.attending_events import GoAlone
from kiosk.visit.state import State, Step
from ui.app import create_app
from ui.clerk.sessions import AWAY, MOST, Sessions, Times


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture
def window(tmp_path: Path, catalogue: Catalogue) -> Iterator[Window]:
    with standing(tmp_path, ScreenGlass(catalogue)) as one:
        yield one


def begun(window: Window) -> Browser:
    return window.browser().do("begin").do("choose-place", party="demo-jia")


def glass_page(window: Window) -> str:
    return create_app(window.glass).test_client().get("/screen").text


def test_the_clerks_browser_is_closed_the_citizen_is_told_and_goes_on_alone(window: Window) -> None:
    begun(window)
    present(window)
    assert "暂时不在" not in glass_page(window)
    window.clock += AWAY
    present(window)
    page = glass_page(window)
    assert "暂时不在" in page
    assert 'hx-post="/act/go-alone"' in page
    window.glass.tell(GoAlone())
    page = glass_page(window)
    assert 'hx-post="/act/choose-item"' in page
    assert "窗口职员" not in page


def test_the_network_between_is_gone_and_back_and_the_clerk_goes_on_where_they_were(window: Window) -> None:
    wang = begun(window)
    window.clock += AWAY
    present(window)
    wang.look()
    present(window)
    assert "暂时不在" not in glass_page(window)
    assert wang.look().do("choose-item", item="MED-REMOTE").answer.status_code == 200


def test_a_beat_is_proof_that_the_clerk_is_there_and_is_no_touch(window: Window) -> None:
    wang = begun(window)
    while window.clock < 1000 + Times().idle - 2 * AWAY:
        window.clock += AWAY - 1
        assert not wang.post("/beat").get_json()["over"]
        present(window)
        assert window.glass.snapshot().state.visit.attendant.here  # type: ignore[union-attr]
    window.clock += 2 * AWAY
    assert wang.post("/beat").get_json()["over"]


def test_the_terminal_is_started_anew_the_visit_and_whose_it_was_are_there_and_the_sign_ins_are_not(
    window: Window, memory: Path
) -> None:
    wang = begun(window)
    kept = VolatileVisit(memory)
    kept.save(window.glass.snapshot().state)
    # Another process: what is on tmpfs, and nothing else.
    state, _ = machine.restored(VolatileVisit(memory).load() or State(), None, window.glass.rules)
    window.glass.show(state=state)
    window.sessions.__init__(window.clerks, Times(), lambda: window.clock)  # type: ignore[misc]
    assert "登录窗口" in wang.get().text
    assert "暂时不在" in glass_page(window)
    again = Browser(window).sign_in(WANG, code=accounts.code(WANG, window.now.timestamp() + 30))
    assert "是您自己先前的登录" in again.page
    assert again.do("attend").answer.status_code == 200
    assert window.glass.step is Step.ITEM


def test_the_accounts_ran_out_offline_the_clerk_is_out_and_told_why_and_the_visit_waits_for_whoever_comes(window: Window) -> None:
    wang = begun(window)
    good, stale = window.document, accounts.document(now=window.now - timedelta(hours=73))
    window.document = msgspec.structs.replace(good, issued=stale.issued, until=stale.until)
    assert wang.do("choose-item", item="MED-REMOTE").answer.status_code == 403
    page = wang.get().text
    assert "离开中心太久，本机的工作人员账号已过有效期" in page
    assert "恢复网络后几分钟自动更新" in page
    present(window)
    assert 'hx-post="/act/go-alone"' in glass_page(window)
    window.document = good
    assert window.browser(LI).do("attend").title == "办什么事？"


def test_another_clerk_takes_up_what_one_left(window: Window) -> None:
    begun(window)
    window.clock += AWAY
    present(window)
    li = window.browser(LI)
    assert li.do("attend").answer.status_code == 200
    assert li.title == "办什么事？"


def test_the_last_word_of_a_visit_that_was_wiped_holds_nothing(window: Window) -> None:
    wang = begun(window)
    wang.do("leave").do("end")
    assert window.glass.snapshot().state.visit is None
    present(window)
    assert window.browser(LI).do("begin").answer.status_code == 200


def test_more_browsers_than_there_is_room_for_put_the_one_longest_untouched_out(window: Window) -> None:
    sessions: Sessions = window.sessions
    wang = window.browser()
    who = sessions.of(wang.client.get_cookie("__Host-window", domain="window.test").value)  # type: ignore[union-attr]
    for _ in range(MOST):
        window.clock += 1
        sessions.open(who.who)  # type: ignore[union-attr]
    assert "登录窗口" in wang.get().text
