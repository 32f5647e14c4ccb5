"""Whatever stops the glass of an installed terminal, a painted page is back by itself: units, cage and Chromium in a container.

How long each took is told, and added to ``TONGBAN_SCREEN_LOG``; the bar, 30 s, is looked at in docs/measured, not here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hall import until
from support.machine.booted import Machine
from support.machine.in_a_container import ContainerPlace, place

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

MAIN = "$(systemctl show -P MainPID tongban-{})"
WINDOW = (
    "runuser -u tongban-screen -- env HOME=/run/tongban-screen TMPDIR=/run/tongban-screen XDG_RUNTIME_DIR=/run/tongban-screen "
    "WAYLAND_DISPLAY=wayland-0 setsid chromium --ozone-platform=wayland --no-first-run --user-data-dir={} --new-window "
    "http://127.0.0.1:8600/progress </dev/null >/dev/null 2>&1 &"
)
FAULTS = {
    "the page's process is frozen": ("screen", "pkill -STOP -f -- --type=[r]enderer"),
    "the graphics process is frozen": ("screen", "pkill -STOP -f -- --type=[g]pu-process"),
    "the compositor is killed": ("screen", "pkill -KILL -x cage"),
    "the compositor is frozen": ("screen", "pkill -STOP -x cage"),
    "the program of the screen is frozen": ("screen", f"kill -STOP {MAIN.format('screen')}"),
    "the browser opens a window over the page": ("screen", WINDOW.format("/run/tongban-screen/profile")),
    "another browser's window lies over the page": ("screen", WINDOW.format("/run/tongban-screen/another")),
    "the terminal is frozen": ("terminal", f"kill -STOP {MAIN.format('terminal')}"),
    "the terminal is killed": ("terminal", f"kill -KILL {MAIN.format('terminal')}"),
}
"""Whose unit is started anew, and what is done."""


@pytest.fixture(scope="module")
def hall() -> Iterator[ContainerPlace]:
    with place() as one:
        yield one


@pytest.fixture(scope="module")
def machine(hall: ContainerPlace) -> Iterator[Machine]:
    with hall.on(screen=True) as one:
        hall.set_up(one)
        until(hall.painted, "the page is painted", hall.patience)
        yield one


@pytest.mark.parametrize("fault", FAULTS)
def test_a_painted_page_is_back_by_itself(hall: ContainerPlace, machine: Machine, fault: str) -> None:
    unit, line = FAULTS[fault]
    until(hall.painted, "the page is painted", hall.patience)
    before = machine.run(f"systemctl show -P InvocationID tongban-{unit}")
    began = time.monotonic()
    machine.run(line)

    def anew() -> bool:
        return machine.run(f"systemctl show -P InvocationID tongban-{unit}") not in (before, "")

    until(anew, f"tongban-{unit} is started anew", hall.patience)
    started = time.monotonic()  # whatever beats from now on is the new one
    until(lambda: hall.painted(started), "the page is painted again", hall.patience)
    note(f"{fault}: {time.monotonic() - began:.1f} s")


def note(line: str) -> None:
    told = f"{line} (load {os.getloadavg()[0]:.0f})"
    print(told, flush=True)
    if path := os.environ.get("TONGBAN_SCREEN_LOG"):
        with Path(path).open("a", encoding="utf-8") as log:
            log.write(told + "\n")
