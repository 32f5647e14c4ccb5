"""The power goes at a random moment, again and again, under the installed package on a disk that forgets what was not flushed.

systemd and the package in a container, at this processor's pace; the same under a kernel of its own:
``test_power_of_a_machine.py``. How many times: ``TONGBAN_PULLS`` (50); the chances: ``TONGBAN_SEED``. What each found is added to
``TONGBAN_PULLS_LOG``, a line each.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hall import until
from support.machine.booted import Machine
from support.machine.in_a_container import ContainerPlace, place
from support.machine.programs import Publisher
from support.machine.pulls import Pulls, looked_at, note

PULLS = int(os.environ.get("TONGBAN_PULLS", "50"))
SEED = int(os.environ.get("TONGBAN_SEED", "20261126"))
EVERY = 10
"""The page on the glass is waited for at each tenth; at the others no browser is started."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(PULLS * 300 + 600)]


@pytest.fixture
def hall() -> Iterator[ContainerPlace]:
    with place() as one:
        yield one


def test_nothing_handed_in_is_lost_and_it_comes_up_by_itself(hall: ContainerPlace, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    pulls = Pulls(hall, Publisher(hall.hall, tmp_path), chance, visit=12, update=150)
    with hall.on() as machine:
        hall.set_up(machine)
        machine.until("systemctl is-active tongban-terminal", "it serves", "tongban-terminal")
        hall.glass().see("welcome")
    before = "being set up"
    for number in range(PULLS + 1):
        shown = number % EVERY == 0
        began = time.monotonic()
        with hall.on(screen=shown) as machine:
            came = comes_up(hall, machine, shown, began)
            pulls.arrived()
            note(f"{number}. after {before}: {came}; {len(pulls.told)} cases people were told of, all at the centre")
            if number == PULLS:
                break
            act = pulls.acts[number % len(pulls.acts)]
            act(machine)
            pulled = hall.pull(chance)
        pulls.over()
        found = looked_at(hall.disk, 0, hall.disk.size, tmp_path)
        pulls.kept(found)
        lost = f"{pulled.lost} of {pulled.unflushed} unflushed sectors lost, e2fsck {found.fsck}"
        before = f"{act.__name__} ({lost}; programs: {found.programs})"


def comes_up(place: ContainerPlace, machine: Machine, shown: bool, began: float) -> str:
    """Until it serves, and for ``shown`` until the page is painted; how long both took."""
    machine.until("systemctl is-active tongban-terminal", "the service is up", "tongban-terminal")
    assert machine.run("systemctl --failed --no-legend --plain", check=False) == ""
    place.glass().see("welcome")
    told = f"serves after {time.monotonic() - began:.1f} s"
    if shown:
        until(lambda: place.painted(), "the page is painted", place.patience)
        told += f", painted after {time.monotonic() - began:.1f} s"
    return told
