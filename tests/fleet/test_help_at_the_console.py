"""Who asks for help at a terminal is seen at the console at once, and answered by whoever may steer that terminal."""

from __future__ import annotations

import re

import msgspec
import pytest
from flask.testing import FlaskClient
from support.fleet import HOME, OTHER_HOME, OTHER_TERMINAL, TERMINAL, TIME, birth
from support.people import account

from fleet.authority.authority import Identity
from fleet.console.app import Known, create_console
from fleet.inputs import HealthIn, StateIn
from fleet.people import sessions
from fleet.people.gate import COOKIE
from fleet.people.rights import Grant, Role
from fleet.presence import Hearing
from fleet.store import Store
from mqtt.messages import DeviceReport, Health, HelpWanted

KNOWN = Known(
    {TERMINAL: "仁寿县 1 号机", OTHER_TERMINAL: "阆中市 2 号机"}, {TERMINAL: HOME, OTHER_TERMINAL: OTHER_HOME}, {HOME: "绵竹市"}
)
NOW = 1_800_000_000.0
CALL = HelpWanted(TIME, "scan")
HEALTH = Health(1, 7, {"printer": DeviceReport("ready")}, True, 0, None, 0, TIME, help=CALL)


def signed_in(store: Store, role: Role, party: str) -> FlaskClient:
    account(store, "wang", Grant(role, party), now=NOW)
    app = create_console(store, KNOWN, lambda: Hearing(NOW), lambda _t: Identity(None, revoked=False, cloned=False), lambda: NOW)
    client = app.test_client()
    with store.transaction() as db:
        client.set_cookie(COOKIE, sessions.begin(db, "wang", NOW))
    return client


@pytest.fixture
def called(store: Store) -> Store:
    store.record([StateIn(TERMINAL, birth(7), retained=False), HealthIn(TERMINAL, HEALTH)], NOW)
    return store


def test_it_is_seen_with_the_place_and_the_step_and_answered_by_a_command(called: Store) -> None:
    client = signed_in(called, Role.OPERATOR, HOME)
    page = client.get("/").text
    assert "仁寿县 1 号机" in page
    assert "有人请求帮忙" in page
    assert "拍材料" in page
    form = dict(re.findall(r'name="(form|since)" value="([^"]+)"', page))
    assert client.post(f"/help/{TERMINAL}", data=form).status_code == 303
    with called.reading() as db:
        ((op, body, by),) = db.execute("SELECT op, body, by FROM commands").fetchall()
        ((who, what),) = db.execute("SELECT who, what FROM record WHERE act = 'help'").fetchall()
    assert (op, msgspec.json.decode(body)["since"], by, who, what) == ("help-coming", TIME, "wang", "wang", TERMINAL)


def test_who_may_only_look_or_steers_another_party_cannot_answer(called: Store) -> None:
    client = signed_in(called, Role.VIEWER, HOME)
    page = client.get("/").text
    assert "有人请求帮忙" in page
    assert "马上去" not in page
    form = dict(re.findall(r'name="(form)" value="([^"]+)"', client.get("/").text))
    assert client.post(f"/help/{TERMINAL}", data={**form, "since": TIME}).status_code == 403


def test_a_terminal_of_another_party_is_none(called: Store) -> None:
    client = signed_in(called, Role.OPERATOR, OTHER_HOME)
    assert "有人请求帮忙" not in client.get("/").text
    form = dict(re.findall(r'name="(form)" value="([^"]+)"', client.get("/").text))
    assert client.post(f"/help/{TERMINAL}", data={**form, "since": TIME}).status_code == 404


@pytest.mark.parametrize("since", ["", "yesterday", "x" * 200])
def test_a_call_that_is_none_is_refused(called: Store, since: str) -> None:
    client = signed_in(called, Role.OPERATOR, HOME)
    form = dict(re.findall(r'name="(form)" value="([^"]+)"', client.get("/").text))
    assert client.post(f"/help/{TERMINAL}", data={**form, "since": since}).status_code == 400


def test_once_it_is_over_or_the_terminal_is_gone_nobody_is_sent_there(called: Store) -> None:
    client = signed_in(called, Role.OPERATOR, HOME)
    called.record([HealthIn(TERMINAL, msgspec.structs.replace(HEALTH, help=None))], NOW)
    assert "有人请求帮忙" not in client.get("/").text
