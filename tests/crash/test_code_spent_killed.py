"""kill -9 before each SQL statement of an attempt with a one-time code: spent and written down, or neither, and never twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.door import Hall
from support.staff import KEY, NOW, TERMINAL

from domain.staff.book import Slot
from domain.staff.roles import Purpose, Role
from kiosk.staff.door import Closed, Open

CODE = KEY.code(TERMINAL, "00" * 8, Slot(NOW.date(), Role.TECHNICIAN, Purpose.SIGN_IN, 1))
KILLED_AT = f"""
import os, signal, sys
sys.path[:0] = [{str(Path(__file__).parents[1])!r}, {str(Path(__file__).parent)!r}]
from pathlib import Path
import {Path(__file__).stem} as me
from support.door import Hall
for left in range(1, 100):
    child = os.fork()
    if child == 0:
        folder = Path(sys.argv[1], str(left))
        folder.mkdir()
        hall = Hall(folder)
        def trace(_statement):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        hall.memory._db.set_trace_callback(trace)
        hall.door.code(me.CODE)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_killed_before_every_statement_a_code_opens_at_most_once(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED_AT, str(tmp_path)], check=True, timeout=100)
    folders = sorted(tmp_path.iterdir(), key=lambda folder: int(folder.name))
    assert len(folders) > 6
    opened = set()
    for folder in folders:
        hall = Hall(folder)
        spent = hall.memory._db.execute("SELECT slot FROM spent").fetchall()
        lines = [event for event, _ in hall.audit()]
        assert lines == ["staff_signed_in"] * len(spent)
        hall.door.code(CODE)
        assert hall.door.state == Closed("code_spent") if spent else isinstance(hall.door.state, Open)
        assert len(hall.memory._db.execute("SELECT slot FROM spent").fetchall()) == 1
        opened.add(bool(spent))
        hall.memory.close()
    assert opened == {True, False}
