"""A small province: three nodes of RabbitMQ, PostgreSQL, two ingest workers, a console, two hundred terminals' real ends. Each part
is killed, a node is cut off, while their events and sealed documents pass.

``TONGBAN_PROVINCE_EVENTS``: of each terminal (500); ``TONGBAN_PROVINCE_TERMINALS``: 200;
``TONGBAN_PROVINCE_RATE``: of all of them in a second (400). What a run took is written as JSON to
``TONGBAN_PROVINCE_FIGURES``, where that names a file; of the last whole one it stands in ``docs/measured``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from province.fleet import epoch
from province.stage import Stage, misfortunes, names, right_again
from support.nodes import until
from support.postgres import own_server

from domain import sealing
from fleet.documents import Documents
from fleet.store import Store

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

TERMINALS = int(os.environ.get("TONGBAN_PROVINCE_TERMINALS", "200"))
RATE = float(os.environ.get("TONGBAN_PROVINCE_RATE", "400"))
EVENTS = int(os.environ.get("TONGBAN_PROVINCE_EVENTS", "500"))
CASES = min(max(3, 600 // TERMINALS), EVENTS)
"""Of each terminal, with two sealed documents each."""
BOARD = 60.0
"""Seconds within which the board is to be right again."""
SHARES = 2
"""Processes the terminals are in; nobody starts one again."""
HURT, CUT = 5.0, 25.0
"""Seconds before what was killed is started again, and what was cut off is joined: longer than keep-alives are waited for."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with own_server() as postgres:
        postgres.stop()
        postgres.settings = ("max_connections=80",)  # and what is committed is on the disk
        postgres.start()
        made = Stage(tmp_path / "province", names(TERMINALS), postgres, 2)
        try:
            yield made
        finally:
            made.close()


def test_everything_is_killed_once_and_every_event_and_document_is_stored_once(stage: Stage) -> None:
    figures: dict[str, object] = {}
    for name in stage.parts:
        stage.begin(name)
    store = stage.store
    began = time.monotonic()
    stage.send_out(SHARES, events=EVENTS, cases=CASES, seconds=TERMINALS * EVENTS / RATE)
    figures["all there after"] = right_again(stage, store, 180)
    first = stage.told().connects
    board: dict[str, float] = {}
    caught_up: dict[str, float] = {}
    figures |= {"board": board, "caught up": caught_up}
    for name, hurt, mend in misfortunes(stage):
        at = time.monotonic()
        hurt()
        time.sleep(CUT if "cut" in name else HURT)
        mend()
        right_again(stage, store)
        board[name] = round(time.monotonic() - at, 1)
        made = stage.told().made
        until(lambda made=made: stage.told().confirmed >= made, "what came meanwhile is confirmed", 300)  # type: ignore[misc]
        caught_up[name] = round(time.monotonic() - at, 1)
        _write(figures)
    total = TERMINALS * EVENTS
    until(lambda: (told := stage.told()).confirmed == total and told.whole == TERMINALS * CASES, "everything is confirmed", 1200)
    figures |= {"seconds": time.monotonic() - began, "connects": stage.told().connects - first}
    assert all(stage.world.alive(f"fleet-{n}") for n in range(SHARES)), "no terminal was started again"
    judge(stage, store(), figures)
    _write(figures)
    assert max(board.values()) <= BOARD, board


def judge(stage: Stage, store: Store, figures: dict[str, object]) -> None:
    """Each event of each terminal once and no other; each document there, with the content its name says."""
    with store.reading() as db:
        rows = db.execute(
            "SELECT terminal, epoch, count(*), count(DISTINCT sequence), min(sequence), max(sequence) FROM events "
            "GROUP BY terminal, epoch"
        )
        found = {tuple(row) for row in rows.fetchall()}
    assert found == {(name, epoch(name), EVENTS, EVENTS, 1, EVENTS) for name in stage.terminals}
    digests = [digest for case in stage.told().digests.values() for digest in case]
    assert len(set(digests)) == TERMINALS * CASES * 2
    kept = Documents(stage.folder / "data" / "documents")
    assert [digest for digest in digests if not kept.there(digest) or sealing.digest(kept.read(digest)) != digest] == []
    figures |= {"events": sum(row[3] for row in found), "documents": len(digests)}


def _write(figures: dict[str, object]) -> None:
    if path := os.environ.get("TONGBAN_PROVINCE_FIGURES"):
        Path(path).write_text(json.dumps(figures, ensure_ascii=False, indent=1))
