"""One day of an operator of the centre, through broker, centre, console and three sessions of terminals.

What the night left, an alert, its cause, a cure from afar, a new catalogue that one terminal will not have, the evening's report.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.alerting import secret_file
from support.broker import QUICK, running_broker, wait_until
from support.fleet import centre_settings
from support.operators import Staff
from support.receivers import webhook
from support.steered_terminals import SteeredTerminal
from support.stores import new_case

from domain.catalogue.catalogue import DATA
from fleet.alerts import rules
from fleet.alerts.settings import AlertSettings, ChannelEntry
from fleet.centre import Centre
from fleet.reports import making
from fleet.settings import TerminalEntry

GOOD, BAD, LATER = NAMES = ("w-hall-01", "w-hall-02", "w-hall-03")
ENTRIES = tuple(TerminalEntry(name, f"某大厅 {name}", ("first",) if name != LATER else ()) for name in NAMES)
PAUSED = rules.Rule("paused", "忘了恢复服务", ("paused",), grade="any", hold=0, clear=0, tell=("duty",))


@pytest.mark.long
def test_from_the_morning_s_board_to_the_evening_s_report(tmp_path: Path) -> None:
    with ExitStack() as stack:
        hook = stack.enter_context(webhook())
        broker = stack.enter_context(running_broker(tmp_path / "broker", *NAMES))
        told = AlertSettings((ChannelEntry("duty", "值班群", secret_file(tmp_path, "duty", hook.url)),))
        settings = replace(
            centre_settings(tmp_path / "centre", broker.settings(), broker.authority), terminals=ENTRIES, alerts=told
        )
        centre = Centre(settings, QUICK)
        with centre.store.transaction() as db:
            rules.save(db, (PAUSED,), 0, ("duty",), "li", "夜里忘过一次", 1.0)
        centre.start()
        stack.callback(centre.stop)
        ends = {name: SteeredTerminal(tmp_path / name, broker, centre.api_address, name, knows=name != BAD) for name in NAMES}
        stack.callback(lambda: [end.stop() for end in ends.values()])
        night, day = Staff(centre, "night"), Staff(centre, "day")
        stack.callback(night.client.close)
        stack.callback(day.client.close)
        wait_until(lambda: "一共 3 台" in day.read("/steering/command?standing=online"), "all are there")
        night.does(f"/steering/terminals/{LATER}/out-of-service", do_notice="换打印机，请到 2 号机", why="换打印机")

        # The morning: the board says it, and somebody was told.
        wait_until(lambda: shown(day.client.get("/?state=out").text) == [LATER], "the board shows who is out of service")
        wait_until(lambda: len(hook.taken) == 1, "the one on duty is told")
        assert LATER in hook.messages[0]
        assert "按命令暂停服务" in day.read("/alerts/1")
        day.does("/alerts/1/acknowledge", why="我来看")
        # Its cause: who did it, and why.
        cause = day.read(f"/steering/acts?terminal={LATER}")
        assert "night" in cause
        assert "换打印机" in cause
        # The cure, from afar; the alert ends by itself.
        day.does(f"/steering/terminals/{LATER}/back-in-service", why="打印机换好了")
        wait_until(lambda: shown(day.client.get("/?state=out").text) == [], "it serves again")
        wait_until(lambda: re.search(r"起， \S+ \S+ 恢复，历时", day.read("/alerts/1")), "the alert has ended by itself")

        # A new catalogue in waves; one refuses, which stops it; repaired, it goes on.
        openings = json.loads((DATA / "openings_demo.json").read_text("utf-8"))
        run = day.rolls_out(
            json.dumps({**openings, "version": "w-2"}).encode(), waves="rings", rings="first", failed="10", within="10"
        )
        wait_until(lambda: "自己停下了" in day.read(run), "a refusal stops it")
        assert ends[LATER].version != "w-2"
        ends[BAD].stop()
        ends[BAD] = SteeredTerminal(tmp_path / BAD, broker, centre.api_address, BAD)
        day.does(f"{run}/resume", why="补了公钥")
        wait_until(lambda: "● 完成" in day.read(run), "everybody has it")

        # Meanwhile citizens came; the evening's report counts them, and the record has the day.
        for visit in ("v1", "v2"):
            ends[GOOD].store.take_case(new_case(visit))
        ends[GOOD].publisher.wake()
        wait_until(lambda: counted(centre) == 2, "the cases are at the centre")
        making.refresh(centre.store, time.time(), months=False)
        assert re.search(r"异地就医备案 2\b", day.read("/reports/cases?preset=today"))
        acts = day.read("/steering/acts")
        assert all(word in acts for word in ("换打印机", "打印机换好了", "十二月目录"))


def shown(board: str) -> list[str]:
    """Terminals in the board's table."""
    return re.findall(r'<tr[^>]*data-id="([^"]+)"', board)


def counted(centre: Centre) -> int:
    with centre.store.reading() as db:
        (count,) = db.execute("SELECT count(*) FROM cases").fetchone()
    return int(count)
