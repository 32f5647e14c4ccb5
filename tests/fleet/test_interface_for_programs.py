"""``/api/v1``: what a program may ask, with whose right, and what it is told when something is not in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openapi_spec_validator import validate
from support.centre_db import database_lines
from support.console import NOW, Console, console
from support.console_board import seed_board
from support.people import account
from support.programs import Program, program, token

from fleet.api.app import BASE, create_interface, routes
from fleet.api.frame import Api, Call, Page, Paged, Site, Write, pack, paged
from fleet.people import accounts, record, tokens
from fleet.people.accounts import AccountError
from fleet.people.rights import ALL, Grant, Role
from fleet.presence import Hearing
from kiosk.cli import main

VIEWER, OPERATOR = Grant(Role.VIEWER, ALL), Grant(Role.OPERATOR, ALL)
ORDER = {"terminal": "t-mz-01", "do": {"op": "self-test"}, "why": "巡检"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("centre")


@pytest.fixture(scope="module")
def standing(folder: Path) -> Iterator[Console]:
    with console(folder, seed_board) as one:
        yield one


@pytest.fixture(scope="module")
def operator(standing: Console) -> Program:
    return program(standing.app, standing.store, NOW, Role.OPERATOR)


def newest(standing: Console) -> record.Line:
    with standing.store.reading() as db:
        return record.lines(db, 1)[0]


def test_the_document_is_openapi_3_1_open_to_all_and_names_every_route(standing: Console) -> None:
    told = standing.app.test_client().get(f"{BASE}/openapi.json").get_json()
    validate(told)
    assert told["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert described == {(one.method, one.path.replace("<", "{").replace(">", "}")) for one in routes().routes}
    names = [method["operationId"] for methods in told["paths"].values() for method in methods.values()]
    assert len(names) == len(set(names))


def test_a_page_is_followed_to_its_end_and_every_entry_comes_once(standing: Console, operator: Program) -> None:
    auditor = program(standing.app, standing.store, NOW, Role.AUDITOR)
    for who, path, key in ((operator, "/terminals", "id"), (operator, "/cases", "number"), (auditor, "/record", "position")):
        whole = [entry[key] for entry in who.get(f"{path}?most=500")["items"]]
        seen: list[Any] = []
        after: str | None = ""
        while after is not None:
            found = who.get(f"{path}?most=3" + (f"&cursor={after}" if after else ""))
            seen += [entry[key] for entry in found["items"]]
            after = found["next"]
        assert seen == whole
        assert len(whole) > 3


def test_a_write_says_why_and_stands_in_the_record_with_its_program(standing: Console, operator: Program) -> None:
    status, made = operator.ask("POST", "/commands", ORDER)
    assert status == 201
    line, me = newest(standing), operator.get("/me")
    assert (line.who, line.act, line.what, line.why) == (f"{me['login']}#{me['token']}", "command", "t-mz-01 self-test", "巡检")
    assert line.result == made["id"]
    told = operator.get(f"/commands/{made['id']}")
    assert (told["command"]["by"], told["command"]["do"]) == (line.who, {"op": "self-test"})
    assert operator.ask("POST", f"/commands/{made['id']}/cancel", {"why": "不用了"})[0] == 204
    assert [step["state"] for step in operator.get(f"/commands/{made['id']}")["steps"]] == ["queued", "canceled"]
    for without in ({k: v for k, v in ORDER.items() if k != "why"}, {**ORDER, "why": ""}, {**ORDER, "why": "  "}):
        assert operator.ask("POST", "/commands", without)[0] == 422
    assert newest(standing).act == "command.cancel"


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("GET", "/nothing", {}, 404, "not-found"),
        ("GET", "/terminals/no-such-one", {}, 404, "not-found"),
        ("GET", "/terminals/NOT%20A%20NAME", {}, 404, "not-found"),
        ("DELETE", "/terminals", {}, 405, "method-not-allowed"),
        ("GET", "/terminals?most=0", {}, 422, "wrong-query"),
        ("GET", "/terminals?most=2&most=3", {}, 422, "wrong-query"),
        ("GET", "/terminals?other=1", {}, 422, "wrong-query"),
        ("GET", "/me?other=1", {}, 422, "wrong-query"),
        ("GET", "/terminals?cursor=@@@", {}, 422, "wrong-cursor"),
        ("GET", f"/cases?cursor={pack(())}", {}, 422, "wrong-cursor"),
        ("POST", "/commands", {"data": "{}", "content_type": "text/plain"}, 415, "not-json"),
        ("POST", "/commands", {"data": "{", "content_type": "application/json"}, 400, "not-json"),
        ("POST", "/commands", {"data": "{}", "content_type": "application/json"}, 422, "wrong-body"),
        ("POST", "/commands", {"json": {**ORDER, "within": 10**9}}, 422, "wrong-body"),
        ("POST", "/commands", {"json": {**ORDER, "do": {"op": "dance"}}}, 422, "wrong-body"),
        ("POST", "/commands", {"json": {**ORDER, "more": 1}}, 422, "wrong-body"),
        ("POST", "/commands", {"json": {**ORDER, "terminal": "no-such-one"}}, 404, "not-found"),
        ("POST", "/commands", {"data": b"x" * 70_000, "content_type": "application/json"}, 413, "request-entity-too-large"),
        ("GET", "/people", {}, 403, "forbidden"),
        ("GET", "/record", {}, 403, "forbidden"),
    ],
)
def test_what_is_not_in_order_is_a_problem_by_name(
    operator: Program, method: str, path: str, sent: dict[str, Any], status: int, code: str
) -> None:
    answer = operator.client.open(f"{BASE}{path}", method=method, headers=operator.headers, **sent)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    told = answer.get_json()
    assert (told["type"], told["status"]) == (f"urn:tongban:{code}", status)
    assert told["title"]
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_nobody_without_a_token_that_lives_learns_anything(standing: Console) -> None:
    good = token(standing.store, NOW, VIEWER)
    for shown in (None, "", "x", good[:-1], good + "x", good.replace("tbt_", "tbt-"), "tbt_00000000_" + "A" * 43):
        for one in routes().routes:
            path = one.path.replace("<", "").replace(">", "")
            assert Program(standing.app, shown).ask(one.method, path, {"why": "x"})[0] == 401, (shown, path)
    answer = standing.app.test_client().get(f"{BASE}/me")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert standing.app.test_client().get(f"{BASE}/me", headers={"Authorization": f"Basic {good}"}).status_code == 401
    browser = standing.client(Role.OPERATOR)
    assert browser.get(f"{BASE}/me").status_code == 401, "a browser's session is not a program's"


def test_a_token_ends_by_time_by_its_revocation_and_with_its_owner(standing: Console) -> None:
    store = standing.store
    for end in ("time", "revoked", "owner"):
        login = f"of-{end}"
        account(store, login, OPERATOR, now=NOW)
        one = Program(standing.app, token(store, NOW, OPERATOR, owner=login, days=1))
        me = one.get("/me")
        assert one.get("/terminals")["items"]
        if end == "time":
            standing.now = NOW + 86400.0
        elif end == "revoked":
            assert one.ask("POST", f"/tokens/{me['token']}/revoke", {"why": "换新的"})[0] == 204
        else:
            with store.transaction() as db:
                accounts.disable(db, login, NOW, "test")
        assert one.ask("GET", "/me")[0] == 401
        standing.now = NOW


def test_a_token_can_do_no_more_than_its_owner_can_now(standing: Console) -> None:
    store = standing.store
    account(store, "changing", Grant(Role.OPERATOR, "mianzhu"), now=NOW)
    for wider in (OPERATOR, VIEWER, Grant(Role.OPERATOR, "renshou"), Grant(Role.PARTY_ADMIN, "mianzhu")):
        with pytest.raises(AccountError, match="超出"):
            token(store, NOW, wider, owner="changing")
    one = Program(standing.app, token(store, NOW, Grant(Role.OPERATOR, "mianzhu"), owner="changing"))
    assert {entry["id"] for entry in one.get("/terminals")["items"]} == {"t-mz-01", "t-mz-02"}
    assert one.ask("POST", "/commands", ORDER)[0] == 201
    with store.transaction() as db:
        accounts.withdraw(db, "changing", Grant(Role.OPERATOR, "mianzhu"), NOW, "test")
        accounts.grant(db, "changing", Grant(Role.VIEWER, "mianzhu"), NOW, "test")
    assert one.ask("POST", "/commands", ORDER)[0] == 403
    assert one.get("/me")["grants"] == []


def test_a_partys_program_sees_its_own_and_knows_of_nothing_else(standing: Console, operator: Program) -> None:
    store, app = standing.store, standing.app
    for login, party in (("ours", "mianzhu"), ("theirs", "renshou")):
        account(store, login, Grant(Role.VIEWER, party), now=NOW)
    one, admin = program(app, store, NOW, Role.OPERATOR, "mianzhu"), program(app, store, NOW, Role.PARTY_ADMIN, "mianzhu")
    made = operator.ask("POST", "/commands", {**ORDER, "terminal": "t-rs-01"})[1]["id"]
    for status, method, path, body in (
        (404, "GET", "/terminals/t-rs-01", None),
        (404, "GET", "/terminals/t-rs-01/conditions", None),
        (404, "GET", f"/commands/{made}", None),
        (404, "POST", f"/commands/{made}/cancel", {"why": "x"}),
        (404, "POST", "/commands", {**ORDER, "terminal": "t-rs-01"}),
    ):
        assert one.ask(method, path, body)[0] == status, path
    assert {case["home"] for case in one.get("/cases")["items"]} | {"mianzhu"} != {"mianzhu"}, "also what it took in"
    assert all("mianzhu" in (case["home"], case["intake"]) for case in one.get("/cases")["items"])
    foreign = next(case for case in operator.get("/cases")["items"] if "mianzhu" not in (case["home"], case["intake"]))
    assert one.ask("GET", f"/cases/{foreign['number']}")[0] == 404
    assert {entry["login"] for entry in admin.get("/people")["items"]} >= {"ours"}
    assert "theirs" not in {entry["login"] for entry in admin.get("/people")["items"]}
    for status, path, body in (
        (404, "/people/theirs/disable", {"why": "x"}),
        (403, "/people/ours/grant", {"why": "x", "role": "viewer", "party": "renshou"}),
        (403, "/people/ours/grant", {"why": "x", "role": "viewer", "party": "*"}),
        (200, "/people/ours/grant", {"why": "x", "role": "operator", "party": "mianzhu"}),
        (204, "/people/ours/disable", {"why": "离职"}),
        (403, f"/people/{admin.get('/me')['login']}/disable", {"why": "x"}),
    ):
        assert admin.ask("POST", path, body)[0] == status, path
    assert newest(standing).why == "离职"


def test_what_stands_about_terminals_is_told_with_its_since(operator: Program) -> None:
    found = {(one["terminal"], one["condition"]["code"]): one for one in operator.get("/conditions")["items"]}
    paper = found["t-mz-02", "paper-out"]
    assert (paper["condition"]["grade"], paper["condition"]["subject"], paper["until"]) == ("bad", "printer", None)
    assert paper in operator.get("/terminals/t-mz-02/conditions")["items"]


def test_whoever_asks_too_often_is_told_when_to_come_again(standing: Console) -> None:
    site = Site(standing.store, None, lambda: Hearing(None), None, lambda: NOW)  # type: ignore[arg-type]
    app = create_interface(site, pace=("5 per minute", "9 per minute"))
    headers = {"Authorization": f"Bearer {token(standing.store, NOW, VIEWER)}"}
    client = app.test_client()
    told = [client.get("/me", headers=headers).status_code for _ in range(6)]
    assert told == [200] * 5 + [429]
    answer = client.get("/me", headers=headers)
    assert (answer.mimetype, answer.get_json()["type"]) == ("application/problem+json", "urn:tongban:too-many-requests")
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/me", headers={"Authorization": "Bearer another"}).status_code == 401, "of another one"
    others = [client.get("/me", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(4)]
    assert others == [401, 429, 429, 429], "nor with ever new ones"


def test_a_token_is_stored_as_its_hash_and_when_it_was_used(standing: Console) -> None:
    shown = token(standing.store, NOW, VIEWER)
    Program(standing.app, shown).get("/me")
    with standing.store.reading() as db:
        rows = [tuple(row) for row in db.execute("SELECT * FROM tokens, record")]
        found = tokens.find(db, shown, NOW)
    assert found is not None
    assert found.used == NOW
    assert shown not in repr(rows)
    assert shown.rpartition("_")[2] not in repr(rows)


def test_a_route_that_does_not_say_what_it_needs_is_not_taken() -> None:
    api = Api()

    def undocumented(call: Call) -> Page[str]:
        return Page(())

    def bodiless(call: Call) -> None:
        """A write without a reason."""

    def misnamed(call: Call, other: str) -> None:
        """Its path says something else."""

    def reading(call: Call, body: Write) -> None:
        """A read that is sent something."""

    for add, view in (
        (api.get("/a", None), undocumented),
        (api.post("/b", None), bodiless),
        (api.get("/c/<one>", None), misnamed),
        (api.get("/d", None), reading),
    ):
        with pytest.raises(TypeError):
            add(view)  # type: ignore[arg-type]
    assert paged(Paged(most=2), int, lambda after, most: [1, 2, 3][:most], lambda one: one) == Page((1, 2), pack(2))


def test_tokens_are_made_listed_and_revoked_at_the_command_line(standing: Console, folder: Path, tmp_path: Path) -> None:
    settings = tmp_path / "centre.toml"
    settings.write_text(
        f'data = "{folder}"\n[authority]\nfolder = "{folder}"\n[broker]\n[api]\nport = 0\n[console]\nport = 0\n'
        + database_lines(folder / "centre.db"),
        "utf-8",
    )
    account(standing.store, "shell", OPERATOR, now=NOW)
    run = CliRunner().invoke
    words = ["centre", "token", "add", str(settings), "shell", "报表", "--grant", "viewer@*", "--why", "每日报表"]
    made = run(main, words)
    assert made.exit_code == 0, made.output
    shown = made.output.strip()
    assert Program(standing.app, shown).ask("GET", "/me")[0] == 200
    wider = run(main, [*words[:6], "--grant", "auditor@*", "--why", "x"])
    assert (wider.exit_code, "超出" in wider.output) == (1, True)
    told = run(main, ["centre", "token", "list", str(settings)]).output
    assert "报表" in told
    assert shown not in told
    id_ = shown.split("_")[1]
    assert run(main, ["centre", "token", "revoke", str(settings), id_, "--why", "不用了"]).exit_code == 0
    assert Program(standing.app, shown).ask("GET", "/me")[0] == 401
    assert (newest(standing).act, newest(standing).why) == ("token.revoke", "不用了")
