"""kill -9 before each SQL statement of a draft's life at the centre: it is there whole or not at all."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from support.killing import killed_before_every_statement

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


def test_killed_before_every_statement_and_started_again(tmp_path: Path) -> None:
    statements = killed_before_every_statement(Path(__file__), tmp_path)
    assert statements > 15
    for statement in range(1, statements + 1):
        folder = tmp_path / str(statement)
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
