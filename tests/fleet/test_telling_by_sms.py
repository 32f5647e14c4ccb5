"""The applicant is told by SMS: once, without identity, through whatever goes wrong; the number is on no disk once it is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.broker import wait_until
from support.gateway import Gateway, gateway

from domain import sealing
from fleet.outward.sender import Pace
from fleet.outward.ways import FileDrop, FileWay, HttpWay, Poster
from fleet.settings import SettingsError
from fleet.telling.kinds import MOST, NAMES, TEXTS, Facts, Kind, tail, text
from fleet.telling.telling import Sms, Telling, create_telling

_, KEY = sealing.new_key("mianzhu")
CASE = "511381261126K017QX0001C"
FACTS = Facts(CASE, "示范一市政务服务大厅", date(2026, 12, 3), "0830-1234567")
PHONE = "13800138000"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "to": {"type": "string", "pattern": "^1[3-9][0-9]{9}$"},
        "text": {"type": "string", "maxLength": MOST},
    },
    "required": ["id", "to", "text"],
    "additionalProperties": False,
}
"""As docs/guides/outside.md has it."""
QUICK = Pace(first=0.01, most=0.05, lasts=60.0)


@pytest.fixture
def sms() -> Iterator[Gateway]:
    with gateway(SCHEMA) as one:
        yield one


@pytest.fixture
def told(sms: Gateway, tmp_path: Path) -> Iterator[Telling]:
    token = tmp_path / "token"
    token.write_text(sms.token)
    token.chmod(0o600)
    telling = Telling(Poster(HttpWay(sms.url, token)), tmp_path, [KEY], QUICK)
    telling.start()
    yield telling
    telling.stop()


@pytest.mark.parametrize("kind", TEXTS)
def test_every_message_has_its_words_names_nobody_and_fits_two_parts(kind: Kind) -> None:
    longest = Facts(CASE, "示" * 30, date(2026, 12, 31), "0830-12345678转8001")
    said = text(kind, longest)
    assert len(said) <= MOST
    assert said.startswith("【省内通办】尾号0001C的办件")
    assert CASE not in said
    assert "http" not in said
    assert "{" not in said
    assert NAMES[kind]


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=23, max_size=23))
def test_of_a_case_number_only_the_end_is_said(case: str) -> None:
    assert tail(case) == case[-5:]


def test_a_message_without_a_place_to_go_or_with_more_than_a_place_is_none() -> None:
    with pytest.raises(ValueError, match="was not given"):
        text("result_at_window", Facts(CASE))
    with pytest.raises(ValueError, match="was not given"):
        text("extended", Facts(CASE, "大厅"))
    with pytest.raises(ValueError, match="is none"):
        text("result_at_window", Facts(CASE, "张三因离婚申请的抚养费减免事项" * 3))
    with pytest.raises(ValueError, match="is none"):
        text("accepted", Facts(CASE, due=date(2026, 12, 3), phone="加微信 abc"))


def test_a_message_says_what_and_where_and_until_when() -> None:
    assert text("correction_due", FACTS) == (
        "【省内通办】尾号0001C的办件需要补正材料，请于12月3日前带身份证件到示范一市政务服务大厅的终端或窗口查看清单并补正。咨询电话0830-1234567。"
    )


def test_the_gateway_gets_it_once_as_the_contract_says(sms: Gateway, told: Telling) -> None:
    assert told.tell("accepted", FACTS, "+86 138 0013 8000", 5)
    assert told.tell("accepted", FACTS, PHONE, 5)
    wait_until(lambda: [e.state for e in told.entries(CASE)] == ["gone"], "it is told")
    ((name, message),) = sms.taken.items()
    assert message == {"id": name, "to": PHONE, "text": text("accepted", FACTS)}
    assert re.fullmatch("[0-9a-f]{32}", name)


def test_a_correction_that_is_asked_for_again_is_told_again(sms: Gateway, told: Telling) -> None:
    told.tell("correction_due", FACTS, PHONE, 5)
    told.tell("correction_due", FACTS, PHONE, 9)
    wait_until(lambda: len(sms.taken) == 2, "both are told")


def test_a_gateway_that_is_busy_or_breaks_off_is_asked_again_under_the_same_id(sms: Gateway, told: Telling) -> None:
    sms.moods = [(503, ""), (429, "0"), (500, ""), (401, "")]
    sms.broken = 1
    told.tell("accepted", FACTS, PHONE, 5)
    wait_until(lambda: [e.state for e in told.entries(CASE)] == ["gone"], "it is told")
    assert len(sms.asked) >= 6
    assert len(set(sms.asked)) == 1
    assert len(sms.taken) == 1


def test_a_number_the_gateway_will_not_have_is_for_somebody_to_call(sms: Gateway, told: Telling) -> None:
    sms.moods = [(422, "")]
    told.tell("accepted", FACTS, PHONE, 5)
    wait_until(lambda: [(e.state, e.note) for e in told.failed()] == [("refused", "http_422")], "it is refused")


@pytest.mark.parametrize("phone", ["", "0830-1234567", "12345678901", "138001380001", "1380013800x", "１３８００１３８０００"])
def test_what_is_no_mobile_number_is_not_put(told: Telling, phone: str) -> None:
    assert not told.tell("accepted", FACTS, phone, 5)
    assert not told.entries(CASE)


def test_the_number_lies_sealed_while_it_waits_and_nowhere_once_it_is_told(sms: Gateway, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    telling = Telling(Poster(HttpWay("http://127.0.0.1:9/nobody")), folder, [KEY], QUICK)
    telling.start()
    telling.tell("accepted", FACTS, PHONE, 5)
    wait_until(lambda: telling.entries(CASE)[0].tries > 1, "it was tried")
    telling.stop()
    held = b"".join(path.read_bytes() for path in folder.iterdir())
    assert PHONE.encode() not in held
    assert b"tongban-sealed/1 " in held
    token = tmp_path / "token"
    token.write_text(sms.token)
    token.chmod(0o600)
    _, newer = sealing.new_key("mianzhu")  # the party has a new key since: the former one is kept
    again = Telling(Poster(HttpWay(sms.url, token)), folder, [newer, KEY], QUICK)
    again.start()
    wait_until(lambda: again.entries(CASE)[0].state == "gone", "it is told after the restart")
    held = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"tongban-sealed/1 " not in held
    again.stop()
    assert [m["to"] for m in sms.taken.values()] == [PHONE]


def test_a_message_sealed_to_a_key_that_is_gone_is_for_somebody_to_call(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir(mode=0o750)
    first = Telling(FileDrop(drop), tmp_path, [KEY])
    first.tell("accepted", FACTS, PHONE, 5)
    first.stop()
    again = Telling(FileDrop(drop), tmp_path, [sealing.new_key("mianzhu")[1]])
    assert again.sender.one()
    assert [e.note for e in again.failed()] == ["key_gone"]
    again.stop()


def test_the_file_drop_holds_one_message_a_file(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir(mode=0o750)
    telling = create_telling(FileWay(drop), tmp_path, [KEY])
    telling.tell("result_at_window", FACTS, PHONE, 9)
    assert telling.sender.one()
    (file,) = drop.iterdir()
    message = json.loads(file.read_bytes())
    assert file.name == f"{message['id']}.json"
    assert message["text"] == text("result_at_window", FACTS)
    telling.stop()


def test_nothing_of_a_message_is_read_off_a_log_line() -> None:
    assert repr(Sms("a", PHONE, "…")) == "Sms(…)"


def test_both_ways_are_settings() -> None:
    class Both(msgspec.Struct, frozen=True):
        telling: FileWay | HttpWay

    found = msgspec.toml.decode(b'[telling]\nway = "http"\nurl = "https://sms.example.cn/"\n', type=Both)
    assert found.telling == HttpWay("https://sms.example.cn/")
    with pytest.raises(SettingsError):
        create_telling(FileWay(Path("/nowhere/at/all")), Path(), [KEY])
