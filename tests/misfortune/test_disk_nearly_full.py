"""The terminal's disk fills: no visit begins while there is room for the one in progress; what is in goes on leaving."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest
import tomli_w
from support.broker import wait_until
from support.citizen import Citizen, Upstream
from support.hall import Hall, hall, until
from support.stores import Shelf

from devices.port import DeviceState, Life
from kiosk import storekeeper
from kiosk.clock import Clock
from kiosk.store.room import Room
from kiosk.storekeeper import Storekeeper


def _reserve(one: Hall, mebibytes: int) -> None:
    settings = one.layout.base / "terminal.toml"
    tree = tomllib.loads(settings.read_text("utf-8"))
    tree["paths"]["reserve"] = mebibytes
    settings.write_text(tomli_w.dumps(tree), "utf-8")


def test_the_citizen_is_sent_to_the_window_the_centre_reads_why_and_the_outbox_is_drained(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "terminal") as one:
        Citizen(one).submitted().took_receipt().left()
        one.stop("terminal")
        _reserve(one, 1_000_000)
        one.start("terminal", "centre")
        glass = one.glass().see("closed")
        assert "已经提交的办件不受影响" in glass.html
        assert "begin" not in glass.html
        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT 1 FROM case_entries WHERE named = stored"), "the case of before is whole")
        until(lambda: "存储空间不足" in one.console(), "the centre reads why")
        (page,) = re.findall(r'href="(/terminals/[^"]+)"', one.console())
        assert "还能收多久：不明" in one.console(page)  # no day is over yet
        one.stop("terminal")
        _reserve(one, 16)
        one.start("terminal")
        one.glass().see("welcome")
        until(lambda: "存储空间不足" not in one.console(), "the centre reads that it is over")


def test_it_closes_and_opens_by_itself_and_telemetry_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storekeeper, "PERIOD", 0.01)
    real, free = os.statvfs, [2000]
    monkeypatch.setattr(
        os, "statvfs", lambda path: os.statvfs_result((1, 1, 0, 0, free[0], 0, 0, 0, 0, 0)) if path == tmp_path else real(path)
    )
    shelf = Shelf(tmp_path)
    state = {"printer": DeviceState("printer", Life.FAULTED, fault="paper_out")}
    told: list[bool] = []
    keeper = Storekeeper(
        shelf.database, shelf.outbox, Room(tmp_path, shelf.database, 1000), lambda: state, Clock(), told.append, lambda: None
    )
    keeper.start()
    try:
        assert shelf.outbox.depth()[0] == 1
        free[0] = 500
        wait_until(lambda: told == [True], "it closes")
        wait_until(lambda: shelf.outbox.depth()[0] == 0, "telemetry is given up")
        state = {"printer": DeviceState("printer", Life.READY)}
        wait_until(lambda: shelf.outbox.dropped() == 2, "what happens without room is counted")
        free[0] = 5000
        wait_until(lambda: told == [True, False], "it opens")
    finally:
        keeper.stop()
        shelf.close()


def test_a_device_is_told_when_its_trouble_changes_and_not_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storekeeper, "PERIOD", 0.01)
    shelf = Shelf(tmp_path)
    looks, woken = [0], [0]
    states = {"printer": DeviceState("printer", Life.READY)}

    def devices() -> dict[str, DeviceState]:
        looks[0] += 1
        return dict(states)

    def grown() -> None:
        woken[0] += 1

    keeper = Storekeeper(shelf.database, shelf.outbox, Room(tmp_path, shelf.database, 0), devices, Clock(), print, grown)
    keeper.start()
    try:
        for state in (
            DeviceState("printer", Life.FAULTED, fault="paper_out"),
            DeviceState("printer", Life.BUSY),
            DeviceState("printer", Life.READY, warning="paper_near_end"),
        ):
            states["printer"] = state
            seen = looks[0]
            wait_until(lambda seen=seen: looks[0] > seen + 2, "some looks")  # type: ignore[misc]
    finally:
        keeper.stop()
    told = [(row.data.fault, row.data.warning) for row in shelf.outbox.pending(20)]  # type: ignore[union-attr]
    assert told == [("paper_out", None), (None, None), (None, "paper_near_end")]
    assert woken == [3]
    shelf.close()
