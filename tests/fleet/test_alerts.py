"""Alerts at the centre: from conditions in the database to a webhook and a mailbox; rules, maintenance, and what people do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed
from support.alerting import LOST, Alarmed, alarmed, secret_file, sites
from support.centre_db import REFUSED
from support.people import account
from support.receivers import Mailbox, Webhook, mailbox, webhook

from domain.protection.retention import BY_CODE
from fleet.alerts import acts, book, maintenance, reading, rules, telling
from fleet.alerts.acts import ActError
from fleet.alerts.channels import channel
from fleet.alerts.maintenance import WindowError
from fleet.alerts.preview import preview
from fleet.alerts.rules import Quiet, Rule, RuleError, Where
from fleet.alerts.settings import ChannelEntry
from fleet.alerts.telling import SPACING, Telling
from fleet.alerts.words import Names
from fleet.people import record
from fleet.people.rights import Grant, Role
from fleet.settings import SettingsError

QUICK = changed(LOST, hold=10, clear=20, tell=("duty",), escalate_to=("chief",))
NAMES = {"mianzhu": "绵竹市", "langzhong": "阆中市"}


@pytest.fixture(scope="module")
def hook() -> Iterator[Webhook]:
    with webhook() as one:
        yield one


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as one:
        yield one


@pytest.fixture
def centre(tmp_path: Path, hook: Webhook, box: Mailbox) -> Iterator[Alarmed]:
    """Told to a webhook (``duty``), and to a mailbox when it is escalated (``chief``)."""
    hook.taken.clear()
    box.taken.clear()
    where = sites({f"t-{n:03}": "mianzhu" for n in range(300)} | {f"l-{n}": "langzhong" for n in range(9)})
    duty = ChannelEntry("duty", "值班群", secret_file(tmp_path, "duty", hook.url))
    chief = ChannelEntry("chief", "负责人邮箱", secret_file(tmp_path, "chief", box.url))
    with alarmed(tmp_path, where, duty, chief) as one:
        one.save(QUICK)
        yield one


def test_three_hundred_lost_are_one_message_and_when_they_are_back_one_more(centre: Alarmed, hook: Webhook) -> None:
    many = [t for t in centre.where if t.startswith("t-")]
    centre.stand(*many[:100])
    centre.now += 5
    centre.stand(*many[100:])
    centre.look(3)
    assert hook.taken == []
    centre.look(4)
    assert centre.states() == [("open", 300, 300)]
    ((headers, body),) = hook.taken
    assert body["title"] == "【通办报警·紧急】绵竹市 300 台 60 秒内失联：多半是线路".replace("紧急", "重要")
    assert len(headers["idempotency-key"]) == 32
    centre.end(*many)
    centre.look(15)
    centre.look(SPACING)
    assert [m.splitlines()[0] for m in hook.messages[1:]] == ["【通办·恢复】绵竹市 300 台 60 秒内失联：多半是线路"]
    assert "已恢复，历时" in hook.messages[1]


def test_what_comes_up_within_a_minute_goes_in_one_message(centre: Alarmed, hook: Webhook) -> None:
    centre.save(changed(QUICK, group="terminal"))
    for n in range(9):
        centre.stand(f"l-{n}")
        centre.look(11)
    centre.look(SPACING)
    assert len(hook.taken) == 3
    assert hook.messages[1].splitlines()[0].startswith("【通办报警·重要】6 条：")
    assert "失联：6 处共 6 台，如" in hook.messages[1]


def test_a_channel_that_does_not_take_it_is_asked_again_under_the_same_key(centre: Alarmed, hook: Webhook) -> None:
    hook.answers = [(503, b""), (404, b"")]
    centre.stand("t-001")
    centre.look(11)
    assert hook.taken == []
    with centre.store.reading() as db:
        ((id_,),) = db.execute("SELECT id FROM alert_messages").fetchall()
    entry = centre.teller.entry(id_)
    assert entry is not None
    assert (entry.state, entry.note) == ("waiting", "http_503")
    centre.look(30)
    centre.look(60)
    assert [headers["idempotency-key"] for headers, _ in hook.taken] == [id_]


def test_nobody_acknowledges_and_it_goes_to_the_chiefs_mailbox(centre: Alarmed, box: Mailbox) -> None:
    centre.stand("l-1")
    centre.look(11)
    centre.look(QUICK.escalate)
    ((to, mail),) = box.taken
    assert to == ["duty@example.cn"]
    assert mail["Subject"] == "【通办报警·重要】langzhong l-1（l-1）失联"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "升级：已 30 分钟" in body.get_content()
    centre.end("l-1")
    centre.look(30)
    centre.look(SPACING)
    assert "恢复" in box.taken[-1][1]["Subject"], "whoever was told that it stands is told that it ended"


@pytest.mark.parametrize("scheme", ["wecombot://abcdefgh", "dingtalk://abcdefgh"])
def test_a_robot_that_says_no_with_http_200_was_not_told(
    scheme: str, tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.dingtalk import NotifyDingTalk
    from apprise.plugins.wecombot import NotifyWeComBot

    address = f"http://127.0.0.1:{hook.port}/robot"
    monkeypatch.setattr(NotifyWeComBot, "notify_url", address)
    monkeypatch.setattr(NotifyDingTalk, "notify_url", address)
    robot = channel(ChannelEntry("robot", "群", secret_file(tmp_path, "robot", scheme)))
    hook.answers = [(200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}'), (200, b'{"errcode": 0}'), (200, b"ok")]
    with pytest.raises(telling.LaterError, match="errcode_93000"):
        robot.send("a" * 32, "题", "文")
    robot.send("a" * 32, "题", "文")
    assert hook.taken[-1][1]["text"]["content"] == "题\n文\n消息编号 aaaaaaaa"
    with pytest.raises(telling.LaterError, match="unreachable"):
        robot.send("a" * 32, "题", "文")
    assert "abcdefgh" not in robot.masked()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("syslog://", "里不是邮件"),
        ("nonsense", "里不是邮件"),
        ("json://example.cn/hook", "加密传输"),
        ("jsons://example.cn/hook?verify=no", "加密传输"),
        ("mailto://u:secret@example.cn?mode=insecure", "加密传输"),
        ("mailto://127.0.0.1?smtp=example.cn&from=a@b.cn&to=c@d.cn&mode=insecure", "加密传输"),
        ("https://example.cn/robot", "里不是邮件"),
    ],
)
def test_an_address_that_is_none_of_the_five_or_not_safe_is_refused_and_not_quoted(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        channel(ChannelEntry("duty", "群", secret_file(tmp_path, "duty", url)))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "企业微信"),
        ("wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "企业微信"),
        ("dingtalk://SEC0123@0123456789abcdef", "钉钉"),
        ("feishu://0123456789abcdef", "飞书"),
        ("jsons://hooks.example.cn/very/secret", "Webhook，hooks.example.cn/…"),
        ("mailtos://u:secret@example.cn?smtp=smtp.example.cn&from=a@example.cn&to=b@example.cn", "邮件，经 smtp.example.cn"),
    ],
)
def test_an_address_as_the_guide_has_it_is_taken_and_shown_by_its_kind(url: str, kind: str, tmp_path: Path) -> None:
    shown = channel(ChannelEntry("duty", "群", secret_file(tmp_path, "duty", url))).masked()
    assert shown.startswith(kind)
    assert not any(part in shown for part in ("693a91f6", "SEC0123", "0123456789abcdef", "secret"))


def test_an_address_anybody_can_read_is_refused(tmp_path: Path) -> None:
    path = secret_file(tmp_path, "duty", "jsons://example.cn/hook")
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        channel(ChannelEntry("duty", "群", path))


def test_acts_are_in_the_log_and_in_the_record_and_change_what_is_told(centre: Alarmed, hook: Webhook) -> None:
    account(centre.store, "wang", Grant(Role.OPERATOR, "langzhong"), now=centre.now)
    centre.stand("l-1")
    centre.look(11)
    with centre.store.transaction() as db:
        with pytest.raises(ActError, match="运行管理权限"):
            acts.assign(db, 1, "nobody", "zhang", "", centre.now)
        acts.acknowledge(db, 1, "zhang", "已打电话", centre.now)
        acts.assign(db, 1, "wang", "zhang", "", centre.now)
        acts.comment(db, 1, "wang", "在路上", centre.now)
    centre.look(QUICK.escalate)
    centre.look(QUICK.repeat)
    assert len(hook.taken) == 1, "somebody looks after it"
    channels = book.Channels({"duty": None, "chief": None})
    with centre.store.transaction() as db:
        with pytest.raises(ActError, match="已经有人确认"):
            acts.acknowledge(db, 1, "li", "", centre.now)
        with pytest.raises(ActError, match="为什么"):
            acts.resolve(db, 1, "wang", " ", centre.now, channels)
        acts.escalate(db, 1, "wang", "要领导协调", centre.now, channels)
        acts.resolve(db, 1, "wang", "机器报废", centre.now, channels)
        with pytest.raises(ActError, match="已经恢复或关闭"):
            acts.acknowledge(db, 1, "li", "", centre.now)
    centre.look(SPACING)
    assert "已由值班人员关闭，还没有恢复" in hook.messages[-1]
    centre.look(3600)
    assert (centre.states(), len(hook.taken)) == ([("resolved", 1, 1)], 2)
    with centre.store.transaction() as db:
        acts.reopen(db, 1, "wang", "弄错了", centre.now, channels)
    assert centre.states() == [("open", 1, 1)]
    with centre.store.reading() as db:
        kinds = [(row[0], row[1]) for row in db.execute("SELECT kind, by FROM alert_log ORDER BY position")]
        found = reading.shown(db, 1, Names(centre.where, NAMES), (), centre.now)
        acts_ = [line.act for line in record.lines(db) if line.act.startswith("alert.")]
        assert record.broken(db) is None
    assert kinds == [
        ("opened", None),
        ("acknowledge", "zhang"),
        ("assign", "zhang"),
        ("comment", "wang"),
        ("escalate", "wang"),
        ("resolve", "wang"),
        ("reopen", "wang"),
    ]
    assert acts_[::-1] == ["alert.rules", *(f"alert.{kind}" for kind, by in kinds if by)]
    assert found is not None
    assert (found.line.assigned, [e.channels for e in found.timeline][-1]) == ("wang", ("duty",))


def test_quiet_hours_delay_and_lose_nothing_also_what_is_over_by_then(centre: Alarmed, hook: Webhook) -> None:
    centre.save(changed(QUICK, quiet=Quiet("09:00", "11:00"), repeat=0, escalate=0, escalate_to=(), group="terminal"))
    centre.stand("l-1", "l-2")
    centre.look(11)
    centre.end("l-1")
    centre.look(30)
    centre.look(1800)
    assert hook.taken == []
    centre.look(1800)
    (said,) = hook.messages
    assert "l-2（l-2）失联" in said.splitlines()[0]
    assert "l-1（l-1）失联；11-07 10:00 起，已恢复" in said


@pytest.mark.parametrize(
    ("begins", "ends", "at", "quiet", "over"),
    [
        ("22:00", "07:30", 23, True, 8.5),
        ("22:00", "07:30", 5, True, 2.5),
        ("22:00", "07:30", 8, False, 23.5),
        ("12:00", "14:00", 13, True, 1),
    ],
)
def test_quiet_hours_are_beijings_and_go_over_midnight(begins: str, ends: str, at: float, quiet: bool, over: float) -> None:
    now = 1_793_980_800.0 + at * 3600  # 00:00 in Beijing
    assert Quiet(begins, ends).at(now) is quiet
    assert Quiet(begins, ends).over(now) == now + over * 3600


TELLINGS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["quiet", "loud", "gone"]), st.integers(0, 4000)), max_size=30)


@given(TELLINGS)
@settings(max_examples=100, deadline=None)
def test_whatever_comes_when_each_channel_hears_all_of_it_once_and_not_more_than_once_a_minute(
    given_: list[tuple[str, str, int]],
) -> None:
    day = 1_794_009_600.0  # 08:00
    found = {"quiet": changed(QUICK, id="quiet", quiet=Quiet("08:10", "09:00")), "loud": changed(QUICK, id="loud")}
    waiting: list[Telling] = []
    last: dict[str, float] = {}
    told: list[tuple[float, str, list[int]]] = []
    for minute in range(0, 3 * 3600, 20):
        now = day + minute
        for n, (name, rule, at) in enumerate(given_):
            if minute - 20 < at <= minute:
                waiting.append(Telling(n, n, name, "opened", 1, rule))
        for name, those in telling.due(waiting, found, last, now).items():
            assert all(one.rule != "quiet" or not Quiet("08:10", "09:00").at(now) for one in those)
            assert now - last.get(name, 0.0) >= SPACING
            told.append((now, name, [one.position for one in those]))
            last[name] = now
            waiting = [one for one in waiting if one not in those]
    assert waiting == []
    assert sorted(n for _, _, positions in told for n in positions) == list(range(len(given_)))


def test_rules_are_saved_whole_with_who_and_why_and_never_over_somebody_elses(centre: Alarmed) -> None:
    with centre.store.transaction() as db:
        for bad, said in (
            (changed(LOST, tell=("nobody",)), "没有这个渠道"),
            (changed(LOST, escalate=60, escalate_to=()), "升级要写明"),
            (changed(LOST, tell=(), escalate_to=(), escalate=0, repeat=60), "至少 5 分钟"),
            (changed(LOST, quiet=Quiet("08:00", "08:00")), "整天不告诉"),
        ):
            with pytest.raises(RuleError, match=said):
                rules.save(db, (bad,), 1, ("duty", "chief"), "li", "w", centre.now)
        with pytest.raises(RuleError, match="为什么"):
            rules.save(db, (QUICK,), 1, ("duty", "chief"), "li", " ", centre.now)
        assert rules.save(db, (QUICK, changed(QUICK, id="b")), 1, ("duty", "chief"), "wang", "试", centre.now) == 2
        with pytest.raises(RuleError, match="wang刚保存了第 2 版"):
            rules.save(db, (QUICK,), 1, ("duty", "chief"), "li", "w", centre.now)
        assert [one.version for one in rules.versions(db)] == [2, 1, 0]
        assert record.lines(db, 1)[0].result == "新增“失联”"
    with pytest.raises(REFUSED), centre.store.transaction() as db:
        db.execute("DELETE FROM alert_rules")


def test_what_is_shipped_is_sound_and_tells_the_centre_without_any_channel_named() -> None:
    shipped = rules.shipped()
    assert {code for rule in shipped for code in rule.codes} >= {"lost", "device", "paper-out", "away", "certificate", "clock"}
    rules.check(shipped, ())


def test_a_maintenance_window_needs_terminals_an_end_and_a_reason_and_ends_once(centre: Alarmed, hook: Webhook) -> None:
    now, where = centre.now, Where(parties=("mianzhu",))
    with centre.store.transaction() as db:
        for name, covers, begins, ends, why, said in (
            ("换网", Where(), now, now + 60, "w", "哪些终端"),
            ("换网", where, now, now, "w", "结束时间"),
            ("换网", where, now, now + 61 * 86400, "w", "最长"),
            ("换网", where, now, now + 60, "", "为什么"),
            ("", where, now, now + 60, "w", "名称"),
        ):
            with pytest.raises(WindowError, match=said):
                maintenance.begin(db, name, covers, begins, ends, "li", why, now, sites=centre.where)
        number = maintenance.begin(db, "换网", where, now, now + 3600, "li", "换交换机", now, sites=centre.where)
    centre.stand(*(t for t in centre.where if t.startswith("t-")))
    centre.stand("l-1")
    centre.look(600)
    assert ["阆中" in m or "langzhong" in m for m in hook.messages] == [True]
    with centre.store.transaction() as db:
        maintenance.end(db, number, "li", "提前完成", centre.now)
        with pytest.raises(WindowError, match="已经结束"):
            maintenance.end(db, number, "li", "w", centre.now)
    centre.look(5)
    assert len(hook.taken) == 1
    centre.look(600)
    assert "绵竹市 300 台" in hook.messages[-1]


def test_a_preview_says_what_the_clock_then_tells(centre: Alarmed) -> None:
    centre.save(changed(QUICK, repeat=1800))
    start = centre.now
    for n in range(16):
        centre.look(5 * 60)
        (centre.end if n % 4 == 3 else centre.stand)(f"t-{n % 8:03}", "l-1")
        centre.look(60)
    with centre.store.reading() as db:
        done = [(row[0], row[1]) for row in db.execute("SELECT kind, count FROM alert_log WHERE by IS NULL ORDER BY at, position")]
        would = preview(db, rules.current(db).rules, QUICK, Names(centre.where, NAMES), (), centre.now)
        assert would.alerts == sum(kind == "opened" for kind, _ in done)
        assert would.since == centre.now - 7 * 86400 < start
        as_saved = preview(db, rules.current(db).rules, rules.current(db).rules[0], Names(centre.where, NAMES), (), centre.now)
    assert as_saved.kinds["opened"] == would.alerts
    assert as_saved.kinds["repeat"] > would.kinds.get("repeat", 0)
    assert sum(as_saved.kinds.values()) == len(as_saved.told) + as_saved.left_out


def test_a_rule_before_another_has_its_conditions_in_the_preview_as_well(centre: Alarmed) -> None:
    first = Rule("first", "先", ("lost",), where=Where(terminals=("l-1",)), hold=0, tell=("duty",))
    centre.stand("l-1")
    centre.look(600)
    with centre.store.reading() as db:
        names = Names(centre.where, NAMES)
        assert preview(db, (first, QUICK), QUICK, names, (), centre.now).alerts == 0
        assert preview(db, (first, QUICK), first, names, (), centre.now).alerts == 1


def test_a_party_reads_its_own_alerts_and_nobody_elses(centre: Alarmed) -> None:
    centre.stand("t-001", "l-1")
    centre.look(11)
    names = Names(centre.where, NAMES)
    with centre.store.reading() as db:
        assert reading.listed(db, names, reading.Asked(), centre.now).total == 2
        theirs = reading.listed(db, names, reading.Asked(), centre.now, {"langzhong"})
        assert [line.headline for line in theirs.lines] == ["langzhong l-1（l-1）失联"]
        assert theirs.counts["major"] == 1
        other = next(line.number for line in reading.listed(db, names, reading.Asked(party="mianzhu"), centre.now).lines)
        assert reading.shown(db, other, names, (), centre.now, {"langzhong"}) is None
        assert reading.listed(db, names, reading.Asked(text="l-1"), centre.now).total == 1


def test_what_ended_goes_with_all_of_it_when_its_time_is_over_and_what_lives_stays(centre: Alarmed, hook: Webhook) -> None:
    centre.stand("t-001", "l-1")
    centre.look(11)
    centre.end("t-001")
    centre.look(30)
    centre.look(60)
    names, kept = Names(centre.where, NAMES), BY_CODE["alerts"].seconds
    assert sorted(state for state, *_ in centre.states()) == ["open", "resolved"]
    centre.look(kept - 3600)
    assert len(centre.states()) == 2
    centre.look(2 * 3600)
    with centre.store.reading() as db:
        (line,) = reading.listed(db, names, reading.Asked(showing="all"), centre.now).lines
        assert (line.party, line.state) == ("langzhong", "open")
        for table in ("alert_members", "alert_log", "alert_tellings"):
            assert {number for (number,) in db.execute(f"SELECT DISTINCT alert FROM {table}")} == {line.number}
        told = [row[0] for row in db.execute("SELECT id FROM alert_messages")]
    assert all(centre.teller.entry(id_) is not None for id_ in told)
    with pytest.raises(REFUSED, match="lives"), centre.store.transaction() as db:
        db.execute("DELETE FROM alerts")
    centre.stand("t-001")
    centre.look(70)
    assert "t-001" in hook.messages[-1]
