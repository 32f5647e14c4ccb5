"""Something else answers where the A4 printer should be: slowly for ever, without end, or not by IPP at all."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from devices.a4.ipp import ANSWER_LIMIT, Ipp, IppError, Operation

PATIENCE = 0.1
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n"


def slowly(data: Iterable[bytes]) -> Iterator[bytes]:
    for piece in data:
        yield piece
        time.sleep(PATIENCE / 4)


@contextmanager
def answering(pieces: Iterable[bytes]) -> Iterator[Ipp]:
    """A port that takes one question and says ``pieces`` until nobody listens any more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client, contextlib.suppress(OSError):
                client.recv(4096)
                for piece in pieces:
                    client.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Ipp(f"ipp://127.0.0.1:{listener.getsockname()[1]}/ipp/print", patience=PATIENCE)
        thread.join(5)
        assert not thread.is_alive(), "it was hung up on"


@pytest.mark.parametrize(
    "pieces",
    [
        itertools.chain([HEAD + b"Content-Length: 100000\r\n\r\n"], slowly(itertools.repeat(b"\x01"))),
        itertools.chain([HEAD + b"X: "], slowly(itertools.repeat(b"x"))),
        slowly(itertools.repeat(b"H")),
    ],
    ids=["body", "header", "status line"],
)
def test_an_answer_that_comes_byte_by_byte_for_ever_is_mute(pieces: Iterable[bytes]) -> None:
    with answering(pieces) as end, pytest.raises(TimeoutError):
        end.ask(Operation.GET_PRINTER_ATTRIBUTES)


@pytest.mark.parametrize(
    "pieces",
    [
        itertools.chain([HEAD + b"Content-Length: 4000000000\r\n\r\n"], itertools.repeat(bytes(65536))),
        itertools.chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], itertools.repeat(b"4000\r\n" + bytes(0x4000) + b"\r\n")),
        [HEAD + b"Content-Length: 5\r\n\r\nhello"],
        [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"],
    ],
    ids=["long", "endless", "no IPP", "no page"],
)
def test_one_without_end_or_of_something_else_is_no_ipp_in_bounded_memory(pieces: Iterable[bytes]) -> None:
    tracemalloc.start()
    try:
        with answering(pieces) as end, pytest.raises(IppError):
            end.ask(Operation.GET_PRINTER_ATTRIBUTES)
        assert tracemalloc.get_traced_memory()[1] < 6 * ANSWER_LIMIT
    finally:
        tracemalloc.stop()


def test_bytes_that_are_no_http_are_nobody_there() -> None:
    with answering([b"\x10\x04\x12" * 50 + b"\r\n"]) as end, pytest.raises(ConnectionError):
        end.ask(Operation.GET_PRINTER_ATTRIBUTES)
