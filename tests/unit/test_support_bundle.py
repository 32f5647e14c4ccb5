"""The bundle for technical support: what is in it, and that nothing of a person and no secret is."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.planted import needles
from support.upkeep import Place, place

from kiosk.care.reviewed import ReviewedLog
from kiosk.care.support import beside
from kiosk.orders.bundle import Bundle, LogTail
from kiosk.store.db import Database
from mqtt.tls import Tls

NAME, NUMBER, ADDRESS, PHONE = "申屠晓燕", "513822198907169021", "示范三县冷碛镇团结村7组41号", "13980417265"
"""Invented."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path) as one:
        yield one


def test_no_planted_identity_and_no_secret_is_in_it_and_what_is_wrong_is(here: Place, tmp_path: Path) -> None:
    tail = LogTail()
    for name, said in (
        ("kiosk.middle", f"card of {NAME} refused"),
        ("elsewhere", NUMBER),
        ("kiosk.middle", "card refused: expired"),
    ):
        tail.emit(logging.LogRecord(name, logging.INFO, "", 0, said, None, None))
    try:
        raise ValueError(f"{ADDRESS} {PHONE}")
    except ValueError as error:
        trouble = (ValueError, error, error.__traceback__)
        tail.emit(logging.LogRecord("kiosk.clerk", logging.ERROR, "", 0, "a case could not be stored", None, trouble))
    here.sign_in()
    settings, database = here.upkeep._machine.settings, Database(tmp_path / "terminal.db")
    try:
        bundle = Bundle(
            settings,
            database,
            lambda: {},
            lambda: "clock_wrong",
            ReviewedLog(tail),
            here.clock,
            Tls(""),
            lambda: beside(here.upkeep),
        )
        with zipfile.ZipFile(io.BytesIO(bundle.made())) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    finally:
        database.close()
    secrets = [line for path in (tmp_path / "secrets").rglob("*") if path.is_file() for line in _long(path)]
    assert len(secrets) > 5
    wanted = needles([NAME, NUMBER, ADDRESS, PHONE, *secrets])
    found = [(name, what) for name, data in files.items() for needle, what in wanted.items() if needle in data]
    assert found == []
    assert {"settings.json", "versions.json", "states.json", "faults.txt", "network.txt", "staff.txt", "log.txt"} <= set(files)
    assert b"card refused: expired" in files["log.txt"]
    assert "时钟与中心相差".encode() in files["faults.txt"]
    assert "开始维护".encode() in files["staff.txt"]


def _long(path: Path) -> list[str]:
    return [
        line.strip() for line in path.read_text("utf-8", "ignore").splitlines() if len(line.strip()) >= 16 and line[0] not in "#-"
    ]
