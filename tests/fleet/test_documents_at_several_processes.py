"""Several processes of the centre on one storage: a terminal's next request may come to any of them, and any may be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path

import pytest
from support.fleet import TERMINAL

from domain import sealing
from fleet.documents import Documents

BODY = os.urandom(300_000)
DIGEST = sealing.digest(BODY)


class Line(BytesIO):
    """Stands still after ``until`` bytes until it is told to go on."""

    def __init__(self, until: int) -> None:
        super().__init__(BODY)
        self._until = until
        self.stands, self.goes_on = threading.Event(), threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self._until and not self.goes_on.is_set():
            self.stands.set()
            assert self.goes_on.wait(20)
        return super().read(size)


def two(tmp_path: Path) -> tuple[Documents, Documents]:
    return Documents(tmp_path / "documents"), Documents(tmp_path / "documents")


def test_what_was_cut_off_at_one_goes_on_at_another(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    broken = BytesIO(BODY[:100_000])
    with pytest.raises(ValueError, match="ended before"):
        one.take(TERMINAL, DIGEST, broken, len(BODY))
    held = other.held(TERMINAL, DIGEST)
    assert held == 100_000
    other.take(TERMINAL, DIGEST, BytesIO(BODY[held:]), len(BODY) - held, held)
    assert (one.read(DIGEST), one.held(TERMINAL, DIGEST)) == (BODY, 0)


@pytest.mark.parametrize("ends_well", [True, False])
def test_a_connection_that_hangs_at_one_never_spoils_what_another_stores(tmp_path: Path, ends_well: bool) -> None:
    one, other = two(tmp_path)
    line = Line(128 * 1024)
    if not ends_well:
        line.truncate(128 * 1024)

    def hanging() -> None:
        try:
            one.take(TERMINAL, DIGEST, line, len(BODY))
        except ValueError:
            assert not ends_well

    thread = threading.Thread(target=hanging)
    thread.start()
    assert line.stands.wait(20)
    assert (other.held(TERMINAL, DIGEST), other.there(DIGEST)) == (0, False)
    other.take(TERMINAL, DIGEST, BytesIO(BODY), len(BODY))
    line.goes_on.set()
    thread.join(20)
    assert one.read(DIGEST) == other.read(DIGEST) == BODY


_KILLED = """
import os, signal, sys
from pathlib import Path
from fleet.documents import Documents
class Line:
    def read(self, size):
        data = sys.stdin.buffer.read(size)
        return data or os.kill(os.getpid(), signal.SIGKILL)
Documents(Path(sys.argv[1])).take(sys.argv[2], sys.argv[3], Line(), 300_000)
"""


def test_what_a_killed_process_was_receiving_is_taken_up_by_the_next_and_by_no_living_one(tmp_path: Path) -> None:
    living = Documents(tmp_path / "documents")
    words = [sys.executable, "-c", _KILLED, str(tmp_path / "documents"), TERMINAL, DIGEST]
    assert subprocess.run(words, input=BODY[:200_000], check=False, timeout=60).returncode == -signal.SIGKILL
    line, broken = Line(128 * 1024), threading.Event()

    def hanging() -> None:
        living.take(TERMINAL, DIGEST, line, len(BODY))
        broken.set()

    thread = threading.Thread(target=hanging)
    thread.start()
    assert line.stands.wait(20)
    assert Documents(tmp_path / "documents").held(TERMINAL, DIGEST) == 200_000
    line.goes_on.set()
    thread.join(20)
    assert broken.is_set()
    assert living.read(DIGEST) == BODY
