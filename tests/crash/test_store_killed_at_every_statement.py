"""kill -9 before each SQL statement of a case's life: afterwards there is no case or a whole one, and trying again ends it well."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.stores import Shelf, new_case

from devices.port import PrintOutcome
from kiosk.visit.state import PrintState
from mqtt.messages import CaseTaken

SUPPORT = Path(__file__).parents[1]


def life(folder: Path) -> None:
    """What the terminal does for one case; every line may be the last."""
    shelf = Shelf(folder)
    shelf.store.remove_residue("v1")
    shelf.journal.settle()
    page = shelf.page()
    case = shelf.store.take_case(new_case(pages=(page,))).case
    known = shelf.journal.last(case)
    attempt = known.attempt + (known.state is not PrintState.PRINTING)  # what may be on paper is never sent again as itself
    shelf.journal.sending(case, attempt)
    shelf.journal.ended(case, attempt, PrintOutcome.PRINTED, None)
    for waiting in shelf.waiting():
        shelf.documents.stored(waiting.digest)
    shelf.close()


KILLED_AT = f"""
import os, signal, sqlite3, sys
sys.path.insert(0, {str(SUPPORT)!r})
from pathlib import Path
from kiosk.store import db
sys.path.insert(0, {str(Path(__file__).parent)!r})
import {Path(__file__).stem} as me
left = int(sys.argv[2])
prepared = db.Database._prepare
def trace(_statement):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
def traced(self):
    self._connection.set_trace_callback(trace)
    prepared(self)
db.Database._prepare = traced
me.life(Path(sys.argv[1]))
print("statements left:", left)
"""


def run(folder: Path, statement: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", KILLED_AT, str(folder), str(statement)], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> int:
    done = run(tmp_path_factory.mktemp("count"), 10**6)
    assert done.returncode == 0, done.stderr
    return 10**6 - int(done.stdout.rsplit(":", 1)[1])


def test_killed_before_every_statement_and_started_again(tmp_path: Path, statements: int) -> None:
    assert statements > 30
    for statement in range(1, statements + 1):
        folder = tmp_path / str(statement)
        assert run(folder, statement).returncode == -9
        after = Shelf(folder)
        cases = after.database.rows("SELECT number FROM office_case")
        taken = [r for r in after.outbox.pending(100) if isinstance(r.data, CaseTaken)]
        assert len(taken) == len(cases) <= 1, f"half a case after statement {statement}"
        for row in taken:
            assert isinstance(row.data, CaseTaken)
            documents = {str(d) for (d,) in after.database.rows("SELECT digest FROM document WHERE number IS NOT NULL")}
            assert {d.digest for d in row.data.documents} == documents
            assert after.page_on_disk(row.data.documents[1].digest)
        after.close()
        life(folder)
        again = Shelf(folder)
        assert len(again.database.rows("SELECT number FROM office_case")) == 1, f"not one case after statement {statement}"
        again.close()
