"""Alerts at the console and over the interface: who sees and does what, rules with their preview, maintenance, channels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from support.centre_db import copied, new_database
from support.console import NOW, Console
from support.console_alerts import alerting, seed_alerts
from support.people import account
from support.programs import program

from fleet.alerts import rules
from fleet.board import tags
from fleet.people import record
from fleet.people.rights import ALL, Grant, Role
from fleet.store import Store

THEIRS, OTHERS = 3, 2
"""Alerts of 阆中市 and of 成都市本级."""


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre's folder as an operator finds it."""
    folder = tmp_path_factory.mktemp("morning")
    with closing(Store(new_database(folder / "centre.db"))) as store:
        seed_alerts(store, folder, NOW)
    return folder


@pytest.fixture
def console(morning: Path, tmp_path: Path) -> Iterator[Console]:
    copied(morning, tmp_path)
    with closing(Store(new_database(tmp_path / "centre.db"))) as store:
        alerts = alerting(store, tmp_path, lambda: NOW)
        try:
            yield Console(store, alerts=alerts)
        finally:
            alerts.stop()


def form_of(client: FlaskClient) -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get("/alerts/rules", headers={"Accept": "text/html"}).text)
    assert found
    return found.group(1)


def post(client: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    answer = client.post(path, data={"form": form_of(client), **fields})
    return answer.status_code, answer.text


def states(console: Console) -> dict[int, str]:
    with console.store.reading() as db:
        return dict(db.execute("SELECT id, state FROM alerts WHERE state != 'pending'").fetchall())


def rule_form(**other: object) -> dict[str, object]:
    return {
        "base": 1,
        "name": "终端失联",
        "codes": "lost",
        "severity": "major",
        "grade": "warning",
        "group": "hall",
        "hold": "1",
        "clear": "5",
        "repeat": "0",
        "escalate": "0",
        "tell": "duty",
        "enabled": "on",
        "why": "要快",
        **other,
    }


def test_a_party_sees_and_acts_on_its_own_alerts_and_others_do_not_exist_for_it(console: Console) -> None:
    theirs = console.client(Role.OPERATOR, "langzhong")
    page = theirs.get("/alerts").text
    assert ("阆中市 52 台" in page, "成都市" in page) == (True, False)
    assert theirs.get(f"/alerts/{THEIRS}").status_code == 200
    assert theirs.get(f"/alerts/{OTHERS}").status_code == 404
    for act in ("acknowledge", "assign", "comment", "escalate", "resolve", "reopen"):
        assert post(theirs, f"/alerts/{OTHERS}/{act}", why="w")[0] == 404
    assert post(theirs, "/alerts/acknowledge", number=[THEIRS, OTHERS])[0] == 404
    assert states(console)[THEIRS] == "open", "all or none"
    assert post(theirs, "/alerts/acknowledge", number=[THEIRS])[0] == 303
    assert states(console)[THEIRS] == "acknowledged"


def test_who_may_only_see_acts_on_nothing(console: Console) -> None:
    viewer = console.client(Role.VIEWER)
    assert "处理</h2>" not in viewer.get(f"/alerts/{THEIRS}").text
    for path in (f"/alerts/{THEIRS}/comment", "/alerts/rules/lost", "/alerts/windows", "/alerts/channels/duty/test"):
        assert post(viewer, path, why="w")[0] == 403


def test_the_whole_life_of_an_alert_by_hand(console: Console) -> None:
    one = console.client(Role.OPERATOR)
    account(console.store, "wang", Grant(Role.OPERATOR, "langzhong"), now=NOW)
    account(console.store, "zhao", Grant(Role.VIEWER, ALL), now=NOW)
    at = f"/alerts/{THEIRS}"
    assert post(one, f"{at}/acknowledge", why="打了电话")[0] == 303
    assert post(one, f"{at}/acknowledge")[0] == 409
    assert post(one, f"{at}/assign", to="zhao")[0] == 409, "who may not steer it is not who looks after it"
    assert post(one, f"{at}/assign", to="wang")[0] == 303
    assert post(one, f"{at}/escalate", why="网络公司不来")[0] == 303
    assert post(one, f"{at}/resolve", why="已转网络公司")[0] == 303
    assert "已关闭，未恢复" in one.get(at).text
    assert post(one, f"{at}/reopen", why="不该关")[0] == 303
    page = one.get(at).text
    for said in ("打了电话", "测试wang", "网络公司不来", "已转网络公司", "不该关"):
        assert said in page
    assert post(one, f"{at}/dance", why="w")[0] == 404
    with console.store.reading() as db:
        acts = [line.act for line in record.lines(db, 5)][::-1]
    assert acts == [f"alert.{act}" for act in ("acknowledge", "assign", "escalate", "resolve", "reopen")]


def test_a_rule_is_tried_before_it_is_saved_and_saving_says_what_changed(console: Console) -> None:
    chief = console.client(Role.OPERATOR)
    status, page = post(chief, "/alerts/rules/lost", do="preview", **rule_form())
    assert status == 200
    assert "会有 <b>13</b> 条报警" in page, "a hall each, and the one of the night"
    assert "合成 <b>4</b> 条消息" in page
    with console.store.reading() as db:
        assert rules.current(db).version == 1, "nothing was saved"
    assert post(chief, "/alerts/rules/lost", do="save", **rule_form())[0] == 303
    assert post(chief, "/alerts/rules/lost", do="save", **rule_form())[0] == 422, "from the version before"
    page = chief.get("/alerts/rules").text
    assert "“终端失联”改了 级别、怎样合并、多久才报、重复、升级时限、告诉谁、升级告诉谁、免打扰" in page
    assert post(chief, "/alerts/rules/restore", version=1, base=2, why="试完了")[0] == 303
    with console.store.reading() as db:
        assert rules.current(db).rules == rules.version(db, 1).rules  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hold": "soon"}, "“多久才报”填整数分钟"),
        ({"hold": "99999"}, "“多久才报”填得不对"),
        ({"codes": []}, "至少选一种情况"),
        ({"tell": "nobody"}, "没有这个渠道"),
        ({"quiet_begins": "08:00"}, "要写起和止"),
        ({"severity": "deadly"}, "“级别”填得不对"),
        ({"why": " "}, "为什么改"),
        ({"name": ""}, "“名称”填得不对"),
    ],
)
def test_what_will_not_do_in_a_rule_is_said_in_words_and_the_form_is_kept(
    console: Console, wrong: dict[str, object], said: str
) -> None:
    status, page = post(console.client(Role.OPERATOR), "/alerts/rules/lost", do="save", **rule_form(**wrong))
    assert (status, said in page) == (422, True)


def test_rules_are_the_centres_and_read_by_all(console: Console) -> None:
    theirs = console.client(Role.OPERATOR, "langzhong")
    assert theirs.get("/alerts/rules/lost").status_code == 200
    assert post(theirs, "/alerts/rules/lost", do="save", **rule_form())[0] == 403
    assert post(theirs, "/alerts/rules/restore", version=0, base=1, why="w")[0] == 403
    assert theirs.get("/alerts/rules/none").status_code == 404


def test_rules_are_added_moved_and_deleted(console: Console) -> None:
    chief = console.client(Role.OPERATOR)
    assert post(chief, "/alerts/rules/new", do="save", **rule_form(name="重点大厅", where_places="保宁，沙溪"))[0] == 303
    with console.store.reading() as db:
        first = rules.current(db).rules[0]
    assert (first.id, first.where.places) == ("rule-2", ("保宁", "沙溪"))
    assert post(chief, "/alerts/rules/rule-2", do="down", base=2, why="调整次序")[0] == 303
    assert post(chief, "/alerts/rules/rule-2", do="delete", base=3, why="不用了")[0] == 303
    with console.store.reading() as db:
        assert rules.current(db).rules == rules.version(db, 1).rules  # type: ignore[union-attr]


def test_a_party_plans_maintenance_of_its_own_terminals_only(console: Console) -> None:
    theirs = console.client(Role.OPERATOR, "langzhong")
    form = {"name": "换网", "ends": "2026-11-06T23:00", "why": "割接"}
    for where, said in (
        ({}, "哪些终端"),
        ({"where_places": "便民"}, "只能给自己签约方"),
        ({"where_parties": "chengdu"}, "只能给自己签约方"),
        ({"where_terminals": "t-cd-01"}, "只能给自己签约方"),
        ({"where_parties": "langzhong", "where_places": "没有的地方"}, "没有符合的终端"),
    ):
        status, page = post(theirs, "/alerts/windows", **form, **where)
        assert (status, said in page) == (422, True), (where, page)
    assert post(theirs, "/alerts/windows", **form, where_parties="langzhong", where_places="保宁")[0] == 303
    page = theirs.get("/alerts/windows").text
    assert ("换网" in page, "机房换交换机" in page) == (True, False)
    assert post(theirs, "/alerts/windows/1/end", why="w")[0] == 404
    assert post(theirs, "/alerts/windows/2/end", why="好了")[0] == 303
    assert "维护中" not in theirs.get(f"/alerts/{THEIRS}").text


def test_a_rule_for_a_tag_sees_the_terminals_staff_gave_it(console: Console) -> None:
    chief = console.client(Role.OPERATOR)
    with console.store.transaction() as db:
        tags.add(db, ["t-lz-100", "t-lz-101"], "重点", "li", NOW)
    status, page = post(chief, "/alerts/rules/new", do="preview", **rule_form(where_tags="重点", group="terminal"))
    assert (status, "会有 <b>2</b> 条报警" in page) == (200, True)


def test_no_page_shows_an_address_and_a_test_says_what_came_of_it(console: Console) -> None:
    chief, theirs = console.client(Role.OPERATOR), console.client(Role.OPERATOR, "langzhong")
    page = chief.get("/alerts/channels").text
    assert ("企业微信机器人，密钥 ••••" in page, "0a1b2c3d4e5f" in page, "u:p" in page) == (True, False, False)
    assert "值班群" not in theirs.get("/alerts/channels").text
    assert post(theirs, "/alerts/channels/duty/test")[0] == 404
    status, page = post(chief, "/alerts/channels/duty/test")
    assert (status, "没有送到：对方没有收下，或连不上" in page) == (200, True)


def test_a_program_does_what_a_page_does_with_the_same_rights(console: Console) -> None:
    chief = program(console.app, console.store, NOW, Role.OPERATOR)
    assert [one["number"] for one in chief.get("/alerts")["items"]] == [3, 2]
    assert [one["number"] for one in chief.get("/alerts?state=all&most=2")["items"]] == [3, 2]
    told = chief.get(f"/alerts/{THEIRS}")
    assert (len(told["members"]), told["timeline"][0]["kind"]) == (62, "opened")
    assert chief.ask("POST", f"/alerts/{THEIRS}/acknowledge", {"why": "看到了"})[0] == 204
    status, problem = chief.ask("POST", f"/alerts/{THEIRS}/acknowledge", {"why": "看到了"})
    assert (status, problem["detail"]) == (422, "已经有人确认")
    saved = chief.get("/alert-rules")
    body = {"base": 1, "rules": saved["rules"][1:], "why": "少一条"}
    assert chief.ask("POST", "/alert-rules", body) == (200, {"number": 2})
    would = chief.ask("POST", "/alert-rules/preview", {"rule": saved["rules"][0], "why": "试"})[1]
    assert would["alerts"] == 0
    made = chief.ask("POST", "/maintenance", {"name": "修", "where": {"terminals": ["t-cd-01"]}, "ends": NOW + 600, "why": "修"})
    assert made == (201, {"number": 2})
    assert chief.ask("POST", "/maintenance/2/end", {"why": "好了"})[0] == 204
    assert {one["id"] for one in chief.get("/alert-channels")} == {"duty", "chief", "langzhong"}
    tested = chief.ask("POST", "/alert-channels/duty/test", {"why": "试"})[1]["message"]
    assert chief.get("/alert-messages?most=1")["items"][0]["id"] == tested
    assert len(chief.get("/alert-messages")["items"]) == 3
    theirs = program(console.app, console.store, NOW, Role.OPERATOR, "langzhong")
    assert [one["number"] for one in theirs.get("/alerts")["items"]] == [3]
    for path in (f"/alerts/{OTHERS}/comment", "/maintenance/1/end", "/alert-channels/duty/test"):
        assert theirs.ask("POST", path, {"why": "w"})[0] == 404
    assert theirs.ask("POST", "/alert-rules", {**body, "base": 2})[0] == 403
