"""One broker of several is away, mute, false or deaf: terminals and the centre pass it within seconds, and find each other."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.broker import QUICK, RunningBroker, free_port, running_broker, wait_until
from support.fleet import OTHER_TERMINAL, TERMINAL, Fleet, ListOutbox, TerminalEnd, birth, rating, terminal_end

from mqtt.connection import Broker
from mqtt.link import Centre, Link

Bad = Callable[[Path], AbstractContextManager[int]]
BOUND = 8.0
"""Seconds for one that is passed: two for its connection, two for its handshake or five for its answer, and a short wait."""
DEAF = replace(QUICK, unheard=0.5)


@contextmanager
def two_brokers(folder: Path) -> Iterator[tuple[RunningBroker, RunningBroker]]:
    """Of one authority, and not joined in any way."""
    with ExitStack() as undone:
        first = undone.enter_context(running_broker(folder / "first", TERMINAL, OTHER_TERMINAL))
        yield first, undone.enter_context(running_broker(folder / "second", keys=first.authority))


@contextmanager
def centre_at(folder: Path, first: RunningBroker, *more: RunningBroker) -> Iterator[Fleet]:
    fleet = Fleet(first, folder / "centre", more)
    fleet.start()
    try:
        yield fleet
    finally:
        fleet.stop()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    with running_broker(tmp_path_factory.mktemp("good"), TERMINAL) as broker:
        yield broker


@contextmanager
def refusing(_folder: Path) -> Iterator[int]:
    yield free_port()


@contextmanager
def black_hole(_folder: Path) -> Iterator[int]:
    """Nobody takes what came, and nothing more is let in: every further SYN is dropped."""
    with ExitStack() as undone:
        hole = undone.enter_context(socket.socket())
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for _ in range(2):
            filler = undone.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(hole.getsockname())
        yield hole.getsockname()[1]


@contextmanager
def silent(_folder: Path) -> Iterator[int]:
    """Connected, and not a byte of TLS."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(16)
        yield mute.getsockname()[1]


@contextmanager
def of_another_authority(folder: Path) -> Iterator[int]:
    with running_broker(folder, TERMINAL) as foreign:
        yield foreign.port


@pytest.mark.parametrize("bad", [refusing, black_hole, silent, of_another_authority])
def test_a_broker_that_is_none_is_passed_within_seconds(bad: Bad, good: RunningBroker, tmp_path: Path) -> None:
    terminal = TerminalEnd(good)
    with bad(tmp_path) as port:
        account = good.account(TERMINAL)
        both = (Broker("127.0.0.1", port, account.tls), account)
        link = Link(TERMINAL, both, birth=birth, next_bd=terminal.next_bd, pace=QUICK, start=0)
        link.start(lambda _event: None)
        try:
            wait_until(lambda: link.connected, "the terminal is past it", BOUND)
            assert link.broker == f"127.0.0.1:{good.port}"
        finally:
            link.leave("shutdown")


def test_a_broker_that_refuses_our_certificate_is_passed(good: RunningBroker, tmp_path: Path) -> None:
    """With TLS 1.3 its no comes after the handshake."""
    with running_broker(tmp_path / "own", keys=good.authority) as picky, running_broker(tmp_path / "foreign") as foreign:
        picky.stop()
        own, others = str(good.authority.authority), str(foreign.authority.authority)
        lines = picky.configuration.read_text().replace(f"cafile {own}", f"cafile {others}")
        picky.configuration.write_text("".join(line for line in lines.splitlines(keepends=True) if not line.startswith("crlfile")))
        picky.start()
        with terminal_end(picky, others=(good,)) as terminal:
            wait_until(lambda: terminal.link.connected, "the terminal is past it", BOUND)
            assert terminal.link.broker == f"127.0.0.1:{good.port}"


def test_centre_and_terminals_meet_at_the_spare_when_the_first_is_killed_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    outbox = ListOutbox()
    with two_brokers(tmp_path) as (first, spare), centre_at(tmp_path, first, spare) as fleet:
        with terminal_end(first, outbox=outbox, others=(spare,)), terminal_end(first, OTHER_TERMINAL, others=(spare,)) as other:
            for n in range(200):
                outbox.add(rating(f"C{n}"))
            wait_until(lambda: len(outbox.confirmed) > 50, "the drain is under way")
            first.kill()
            wait_until(lambda: len(outbox) == 0, "all is confirmed at the spare", 20)
            other.outbox.add(rating("D1"))
            other.publisher.wake()
            wait_until(lambda: other.outbox.confirmed == [1], "the other terminal is there too")
        with fleet.centre.store.reading() as db:
            (stored,) = db.execute("SELECT count(*) FROM events").fetchone()
        assert stored == 201


def test_a_terminal_leaves_a_broker_at_which_the_centre_is_not_though_it_keeps_an_old_word_of_it(tmp_path: Path) -> None:
    with two_brokers(tmp_path) as (deaf, heard):
        with centre_at(tmp_path, deaf) as before:
            wait_until(lambda: before.centre.ingest.hearing.since, "the centre is there")
            deaf.stop()  # its birth stays
        deaf.start()
        with centre_at(tmp_path, heard), terminal_end(deaf, pace=DEAF, others=(heard,)) as terminal:
            terminal.outbox.add(rating())
            wait_until(lambda: terminal.outbox.confirmed == [1], "the event is stored by way of the other broker")
            assert terminal.link.broker == f"127.0.0.1:{heard.port}"


def test_terminals_follow_a_centre_that_goes_to_another_broker(tmp_path: Path) -> None:
    with (
        two_brokers(tmp_path) as (first, second),
        terminal_end(first, pace=replace(DEAF, unheard=2.0), others=(second,)) as terminal,
    ):
        with centre_at(tmp_path, first):
            terminal.outbox.add(rating())
            wait_until(lambda: terminal.outbox.confirmed == [1], "stored at the first")
        with centre_at(tmp_path, second):
            terminal.outbox.add(rating("C2"))
            wait_until(lambda: terminal.outbox.confirmed == [1, 2], "stored at the second")
            wait_until(lambda: terminal.link.state.centre is Centre.UP, "the terminal knows that the centre is there")
