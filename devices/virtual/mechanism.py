"""The moving parts of a thermal printer: head, roll, cutter, presenter; their pace, their sensors and what goes wrong with them.

Everything here is guarded by :attr:`Mechanism.changed`. The head burns at its pace while there are dots to burn; when the next
row comes too late the paper stops, which shows as a white band on a real one: :attr:`Mechanism.stalls` counts that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from devices.virtual.paper import DOTS_PER_MM, HEAD_BYTES, Paper, Piece

NEAR_END_MM = 2000.0
ROLL_MM = 50_000.0
LATE_ANSWERS = 8
TAKEN_AFTER = 0.3
"""Seconds until somebody takes a presented ticket, unless it is left."""

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "paper out": "纸用完了；清除＝换上新纸卷，打印机会接着打缓冲区里剩下的内容",
        "paper near end": "纸快用完（传感器报警，还能打印约 1.5 米）；清除＝换上新纸卷",
        "paper out mid-job": "从现在起再打印 40 毫米后纸用完，之后同 paper out",
        "cover open": "上盖打开，打印停住；清除＝合上盖，接着打",
        "head hot": "打印头过热，打印停住；清除＝已冷却，接着打",
        "cutter jam": "切刀卡住，打印停住；清除＝已复位，接着打",
        "mute": "接着但死机：不收、不答、不打；清除＝恢复",
        "unplug": "拔掉网线或数据线，缓冲区里的内容会继续打完；清除＝重新插上",
        "power cut mid-job": "从现在起再打印 40 毫米后断电，缓冲区内容丢失；清除＝重新通电",
        "power blip mid-job": "从现在起再打印 40 毫米后断电 0.3 秒又来电，缓冲区内容丢失（一次）",
        "late answers": "接下来 8 次应答各晚 0.6 秒（一次性）",
        "flow blocked": "一直要求对方停发（串口发 XOFF，网口和 USB 不收），缓冲区里的照打；清除＝放行",
        "ticket left": "带出纸器的型号：凭证送到出纸口后没人取；清除＝取走",
        "no process id": "廉价兼容机：不认识 GS ( H（进程标识）",
        "no asb": "廉价兼容机：不认识 GS a（自动状态回传）",
        "no gs r": "廉价兼容机：不认识 GS r（按顺序回答纸状态）",
    }
)
SWITCHES = frozenset(FAULTS) - {"paper out", "paper near end", "late answers"}
BLIP_S = 0.3
MID_JOB = ("paper out mid-job", "power cut mid-job", "power blip mid-job")
_STOPS = ("cover open", "head hot", "cutter jam")
_PACE_ROWS = 8
"""Rows of dots the head has ready in advance."""


class PowerLostError(Exception):
    """The interpreter stops in the middle of whatever it does."""


class Mechanism:
    """``pace``: mm/s. ``sensed`` is called, lock held, whenever a sensor may show something else."""

    def __init__(self, pace: float, mid_job_mm: float, sensed: Callable[[], None]) -> None:
        self.changed = threading.Condition()
        self.paper = Paper(ROLL_MM)
        self.active: set[str] = set()
        self.late = 0
        self.powered = True
        self.stopping = False
        self.ticket: Piece | None = None
        """What the presenter holds out."""
        self.stalls = 0
        """How often the paper had to stop because dots came too late."""
        self.starved_ms = 0.0
        self._sensed = sensed
        self._row_time = 1 / (pace * DOTS_PER_MM)
        self._mid_job_mm = mid_job_mm
        self._job_mm = 0.0
        self._due = 0.0
        self._moving = False

    # --- sensors ------------------------------------------------------------------------------------------------------

    @property
    def out(self) -> bool:
        return self.paper.left_mm <= 0

    @property
    def near(self) -> bool:
        return self.paper.left_mm <= NEAR_END_MM

    @property
    def offline(self) -> bool:
        return self.out or not self.active.isdisjoint(_STOPS)

    @property
    def errors(self) -> int:
        """Error bits as in DLE EOT 3 and the second byte of ASB."""
        return (0x08 if "cutter jam" in self.active else 0) | (0x40 if "head hot" in self.active else 0)

    def showing(self) -> tuple[str, ...]:
        shown = set(self.active)
        shown.update(("paper out",) if self.out else ("paper near end",) if self.near else ())
        shown.update(("late answers",) if self.late else ())
        return tuple(name for name in FAULTS if name in shown)

    # --- hands --------------------------------------------------------------------------------------------------------

    def inject(self, fault: str) -> None:
        if fault == "paper out":
            self.paper.left_mm = 0.0
        elif fault == "paper near end":
            self.paper.left_mm = min(self.paper.left_mm, NEAR_END_MM * 0.75)
        elif fault == "late answers":
            self.late = LATE_ANSWERS
        else:
            self.active.add(fault)
            if fault in MID_JOB:
                self._job_mm = 0.0

    def end(self, fault: str) -> None:
        if (fault in ("paper out", "paper out mid-job") and self.out) or (fault == "paper near end" and self.near):
            self.paper.new_roll()
        elif fault == "late answers":
            self.late = 0
        elif fault == "power cut mid-job":
            self.powered = True
        elif fault == "ticket left":
            self.take()
        self.active.discard(fault)

    def take(self) -> None:
        """Somebody takes what the presenter holds out."""
        if self.ticket is not None:
            self.paper.finished.append(self.ticket)
            self.ticket = None

    # --- movements ----------------------------------------------------------------------------------------------------

    def burn(self, rows: list[bytes]) -> None:
        for row in rows:
            with self.changed:
                self.wait_until(self._may_print)
                if not self._moving:
                    self._moving, self._due = True, time.monotonic()
                self.paper.burn(row)
                self._wear()
            self._keep_pace()

    def feed(self, rows: int) -> None:
        self.burn([bytes(HEAD_BYTES)] * rows)

    def cut(self, *, presenter: bool) -> None:
        """A printer with a presenter holds the piece back until it is told to present it."""
        with self.changed:
            self.wait_until(lambda: "cutter jam" not in self.active and "cover open" not in self.active)
            self.paper.cut()
            self._moving = False
            if presenter and self.paper.finished:
                self._swallow()
                self.ticket = self.paper.finished.pop()

    def present(self) -> None:
        with self.changed:
            if self.ticket is not None and "ticket left" not in self.active:
                _later(TAKEN_AFTER, partial(self._somebody_takes, self.ticket))

    def retract(self) -> None:
        """Into the bin, where no citizen sees it."""
        with self.changed:
            self._swallow()

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Until ``ready()``; the lock is held. :class:`PowerLostError` when the power goes first, or the printer is stopped."""
        self.changed.wait_for(lambda: ready() or self.stopping or not self.powered)
        if self.stopping or not self.powered:
            raise PowerLostError

    def starve(self, since: float) -> None:
        """The interpreter had nothing to do from ``since`` (monotonic) until now."""
        now = time.monotonic()
        late = now - max(since, self._due)
        if self._moving and late > self._row_time and not self.offline and "mute" not in self.active:
            self.stalls += 1
            self.starved_ms += late * 1000
            self._due = now

    def rest(self) -> None:
        """What is in hand is over: whatever comes next may take its time."""
        self._moving = False

    def _may_print(self) -> bool:
        return not self.offline and "mute" not in self.active

    def _wear(self) -> None:
        """One row later: faults that wait for their moment, and the sensors."""
        self._job_mm += 1 / DOTS_PER_MM
        if self._job_mm >= self._mid_job_mm:
            if "paper out mid-job" in self.active:
                self.active.discard("paper out mid-job")
                self.paper.left_mm = 0.0
            if "power cut mid-job" in self.active:
                self.powered = False
                self._sensed()
                raise PowerLostError
            if "power blip mid-job" in self.active:
                self.active.discard("power blip mid-job")
                self.powered = False
                self._sensed()
                _later(BLIP_S, self._power)
                raise PowerLostError
        self._sensed()

    def _power(self) -> None:
        with self.changed:
            self.powered = True
            self._sensed()
            self.changed.notify_all()

    def _keep_pace(self) -> None:
        """Wait until the row is burnt. Lost time (this machine's, not the sender's) is caught up within 50 ms."""
        now = time.monotonic()
        self._due = max(self._due, now - 0.05) + self._row_time
        if self._due - now > _PACE_ROWS * self._row_time:
            with self.changed:
                self.changed.wait_for(lambda: self.stopping, self._due - now)

    def _swallow(self) -> None:
        if self.ticket is not None:
            self.paper.binned.append(self.ticket)
            self.ticket = None

    def _somebody_takes(self, ticket: Piece) -> None:
        with self.changed:
            if self.ticket is ticket:
                self.take()


def _later(seconds: float, action: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
