"""The socket under a session: what has come is taken in one go, what is to go leaves together, and nothing is lost in between."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from support.authority import authority, identity

from mqtt.loop import Heap
from mqtt.tls import context

TERMINAL = "hall-01"
Pair = tuple[Heap, ssl.SSLSocket]


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    folder = authority(tmp_path_factory.mktemp("authority"))
    ours = context(identity(folder, TERMINAL))
    ours.check_hostname, ours.sslsocket_class = False, Heap
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(folder.server, folder.server_key)
    return ours, theirs


@pytest.fixture
def pair(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Pair]:
    """Ours, which does not wait, and the other end, which does."""
    ours, theirs = contexts
    here, there = socket.socketpair()
    accepted: list[ssl.SSLSocket] = []
    thread = threading.Thread(target=lambda: accepted.append(theirs.wrap_socket(there, server_side=True)))
    thread.start()
    link = ours.wrap_socket(here)
    thread.join()
    link.setblocking(False)
    assert isinstance(link, Heap)
    with suppress(ssl.SSLWantReadError):
        link.recv(1)  # the session tickets that come first
    yield link, accepted[0]
    link.close()
    accepted[0].close()


def all_of(link: Heap, size: int) -> bytes:
    """All there is, ``size`` bytes at a time."""
    found = bytearray()
    with suppress(ssl.SSLWantReadError):
        while part := link.recv(size):
            found += part
    return bytes(found)


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_what_came_is_handed_out_in_any_pieces_in_order(pair: Pair, size: int) -> None:
    link, peer = pair
    said = [bytes([n]) * (n * 37 % 400 + 1) for n in range(150)]
    for record in said:
        peer.sendall(record)
    assert all_of(link, size) == b"".join(said)
    assert link.pending() == 0


def test_what_is_not_handed_out_yet_is_pending(pair: Pair) -> None:
    link, peer = pair
    peer.sendall(b"ab")
    peer.sendall(b"cd")
    assert link.recv(1) == b"a"
    assert link.pending() == 3


def test_after_as_many_records_as_are_taken_at_once_there_may_be_more(pair: Pair) -> None:
    """Else a worker would store 64 messages at a time, however many have come."""
    link, peer = pair
    for _ in range(65):
        peer.sendall(b"x")
    assert link.recv(64) == b"x" * 64
    assert link.pending() > 0
    assert link.recv(64) == b"x"
    assert link.pending() == 0


def test_what_came_before_the_other_end_closed_is_heard_first(pair: Pair) -> None:
    link, peer = pair
    peer.sendall(b"the last word")
    peer.close()
    assert link.recv(100) == b"the last word"
    assert link.recv(100) == b""


def test_what_is_gathered_leaves_in_one_record(pair: Pair) -> None:
    link, peer = pair
    link.pile()
    assert [link.send(part) for part in (b"ab", b"c", b"def")] == [2, 1, 3]
    assert link.flush()
    assert peer.recv(100) == b"abcdef"
    link.send(b"at once")
    assert peer.recv(100) == b"at once"


def test_what_the_other_end_does_not_take_leaves_later_and_in_order(pair: Pair) -> None:
    link, peer = pair
    told = bytes(range(256)) * 16_000
    link.pile()
    link.send(told)
    assert not link.flush()
    found = bytearray()

    def take() -> None:
        while len(found) < len(told) + 4:
            found.extend(peer.recv(65536))

    thread = threading.Thread(target=take)
    thread.start()
    link.pile()
    link.send(b"last")
    while not link.flush():
        pass
    thread.join(20)
    assert bytes(found) == told + b"last"


def test_what_is_gathered_when_the_socket_closes_still_leaves(pair: Pair) -> None:
    link, peer = pair
    link.pile()
    link.send(b"goodbye")
    link.close()
    assert peer.recv(100) == b"goodbye"
