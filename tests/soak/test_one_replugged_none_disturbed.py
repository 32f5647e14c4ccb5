"""While one device is pulled and put back again and again, the others do their work as if nothing happened."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from support.deck import DEVICES, WORK, Seat, deck

REPLUGS = 5
ROUNDS = 4


@pytest.mark.parametrize("loose", DEVICES)
def test_the_others_go_on(tmp_path: Path, loose: str) -> None:
    with deck(tmp_path) as seats:
        broken: list[BaseException] = []
        plugging = threading.Thread(target=_replug, args=(seats[loose], broken))
        workers = [
            threading.Thread(target=_work, args=(name, seat, broken, plugging)) for name, seat in seats.items() if name != loose
        ]
        for thread in (plugging, *workers):
            thread.start()
        for thread in (plugging, *workers):
            thread.join(90)
        assert broken == []
        assert not any(thread.is_alive() for thread in (plugging, *workers))
        for name, seat in seats.items():
            if name != loose:
                assert seat.faults == [], name
        assert seats[loose].faults
        WORK[loose](seats[loose])


def _replug(seat: Seat, broken: list[BaseException]) -> None:
    try:
        for _ in range(REPLUGS):
            seat.replug()
    except BaseException as error:  # whatever it is, the test's own thread tells it
        broken.append(error)


def _work(name: str, seat: Seat, broken: list[BaseException], plugging: threading.Thread) -> None:
    """Until the plugging is over, and a few times in any case."""
    try:
        done = 0
        while plugging.is_alive() or done < ROUNDS:
            WORK[name](seat)
            done += 1
    except BaseException as error:
        broken.append(error)
