"""An 80 mm ESC/POS receipt printer: real bytes in, dots on paper out, at a real printer's pace.

::

    client ──▶ TCP port, or pty ──▶ receive buffer ──▶ Interpreter ──▶ Mechanism ──▶ Paper
                      │  real-time commands: at once,   in order;         8 dots/mm,
                      ▼  whatever they stand in         waits offline     200 mm/s
                  answers, ASB

What is true to life, because drivers trip over it: a full receive buffer stops the connection and real-time questions
with it; DLE EOT is obeyed inside picture data; an interrupted ``GS v 0`` swallows what comes next, also from the next
connection; after a refill printing goes on, so a receipt comes out in two pieces; bytes that are no command are printed,
and characters its ROM does not have come out as others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from devices.virtual.escpos import MODEL, Interpreter, Presenter, full_status
from devices.virtual.mechanism import FAULTS, NEAR_END_MM, ROLL_MM, SWITCHES, Mechanism, PowerLostError
from devices.virtual.one_client import OneClientPort
from devices.virtual.paper import Piece
from devices.virtual.port import UnknownFaultError
from devices.virtual.rom import CharacterRom
from devices.virtual.tty_port import TtyPort
from devices.virtual.wire import Tap, nobody

__all__ = ["FAULTS", "MODEL", "NEAR_END_MM", "ROLL_MM", "SWITCHES", "VirtualPrinter"]

LATE_S = 0.6
_FULL_STATUS = 20


class _Port(Protocol):
    """Where the printer's bytes come and go: :class:`OneClientPort`, :class:`TtyPort`."""

    @property
    def address(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def send(self, data: bytes, delay: float = 0.0) -> None: ...

    def plug(self, plugged: bool) -> None: ...

    def changed(self) -> None: ...


class VirtualPrinter:
    """:class:`devices.virtual.port.VirtualDevice`. All methods may be called from any thread.

    At ``host:port`` (0: any free one), or with ``link`` on a pty it leads to: a serial line of ``baud``, without that a USB
    printer's two pipes. ``buffer``: bytes of receive buffer; ``pace``: mm/s; ``mid_job_mm``: how far the mid-job faults let it
    print; ``rom``: the code of its Chinese characters, if any.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        link: Path | None = None,
        baud: int | None = None,
        xonxoff: bool = False,
        name: str = "printer",
        pace: float = 200.0,
        buffer: int = 4096,
        mid_job_mm: float = 40.0,
        rom: str | None = "gbk",
        presenter: Presenter | None = None,
    ) -> None:
        self._name = name
        self._capacity = buffer
        self._serial = baud is not None
        self._presenter = presenter
        self._buffer = bytearray()
        self._real_time = bytearray()
        self._asb_on = False
        self._asb_sent = b""
        self._was_powered = True
        self._lost = 0
        self.tap: Tap = nobody
        self._port: _Port
        self._mechanism = Mechanism(pace, mid_job_mm, self._sensed)
        self._changed = self._mechanism.changed
        if link is None:
            self._port = OneClientPort(host, port, room=self._room, received=self._receive)
        else:
            self._port = TtyPort(link, baud, xonxoff=xonxoff, room=self._room, received=self._receive)
        self._interpreter = Interpreter(
            self._mechanism, CharacterRom(rom), presenter, take=self._bytes, reply=self._reply, report=self._switch_asb
        )
        self._thread = threading.Thread(target=self._work, name="virtual-printer", daemon=True)

    # --- virtual device -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    @property
    def address(self) -> str:
        """``host:port`` (known from ``start`` on) or the tty's path."""
        return self._port.address

    @property
    def port(self) -> int:
        """The TCP port."""
        return int(self.address.rpartition(":")[2])

    @property
    def faults(self) -> Mapping[str, str]:
        return FAULTS

    def start(self) -> None:
        self._port.start()
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._mechanism.stopping = True
            self._changed.notify_all()
        self._port.stop()
        if self._thread.ident is not None:
            self._thread.join(2)

    def inject(self, fault: str) -> None:
        if fault not in FAULTS:
            raise UnknownFaultError(f"{fault!r}: {', '.join(FAULTS)}")
        with self._changed:
            self._mechanism.inject(fault)
            self._settle()

    def clear(self, fault: str | None = None) -> None:
        if fault is not None and fault not in FAULTS:
            raise UnknownFaultError(f"{fault!r}: {', '.join(FAULTS)}")
        with self._changed:
            for name in FAULTS if fault is None else (fault,):
                self._mechanism.end(name)
            self._settle()

    def active(self) -> tuple[str, ...]:
        with self._changed:
            return self._mechanism.showing()

    # --- paper --------------------------------------------------------------------------------------------------------

    @property
    def paper_left_mm(self) -> float:
        with self._changed:
            return self._mechanism.paper.left_mm

    @property
    def starved(self) -> tuple[int, float]:
        """How often the paper stopped in the middle of a piece because dots came too late, and for how many milliseconds."""
        with self._changed:
            return self._mechanism.stalls, self._mechanism.starved_ms

    @property
    def overrun(self) -> int:
        """Bytes that came over the serial line when the buffer was full, and are gone."""
        with self._changed:
            return self._lost

    def papers(self) -> list[Piece]:
        """Every piece a person could see now, oldest first; the last may still hang in the mouth (not ``cut``)."""
        with self._changed:
            return self._mechanism.paper.pieces(self._mechanism.ticket)

    def binned(self) -> list[Piece]:
        """What the presenter took back: only staff can open that bin."""
        with self._changed:
            return list(self._mechanism.paper.binned)

    def png(self, n: int) -> bytes:
        """Piece ``n`` as a PNG. ``KeyError`` when it was taken, or never was."""
        for piece in self.papers():
            if piece.n == n:
                return piece.png()
        raise KeyError(n)

    def tear(self) -> None:
        """Somebody takes all finished pieces. What still hangs uncut stays."""
        with self._changed:
            self._mechanism.take()
            self._mechanism.paper.finished.clear()

    # --- answers ------------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Whatever changed: the port and the interpreter look again, and ASB reports. Held lock.

        Without power a network or USB port is gone; a serial line stays, and is silent.
        """
        self._port.plug("unplug" not in self._mechanism.active and (self._mechanism.powered or self._serial))
        self._report()
        self._changed.notify_all()

    def _sensed(self) -> None:
        if self._mechanism.powered is not self._was_powered:
            self._was_powered = self._mechanism.powered
            self._settle()
        else:
            self._report()

    def _report(self) -> None:
        if self._asb_on and "mute" not in self._mechanism.active and (asb := self._asb()) != self._asb_sent:
            self._asb_sent = asb
            self._answer(asb)

    def _switch_asb(self, on: bool) -> None:
        with self._changed:
            self._asb_on = on and "no asb" not in self._mechanism.active
            self._asb_sent = b""
            self._report()

    def _asb(self) -> bytes:
        m = self._mechanism
        printer = 0x10 | (0x08 if m.offline else 0) | (0x20 if "cover open" in m.active else 0)
        return bytes((printer, m.errors, (0x03 if m.near else 0) | (0x0C if m.out else 0), 0))

    def _answer(self, data: bytes) -> None:
        self.tap(False, data)
        late, self._mechanism.late = self._mechanism.late > 0, max(0, self._mechanism.late - 1)
        self._port.send(data, LATE_S if late else 0.0)

    def _reply(self, data: bytes) -> None:
        with self._changed:
            if "mute" not in self._mechanism.active:
                self._answer(data)

    def _status(self, query: int) -> int:
        m = self._mechanism
        if query == 1:
            return 0x08 if m.offline else 0
        if query == 2:
            error = 0x40 if m.errors else 0
            return error | (0x04 if "cover open" in m.active else 0) | (0x20 if m.out else 0)
        if query == 3:
            return m.errors
        return (0x0C if m.near else 0) | (0x60 if m.out else 0)

    # --- reception: on the port's thread ------------------------------------------------------------------------------

    def _room(self) -> int:
        with self._changed:
            blocked = not self._mechanism.active.isdisjoint(("mute", "flow blocked"))
            return 0 if blocked else self._capacity - len(self._buffer)

    def _receive(self, data: bytes) -> None:
        with self._changed:
            if not self._mechanism.powered or (self._serial and "mute" in self._mechanism.active):
                return
            self.tap(True, data)
            for byte in data:
                self._real_time = (self._real_time + bytes((byte,)))[-3:]
                if self._real_time[:2] == b"\x10\x04" and len(self._real_time) == 3:
                    self._asked(byte)
            if (excess := len(self._buffer) + len(data) - self._capacity) > 0:
                self._lost += excess
                data = data[:-excess]
            self._buffer += data
            self._changed.notify_all()

    def _asked(self, query: int) -> None:
        if 1 <= query <= 4:
            self._answer(bytes((0x12 | self._status(query),)))
        elif query == _FULL_STATUS and self._presenter == "custom":
            self._answer(full_status(self._mechanism))

    # --- interpreter: on the printer's own thread ---------------------------------------------------------------------

    def _work(self) -> None:
        while not self._mechanism.stopping:
            try:
                self._interpreter.command()
            except PowerLostError:
                self._interpreter.reset()
                with self._changed:
                    self._buffer.clear()
                    self._mechanism.rest()
                    self._changed.wait_for(lambda: self._mechanism.powered or self._mechanism.stopping)

    def _bytes(self, count: int) -> bytes:
        """The next ``count`` bytes of the receive buffer, waited for as long as it takes."""
        taken = bytearray()
        while len(taken) < count:
            with self._changed:
                if not self._buffer:
                    since = time.monotonic()
                    self._mechanism.wait_until(lambda: bool(self._buffer))
                    self._mechanism.starve(since)
                self._mechanism.wait_until(lambda: "mute" not in self._mechanism.active)
                crowded = len(self._buffer) > self._capacity - _NEWS
                piece = self._buffer[: count - len(taken)]
                del self._buffer[: len(piece)]
            taken += piece
            if crowded:
                self._port.changed()
        return bytes(taken)


_NEWS = 1200
"""With less room than this the port may be waiting, or the sender stopped: taking bytes is news to it."""
