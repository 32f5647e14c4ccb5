"""Clerks' accounts on the console's pages: a party's administrator has their own party's, and what is told is told once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from flask.testing import FlaskClient
from support.clerk_accounts import CHEAP
from support.console import NOW, Console, console
from support.console_board import KNOWN

from domain.staff import accounts as held
from domain.staff.duties import Duty
from fleet.clerks import accounts
from fleet.clerks.accounts import Account
from fleet.people import record
from fleet.people.rights import Role

OURS, THEIRS = "mianzhu", "renshou"
WINDOW = "t-mz-01"
NEW = {"party": OURS, "login": "a017", "name": "周试岗", "duty": "intake_officer", "why": "到岗"}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with console(tmp_path_factory.mktemp("console"), lambda _store, _now: None) as one, pytest.MonkeyPatch.context() as cheap:
        cheap.setattr(accounts, "prove", partial(held.prove, cost=CHEAP))
        with one.store.transaction() as db:
            accounts.add(db, THEIRS, "B001", "别人", (Duty.HOME,), NOW, "test")
        yield Console(one.store, known=replace(KNOWN, windows=frozenset({WINDOW})))


@pytest.fixture
def admin(standing: Console) -> FlaskClient:
    return standing.client(Role.PARTY_ADMIN, OURS)


def post(client: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    form = re.search(r'name="form" value="([^"]+)"', client.get("/clerks").text)
    assert form is not None
    answer = client.post(path, data={**fields, "form": form[1]})
    return answer.status_code, answer.text


def of(standing: Console, login: str, party: str = OURS) -> Account:
    with standing.store.reading() as db:
        found = accounts.found(db, party, login)
    assert found is not None
    return found


def test_an_account_is_made_and_its_password_and_qr_code_are_shown_once(standing: Console, admin: FlaskClient) -> None:
    status, page = post(admin, "/clerks", **NEW)
    assert status == 200, page
    shown = re.search(r"密码：<code>([^<]+)</code>", page)
    assert shown is not None
    assert "<svg" in page
    assert "手工输入密钥" in page
    assert held.opened(of(standing, "A017").proof, OURS, "A017", shown[1]) is not None
    again = admin.get("/clerks").text + admin.get(f"/clerks/{OURS}/A017").text
    assert "周试岗" in again
    assert shown[1] not in again
    assert "手工输入密钥" not in again


def test_every_act_wants_a_reason_and_stands_in_the_record_under_who_did_it(standing: Console, admin: FlaskClient) -> None:
    post(admin, "/clerks", **{**NEW, "login": "a020"})
    path = f"/clerks/{OURS}/A020"
    assert post(admin, f"{path}/lock")[0] == 422
    assert of(standing, "A020").locked is None
    acts: list[dict[str, object]] = [
        {"act": "lock"},
        {"act": "unlock"},
        {"act": "change", "name": "周试岗", "duty": ["leader", "dispatcher"], "hall": WINDOW},
        {"act": "badge", "badge": "4F 22"},
        {"act": "reset"},
        {"act": "end"},
    ]
    for fields in acts:
        status, page = post(admin, f"{path}/{fields.pop('act')}", why="因为", **fields)
        assert status in (200, 303), page
    one = of(standing, "A020")
    assert (one.duties, one.hall, one.ended) == ((Duty.DISPATCH, Duty.LEADER), WINDOW, NOW)
    with standing.store.reading() as db:
        lines = [line for line in record.lines(db) if line.what == f"{OURS}/A020"]
    assert [line.act for line in reversed(lines)] == [
        *("clerk.add", "clerk.lock", "clerk.unlock", "clerk.change", "clerk.badge", "clerk.reset", "clerk.end")
    ]
    assert {line.why for line in lines} == {"到岗", "因为"}
    assert all(line.who.startswith("who-") for line in lines)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "?"}, "工号用字母"),
        ({"password": "short"}, "密码 10"),
        ({"hall": "nowhere"}, "没有这个大厅"),
        ({"duty": []}, "岗位"),
    ],
)
def test_what_is_no_account_is_said_in_words_and_what_was_typed_stays(
    admin: FlaskClient, fields: dict[str, object], said: str
) -> None:
    status, page = post(admin, "/clerks", **{**NEW, "login": "a099", **fields})
    assert status == 422
    assert said in page
    assert 'value="周试岗"' in page


def test_nobody_has_another_partys_clerks(standing: Console, admin: FlaskClient) -> None:
    assert "别人" not in admin.get("/clerks").text
    assert admin.get(f"/clerks/{THEIRS}/B001").status_code == 404
    assert post(admin, "/clerks", **{**NEW, "party": THEIRS})[0] == 403
    assert post(admin, f"/clerks/{THEIRS}/B001/lock", why="x")[0] == 404
    assert of(standing, "B001", THEIRS).locked is None
    assert "别人" in standing.client(Role.PARTY_ADMIN).get("/clerks").text
    assert standing.client(Role.OPERATOR, OURS).get("/clerks").status_code == 403
