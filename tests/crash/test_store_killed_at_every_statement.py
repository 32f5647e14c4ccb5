"""kill -9 before each SQL statement of a case's life: afterwards there is no case or a whole one, and trying again ends it well."""

from __future__ import annotations

from pathlib import Path

from support.killing import killed_before_every_statement
from support.stores import Shelf, new_case

from devices.port import PrintOutcome
from kiosk.visit.state import PrintState
from mqtt.events import CaseTaken


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


def test_killed_before_every_statement_and_started_again(memory: Path) -> None:
    statements = killed_before_every_statement(Path(__file__), memory, centre=False)
    assert statements > 30
    for statement in range(1, statements + 1):
        folder = memory / str(statement)
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
