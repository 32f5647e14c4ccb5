"""A small swarm against a real broker and a real centre: what it reports is what happened."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.broker import MOSQUITTO, listens, wait_until
from support.centre_db import sqlite_only
from support.hall import free_run

from fleet.swarm import returning
from fleet.swarm.cli import swarm, told
from fleet.swarm.returning import Day
from fleet.swarm.stage import party, prepare
from fleet.swarm.swarm import Figures, Plan, run
from fleet.swarm.terminal import digest


@sqlite_only
def test_every_event_of_a_small_swarm_is_stored_once(tmp_path: Path) -> None:
    first = free_run(3)
    stage = prepare(tmp_path / "stage", 12, broker=first, api=first + 1, console=first + 2)
    tongban = str(Path(sys.executable).with_name("tongban"))
    phases: list[str] = []
    with (
        subprocess.Popen([MOSQUITTO, "-c", str(stage.broker_configuration)], stderr=subprocess.DEVNULL) as broker,
        subprocess.Popen(
            [tongban, "centre", "run", str(stage.centre)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as centre,
    ):
        try:
            wait_until(lambda: listens(first) and listens(first + 2), "broker and centre")
            figures = run(stage, Plan(visits=2, rate=20, seconds=1, changes=2), processes=1, mark=phases.append)
            with sqlite3.connect(f"file:{tmp_path}/stage/centre/centre.db?mode=ro", uri=True) as db:
                stored = dict(db.execute("SELECT type, count(*) FROM events GROUP BY type"))
                (up,) = db.execute("SELECT count(*) FROM terminals WHERE said IS NOT NULL").fetchone()
                before = {raw for (raw,) in db.execute("SELECT raw FROM events")}
            db.close()
            back = returning.run(stage, stage.terminals(), Day(visits=3, within=0.5, most=8), processes=1)
            with sqlite3.connect(f"file:{tmp_path}/stage/centre/centre.db?mode=ro", uri=True) as db:
                after = [raw for (raw,) in db.execute("SELECT raw FROM events")]
            db.close()
        finally:
            centre.terminate()
            broker.terminate()
    assert phases == ["storm", "burst", "steady", "changes", "over"]
    assert [terminal for terminal, _at in figures.changed] == ["swarm-000000", "swarm-000006"]
    assert (figures.terminals, figures.events, up) == (12, 12 * 2 * 3, 12)
    assert sum(stored.values()) == figures.events + len(figures.waits)
    assert figures.waits == tuple(sorted(figures.waits))
    brought = [raw for raw in after if raw not in before]
    assert (back.terminals, back.events, back.left) == (12, 12 * 3 * 3, 4)
    assert (len(brought), sum(map(digest, brought))) == (back.events, back.digest)


def test_a_folder_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "stage").mkdir()
    with pytest.raises(FileExistsError):
        prepare(tmp_path / "stage", 1, broker=1, api=2, console=3)
    ended = CliRunner().invoke(swarm, ["prepare", str(tmp_path / "stage")])
    assert ended.exit_code == 1
    assert "准备不了" in ended.output


def test_figures_are_told_a_line_each() -> None:
    lines = told(Figures(100, 2.0, 600, 0.5, (0.05,) * 99 + (0.2,)))
    assert lines == [
        "全部连上：100 台，2.0 秒（每秒 50 台）",
        "积压存妥：600 条，0.5 秒（每秒 1200 条）",
        "平稳时从发出到存妥（100 条）：中位 50 毫秒，99% 在 200 毫秒内",
    ]


def test_terminals_are_spread_over_eleven_parties() -> None:
    assert len({party(hall) for hall in range(250)}) == 11
