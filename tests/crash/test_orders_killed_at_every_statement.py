"""kill -9 before SQL statements of an order's life: a command is done once and told once, a catalogue is the old or the new one."""

from __future__ import annotations

import os
import signal
import traceback
from itertools import count
from pathlib import Path

import pytest
from support.orders import Centre, OrderedTerminal
from support.wanting import Wanting, catalogue

from domain.catalogue.catalogue import load
from kiosk.orders.operations import Outcome
from kiosk.store import db
from mqtt import commands as op
from mqtt.commands import Operation

NONE = 10**6
"""A statement no life has."""
IDS = {"again": "a" * 32, "done": "b" * 32}
OPERATIONS: dict[str, Operation] = {"again": op.SelfTest(), "done": op.RestartService()}


def life(folder: Path, kind: str) -> None:
    """The centre sends it twice; the program ends, by what was asked or by itself, and starts again. Every line may be the last."""
    centre = Centre(folder.parent / "centre")
    order = centre.command(OPERATIONS[kind], id_=IDS[kind])
    for _ in range(2):
        terminal = OrderedTerminal(folder, centre)
        effects = folder / "effects"

        def do(_do: Operation, effects: Path = effects) -> Outcome:
            with effects.open("a") as file:
                file.write("done\n")
            return Outcome("under_way" if kind == "done" else "succeeded")

        terminal.hands.do = do  # type: ignore[method-assign]
        terminal.commands.settle()
        terminal.commands.round(order)
        terminal.commands.round(order)
        terminal.database.close()


def switches(folder: Path) -> Wanting:
    """Two catalogues, one after the other."""
    wanting = Wanting(folder, Centre(folder.parent / "centre"))
    for rev in (1, 2):
        wanting.wants("catalogue", rev, catalogue(f"{rev}.0"))
    return wanting


def killed(folder: Path, statement: int, kind: str) -> bool:
    """A life in a process of its own, killed before this statement; whether it came so far."""
    folder.mkdir(exist_ok=True)
    child = os.fork()
    if child == 0:
        try:
            _kill_before(statement)
            switches(folder) if kind == "switch" else life(folder, kind)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, how = os.waitpid(child, 0)
    assert how in (0, signal.SIGKILL), "the life failed; its traceback is above"
    return how != 0


def _kill_before(statement: int) -> None:
    left, prepared = statement, db.Database._prepare

    def trace(_said: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(self: db.Database) -> None:
        self._connection.set_trace_callback(trace)
        prepared(self)

    db.Database._prepare = traced  # type: ignore[method-assign]


@pytest.mark.parametrize("kind", ["again", "done"])
def test_killed_before_a_statement_and_sent_again(tmp_path: Path, kind: str) -> None:
    Centre(tmp_path / "centre")
    for statement in count(1, 4):
        folder = tmp_path / str(statement)
        if not killed(folder, statement, kind):
            break  # a life has not always the same number of them
        assert not killed(folder, NONE, kind)
        after = OrderedTerminal(folder, Centre(tmp_path / "centre"))
        assert [one.state for one in after.ended()] == ["succeeded"], f"after statement {statement}"
        assert after.database.rows("SELECT count(*) FROM audit WHERE event = 'command_ended'") == [(1,)]
        done = len((folder / "effects").read_text().split()) if (folder / "effects").exists() else 0
        # What ends the program is begun once and no more; what may be done again was cut off at most once.
        assert done <= 1 if kind == "done" else 1 <= done <= 2, f"after statement {statement}"
        after.database.close()
    assert statement > 60


def test_killed_in_the_middle_of_a_switch_the_next_start_has_a_whole_catalogue_and_ends_with_the_newest(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "centre")
    for statement in count(1, 7):
        folder = tmp_path / str(statement)
        if not killed(folder, statement, "switch"):
            break
        started = Wanting(folder, centre)
        assert started.parts.catalogue.version in (load().version, "1.0", "2.0")
        started.terminal.database.close()
        after = switches(folder)
        assert after.again().parts.catalogue.version == "2.0", f"after statement {statement}"
        last = after.again().terminal.reported()[-1]
        assert (last.rev, last.state) == (2, "applied"), f"after statement {statement}"
    assert statement > 60
