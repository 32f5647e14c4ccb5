"""Every protocol case goes through a line in several ways: whole, byte by byte, in odd pieces, with garbage around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol


class Receiver(Protocol):
    def receive_data(self, data: bytes) -> None: ...

    def next_event(self) -> Any: ...


WAYS: dict[str, Callable[[bytes], list[bytes]]] = {
    "whole": lambda stream: [stream],
    "byte by byte": lambda stream: [bytes([byte]) for byte in stream],
    "in odd pieces": lambda stream: [stream[at : at + 7] for at in range(0, len(stream), 7)],
    "with empty reads": lambda stream: [piece for byte in stream for piece in (b"", bytes([byte]))],
}


def events(receiver: Receiver, pieces: list[bytes]) -> list[Any]:
    """All events of ``pieces`` fed one after another."""
    found = []
    for piece in pieces:
        receiver.receive_data(piece)
        found += drain(receiver)
    return found


def drain(receiver: Receiver) -> Iterator[Any]:
    while (event := receiver.next_event()) is not None:
        yield event
