"""A broker that keeps no message for later (``retain_available false``), as a cluster serves none on its other nodes: terminals and
the centre still learn of each other, whichever was there first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from support.broker import RunningBroker, running_broker, wait_until
from support.fleet import TERMINAL, Fleet, rating, terminal_end

from mqtt.link import Centre
from mqtt.messages import Birth


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    with running_broker(tmp_path_factory.mktemp("broker"), TERMINAL, more="retain_available false\n") as running:
        yield running


@pytest.fixture
def fleet(broker: RunningBroker, tmp_path: Path) -> Fleet:
    return Fleet(broker, tmp_path / "centre")


def born(fleet: Fleet) -> Birth | None:
    """What the centre holds of the terminal's birth."""
    with fleet.centre.store.reading() as db:
        row = db.execute("SELECT birth FROM terminals WHERE terminal = ?", (TERMINAL,)).fetchone()
    return msgspec.json.decode(row["birth"], type=Birth) if row and row["birth"] else None


def test_a_terminal_that_comes_later_learns_that_the_centre_is_there(fleet: Fleet) -> None:
    fleet.start()
    try:
        wait_until(lambda: fleet.centre.ingest.hearing.since, "the centre is there")
        with terminal_end(fleet.broker) as terminal:
            wait_until(lambda: terminal.link.state.centre is Centre.UP, "the centre answered the birth")
            terminal.outbox.add(rating())
            terminal.publisher.wake()
            wait_until(lambda: terminal.outbox.confirmed == [1], "stored")
    finally:
        fleet.stop()


def test_a_centre_that_comes_later_learns_what_a_terminal_said_while_nobody_listened(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.connected, "the terminal is there")
        for again in (False, True):  # a centre that is new, and one that comes back with a session its broker has forgotten
            if again:
                before = terminal.bd
                fleet.broker.kill()
                fleet.broker.start()
                wait_until(lambda before=before: terminal.bd > before and terminal.link.connected, "the terminal is back first")
            fleet.start()
            try:
                wait_until(lambda: (said := born(fleet)) is not None and said.bd == terminal.bd, "the centre asked for its birth")
                wait_until(lambda: terminal.link.state.centre is Centre.UP, "and is known to be there")
            finally:
                fleet.stop()
            wait_until(lambda: terminal.link.state.centre is Centre.DOWN, "its leaving is heard by who is there")
