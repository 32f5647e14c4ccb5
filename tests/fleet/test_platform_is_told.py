"""The provincial platform is told how cases stand: in its fields, in order, once, signed; its number comes back and goes along."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.broker import wait_until
from support.desk import desk_settings
from support.fleet import HOME, Fleet, sealed_case
from support.fleet import taken as taken_in
from support.gateway import Gateway, gateway
from test_home_desk_opens_a_case import bring

from domain import sealing
from domain.case import acts
from domain.case.life import Life, Taken, begun, fold
from domain.case.rights import State
from domain.catalogue.catalogue import load
from fleet.desk.app import Desk, create_desk
from fleet.desk.settings import DeskSettings
from fleet.outward.sender import Pace
from fleet.outward.ways import FileDrop, FileWay, HttpWay, Poster
from fleet.platform import sm
from fleet.platform.platform import Platform, PlatformSettings, create_platform
from fleet.platform.progress import PRO_STATUS, Body, ItemCodes, codes_of, progress
from fleet.platform.signing import Sm, SmSettings, to_sign
from fleet.settings import SettingsError

CASE = "511381261126K017QX0001C"
BODY = Body("510100", "11510000MB2F30661Y", immediate="1")
CODES = ItemCodes("11510000MB2F30661Y2312003564000", "20", "promised", "11510000MB2F30661Y231200356400001")
ITEMS = {"medical": CODES}
NAME = "异地就医备案"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "caseNo": {"type": "string"},
        "serial": {"type": "integer", "minimum": 0},
        "areaCode": {"type": "string", "pattern": "^[0-9]{6,12}$"},
        "deptCode": {"type": "string", "pattern": "^[0-9A-Z]{18}$"},
        "taskCode": {"type": "string"},
        "taskHandleItem": {"type": "string"},
        "taskName": {"type": "string"},
        "taskType": {"type": "string", "pattern": "^[0-9]{2}$"},
        "projectType": {"enum": ["1", "2"]},
        "proStatus": {"enum": ["1", "2", "3"]},
        "projectNo": {"type": "string"},
        **{name: {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"} for name in ("applydate", "acceptDate", "resultDate")},
    },
    "required": ["caseNo", "serial", "areaCode", "deptCode", "taskCode", "taskName", "taskType", "projectType", "proStatus"],
    "additionalProperties": False,
}
"""As docs/guides/outside.md has it."""
QUICK = Pace(first=0.01, most=0.05)


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 2, tzinfo=UTC)


def taken(case: str = CASE) -> Taken:
    return Taken(case, "demo-jia", "demo-bing", at(9))


DONE: tuple[acts.Act, ...] = (
    acts.Prechecked(at=at(9), by="intake_officer"),
    acts.Dispatched(at=at(9), by="dispatcher"),
    acts.Accepted(at=at(11), by="home_officer"),
    acts.Suspended(at=at(12), by="approver", procedure="hearing"),
    acts.Resumed(at=at(16), by="approver"),
    acts.Decided(at=at(18), by="approver", result="granted"),
)


def life(count: int = 0, case: str = CASE) -> Life:
    return fold(taken(case), DONE[:count])


@pytest.fixture
def province() -> Iterator[Gateway]:
    with gateway(SCHEMA) as one:
        yield one


@pytest.fixture
def told(province: Gateway, tmp_path: Path) -> Iterator[Platform]:
    platform = Platform(poster(province, tmp_path), tmp_path, BODY, ITEMS, pace=QUICK)
    platform.start()
    yield platform
    platform.stop()


def poster(province: Gateway, folder: Path) -> Poster:
    token = folder / "token"
    token.write_text(province.token)
    token.chmod(0o600)
    return Poster(HttpWay(province.url, token))


def gone(platform: Platform, count: int, case: str = CASE) -> None:
    wait_until(lambda: [e.state for e in platform.entries(case)] == ["gone"] * count, "all are gone")


def test_a_case_is_told_when_what_the_platform_knows_of_it_changes_and_only_then(province: Gateway, told: Platform) -> None:
    for count in range(len(DONE) + 1):
        told.report(life(count), "medical", NAME)
        told.report(life(count), "medical", NAME)
    gone(told, 3)
    assert [(m["serial"], m["proStatus"], m.get("acceptDate"), m.get("resultDate")) for m in province.taken.values()] == [
        (0, "1", None, None),
        (3, "2", "2026-11-11", None),
        (6, "3", "2026-11-11", "2026-11-18"),
    ]
    assert told.reported(CASE) == 6


def test_a_record_has_the_exchange_fields_and_nothing_of_a_person(province: Gateway, told: Platform) -> None:
    told.report(life(3), "medical", NAME)
    gone(told, 1)
    assert list(province.taken.values()) == [
        {
            "caseNo": CASE,
            "serial": 3,
            "areaCode": "510100",
            "deptCode": "11510000MB2F30661Y",
            "taskCode": "11510000MB2F30661Y2312003564000",
            "taskHandleItem": "11510000MB2F30661Y231200356400001",
            "taskName": NAME,
            "taskType": "20",
            "projectType": "2",
            "proStatus": "2",
            "applydate": "2026-11-09",
            "acceptDate": "2026-11-11",
        }
    ]


def test_the_number_the_platform_gives_comes_back_and_goes_along(province: Gateway, told: Platform) -> None:
    province.reply = lambda message: {"code": 0, "projectNo": "510100202611090001"}
    told.report(life(0), "medical", NAME)
    gone(told, 1)
    assert told.project(CASE) == "510100202611090001"
    told.report(life(3), "medical", NAME)
    gone(told, 2)
    assert [m.get("projectNo") for m in province.taken.values()] == [None, "510100202611090001"]


def test_a_second_number_for_the_same_case_changes_nothing_and_is_said(province: Gateway, told: Platform) -> None:
    numbers = iter(("A1", "A2"))
    province.reply = lambda message: {"projectNo": next(numbers)}
    told.report(life(0), "medical", NAME)
    told.report(life(3), "medical", NAME)
    gone(told, 2)
    assert told.project(CASE) == "A1"
    assert [e.note for e in told.entries(CASE)] == ["", "other_project_no"]


@pytest.mark.parametrize("answer", [["x"], {"projectNo": 7}, {"projectNo": "x y"}, {"projectNo": ""}, "words"])
def test_an_answer_that_is_none_gives_no_number_and_loses_nothing(province: Gateway, told: Platform, answer: object) -> None:
    province.reply = lambda message: answer
    told.report(life(0), "medical", NAME)
    gone(told, 1)
    assert told.project(CASE) is None
    assert told.entries(CASE)[0].note == "answer_not_read"


def test_a_platform_that_is_away_gets_all_of_it_later_in_order_over_a_restart(province: Gateway, tmp_path: Path) -> None:
    away = Platform(Poster(HttpWay("http://127.0.0.1:9/nobody")), tmp_path, BODY, ITEMS, pace=QUICK)
    away.start()
    for count in (0, 3, 6):
        away.report(life(count), "medical", NAME)
    wait_until(lambda: away.entries(CASE)[0].tries > 1, "it was tried")
    away.stop()
    province.moods = [(503, ""), (429, "0")]
    province.broken = 1
    back = Platform(poster(province, tmp_path), tmp_path, BODY, ITEMS, pace=QUICK)
    back.start()
    back.report(life(6), "medical", NAME)  # the ledger is read again from its start: nothing is told twice
    gone(back, 3)
    back.stop()
    assert [m["serial"] for m in province.taken.values()] == [0, 3, 6]
    assert len(set(province.asked)) == 3


def test_a_refused_record_is_said_and_the_next_one_goes(province: Gateway, told: Platform) -> None:
    province.moods = [(422, "")]
    told.report(life(0), "medical", NAME)
    told.report(life(3), "medical", NAME)
    wait_until(lambda: [e.state for e in told.entries(CASE)] == ["refused", "gone"], "both ended")
    assert [(e.id, e.note) for e in told.failed()] == [(told.entries(CASE)[0].id, "http_422")]


def test_an_item_without_codes_is_not_reported(told: Platform) -> None:
    assert not told.report(life(0), "unknown", NAME)
    assert told.reported(CASE) == -1


def test_an_items_codes_are_the_catalogues_unless_the_desk_has_others(province: Gateway, told: Platform) -> None:
    catalogue = load()
    item, opening = catalogue.item("SSC-REISSUE"), catalogue.opening("demo-jia", "SSC-REISSUE", "SSC-REISSUE-2")
    assert item is not None
    assert opening is not None
    codes = codes_of(item, opening)
    told.report(life(0, "C1"), "SSC-REISSUE", item.name, codes)
    told.report(life(0, "C2"), "medical", NAME, codes)
    gone(told, 1, "C1")
    gone(told, 1, "C2")
    first, second = province.taken.values()
    assert (first["taskCode"], first["taskType"], first["projectType"]) == (opening.implementing_code, "20", "2")
    assert first["deptCode"] == first["taskCode"][:18]  # its department's, not the desk's
    assert second["taskCode"] == CODES.task_code
    assert codes_of(item, replace(opening, implementing_code=None)) is None
    assert codes_of(item, replace(opening, implementing_code="待编")) is None


def test_an_older_view_of_the_ledger_changes_nothing(province: Gateway, told: Platform) -> None:
    assert told.report(life(6), "medical", NAME)
    assert not told.report(life(3), "medical", NAME)
    gone(told, 1)


@pytest.mark.parametrize(
    ("immediate", "kind", "code"),
    [("1", "immediate", "1"), ("1", "promised", "2"), ("2", "immediate", "2"), ("2", "promised", "1")],
)
def test_the_kind_of_item_is_in_the_platforms_own_code(immediate: Any, kind: Any, code: str) -> None:
    record = progress(life(0), NAME, replace(CODES, kind=kind), replace(BODY, immediate=immediate))
    assert record.project_type == code


def test_which_code_that_is_has_no_default() -> None:
    with pytest.raises(msgspec.ValidationError, match="immediate"):
        msgspec.convert({"area_code": "510100", "dept_code": "11510000MB2F30661Y"}, Body)


def test_every_state_has_a_status_and_it_never_goes_back() -> None:
    assert set(PRO_STATUS) == set(State)
    assert begun(taken()).state is State.SUBMITTED
    order = [PRO_STATUS[life(count).state] for count in range(len(DONE) + 1)]
    assert order == sorted(order)


@settings(max_examples=5, deadline=None)
@given(views=st.lists(st.integers(0, len(DONE)), max_size=8))
def test_however_often_and_late_the_ledger_is_looked_at_the_last_told_is_the_newest_seen(
    tmp_path_factory: pytest.TempPathFactory, views: list[int]
) -> None:
    drop, data = tmp_path_factory.mktemp("drop"), tmp_path_factory.mktemp("data")
    drop.chmod(0o750)
    platform = Platform(FileDrop(drop), data, BODY, ITEMS)
    for view in views:
        platform.report(life(view), "medical", NAME)
    while platform.sender.one():
        pass
    records = sorted((json.loads(path.read_bytes()) for path in drop.glob("*.json")), key=lambda r: r["serial"])
    platform.stop()
    assert [r["proStatus"] for r in records] == sorted({r["proStatus"] for r in records})
    if views:
        assert records[-1]["proStatus"] == PRO_STATUS[life(max(views)).state]


def test_files_go_out_and_numbers_come_back_as_files(tmp_path: Path) -> None:
    drop, answers = tmp_path / "drop", tmp_path / "answers"
    drop.mkdir(mode=0o750)
    answers.mkdir()
    way = PlatformSettings(FileWay(drop), BODY, ITEMS, answers=answers)
    platform = create_platform(way, tmp_path)
    platform.report(life(0), "medical", NAME)
    assert platform.sender.one()
    assert [json.loads(path.read_bytes())["caseNo"] for path in drop.iterdir()] == [CASE]
    (answers / "1.json").write_text(json.dumps({"caseNo": CASE, "projectNo": "A1"}))
    (answers / "2.json").write_text("{")
    (answers / "3.json.part").write_text("half")
    assert platform.take_answers() == 1
    assert platform.project(CASE) == "A1"
    assert sorted(path.name for path in answers.iterdir()) == ["2.bad", "3.json.part"]
    platform.stop()


def test_a_desk_finds_what_is_new_in_its_ledgers_whoever_wrote_it_and_tells_it_once(fleet: Fleet, tmp_path: Path) -> None:
    public, key = sealing.new_key(HOME)
    drop = tmp_path / "drop"
    drop.mkdir(mode=0o750)
    sealed = sealed_case("C1", public)
    settings = desk_settings(tmp_path / "desk", fleet.centre.api_address, key, fleet.broker.authority.authority)
    platform = PlatformSettings(FileWay(drop), BODY, {taken_in("C1", sealed).item: CODES})
    bring(fleet, "C1", sealed)
    with running(replace(settings, platform=platform)) as desk:
        assert desk.reporting is not None
        wait_until(lambda: len(list(drop.iterdir())) == 1, "told that it was taken in")
        desk.inbox.post("C1", 0, acts.NotAccepted(at=datetime.now(UTC), by="home_officer", why="not_competent"))
        desk.reporting.wake()
        wait_until(lambda: len(list(drop.iterdir())) == 2, "told that it was not accepted")
    with running(replace(settings, platform=platform)) as desk:  # a restart tells nothing twice
        assert desk.reporting is not None
        assert desk.reporting.look() == 0
    records = sorted((json.loads(path.read_bytes()) for path in drop.iterdir()), key=lambda record: record["serial"])
    assert [(r["caseNo"], r["serial"], r["proStatus"], "resultDate" in r) for r in records] == [
        ("C1", 0, "1", False),
        ("C1", 1, "3", True),
    ]


@contextmanager
def running(settings: DeskSettings) -> Iterator[Desk]:
    desk = create_desk(settings)
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


def key_file(folder: Path) -> Path:
    file = folder / "sm2"
    file.write_text(sm.new_key().secret + "\n")
    file.chmod(0o600)
    return file


def test_a_record_is_signed_with_sm2_over_what_was_sent(province: Gateway, tmp_path: Path) -> None:
    signing = Sm(SmSettings("desk-jia", key_file(tmp_path)), lambda: datetime(2026, 11, 26, 9, 30))  # noqa: DTZ001
    platform = Platform(poster(province, tmp_path), tmp_path, BODY, ITEMS, signing, pace=QUICK)
    platform.report(life(0), "medical", NAME)
    assert platform.sender.one()
    ((name, headers),) = province.headers.items()
    assert (headers["x-app"], headers["x-time"]) == ("desk-jia", "2026-11-26 09:30:00")
    signed = to_sign("desk-jia", headers["x-time"], name, province.bodies[name])
    assert sm.verify(signing.public, signed, base64.b64decode(headers["x-signature"]))
    platform.stop()


def test_a_record_may_be_sealed_to_the_platform_as_well(tmp_path: Path) -> None:
    drop, theirs = tmp_path / "drop", sm.new_key()
    drop.mkdir(mode=0o750)
    signing = Sm(SmSettings("desk-jia", key_file(tmp_path), theirs.public))
    platform = Platform(FileDrop(drop), tmp_path, BODY, ITEMS, signing)
    platform.report(life(0), "medical", NAME)
    assert platform.sender.one()
    (file,) = drop.glob("*.json")
    envelope = json.loads(file.read_bytes())
    assert set(envelope) == {"id", "key", "data"}
    record = sm.sm4_open(theirs.decrypt(base64.b64decode(envelope["key"])), base64.b64decode(envelope["data"]))
    assert json.loads(record)["caseNo"] == CASE
    beside = json.loads(file.with_suffix(".headers").read_bytes())
    signed = to_sign(beside["X-App"], beside["X-Time"], file.stem, file.read_bytes())
    assert sm.verify(signing.public, signed, base64.b64decode(beside["X-Signature"]))
    platform.stop()


def test_keys_that_are_none_are_refused_at_the_start(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("x" * 64)
    bad.chmod(0o600)
    with pytest.raises(SettingsError, match="不是 SM2 私钥"):
        Sm(SmSettings("desk-jia", bad))
    with pytest.raises(SettingsError, match="不是 SM2 公钥"):
        Sm(SmSettings("desk-jia", key_file(tmp_path), "04" + "1" * 128))


def test_the_settings_are_a_table_of_the_desks() -> None:
    text = """
    way = { way = "http", url = "https://province.example.cn/progress" }
    body = { area_code = "510100", dept_code = "11510000MB2F30661Y", immediate = "1" }
    [items.medical]
    task_code = "11510000MB2F30661Y2312003564000"
    task_type = "20"
    kind = "promised"
    """
    found = msgspec.toml.decode(text, type=PlatformSettings)
    assert found.items["medical"].kind == "promised"
