"""Steering at the console: exactly who is shown before anything is given; staff read why it is not finishing; a party its own."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from support import packs, updates
from support.centre_db import Snapshot, folder_of
from support.console import Console, console
from support.console_board import KNOWN, seed_board
from support.console_steering import BUNDLE, seed_steering
from support.programs import program
from werkzeug.test import TestResponse

from fleet.board.conditions import bump
from fleet.people import record
from fleet.people.rights import ALL, Act, Role, scope
from fleet.people.rights import Grant as GivenGrant
from fleet.presence import Hearing
from fleet.programs import Programs
from fleet.rollout.clock import RolloutClock
from fleet.rollout.deeds import DEEDS
from mqtt.commands import OPERATIONS

PARTY = ("t-mz-01", "t-mz-02")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Console, Snapshot]]:
    """One console for all of these, and its database as it was at first, everybody signed in."""
    with console(tmp_path_factory.mktemp("console"), seed_board, seed_steering) as one:
        for grant in (*((role, ALL) for role in Role), (Role.OPERATOR, "mianzhu"), (Role.VIEWER, "langzhong")):
            one.client(*grant)
        yield one, Snapshot(one.store)


@pytest.fixture
def one(made: tuple[Console, Snapshot]) -> Iterator[Console]:
    yield made[0]
    made[1].put_back()


@pytest.fixture
def client(one: Console) -> FlaskClient:
    return one.client(Role.OPERATOR)


def text(answer: TestResponse) -> str:
    """What somebody reads in the main part."""
    page = answer.text[answer.text.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def hidden(answer: TestResponse) -> dict[str, list[str]]:
    """The fields of the form that gives it."""
    form = answer.text[answer.text.rindex('<form method="post"') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    return found


def token(client: FlaskClient) -> str:
    return re.search(r'name="form" value="([^"]+)"', client.get("/steering").text)[1]  # type: ignore[index]


def give(client: FlaskClient, looked: TestResponse, path: str, **more: str) -> TestResponse:
    return client.post(path, data={**hidden(looked), "why": "试验", **more})


def test_every_operation_of_the_contract_has_its_words_for_staff() -> None:
    assert set(DEEDS) == set(OPERATIONS) - {"help-coming"}
    assert all(deed.does and deed.citizen for deed in DEEDS.values())


def test_a_command_to_many_is_looked_at_before_it_is_given(one: Console, client: FlaskClient) -> None:
    path = "/steering/command?op=restart-device&do_device=a4&to=%23&t=t-mz-01&t=t-rs-02"
    looked = client.get(path)
    said = text(looked)
    assert "1 台会收到：现在在线 0 台，另 1 台不在线，回来才给； 1 台不给" in said
    assert "绵竹市政务服务中心 1 号机 t-mz-01 ：没有A4 打印机" in said
    looked = client.get("/steering/command?op=self-test&to=@pilot")
    assert "2 台会收到：现在在线 2 台" in text(looked)
    before = len(rows(one, "SELECT id FROM rollouts"))
    done = give(client, looked, "/steering/command")
    assert done.status_code == 303
    assert rows(one, "SELECT terminal FROM rollout_members WHERE rollout = ? ORDER BY terminal", before + 1) == [
        ("t-lz-01",),
        ("t-mz-01",),
    ]


def test_a_list_that_is_another_one_by_now_is_shown_again_and_nothing_is_given(one: Console, client: FlaskClient) -> None:
    looked = client.get("/steering/command?op=self-test&to=filter&state=paper&text=t-lz-01")
    assert "1 台会收到" in text(looked)
    with one.store.transaction() as db:
        db.execute("UPDATE conditions SET until = ? WHERE code = 'paper-low'", (one.now,))
        bump(db, "t-lz-01")
    done = give(client, looked, "/steering/command")
    assert (done.status_code, "一台可以给的终端也没有" in text(done)) == (409, True)
    looked = client.get("/steering/command?op=self-test&to=@pilot")
    assert "不一样了" in text(give(client, looked, "/steering/command", seal="x"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"waves": "shares", "shares": "10 5 100"}, "一批比一批大"),
        ({"waves": "shares", "shares": "ten"}, "百分之几"),
        ({"waves": "rings", "rings": "nobody"}, "没有组 nobody"),
        ({"waves": "shares", "failed": "90"}, "限度"),
        ({"life": "0"}, "有效期"),
        ({"begins": "22:00"}, "两个都要写"),
        ({"why": " "}, "为什么"),
    ],
)
def test_what_is_filled_in_wrong_is_said_and_nothing_is_given(
    one: Console, client: FlaskClient, fields: dict[str, str], said: str
) -> None:
    looked = client.get("/steering/command?op=self-test&to=@pilot")
    before = rows(one, "SELECT count(*) FROM rollouts")
    done = give(client, looked, "/steering/command", **fields)
    assert (done.status_code, said in text(done)) == (409, True), text(done)
    assert rows(one, "SELECT count(*) FROM rollouts") == before


def test_why_it_is_not_finishing_is_said_for_each_with_what_to_do(client: FlaskClient) -> None:
    said = text(client.get("/steering/2"))
    assert "“10 %”这一批没有成功的超过了限度" in said
    assert "设置通不过终端的检查：phone 写了两个号码 这些值与终端自己的设置合不到一起" in said
    said = text(client.get("/steering/3"))
    assert "现在不行，有人在办事；办完就做 不用管" in said
    assert "不在线，回来就给" in said
    said = text(client.get("/steering/4?show=all"))
    assert "凭证打印机：缺纸 打开上盖" in said
    assert "终端时钟不可信，不能判断命令是否过期 先把终端的时钟对好" in said


def test_staff_resume_leave_out_end_and_take_back_each_with_a_reason(one: Console, client: FlaskClient) -> None:
    form = token(client)
    assert client.post("/steering/2/resume", data={"form": form}).status_code == 409
    assert client.post("/steering/2/resume", data={"form": form, "why": "改好了"}).status_code == 303
    assert client.post("/steering/2/leave-out", data={"form": form, "why": "报废", "t": "t-rs-02"}).status_code == 303
    assert client.post("/steering/2/end", data={"form": form, "why": "够了"}).status_code == 303
    back = client.post("/steering/3/take-back", data={"form": form, "why": "版本错了"})
    assert back.status_code == 303
    assert client.post("/steering/3/pause", data={"form": form, "why": "x"}).status_code == 409
    assert client.post("/steering/3/eat", data={"form": form, "why": "x"}).status_code == 404
    with one.store.reading() as db:
        told = [(line.act, line.why) for line in record.lines(db, 6)][::-1]
    assert told[-4:] == [
        ("rollout.resumed", "改好了"),
        ("rollout.left-out", "报废"),
        ("rollout.ended", "够了"),
        ("rollout.taken-back", "版本错了"),
    ]


def test_settings_are_checked_compared_and_rolled_out_in_waves(one: Console, client: FlaskClient) -> None:
    end(client, "2")
    RolloutClock(one.store, KNOWN.groups, lambda: Hearing(0.0), lambda _t: None).tick(one.now)
    kept = client.post("/steering/publish/settings", data={"form": token(client), "phone": "12345", "visit.total": "-5"})
    assert (kept.status_code, "不合约定" in text(kept)) == (422, True)
    kept = client.post("/steering/publish/settings", data={"form": token(client), "phone": "12345"})
    assert kept.status_code == 303, text(kept)
    looked = client.get(f"{kept.location}?to=*")
    assert "咨询电话：各终端自己的 → 12345" in text(looked)
    done = give(client, looked, kept.location, waves="shares", shares="25 100", failed="0", within="15")
    said = text(client.get(done.location))
    assert "1. 25 % 2 台" in said
    assert "有一台没有成功" in said
    assert "每台限时 15 分钟" in said
    assert rows(one, "SELECT target FROM desired ORDER BY rev DESC LIMIT 1") == [("*",)]


def test_notices_are_published_and_withdrawn(client: FlaskClient) -> None:
    form = token(client)
    assert "显示到什么时候" in text(client.post("/steering/publish/notices", data={"form": form, "text": "停电"}))
    assert "英文前面要有中文" in text(
        client.post("/steering/publish/notices", data={"form": form, "text": "| No power", "until": "2026-12-01T08:00"})
    )
    both = {"form": form, "text": ["停电 | No power", ""], "until": "2026-12-01T08:00"}
    assert "停电 | No power（" in text(client.get(client.post("/steering/publish/notices", data=both).location))
    kept = client.post("/steering/publish/notices", data={"form": form, "text": ["停电", ""], "until": "2026-12-01T08:00"})
    assert "增加 “停电”" in text(client.get(f"{kept.location}?to=@pilot"))
    assert "撤下 “本周六停电检修" in text(client.get(f"{kept.location}?to=@pilot"))


def test_a_catalogue_is_uploaded_read_and_compared(client: FlaskClient) -> None:
    def upload(data: bytes) -> TestResponse:
        return client.post("/steering/publish/catalogue", data={"form": token(client), "pack": (io.BytesIO(data), "november.pack")})

    assert "不是有效的" in text(upload(b"{")) or "目录包" in text(upload(b"{"))
    assert "的签名不对" in text(upload(packs.Made(root=packs.key_of("somebody")).data))
    kept = upload(packs.Made(version="2027-1").data)
    said = text(client.get(f"{kept.location}?to=@pilot"))
    assert "目录版本：2026-12-1 → 2027-1" in said
    assert "李起草 起草，王批准 批准" in said
    assert client.get("/steering/publish/catalogue/" + "0" * 64).status_code == 404
    assert client.get("/steering/publish/update").status_code == 404


def test_a_program_its_publisher_signed_is_chosen_shown_and_rolled_out(one: Console, client: FlaskClient, tmp_path: Path) -> None:
    program = updates.made(tmp_path, "1.4.2", notes="换了字体")
    Programs(folder_of(one.store) / "programs", updates.KEYS).take(program.signed, program.archive)
    assert "1.4.2（" in text(client.get("/steering/publish/program"))
    form = token(client)
    assert "没有程序 9.9" in text(client.post("/steering/publish/program", data={"form": form, "version": "9.9"}))
    kept = client.post("/steering/publish/program", data={"form": form, "version": "1.4.2"})
    looked = client.get(f"{kept.location}?to=*")
    said = text(looked)
    assert "终端出厂时的程序 → 程序 1.4.2" in said
    assert "换了字体" in said
    assert 'value="240"' in looked.text, "a terminal has hours to take it"
    assert give(client, looked, kept.location, waves="once").status_code == 303
    assert rows(one, "SELECT what FROM desired ORDER BY made DESC, rev DESC LIMIT 1") == [("program",)]
    back = client.post("/steering/publish/program", data={"form": form, "version": "factory"})
    assert "终端出厂时的程序" in text(client.get(f"{back.location}?to=@pilot"))


def test_a_terminal_is_given_one_command_and_its_result_is_a_sentence(one: Console, client: FlaskClient) -> None:
    form = token(client)
    assert client.post("/steering/terminals/t-mz-01/self-test", data={"form": form}).status_code == 422
    done = client.post("/steering/terminals/t-mz-01/out-of-service", data={"form": form, "why": "修", "do_notice": "检修"})
    assert "暂停服务：“检修”" in text(client.get(done.location))
    assert client.post(f"{done.location}/cancel", data={"form": form, "why": "不修了"}).status_code == 303
    assert "已取消" in text(client.get(done.location))
    assert client.post(f"{done.location}/cancel", data={"form": form, "why": "不修了"}).status_code == 409
    told = rows(one, "SELECT id FROM commands WHERE terminal = 't-mz-02' AND op = 'restart-device'")[0][0]
    assert "设备没有恢复；缺纸" in text(client.get(f"/steering/commands/{told}"))


def test_the_block_of_a_terminal_s_page_offers_what_can_be_done_there(one: Console, client: FlaskClient) -> None:
    with one.app.test_request_context():
        told = one.app.jinja_env.globals["steering_at"]("t-mz-02")  # type: ignore[operator]
    assert [command.title for command in told["recent"]][:2] == [
        "暂停服务：“打印机缺纸，请到 3 号窗口办理”",
        "重新打开设备：凭证打印机",
    ]
    assert [finding.said for finding in told["recent"][2].findings] == ["凭证打印机：缺纸"]


def test_a_support_bundle_is_taken_and_that_stands_in_the_record(one: Console, client: FlaskClient) -> None:
    (id_,) = rows(one, "SELECT id FROM commands WHERE op = 'support-bundle'")[0]
    with client.get(f"/steering/commands/{id_}/bundle.zip") as taken:
        assert taken.data == BUNDLE.encode()
    with one.store.reading() as db:
        assert record.lines(db, 1)[0].act == "bundle.read"
    assert one.client(Role.VIEWER).get(f"/steering/commands/{id_}/bundle.zip").status_code == 403


def test_who_did_what_is_found_by_person_kind_and_terminal(client: FlaskClient) -> None:
    assert "早上看一遍" in text(client.get("/steering/acts"))
    assert "早上看一遍" not in text(client.get("/steering/acts?kind=notices"))
    assert "打不出凭证" in text(client.get("/steering/acts?terminal=t-mz-02&kind=command"))
    assert "打不出凭证" not in text(client.get("/steering/acts?terminal=t-mz-01"))
    assert "没有。" in text(client.get("/steering/acts?by=nobody"))


def test_a_party_s_operator_steers_and_sees_their_own_terminals_only(one: Console) -> None:
    theirs = one.client(Role.OPERATOR, "mianzhu")
    form = token(theirs)
    page = theirs.get("/steering/command?op=self-test").text
    assert set(re.findall(r'name="t" value="([^"]+)"', page)) == set(PARTY)
    assert theirs.get("/steering/command?op=self-test&to=%23&t=t-lz-01").status_code == 404
    assert theirs.get("/steering/command?op=self-test&to=*").status_code == 404
    assert theirs.get("/steering/command?op=self-test&to=@pilot").status_code == 404
    assert "2 台会收到" in text(theirs.get("/steering/command?op=self-test&to=@party:mianzhu"))
    said = text(theirs.get("/steering/2?show=all"))
    assert "绵竹市" in said
    assert "阆中市" not in said
    assert theirs.post("/steering/2/end", data={"form": form, "why": "x"}).status_code == 403
    assert theirs.post("/steering/terminals/t-lz-01/self-test", data={"form": form, "why": "x"}).status_code == 404
    (foreign,) = rows(one, "SELECT id FROM commands WHERE terminal = 't-cd-02' AND op = 'support-bundle'")[0]
    assert theirs.get(f"/steering/commands/{foreign}").status_code == 404
    looked = theirs.get("/steering/command?op=self-test&to=%23&t=t-mz-01")
    done = give(theirs, looked, "/steering/command")
    assert one.client(Role.VIEWER, "langzhong").get(done.location).status_code == 404
    assert theirs.post(f"{done.location}/end", data={"form": form, "why": "x"}).status_code == 303


@pytest.mark.parametrize("role", list(Role))
def test_who_may_not_steer_is_refused_everywhere(one: Console, role: Role) -> None:
    may_steer = bool(scope([GivenGrant(role, ALL)], Act.STEER))
    client = one.client(role)
    for path in ("/steering/command", "/steering/publish/settings", "/steering/publish/notices"):
        assert (client.get(path).status_code == 200) is may_steer
    seen = client.get("/steering/2")
    if seen.status_code == 200:
        assert ("到此为止" in text(seen)) is may_steer
        assert (">下命令<" in client.get("/steering").text) is may_steer
    form = re.search(r'name="form" value="([^"]+)"', client.get("/steering").text)
    posted = client.post("/steering/2/pause", data={"form": form[1] if form else "", "why": "x"})
    assert (posted.status_code == 409) is may_steer


def test_a_program_does_the_same_by_the_interface(one: Console) -> None:
    asks = program(one.app, one.store, one.now, Role.OPERATOR)
    status, kept = asks.ask("POST", "/bodies/settings", {"values": {"phone": "12345"}, "why": "换电话"})
    assert (status, kept["title"]) == (201, "咨询电话 12345")
    publication = {"what": "settings", "sha256": kept["sha256"], "to": "@pilot", "why": "换电话"}
    assert asks.ask("POST", "/rollouts/publications", publication)[0] == 409  # the one that stopped is not ended
    assert asks.ask("POST", "/rollouts/2/end", {"why": "让位"})[0] == 204
    RolloutClock(one.store, KNOWN.groups, lambda: Hearing(0.0), lambda _t: None).tick(one.now)
    status, begun = asks.ask("POST", "/rollouts/publications", {**publication, "how": {"waves": "shares", "shares": [50, 100]}})
    assert (status, begun["given"]) == (201, 2), begun
    told = asks.get(f"/rollouts/{begun['id']}")
    assert [wave["name"] for wave in told["waves"]] == ["50 %", "全部"]
    many = {"do": {"op": "restart-device", "device": "a4"}, "terminals": ["t-mz-01", "t-rs-02"], "why": "试"}
    status, begun = asks.ask("POST", "/rollouts/commands", many)
    assert [line["why"] for line in begun["excluded"]] == ["没有A4 打印机"]
    assert asks.get("/steering/acts?kind=command")["items"][0]["why"] == "试"
    assert asks.ask("POST", "/bodies/settings", {"values": {"data": "/etc"}, "why": "x"})[0] == 422
    theirs = program(one.app, one.store, one.now, Role.OPERATOR, "mianzhu")
    assert theirs.ask("POST", "/rollouts/2/pause", {"why": "x"})[0] == 404
    assert theirs.ask("POST", "/rollouts/commands", {**many, "terminals": ["t-lz-01"]})[0] == 404


def rows(one: Console, sql: str, *values: object) -> list[tuple[object, ...]]:
    with one.store.reading() as db:
        return [tuple(row) for row in db.execute(sql, values)]


def end(client: FlaskClient, *ids: str) -> None:
    for id_ in ids:
        assert client.post(f"/steering/{id_}/end", data={"form": token(client), "why": "让位"}).status_code == 303
