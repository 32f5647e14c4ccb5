"""The card's side of Debian's virtual reader (vsmartcard-vpcd 3.3): what a card is, and the slot it is put into.

::

    uint16 big endian length | payload       from the reader: one byte is 00 off, 01 on, 02 reset, 04 "your ATR?"; more is an APDU
                                             to the reader: the ATR for 04, the answer to an APDU; nothing for the others

To connect is to put the card in, to hang up is to take it out. The reader sends length and payload as two segments, which
costs 44 ms for each APDU unless they are acknowledged at once. While a card owes an answer pcscd waits without end.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import threading
import time
import weakref
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)

OFF, ON, RESET, ATR = 0x00, 0x01, 0x02, 0x04
HAND = 0.5
"""Seconds between taking a card out and the next one's contacts. pcscd looks at this reader every 0.4 s, and one that is swapped
between two looks is believed absent for good; no hand is that quick."""
RETRY = 0.02
"""Seconds between two tries to meet the contacts of a reader that is not there yet."""


class Applet(Protocol):
    """What a card does, whatever reader it is in. Called on the slot's thread only."""

    @property
    def atr(self) -> bytes: ...

    def reset(self) -> None:
        """Power on or warm reset: selection and PIN state are gone."""

    def transmit(self, command: bytes) -> bytes:
        """The answer to one APDU: data, SW1, SW2."""


class HangUpError(Exception):
    """Raised by an applet's ``transmit``: the card is taken out instead of answering."""


class Slot:
    """One slot of a reader. ``touch`` gives a connection to it, or ``None`` while there is no reader.

    A card put in stays in through the reader's death, and meets its contacts again when it is back.
    """

    def __init__(self, touch: Callable[[], socket.socket | None]) -> None:
        self._touch = touch
        self._lock = threading.Lock()
        self._put: tuple[Applet] | None = None
        """The card that is in; a tuple made anew for each insertion, so that one is told from the next."""
        self._wire: socket.socket | None = None
        self._changed = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._bell)

    def start(self) -> None:
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="virtual-card", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self.put(None)
        if self._thread is not None:
            self._thread.join(2)
            self._thread = None

    def put(self, card: Applet | None) -> None:
        """Put ``card`` in, in place of the one that is in; ``None``: take it out."""
        with self._lock:
            self._put = None if card is None else (card,)
            if self._wire is not None:
                with contextlib.suppress(OSError):
                    self._wire.shutdown(socket.SHUT_RDWR)
        os.eventfd_write(self._bell, 1)

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        free_at = 0.0
        while not self._stopping:
            with self._lock:
                put = self._put
            wait = None if put is None else max(RETRY, free_at - time.monotonic())
            if put is not None and wait == RETRY and (wire := self._touch()) is not None:
                with wire:
                    if self._meet(put, wire):
                        free_at = time.monotonic() + HAND
            elif select.select([self._bell], [], [], wait)[0]:
                os.eventfd_read(self._bell)

    def _meet(self, put: tuple[Applet], wire: socket.socket) -> bool:
        """Serve until the card is taken out (then ``True``) or the reader is gone."""
        with self._lock:
            if self._put is not put:
                return False
            self._wire = wire
        card = put[0]
        wire.settimeout(None)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        card.reset()
        try:
            while (payload := _receive(wire)) is not None:
                if len(payload) != 1:
                    _send(wire, card.transmit(payload))
                elif payload[0] == ATR:
                    _send(wire, card.atr)
                elif payload[0] in (ON, RESET):
                    card.reset()
        except HangUpError:
            with self._lock:
                if self._put is put:
                    self._put = None
        except OSError as error:
            log.debug("virtual card: %s", error)
        with self._lock:
            self._wire = None
            return self._put is not put


def _receive(wire: socket.socket) -> bytes | None:
    head = _exactly(wire, 2)
    return None if head is None else _exactly(wire, int.from_bytes(head, "big"))


def _exactly(wire: socket.socket, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        piece = wire.recv(count - len(data))
        if not piece:
            return None
        data += piece
    return data


def _send(wire: socket.socket, payload: bytes) -> None:
    wire.sendall(len(payload).to_bytes(2, "big") + payload)
