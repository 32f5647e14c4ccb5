"""kill -9 before each SQL statement of a roll-out's life: started again it goes on, and asks nobody twice."""

from __future__ import annotations

from pathlib import Path

from support.killing import killed_before_every_statement
from support.rolling import TERMINALS, Rolling

from fleet.rollout import acts, book
from fleet.rollout.engine import ACTIVE, Life
from fleet.rollout.waves import Waves
from mqtt.events import DesiredReported

A, B, *_ = TERMINALS
WAVES = Waves(("a", "b"), {A: 0, B: 1})


def life(folder: Path) -> None:
    """Two waves, one refusal, resumed. Doing it again does what was left."""
    one = Rolling(folder, (A, B))
    one.here()
    while True:
        one.ticks()
        with one.store.reading() as db:
            found = book.load(db, 1)
        assert found is not None
        row, rollout = found
        if rollout.state not in ACTIVE:
            break
        if rollout.state is Life.STOPPED:
            with one.store.transaction() as db:
                acts.resume(db, 1, "李工", "修好了", one.now)
        for m in rollout.members:
            if m.state == "given":
                refuses = m.terminal == A and m.tries == 1
                told = ("refused", "settings_refused") if refuses else ("applied", None)
                one.says(m.terminal, DesiredReported("settings", row.rev or 0, *told))  # type: ignore[arg-type]
    one.close()


def test_killed_before_every_statement_it_goes_on_and_is_finished(tmp_path: Path) -> None:
    begun = Rolling(tmp_path, (A, B))
    begun.begins("1", WAVES)
    begun.close()
    statements = killed_before_every_statement(Path(__file__), tmp_path)
    assert statements > 60
    for statement in range(1, statements + 1, 8):
        folder = tmp_path / str(statement)
        life(folder)
        after = Rolling(folder, (A, B))
        assert after.stands(1) == ("finished", "dd"), statement
        with after.store.reading() as db:
            asked = db.execute("SELECT count(*) FROM commands").fetchone()
            assert tuple(asked) == (1,), f"once refused, once asked to try anew; killed before {statement}"
        after.close()
