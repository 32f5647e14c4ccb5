"""A new catalogue in waves through everything real: broker, centre, terminals' sessions. One refuses; repaired, it goes on."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from msgspec.structs import replace
from support.broker import QUICK, running_broker, wait_until
from support.fleet import centre_settings
from support.operators import Staff
from support.steered_terminals import SteeredTerminal

from domain.catalogue.catalogue import DATA
from fleet.centre import Centre
from fleet.settings import TerminalEntry

GOOD, BAD, LATER = NAMES = ("w-hall-01", "w-hall-02", "w-hall-03")
ENTRIES = tuple(TerminalEntry(name, f"某大厅 {name}", ("first",) if name != LATER else ()) for name in NAMES)


def test_one_refuses_and_stops_it_repaired_and_resumed_all_have_it(tmp_path: Path) -> None:
    openings = json.loads((DATA / "openings_demo.json").read_text("utf-8"))
    wanted = json.dumps({**openings, "version": "w-2"}).encode()
    with ExitStack() as stack:
        broker = stack.enter_context(running_broker(tmp_path / "broker", *NAMES))
        settings = replace(centre_settings(tmp_path / "centre", broker.settings(), broker.authority), terminals=ENTRIES)
        centre = Centre(settings, QUICK)
        centre.start()
        stack.callback(centre.stop)
        ends = {name: SteeredTerminal(tmp_path / name, broker, centre.api_address, name, knows=name != BAD) for name in NAMES}
        stack.callback(lambda: [end.stop() for end in ends.values()])
        staff = Staff(centre)
        stack.callback(staff.client.close)
        wait_until(lambda: "一共 3 台" in staff.read("/steering/command?state=online"), "all are there")

        run = staff.rolls_out(wanted, waves="rings", rings="first", failed="10", within="10")
        wait_until(lambda: "自己停下了" in staff.read(run), "a refusal stops it")
        wait_until(lambda: ends[GOOD].version == "w-2", "the other one of the wave has it")
        said = staff.read(run)
        assert "目录通不过终端的检查：没有这些业务属地的公钥，不能为它们收件：示范丁开发区" in said
        assert "按终端给的说明改目录，或补上终端上缺的各业务属地公钥，再重试。" in said
        assert ends[LATER].version == ends[BAD].version != "w-2"

        ends[BAD].stop()
        ends[BAD] = SteeredTerminal(tmp_path / BAD, broker, centre.api_address, BAD)
        staff.does(f"{run}/resume", why="补了公钥")
        wait_until(lambda: "● 完成" in staff.read(run), "everybody has it")
        assert {end.version for end in ends.values()} == {"w-2"}
        assert "重试 1 台。为什么：补了公钥" in staff.read(run)
