"""An 80 mm ESC/POS receipt printer on a TCP port: real bytes in, dots on paper out, at a real printer's pace.

::

    client ──TCP──▶ OneClientPort ──▶ receive buffer ──▶ interpreter ──▶ mechanism ──▶ Paper
                         │  real-time commands: at once,   in order;        8 dots/mm,
                         ▼  whatever they stand in         waits offline    200 mm/s
                     answers, ASB

What is true to life, because drivers trip over it: a full receive buffer stops the connection and real-time questions
with it; DLE EOT is obeyed inside picture data; an interrupted ``GS v 0`` swallows what comes next, also from the next
connection; after a refill printing goes on, so a receipt comes out in two pieces; bytes that are no command are printed.
Characters are printed as blocks: this printer has no font, and shows rubbish as rubbish.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from devices.virtual.one_client import OneClientPort
from devices.virtual.paper import DOTS_PER_MM, HEAD_BYTES, HEAD_TO_CUTTER_MM, Paper, Piece
from devices.virtual.port import UnknownFaultError

MODEL = "TB-80V"
NEAR_END_MM = 2000.0
ROLL_MM = 50_000.0
LATE_S = 0.6
LATE_ANSWERS = 8

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "paper out": "纸用完了；清除＝换上新纸卷，打印机会接着打缓冲区里剩下的内容",
        "paper near end": "纸快用完（传感器报警，还能打印约 1.5 米）；清除＝换上新纸卷",
        "paper out mid-job": "从现在起再打印 40 毫米后纸用完，之后同 paper out",
        "cover open": "上盖打开，打印停住；清除＝合上盖，接着打",
        "head hot": "打印头过热，打印停住；清除＝已冷却，接着打",
        "cutter jam": "切刀卡住，打印停住；清除＝已复位，接着打",
        "mute": "接着但死机：不收、不答、不打；清除＝恢复",
        "unplug": "拔掉网线（端口关闭），缓冲区里的内容会继续打完；清除＝重新插上",
        "power cut mid-job": "从现在起再打印 40 毫米后断电，缓冲区内容丢失；清除＝重新通电",
        "late answers": "接下来 8 次应答各晚 0.6 秒（一次性）",
        "no process id": "廉价兼容机：不认识 GS ( H（进程标识）",
        "no asb": "廉价兼容机：不认识 GS a（自动状态回传）",
        "no gs r": "廉价兼容机：不认识 GS r（按顺序回答纸状态）",
    }
)

_SWITCHES = frozenset(FAULTS) - {"paper out", "paper near end", "late answers"}
_MID_JOB = ("paper out mid-job", "power cut mid-job")
_PACE_ROWS = 8
_LINE_ROWS = 30
_CHARACTER = 12
"""Dots across a character cell of font A, 24 high."""
_ARGUMENTS = {
    0x1B: dict.fromkeys(b"!%-3=EGMRTUVact{ r", 1) | {ord("p"): 3, ord("$"): 2, ord("\\"): 2, ord("c"): 2, ord("D"): 0},
    0x1C: {ord("!"): 1, ord("-"): 1, ord("W"): 1, ord("C"): 1, ord("S"): 2},
    0x1D: dict.fromkeys(b"!BHbfhw", 1) | {ord("L"): 2, ord("W"): 2, ord("P"): 2, ord("$"): 2, ord("\\"): 2},
}
"""Bytes after commands that change nothing here."""


class _PowerLostError(Exception):
    """The interpreter stops in the middle of whatever it does."""


class VirtualPrinter:
    """:class:`devices.virtual.port.VirtualDevice`. ``buffer``: bytes of receive buffer; ``pace``: mm/s.

    ``mid_job_mm``: how far the mid-job faults let it print. All methods may be called from any thread.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        name: str = "printer",
        pace: float = 200.0,
        buffer: int = 4096,
        mid_job_mm: float = 40.0,
    ) -> None:
        self._name = name
        self._host = host
        self._pace = pace
        self._capacity = buffer
        self._mid_job_mm = mid_job_mm
        self._changed = threading.Condition()
        self._paper = Paper(ROLL_MM)
        self._active: set[str] = set()
        self._late = 0
        self._job_mm = 0.0
        self._powered = True
        self._buffer = bytearray()
        self._real_time = bytearray()
        self._asb_on = False
        self._asb_sent = b""
        self._line = 0
        self._due = 0.0
        self._stopping = False
        self._port = OneClientPort(host, port, room=self._room, received=self._receive)
        self._thread = threading.Thread(target=self._work, name="virtual-printer", daemon=True)

    # --- virtual device -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    @property
    def address(self) -> str:
        """``host:port``; the port is known from ``start`` on."""
        return f"{self._host}:{self.port}"

    @property
    def port(self) -> int:
        return self._port.port

    @property
    def faults(self) -> Mapping[str, str]:
        return FAULTS

    def start(self) -> None:
        self._port.start()
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._port.stop()
        if self._thread.ident is not None:
            self._thread.join(2)

    def inject(self, fault: str) -> None:
        if fault not in FAULTS:
            raise UnknownFaultError(f"{fault!r}: {', '.join(FAULTS)}")
        with self._changed:
            if fault == "paper out":
                self._paper.left_mm = 0.0
            elif fault == "paper near end":
                self._paper.left_mm = min(self._paper.left_mm, NEAR_END_MM * 0.75)
            elif fault == "late answers":
                self._late = LATE_ANSWERS
            else:
                self._active.add(fault)
                if fault in _MID_JOB:
                    self._job_mm = 0.0
            self._settle()

    def clear(self, fault: str | None = None) -> None:
        if fault is not None and fault not in FAULTS:
            raise UnknownFaultError(f"{fault!r}: {', '.join(FAULTS)}")
        with self._changed:
            for name in FAULTS if fault is None else (fault,):
                self._end(name)
            self._settle()

    def active(self) -> tuple[str, ...]:
        with self._changed:
            shown = set(self._active)
            shown.update(("paper out",) if self._out else ("paper near end",) if self._near else ())
            shown.update(("late answers",) if self._late else ())
            return tuple(name for name in FAULTS if name in shown)

    # --- paper --------------------------------------------------------------------------------------------------------

    @property
    def paper_left_mm(self) -> float:
        with self._changed:
            return self._paper.left_mm

    def papers(self) -> list[Piece]:
        """Every piece a person could see now, oldest first; the last may still hang in the mouth (not ``cut``)."""
        with self._changed:
            return self._paper.pieces()

    def png(self, n: int) -> bytes:
        """Piece ``n`` as a PNG. ``KeyError`` when it was taken, or never was."""
        for piece in self.papers():
            if piece.n == n:
                return piece.png()
        raise KeyError(n)

    def tear(self) -> None:
        """Somebody takes all finished pieces. What still hangs uncut stays."""
        with self._changed:
            self._paper.finished.clear()

    # --- faults -------------------------------------------------------------------------------------------------------

    @property
    def _out(self) -> bool:
        return self._paper.left_mm <= 0

    @property
    def _near(self) -> bool:
        return self._paper.left_mm <= NEAR_END_MM

    @property
    def _offline(self) -> bool:
        return self._out or not self._active.isdisjoint(("cover open", "head hot", "cutter jam"))

    def _end(self, fault: str) -> None:
        if (fault == "paper out" and self._out) or (fault == "paper near end" and self._near):
            self._paper.new_roll()
        elif fault == "late answers":
            self._late = 0
        elif fault == "paper out mid-job" and self._out:
            self._paper.new_roll()
        elif fault == "power cut mid-job" and not self._powered:
            self._powered = True
        self._active.discard(fault)

    def _settle(self) -> None:
        """Whatever changed: the port and the interpreter look again, and ASB reports. Held lock."""
        self._port.plug(self._powered and "unplug" not in self._active)
        if self._asb_on and "mute" not in self._active and (asb := self._asb()) != self._asb_sent:
            self._asb_sent = asb
            self._answer(asb)
        self._changed.notify_all()

    def _asb(self) -> bytes:
        printer = 0x10 | (0x08 if self._offline else 0) | (0x20 if "cover open" in self._active else 0)
        return bytes((printer, self._errors(), (0x03 if self._near else 0) | (0x0C if self._out else 0), 0))

    def _errors(self) -> int:
        return (0x08 if "cutter jam" in self._active else 0) | (0x40 if "head hot" in self._active else 0)

    def _answer(self, data: bytes) -> None:
        late, self._late = self._late > 0, max(0, self._late - 1)
        self._port.send(data, LATE_S if late else 0.0)

    # --- reception: on the port's thread ------------------------------------------------------------------------------

    def _room(self) -> int:
        with self._changed:
            return 0 if "mute" in self._active else self._capacity - len(self._buffer)

    def _receive(self, data: bytes) -> None:
        with self._changed:
            if not self._powered:
                return
            for byte in data:
                self._real_time = (self._real_time + bytes((byte,)))[-3:]
                if len(self._real_time) == 3 and self._real_time[:2] == b"\x10\x04" and 1 <= byte <= 4:
                    self._answer(bytes((0x12 | self._status(byte),)))
            self._buffer += data
            self._changed.notify_all()

    def _status(self, query: int) -> int:
        if query == 1:
            return 0x08 if self._offline else 0
        if query == 2:
            error = 0x40 if self._errors() else 0
            return error | (0x04 if "cover open" in self._active else 0) | (0x20 if self._out else 0)
        if query == 3:
            return self._errors()
        return (0x0C if self._near else 0) | (0x60 if self._out else 0)

    # --- interpreter: on the printer's own thread ---------------------------------------------------------------------

    def _work(self) -> None:
        while not self._stopping:
            try:
                self._command()
            except _PowerLostError:
                with self._changed:
                    self._buffer.clear()
                    self._asb_on, self._line = False, 0
                    self._changed.wait_for(lambda: self._powered or self._stopping)

    def _command(self) -> None:
        byte = self._take()
        with self._changed:
            self._wait_until(lambda: not self._offline and "mute" not in self._active)
        if byte in (0x1B, 0x1C, 0x1D):
            self._escape(byte, self._take())
        elif byte == 0x10:
            self._bytes(4 if self._take() == 0x14 else 1)
        elif byte == 0x0A:
            self._end_line()
        elif byte >= 0x20:
            self._character()

    def _escape(self, prefix: int, command: int) -> None:
        key = bytes((prefix, command))
        if key == b"\x1b@":
            self._asb_on, self._line = False, 0
        elif key == b"\x1bJ":
            self._feed(self._take())
        elif key == b"\x1bd":
            self._feed(self._take() * _LINE_ROWS)
        elif key == b"\x1dv":
            self._picture()
        elif key == b"\x1dV":
            self._cut(self._take())
        elif key == b"\x1da":
            self._switch_asb(self._take())
        elif key == b"\x1dr":
            if self._take() in (1, 49) and "no gs r" not in self._active:
                self._reply(bytes(((0x03 if self._near else 0) | (0x0C if self._out else 0),)))
        elif key == b"\x1dI":
            self._reply({67: b"_" + MODEL.encode() + b"\0", 66: b"_TONGBAN\0"}.get(self._take(), b"\x02"))
        elif key in (b"\x1d(", b"\x1c("):
            self._parenthesis(self._take())
        else:
            self._bytes(_ARGUMENTS[prefix].get(command, 0))

    def _parenthesis(self, family: int) -> None:
        data = self._bytes(self._word())
        if family == ord("H") and data[:2] == b"00" and len(data) == 6 and "no process id" not in self._active:
            self._reply(b"\x37\x22" + data[2:] + b"\0")

    def _switch_asb(self, what: int) -> None:
        with self._changed:
            self._asb_on = bool(what) and "no asb" not in self._active
            self._asb_sent = b""
            self._settle()

    def _picture(self) -> None:
        self._bytes(2)
        width, height = self._word(), self._word()
        for _ in range(height):
            self._burn([self._bytes(width)])

    def _cut(self, kind: int) -> None:
        if kind in (65, 66):
            self._feed(self._take() + HEAD_TO_CUTTER_MM * DOTS_PER_MM)
        with self._changed:
            self._wait_until(lambda: "cutter jam" not in self._active and "cover open" not in self._active)
            if not self._line:
                self._paper.cut()

    def _character(self) -> None:
        """One more character cell in the line; full lines wrap."""
        if self._line >= HEAD_BYTES * 8:
            self._end_line()
        self._line += _CHARACTER

    def _end_line(self) -> None:
        used, self._line = self._line // 8, 0
        solid = bytes(0xAA if index < used else 0 for index in range(HEAD_BYTES))
        self._burn([solid] * 24 if used else [bytes(HEAD_BYTES)] * 24)
        self._feed(_LINE_ROWS - 24)

    def _feed(self, rows: int) -> None:
        self._burn([bytes(HEAD_BYTES)] * rows)

    # --- mechanism ----------------------------------------------------------------------------------------------------

    def _burn(self, rows: list[bytes]) -> None:
        for row in rows:
            with self._changed:
                self._wait_until(lambda: not self._offline and "mute" not in self._active)
                self._paper.burn(row)
                self._wear()
            self._keep_pace()

    def _wear(self) -> None:
        """One row later: faults that wait for their moment, and the sensors."""
        self._job_mm += 1 / DOTS_PER_MM
        if self._job_mm >= self._mid_job_mm:
            if "paper out mid-job" in self._active:
                self._active.discard("paper out mid-job")
                self._paper.left_mm = 0.0
            if "power cut mid-job" in self._active:
                self._powered = False
                self._settle()
                raise _PowerLostError
        if self._asb_on and self._asb() != self._asb_sent:
            self._settle()

    def _keep_pace(self) -> None:
        now = time.monotonic()
        self._due = max(self._due, now - 0.05) + 1 / (self._pace * DOTS_PER_MM)
        if self._due - now > _PACE_ROWS / (self._pace * DOTS_PER_MM):
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, self._due - now)

    def _take(self) -> int:
        return self._bytes(1)[0]

    def _word(self) -> int:
        return int.from_bytes(self._bytes(2), "little")

    def _bytes(self, count: int) -> bytes:
        """The next ``count`` bytes of the receive buffer, waited for as long as it takes."""
        taken = bytearray()
        while len(taken) < count:
            with self._changed:
                self._wait_until(lambda: bool(self._buffer) and "mute" not in self._active)
                full = len(self._buffer) >= self._capacity
                piece = self._buffer[: count - len(taken)]
                del self._buffer[: len(piece)]
            taken += piece
            if full:
                self._port.changed()
        return bytes(taken)

    def _reply(self, data: bytes) -> None:
        with self._changed:
            if "mute" not in self._active:
                self._answer(data)

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        """Until ``ready()``; the lock is held. :class:`_PowerLostError` when the power goes first, or the printer is stopped."""
        self._changed.wait_for(lambda: ready() or self._stopping or not self._powered)
        if self._stopping or not self._powered:
            raise _PowerLostError
