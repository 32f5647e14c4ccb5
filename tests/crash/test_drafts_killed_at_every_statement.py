"""kill -9 before each SQL statement of a draft's life at the centre: it is there whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from fleet.drafts import Drafts
from fleet.store import Store
from mqtt.resources import DRAFT_KEPT, draft_name

NAME, OTHER, BODY = draft_name("one"), draft_name("two"), b"sealed" * 50


def life(folder: Path) -> None:
    """Two drafts are brought, one is opened and done with, one runs out; every statement may be the last."""
    store = Store(folder / "c.db")
    drafts = Drafts(folder / "drafts", store, {"t1": "hall", "t2": "hall"})
    for name in (NAME, OTHER):
        drafts.keep("t1", name, BytesIO(BODY), len(BODY), 0.0)
    drafts.fetch("t2", NAME, 1.0)
    drafts.fetch("t2", draft_name("none"), 1.0)
    drafts.drop("t2", NAME, 1.0)
    drafts.expire(DRAFT_KEPT)
    store.close()


KILLED_AT = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from fleet import store
import {Path(__file__).stem} as me
left = int(sys.argv[2])
upgrade = store.Store._upgrade
def trace(_statement):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
def traced(self):
    upgrade(self)
    self._writer.set_trace_callback(trace)
store.Store._upgrade = traced
me.life(Path(sys.argv[1]))
print("statements left:", left)
"""


def run(folder: Path, statement: int) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    asked = [sys.executable, "-c", KILLED_AT, str(folder), str(statement)]
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> int:
    done = run(tmp_path_factory.mktemp("count"), 10**6)
    assert done.returncode == 0, done.stderr
    return 10**6 - int(done.stdout.rsplit(":", 1)[1])


def test_killed_before_every_statement_and_started_again(tmp_path: Path, statements: int) -> None:
    assert statements > 15
    for statement in range(1, statements + 1):
        folder = tmp_path / str(statement)
        assert run(folder, statement).returncode == -9
        store = Store(folder / "c.db")
        drafts = Drafts(folder / "drafts", store, {"t1": "hall", "t2": "hall"})
        with store.reading() as db:
            named = {row["name"] for row in db.execute("SELECT name FROM drafts")}
        files = {path.name: path.read_bytes() for path in (folder / "drafts").iterdir()}
        assert set(files) == named, f"a row without its file, or a file without its row, after statement {statement}"
        assert set(files.values()) <= {BODY}
        assert drafts.keep("t1", NAME, BytesIO(BODY), len(BODY), 2.0)[1] <= 2.0 + DRAFT_KEPT
        path = drafts.fetch("t2", NAME, 3.0)
        assert path is not None
        assert path.read_bytes() == BODY
        drafts.expire(3 * DRAFT_KEPT)
        assert list((folder / "drafts").iterdir()) == []
        store.close()
