"""Who comes in at the console, what each may do and for which party, and the record of it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from support.centre_db import database_lines
from support.fleet import HOME, OTHER_HOME, OTHER_TERMINAL, TERMINAL
from support.people import PASSWORD, account

from fleet.authority.authority import Identity
from fleet.console.app import Known, create_console
from fleet.console.pages import PLACES
from fleet.people import accounts, anchor, record, sessions
from fleet.people.gate import COOKIE, guard, needed
from fleet.people.rights import ALL, CENTRAL, RIGHTS, Act, Grant, Role, scope
from fleet.presence import Hearing
from fleet.store import Store
from kiosk.cli import main

KNOWN = Known(
    {TERMINAL: "仁寿县 1 号机", OTHER_TERMINAL: "阆中市 2 号机"},
    {TERMINAL: HOME, OTHER_TERMINAL: OTHER_HOME},
    {HOME: "绵竹市", OTHER_HOME: "阆中市"},
)


WHOLE = {place.endpoint for place in PLACES if place.whole}
"""Pages that are for the centre's own staff, whatever a party's may do."""


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(store: Store, clock: Clock) -> Flask:
    return create_console(store, KNOWN, lambda: Hearing(None), lambda _t: Identity(None, revoked=False, cloned=False), clock)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as one:
        yield one


def sign_in(client: FlaskClient, login: str, secret: str, at: float, password: str = PASSWORD, **more: str) -> int:
    form = {"login": login, "password": password, "code": pyotp.TOTP(secret).at(at), **more}
    return client.post("/sign-in", data=form).status_code


def form_of(client: FlaskClient, page: str = "/") -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get(page, headers={"Accept": "text/html"}).text)
    assert found
    return found.group(1)


def signed_in(app: Flask, store: Store, clock: Clock, login: str, *grants: Grant) -> FlaskClient:
    """Without the door, whose hashing takes its time."""
    account(store, login, *grants, now=clock.now)
    client = app.test_client()
    with store.transaction() as db:
        client.set_cookie(COOKIE, sessions.begin(db, login, clock.now))
    return client


def test_nobody_sees_anything_before_signing_in_but_how_far_their_own_case_is(client: FlaskClient, app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if needed(app, rule.endpoint) is None:
            continue
        address = re.sub("<[^>]+>", "x", rule.rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(address, method=method, headers={"Accept": "text/html"})
            assert answer.status_code in (302, 401), (method, address)
    assert client.get("/progress/nothing").status_code == 404
    assert client.get("/live", headers={"Accept": "application/json"}).status_code == 401


def test_a_view_that_does_not_say_what_it_needs_keeps_the_console_from_starting(store: Store) -> None:
    app = Flask("careless")
    app.add_url_rule("/open", "forgotten", lambda: "")
    with pytest.raises(LookupError, match="forgotten"):
        guard(app, store)


def test_password_and_code_let_in_and_the_page_asked_for_comes_first(store: Store, client: FlaskClient, clock: Clock) -> None:
    secret = account(store, "wang", Grant(Role.VIEWER, ALL), now=clock.now)
    asked = client.get("/corrections", headers={"Accept": "text/html"})
    assert asked.headers["Location"] == "/sign-in?then=/corrections"
    form = {"login": " Wang ", "password": PASSWORD, "code": pyotp.TOTP(secret).at(clock.now), "then": "/corrections"}
    answer = client.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/corrections")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "测试wang" in client.get("/").text


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", ""])
def test_signing_in_leads_to_no_other_place(store: Store, client: FlaskClient, clock: Clock, then: str) -> None:
    secret = account(store, "wang", Grant(Role.VIEWER, ALL), now=clock.now)
    form = {"login": "wang", "password": PASSWORD, "code": pyotp.TOTP(secret).at(clock.now), "then": then}
    assert client.post("/sign-in", data=form).headers["Location"] == "/"


def test_a_wrong_password_a_wrong_code_and_nobody_are_answered_alike(store: Store, client: FlaskClient, clock: Clock) -> None:
    secret = account(store, "wang", Grant(Role.VIEWER, ALL), now=clock.now)
    code = pyotp.TOTP(secret).at(clock.now)
    answers = set()
    for login, password, given in (
        ("wang", "wrong", code),
        ("wang", PASSWORD, "000000"),
        ("nobody", PASSWORD, code),
        ("wang", "x" * 5000, code),
    ):
        answer = client.post("/sign-in", data={"login": login, "password": password, "code": given})
        answers.add((answer.status_code, answer.text.replace(login, "")))
    assert len(answers) == 1


def test_a_code_is_good_once_and_neither_early_nor_late(store: Store, app: Flask, clock: Clock) -> None:
    secret = account(store, "wang", Grant(Role.VIEWER, ALL), now=clock.now)
    client = app.test_client()
    assert sign_in(client, "wang", secret, clock.now - 90) == 401
    assert sign_in(client, "wang", secret, clock.now + 90) == 401
    assert sign_in(client, "wang", secret, clock.now) == 303
    assert sign_in(app.test_client(), "wang", secret, clock.now) == 401, "read over a shoulder"
    clock.now += 30
    assert sign_in(app.test_client(), "wang", secret, clock.now) == 303


def test_many_wrong_ones_in_a_row_lock_the_login_for_a_while_and_the_right_one_too(store: Store, app: Flask, clock: Clock) -> None:
    secret = account(store, "wang", Grant(Role.VIEWER, ALL), now=clock.now)
    for _ in range(accounts.TRIES):
        assert sign_in(app.test_client(), "wang", secret, clock.now, password="wrong") == 401
    assert sign_in(app.test_client(), "wang", secret, clock.now) == 401
    clock.now += accounts.LOCKED + 1
    assert sign_in(app.test_client(), "wang", secret, clock.now) == 303
    with store.reading() as db:
        assert [line.result for line in record.lines(db) if line.act == "sign-in"] == ["ok", "locked", *["wrong"] * 5]


def test_a_session_ends_by_time_by_leaving_and_when_its_person_is_shut_out(store: Store, app: Flask, clock: Clock) -> None:
    idle = signed_in(app, store, clock, "idle", Grant(Role.VIEWER, ALL))
    gone = signed_in(app, store, clock, "gone", Grant(Role.VIEWER, ALL))
    out = signed_in(app, store, clock, "out", Grant(Role.VIEWER, ALL))
    assert gone.post("/sign-out", data={"form": form_of(gone)}).status_code == 303
    assert gone.get("/live").status_code == 401
    with store.transaction() as db:
        accounts.disable(db, "out", clock.now, "test")
    assert out.get("/live").status_code == 401
    for _ in range(3):
        clock.now += sessions.IDLE - 1
        assert idle.get("/live").status_code == 200, "used, it goes on"
    clock.now += sessions.IDLE + 1
    assert idle.get("/live").status_code == 401
    clock.now += 60
    long = signed_in(app, store, clock, "long", Grant(Role.VIEWER, ALL))
    for _ in range(int(sessions.LONGEST / sessions.IDLE) + 1):
        clock.now += sessions.IDLE - 1
        last = long.get("/live").status_code
    assert last == 401, "and not for ever"


def test_a_form_without_its_sessions_mark_changes_nothing(store: Store, app: Flask, clock: Clock) -> None:
    admin = signed_in(app, store, clock, "admin", Grant(Role.PARTY_ADMIN, ALL))
    other = form_of(signed_in(app, store, clock, "other", Grant(Role.PARTY_ADMIN, ALL)))
    new = {"login": "new", "name": "新人", "password": "a long enough 1", "role": "viewer", "party": ALL}
    for mark in ({}, {"form": ""}, {"form": other}):
        assert admin.post("/people", data={**new, **mark}).status_code == 403
    assert admin.post("/people", data={**new, "form": form_of(admin)}).status_code == 200


@pytest.mark.parametrize(("role", "party"), [(r, p) for r, p in product(Role, (ALL, HOME)) if p == ALL or r not in CENTRAL])
def test_every_page_opens_to_the_roles_that_may_and_to_no_other(
    store: Store, app: Flask, clock: Clock, role: Role, party: str
) -> None:
    visitor = signed_in(app, store, clock, "visitor", Grant(role, party))
    for rule in app.url_map.iter_rules():
        act = needed(app, rule.endpoint)
        if act is None or "GET" not in (rule.methods or set()) or rule.arguments:
            continue
        allowed = act in RIGHTS[role] and (rule.endpoint not in WHOLE or party == ALL)
        assert visitor.get(rule.rule).status_code == (200 if allowed else 403), (role, rule.rule)


def test_a_party_sees_its_own_terminals_and_people_and_changes_no_others(store: Store, app: Flask, clock: Clock) -> None:
    account(store, "theirs", Grant(Role.VIEWER, OTHER_HOME), now=clock.now)
    account(store, "both", Grant(Role.VIEWER, HOME), Grant(Role.VIEWER, OTHER_HOME), now=clock.now)
    account(store, "ours", Grant(Role.VIEWER, HOME), now=clock.now)
    admin = signed_in(app, store, clock, "admin", Grant(Role.PARTY_ADMIN, HOME))
    page, form = admin.get("/").text, form_of(admin)
    assert ("仁寿县 1 号机" in page, "阆中市 2 号机" in page) == (True, False)
    people = admin.get("/people").text
    assert ("测试ours" in people, "测试theirs" in people, "测试both" in people) == (True, False, False)
    for login, given, status in (
        ("ours", {"role": "operator", "party": HOME}, 303),
        ("ours", {"role": "operator", "party": OTHER_HOME}, 403),
        ("ours", {"role": "operator", "party": ALL}, 403),
        ("ours", {"role": "king", "party": HOME}, 400),
        ("theirs", {"role": "operator", "party": HOME}, 404),
        ("nobody", {"role": "operator", "party": HOME}, 404),
    ):
        assert admin.post(f"/people/{login}/grant", data={**given, "form": form}).status_code == status
    assert admin.post("/people/admin/disable", data={"form": form}).status_code == 409
    with store.reading() as db:
        found = accounts.person(db, "ours")
    assert found is not None
    assert set(found.grants) == {Grant(Role.VIEWER, HOME), Grant(Role.OPERATOR, HOME)}


def test_a_role_of_the_centre_is_given_for_all_parties_or_not_at_all(store: Store, app: Flask, clock: Clock) -> None:
    account(store, "ours", Grant(Role.VIEWER, HOME), now=clock.now)
    admin = signed_in(app, store, clock, "admin", Grant(Role.PARTY_ADMIN, ALL))
    for role in CENTRAL:
        answer = admin.post("/people/ours/grant", data={"role": role, "party": HOME, "form": form_of(admin)})
        assert (answer.status_code, "只能给全部签约方" in answer.text) == (422, True)
        assert scope([Grant(role, HOME)], Act.SEE) == frozenset(), "nor would such a grant give anything"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "my wang login", "x" * 300])
def test_a_password_that_is_easily_guessed_is_refused_in_words(store: Store, clock: Clock, password: str) -> None:
    with pytest.raises(accounts.AccountError, match="密码"), store.transaction() as db:
        accounts.add(db, "wang", "王", password, clock.now, "test")
    with store.reading() as db:
        assert accounts.people(db) == ()


def test_any_change_to_the_record_shows(store: Store, clock: Clock) -> None:
    with store.transaction() as db:
        for n in range(5):
            record.write(db, clock.now + n, "wang", "steer", f"t{n}", "换纸", "ok")
    for spoilt, at in (
        ("UPDATE record SET who = 'li' WHERE position = 3", 3),
        ("UPDATE record SET result = 'failed' WHERE position = 5", 5),
        ("DELETE FROM record WHERE position = 2", 2),
        ("UPDATE record SET position = 9 WHERE position = 5", 5),
    ):
        try:
            with store.transaction() as db:
                assert record.broken(db) is None
                db.execute(spoilt)
                assert record.broken(db) == at
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            continue


def test_a_record_whose_end_was_cut_off_or_that_was_written_anew_shows_against_its_anchor(store: Store, tmp_path: Path) -> None:
    with store.transaction() as db:
        for n in range(4):
            record.write(db, float(n), "wang", "steer", f"t{n}")
    with store.reading() as db:
        anchor.drop(db, tmp_path, 10.0)
        anchor.drop(db, tmp_path, 11.0)
        assert [(one.position, one.at) for one in anchor.anchors(tmp_path)] == [(4, 10.0)]
        assert anchor.adrift(db, tmp_path) is None
    with (tmp_path / anchor.NAME).open("ab") as file:
        file.write(b'{"position":9,')  # a crash
    with store.transaction() as db:
        db.execute("DELETE FROM record WHERE position = 4")
        assert record.broken(db) is None, "the chain alone does not see its end cut off"
        assert anchor.adrift(db, tmp_path) == anchor.anchors(tmp_path)[0]
        record.write(db, 5.0, "li", "steer", "another")
        assert record.broken(db) is None
        assert anchor.adrift(db, tmp_path) == anchor.anchors(tmp_path)[0], "nor that it was written anew"


def test_the_first_account_is_made_on_the_command_line_and_its_code_works(
    store: Store, app: Flask, tmp_path: Path, clock: Clock
) -> None:
    settings = tmp_path / "centre.toml"
    settings.write_text(
        f'data = "{tmp_path}"\n[authority]\nfolder = "{tmp_path}"\n[broker]\n[api]\nport = 0\n[console]\nport = 0\n'
        + database_lines(tmp_path / "centre.db"),
        "utf-8",
    )
    given = [
        "centre",
        "person",
        "add",
        str(settings),
        "chief",
        "--name",
        "主管",
        "--grant",
        "party-admin@*",
        "--password",
        PASSWORD,
    ]
    told = CliRunner().invoke(main, given)
    assert told.exit_code == 0, told.output
    secret = re.search(r"secret=([A-Z2-7]+)", told.output)
    assert secret
    assert sign_in(app.test_client(), "chief", secret.group(1), clock.now) == 303
    again = CliRunner().invoke(main, given)
    assert (again.exit_code, "已经有 chief" in again.output) == (1, True)
    assert "前后相连" in CliRunner().invoke(main, ["centre", "record", str(settings)]).output


def test_a_password_costs_what_rfc_9106_asks() -> None:
    """In a process of its own: here they are made cheap."""
    asked = "from fleet.people.accounts import _HASHER as h; print(h.type.name, h.time_cost, h.memory_cost, h.parallelism)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ID", "3", "65536", "4"]  # the second recommended option, of 64 MiB
