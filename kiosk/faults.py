"""The table of faults (``faults.toml``): codes to words. Every code used anywhere stands there; a test holds it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec

from kiosk.visit.snapshot import Fault


@cache
def table() -> dict[str, Fault]:
    data = tomllib.loads(Path(__file__).with_name("faults.toml").read_text("utf-8"))
    return {code: msgspec.convert({"code": code, **words}, Fault) for code, words in data.items()}


def fault(code: str) -> Fault:
    """The words for ``code``; an unknown one is told as such and never hidden."""
    return table().get(code) or Fault(code, f"未登记的故障 {code}", "设备需要工作人员处理，请稍候。", "查看日志。", "fault")


def of_device(words: str, code: str) -> Fault:
    """The words for ``code`` where nothing else on the screen says which device it is."""
    general = fault(code)
    if not general.citizen.startswith("设备"):
        return general
    return replace(general, citizen=words + general.citizen.removeprefix("设备"))
