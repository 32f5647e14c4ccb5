from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import kiosk
from fleet import words


def test_every_fault_a_terminal_knows_has_words_for_staff() -> None:
    table = tomllib.loads((Path(kiosk.__file__).parent / "faults.toml").read_text(encoding="utf-8"))
    assert set(table) <= set(words.FAULTS)


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


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert words.fault("brand_new_fault") == "brand_new_fault"
