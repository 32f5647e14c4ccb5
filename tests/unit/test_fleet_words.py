from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import kiosk
from fleet import remedies, words
from fleet.overview import local_text
from mqtt.messages import Backlog

AT_THE_DOOR = ("account", "badge_", "code_", "revocation_", "sign_in_", "staff_")
"""Told to whoever signs in at the terminal, and never reported."""


def test_every_fault_a_terminal_reports_has_words_for_staff() -> None:
    table = tomllib.loads((Path(kiosk.__file__).parent / "faults.toml").read_text(encoding="utf-8"))
    assert {code for code in table if not code.startswith(AT_THE_DOOR)} <= set(words.FAULTS)


def test_what_staff_do_about_a_fault_is_what_the_terminals_table_says() -> None:
    faults = tomllib.loads((Path(kiosk.__file__).parent / "faults.toml").read_text(encoding="utf-8"))
    told = {code: fault["staff"] for code, fault in faults.items() if not code.startswith(AT_THE_DOOR)}
    here = remedies.table()["faults"]
    assert here == told, [f'{code} = "{said}"' for code, said in told.items() if here.get(code) != said]
    assert set(remedies.table()["reasons"]) >= set(words.REASONS)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("event type not known here", "事件类型不认识"),
        ("Object missing required field `bd`", "不合约定：缺少 bd"),
        ("Expected `int` <= 5 - at `$.level`", "不合约定：应为 int"),
        ("Expected `str`, got `int` - at `$.type`", "不合约定：应为 str（$.type）"),
        ("something rare", "不合约定：something rare"),
    ],
)
def test_a_refusal_is_said_in_words(reason: str, said: str) -> None:
    assert words.refusal(reason) == said


@pytest.mark.parametrize(
    ("backlog", "said"),
    [
        (Backlog(), ("还能收多久：不明",)),
        (Backlog(days=0.0), ("断网还能收不到一天",)),
        (Backlog(days=11.6), ("断网还能收约 12 天",)),
        (Backlog(days=4000.0), ("断网还能收一年以上",)),
        (Backlog(days=3.0, set_aside=1, dropped=2), ("断网还能收约 3 天", "1 条读不懂，已放到一边", "设备记录舍弃 2 条")),
    ],
)
def test_how_long_a_terminal_can_go_on_is_said_and_so_is_that_it_is_not_known(backlog: Backlog, said: tuple[str, ...]) -> None:
    assert words.backlog(backlog) == said


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert words.fault("brand_new_fault") == "brand_new_fault"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-20T01:30:00Z", "2026-11-20 09:30"),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_no_time_a_terminal_can_say_takes_the_console_from_staff(text: str, said: str) -> None:
    assert local_text(text) == said
