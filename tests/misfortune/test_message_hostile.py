"""Messages a terminal of this fleet must not send, brought in by ``mosquitto_pub``: refused by name, counted, nothing changed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from support.broker import wait_until
from support.fleet import EPOCH, OTHER_TERMINAL, TERMINAL, TIME, Fleet, rating, running_fleet

from mqtt import topics
from mqtt.events import event

GOOD = event(TERMINAL, EPOCH, 1, TIME, rating())
REPORT = b'{"v":2,"bd":5,"n":3,"of":3,"ts":"2026-11-20T09:30:00+08:00","serving":true,"unconfirmed":0,"pages_waiting":0}'
STATE, HEALTH, EVENTS = topics.state(TERMINAL), topics.health(TERMINAL), topics.events(TERMINAL)
CONTENT = ("-D", "publish", "content-type")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet")) as running:
        wait_until(lambda: running.centre.ingest.hearing.since, "the centre listens")
        say(running, EVENTS, GOOD)
        say(running, HEALTH, REPORT)
        wait_until(lambda: kept(running)["events"] == 1 and kept(running)["terminals"] == 1, "what is good is stored")
        yield running


@pytest.mark.parametrize(
    ("topic", "payload", "more", "reason", "words"),
    [
        (STATE, b"{", (), "Input data was truncated", "消息不完整"),
        (HEALTH, b"\xff\xfe\x00", (), "JSON is malformed: invalid character", "不是有效的 JSON"),
        (EVENTS, b"x" * 60_000, (), "larger than 49152 bytes", "消息过大"),
        (EVENTS, b'{"a":' + b"[" * 20_000, (), "nested too deeply", "内容嵌套过深"),
        (STATE, b'{"s":"up","v":9}', (), "version not known here", "版本不认识"),
        (HEALTH, REPORT.replace(b'"v":2', b'"v":3'), (), "version not known here", "版本不认识"),
        (EVENTS, GOOD.replace(b"given.v1", b"given.v2"), (), "event version not known here", "事件版本不认识"),
        (EVENTS, GOOD.replace(b"rating.given.v1", b"tea.made.v1"), (), "event type not known here", "事件类型不认识"),
        (
            EVENTS,
            GOOD.replace(b'aabbccdd:1"', b'aabbccdd:2"'),
            (),
            "event id is not its epoch and sequence",
            "事件编号与其序号不符",
        ),
        (
            EVENTS,
            event(OTHER_TERMINAL, EPOCH, 1, TIME, rating()),
            (),
            "event names another terminal as its source",
            "来自另一台终端",
        ),
        (EVENTS, GOOD, (*CONTENT, "application/avro"), "content type is not of the contract", "内容类型"),
        (EVENTS, GOOD.replace(b'"level":5', b'"level":1'), (), "another event stands under this sequence", "疑似存储卡被复制"),
        (HEALTH, REPORT, (), "state report was heard already", "状态报告重复"),
        (HEALTH, REPORT.replace(b'"bd":5', b'"bd":4'), (), "state report of an earlier connect", "上一次连接"),
        (HEALTH, REPORT.replace(b'"of":3', b'"of":4'), (), "state report names a whole one that is still to come", "自相矛盾"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) and " " in value else "",
)
def test_it_is_refused_by_name_counted_shown_and_changes_nothing(
    fleet: Fleet, topic: str, payload: bytes, more: tuple[str, ...], reason: str, words: str
) -> None:
    before, counted = kept(fleet), refused(fleet, topic, reason)
    say(fleet, topic, payload, *more)
    wait_until(lambda: refused(fleet, topic, reason) == counted + 1, f"{reason} is counted")
    assert kept(fleet) == before
    assert words in fleet.console()


def test_the_same_event_again_is_no_refusal_and_no_second_event(fleet: Fleet) -> None:
    before, counted = kept(fleet), refused(fleet)
    say(fleet, EVENTS, GOOD)
    say(fleet, HEALTH, REPORT.replace(b'"n":3,"of":3', b'"n":4,"of":4'))
    wait_until(lambda: kept(fleet)["heard"] != before["heard"], "what came after it is stored")
    assert (kept(fleet)["events"], refused(fleet)) == (1, counted)


@pytest.mark.parametrize("topic", [f"k1/{TERMINAL}/up/xx", f"k1/{TERMINAL}/up/ev/more"])
def test_a_topic_nobody_reads_reaches_nobody(fleet: Fleet, topic: str) -> None:
    before, counted = kept(fleet), refused(fleet)
    say(fleet, topic, GOOD)
    say(fleet, STATE, b"nonsense")
    wait_until(lambda: refused(fleet) == counted + 1, "what came after it is counted")
    assert kept(fleet) == before


def say(fleet: Fleet, topic: str, payload: bytes, *more: str) -> None:
    """As the terminal: with its own certificate."""
    tls = fleet.broker.tls(TERMINAL)
    shown = ["--cafile", tls.ca, "--cert", str(tls.identity), "--key", str(tls.identity)]
    where = ["mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p", str(fleet.broker.port), "-q", "1", "-t", topic, "-s"]
    subprocess.run([*where, *shown, *more], input=payload, check=True, timeout=30)


def kept(fleet: Fleet) -> dict[str, object]:
    """What the centre holds to be true."""
    with fleet.centre.store.reading() as db:
        held: dict[str, object] = {
            table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("events", "cases", "ratings", "terminals")
        }
        held["first"] = db.execute("SELECT raw FROM events").fetchall()[0][0] if held["events"] else None
        heard = db.execute("SELECT said, bd, health, report_n, heard FROM terminals").fetchone()
        held["said"], held["heard"] = (tuple(heard[:4]), heard[4]) if heard else (None, None)
    return held


def refused(fleet: Fleet, topic: str | None = None, reason: str | None = None) -> int:
    where = (topic, reason) if topic else ("%", "%")
    with fleet.centre.store.reading() as db:
        return int(
            db.execute("SELECT coalesce(sum(count), 0) FROM refused WHERE topic LIKE ? AND reason LIKE ?", where).fetchone()[0]
        )
