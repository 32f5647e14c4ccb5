"""An update of an installed terminal with its screen on: it stands, and the screen runs it as well, under its own account."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hall import until
from support.machine.in_a_container import ContainerPlace, place
from support.machine.programs import Publisher

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

RUNS = "tr '\\0' '\\n' </proc/$(pgrep -x cage)/environ | grep PYTHONPATH=/opt/tongban/{}/site"
"""What the screen's program hands on to what it starts."""
PATIENCE = 600.0


@pytest.fixture
def hall() -> Iterator[ContainerPlace]:
    with place() as one:
        yield one


def test_it_stands_with_the_page_on_the_glass_and_the_screen_runs_it_too(hall: ContainerPlace, tmp_path: Path) -> None:
    publisher = Publisher(hall.hall, tmp_path)
    with hall.on(screen=True) as machine:
        hall.set_up(machine)
        until(hall.painted, "the page is painted", hall.patience)
        version = publisher.publish()
        stands = f"test $(readlink /opt/tongban/current) = {version} && test ! -e /opt/tongban/trial.json"
        machine.until(stands, "it stands", "tongban-terminal", "tongban-screen", patience=PATIENCE)
        machine.until(RUNS.format(version), "the screen runs it", "tongban-screen", patience=PATIENCE)
        began = time.monotonic()
        until(lambda: hall.painted(began), "the page is painted", hall.patience)
        assert machine.run("systemctl --failed --no-legend --plain", check=False) == ""
