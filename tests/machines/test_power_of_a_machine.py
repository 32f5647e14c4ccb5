"""The power goes under a whole machine: its own kernel, its own disk with boot, root and data partition, which forgets.

How many times: ``TONGBAN_MACHINE_PULLS`` (10). One takes minutes on an emulated processor, so the many are
``test_power_is_pulled.py``'s, and the browser is started at each fifth only.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.machine.booted import Shell
from support.machine.image import partition
from support.machine.place import NO_SCREEN, Place
from support.machine.programs import Publisher
from support.machine.pulls import Pulls, looked_at, note
from support.machine.qemu import SLOW, Virtual

PULLS = int(os.environ.get("TONGBAN_MACHINE_PULLS", "10"))
SEED = int(os.environ.get("TONGBAN_SEED", "20261126"))
EVERY = 5
PAINTED = "journalctl -b -o short-monotonic --no-pager -u tongban-terminal | grep -m1 'a page beats' | grep -o '^[^]]*]'"
"""When, in seconds since the kernel started."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(PULLS * 3600 + 7200)]


def test_a_machine_comes_up_from_every_cut_and_nothing_handed_in_is_lost(hall: Place, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    pulls = Pulls(hall, Publisher(hall.hall, tmp_path), chance, visit=150, update=400)
    hall.lay_setup()
    with hall.on() as machine:
        hall.is_set_up(machine)
        machine.run("/usr/lib/tongban/bin/lock-root on", patience=3 * SLOW)
        machine.off()
    before = "being set up"
    for number in range(PULLS + 1):
        shown = number % EVERY == 0
        with hall.on(kernel="" if shown else NO_SCREEN) as machine:
            came = comes_up(hall, machine, shown)
            pulls.arrived()
            note(f"machine {number}. after {before}: {came}; {len(pulls.told)} cases people were told of, all at the centre")
            if number == PULLS:
                break
            act: Callable[[Shell], None] = pulls.acts[number % len(pulls.acts)]
            act(machine)
            machine.kill()
        pulled = hall.disk.pull(chance)
        pulls.over()
        found = looked_at(hall.disk, *partition("data"), tmp_path)
        pulls.kept(found)
        lost = f"{pulled.lost} of {pulled.unflushed} unflushed sectors lost, e2fsck {found.fsck}"
        before = f"{act.__name__} ({lost}; programs: {found.programs})"


def comes_up(place: Place, machine: Virtual, shown: bool) -> str:
    """Until it serves, and for ``shown`` until the page is painted; when, by the machine's clock and by ours."""
    # Seldom asked, and told by the journal: each look takes the one processor from what is waited for.
    painted = machine.until(PAINTED, "the page is painted", "tongban-screen", patience=3 * SLOW, pause=20) if shown else ""
    machine.until("systemctl is-active tongban-terminal", "the service is up", "tongban-terminal", patience=2 * SLOW, pause=8)
    kinds = machine.run("for on in / /boot/firmware /var/lib/tongban; do findmnt -no FSTYPE,OPTIONS $on | cut -d, -f1; done")
    assert [line.split() for line in kinds.splitlines()] == [["overlay", "rw"], ["vfat", "ro"], ["ext4", "rw"]]
    assert machine.run("/usr/lib/tongban/bin/lock-root status") == "系统盘只读"
    assert "EXT4-fs error" not in machine.run("dmesg")
    place.glass().see("welcome")
    manager, serves = (
        int(microseconds) / 1e6
        for microseconds in machine.run(
            "systemctl show -P UserspaceTimestampMonotonic; systemctl show -P ActiveEnterTimestampMonotonic tongban-terminal"
        ).split()
    )
    told = f"serves {serves - manager:.1f} s after the service manager"
    if shown:
        told += f", painted {float(painted.strip('[ ]')) - manager:.1f} s after it"
    return f"{told} by its clock, {time.monotonic() - machine.began:.0f} s after the power by ours"
