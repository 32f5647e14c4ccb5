"""The one life all devices share, and the one thread that owns each of them.

::

    absent ──open()──▶ opening ──identify()──▶ identifying ──▶ ready ⇄ busy
      ▲                                                          │  ⇅ (its own faults: paper out, card unreadable …)
      └────────────── back-off 0.2 s … 1 s ◀── lost, mute ───────┘ faulted

What lives here: opening, losing, waiting and trying again; telling others about it, on change only; being woken.
What does not: a single byte of any device. A driver derives from :class:`Supervised` and says what is its own::

    class Bell(Supervised[int]):                       # int: the kind of note others may leave
        def open(self) -> None:       self._port = SerialPort(self._path)           # OSError → absent
        def identify(self) -> str:    return self._ask_model()                      # TimeoutError → mute
        def turn(self) -> float | None:
            for times in self.notes(): self._ring(times)
            self.alive()                                                            # it answered: proof of life
            return 5.0                                                              # come back in 5 s, or when woken
        def close(self) -> None:      self._port.close()
        def ring(self, times: int) -> None: self.leave(times)                       # any thread; returns at once

How failures read (all hooks run on the owning thread):

=================================  =================================================================================
``OSError`` (pyserial's too)       the device is gone: ``absent``. One that worked a moment ago is given ``grace``
                                   before anybody is told, so that a short vanishing (USB re-enumeration) is not news
``TimeoutError`` after ``open``    it is there and says nothing: ``faulted``, fault ``mute``
:class:`DeviceFaultError`          it is there and says it cannot: ``faulted`` with that code
any other exception                our mistake: traceback in the log once, ``back_off``, fault ``device_error``
=================================  =================================================================================

After each of these the device is closed and opened again until it answers. A fault with which the device keeps talking
(no paper, cover open) is no failure: the driver says :meth:`Supervised.faulted` from its turn and goes on polling.

What the owning thread last said is believed only while it can be (:meth:`Supervised.state`):

=====================================================  =============================================================
no hook returned, waited or heard from the device for  ``faulted``, fault ``device_hung``: a driver call does not
``Pace.hung``                                          return. :mod:`devices.watchdog` makes it news
said to be ready, its last proof of life older than    ``unknown``, fault ``unproven``
``proof_within``
``proof_within`` is ``None``: it can prove nothing     ``unknown`` without a fault, in place of ``ready``
vanished, and its grace is over                        ``absent``, whatever the owning thread is busy trying
=====================================================  =============================================================
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from msgspec import Struct

from devices.outages import Outages
from devices.port import DeviceChanged, DeviceEvent, DeviceState, Emit, Life

log = logging.getLogger(__name__)

Note = TypeVar("Note")


class DeviceFaultError(Exception):
    """Raised by a driver's hook when the device cannot serve until it is opened anew; ``code`` of ``kiosk/faults.toml``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pace(Struct, frozen=True):
    """Seconds of the shared life. A returned device is ready within ``longest`` plus the time it takes to identify."""

    first: float = 0.2
    longest: float = 1.0
    grace: float = 0.5
    """How long a device that worked may vanish before it is called absent."""
    steady: float = 2.0
    """Working this long without a break earns the short back-off again; a flapping device does not."""
    calm: float = 10.0
    """Working this long makes the next failure news in the log at once; see :mod:`devices.outages`."""
    hung: float = 15.0
    """A hook that neither waits, hears from its device nor returns for this long will not return. Longer than any exchange
    a driver has: three answers of three seconds are missed before it gives up."""
    stopping: float = 2.0


class Supervised(ABC, Generic[Note]):
    """A device on a thread of its own. ``name`` is its name in states, logs and settings."""

    proof_within: float | None = 10.0
    """Seconds within which a working device proves itself (:meth:`alive`) again and again, in ``identify`` first; ``None`` for
    one that cannot."""

    def __init__(self, name: str, *, pace: Pace | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._pace = pace or Pace()
        self._clock = clock
        self._state = DeviceState(name, Life.ABSENT)
        self._emit: Emit = _nobody
        self._notes: SimpleQueue[Note] = SimpleQueue()
        self._stopping = threading.Event()
        self._anew = threading.Event()
        self._thread: threading.Thread | None = None
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._bell)
        self._lost_at: float | None = None
        self._puzzled = False
        self._expected: str | None = None
        self._beat: float | None = None
        self._telling = threading.Lock()
        self._told = self._state
        self._outages = Outages(name, self._pace.calm)

    # --- for everybody, from any thread -------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    def expect(self, identity: str | None) -> None:
        """Serve only with the device that says it is ``identity`` (as in :attr:`DeviceState.identity`). Before ``start``."""
        self._expected = identity

    def start(self, emit: Emit) -> None:
        """Begin the device's life; once only. ``emit`` must neither raise nor wait; the owning thread or the watchdog calls it."""
        if self._thread is not None:
            raise RuntimeError(f"{self._name} was started before")
        self._emit = emit
        self._thread = threading.Thread(target=self._live, name=f"device-{self._name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the device; returns within ``pace.stopping``. Twice, or before ``start``, is harmless."""
        self._stopping.set()
        self.wake()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(self._pace.stopping)
            if self._thread.is_alive():
                log.error("%s does not stop", self._name)

    def state(self) -> DeviceState:
        """How it stands now: what the owning thread last said, unless that can no longer be believed."""
        state, beat, lost_at, now = self._state, self._beat, self._lost_at, self._clock()
        if beat is not None and now - beat > self._pace.hung:
            return replace(state, life=Life.FAULTED, fault="device_hung", warning=None)
        if not state.usable:
            return state
        if lost_at is not None and now - lost_at > self._pace.grace:
            return replace(state, life=Life.ABSENT, fault="absent", warning=None)
        if self.proof_within is None:
            return replace(state, life=Life.UNKNOWN) if state.life is Life.READY else state
        if state.proof_at is None or now - state.proof_at > self.proof_within:
            return replace(state, life=Life.UNKNOWN, fault="unproven")
        return state

    def review(self) -> None:
        if self._telling.acquire(blocking=False):  # else the owning thread is telling this very moment
            try:
                self._tell_if_new()
            finally:
                self._telling.release()

    def restart(self) -> None:
        """Close the device and open it anew, whatever it is doing; returns at once."""
        self._anew.set()
        self.wake()

    @property
    def restarting(self) -> bool:
        """From :meth:`restart` until the device is ready again."""
        return self._anew.is_set()

    def leave(self, note: Note) -> None:
        """Leave ``note`` for the owning thread and wake it."""
        self._notes.put(note)
        self.wake()

    def wake(self) -> None:
        """Have the owning thread take its next turn now."""
        os.eventfd_write(self._bell, 1)

    # --- what a driver says about its device --------------------------------------------------------------------------

    @abstractmethod
    def open(self) -> None:
        """Open the transport. ``OSError`` when there is nothing to open."""

    @abstractmethod
    def identify(self) -> str | None:
        """Make sure it is the device it should be; what it says it is. A ``TimeoutError`` means mute.

        Calls :meth:`alive` when the device answered; one that cannot answer at all gives no proof.
        """

    @abstractmethod
    def turn(self) -> float | None:
        """Do what there is to do, without waiting for more; seconds until the next turn, ``None``: when woken or readable."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the transport, however far ``open`` came."""

    def readable(self) -> tuple[int, ...]:
        """File descriptors whose incoming bytes begin the next turn early."""
        return ()

    def decline(self, note: Note) -> None:
        """``note`` was left while the device cannot serve; a note nobody waits for needs no answer."""

    # --- what a driver may call, on the owning thread -----------------------------------------------------------------

    @property
    def stopping(self) -> bool:
        """Whether a long turn should end early."""
        return self._stopping.is_set()

    def now(self) -> float:
        return self._clock()

    def emit(self, event: DeviceEvent) -> None:
        self._emit(event)

    def notes(self) -> Iterator[Note]:
        """The notes left so far, oldest first; each is given once."""
        while True:
            try:
                yield self._notes.get_nowait()
            except Empty:
                return

    def alive(self, at: float | None = None) -> None:
        """The device answered, now or ``at``. Not news by itself: nobody is told."""
        self._beat = now = self._clock()
        self._state = replace(self._state, proof_at=now if at is None else at)

    def ready(self, *, warning: str | None = None) -> None:
        self._lost_at = None
        self._tell(Life.READY, None, warning)

    def busy(self) -> None:
        self._lost_at = None
        self._tell(Life.BUSY, None, self._state.warning)

    def faulted(self, code: str, *, warning: str | None = None) -> None:
        """The device talks and says why it cannot serve."""
        self._lost_at = None
        self._tell(Life.FAULTED, code, warning)

    def wait(self, seconds: float | None, *files: int) -> bool:
        """Sleep until woken, one of ``files`` is readable, or the time is over (then ``False``)."""
        poll = select.poll()
        for file in (self._bell, *files):
            poll.register(file, select.POLLIN)
        self._beat = None  # waiting is no hanging
        ready = poll.poll(None if seconds is None else max(0.0, seconds) * 1000)
        self._beat = self._clock()
        if any(file == self._bell for file, _ in ready):
            os.eventfd_read(self._bell)
        return bool(ready)

    # --- the life -----------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        pause = self._pace.first
        while not self._stopping.is_set():
            self._beat = began = self._clock()
            try:
                self._open_and_work()
            except DeviceFaultError as error:
                self._fail(Life.FAULTED, error.code)
            except TimeoutError:
                if not self._stopping.is_set():
                    self._fail(Life.FAULTED, "mute")
            except OSError as error:
                self._gone(error)
            except Exception:
                if not self._puzzled or self._clock() - began >= self._pace.calm:
                    log.exception("%s: the driver failed", self._name)
                self._puzzled = True
                self._fail(Life.BACK_OFF, "device_error")
            self._safely(self.close)
            if self._clock() - began >= self._pace.steady:
                pause = self._pace.first
            self._back_off(pause)
            pause = min(pause * 2, self._pace.longest)
        self._decline_all()
        self._state, self._beat = replace(self._state, life=Life.ABSENT), None

    def _open_and_work(self) -> None:
        afresh = self._lost_at is None and self._state.fault is None
        if afresh:
            self._tell(Life.OPENING)
        try:
            self.open()
        except TimeoutError as error:
            raise OSError(str(error)) from error
        if afresh:
            self._tell(Life.IDENTIFYING)
        identity = self.identify()
        self._state = replace(self._state, identity=identity or self._state.identity)
        if self._expected is not None and identity != self._expected:
            raise DeviceFaultError("device_unidentified" if identity is None else "other_device")
        self.ready()
        self._anew.clear()
        while not self._stopping.is_set() and not self._anew.is_set():
            self.wait(self.turn(), *self.readable())

    def _gone(self, error: OSError) -> None:
        """Absent, but a device that just worked has its grace first."""
        if self._state.usable and self._lost_at is None:
            self._lost_at = self._clock()
            log.debug("%s vanished: %s", self._name, error)
        elif not self._in_grace():
            self._fail(Life.ABSENT, "absent")

    def _back_off(self, seconds: float) -> None:
        until = self._clock() + seconds
        while not self._stopping.is_set() and (left := until - self._clock()) > 0:
            self._decline_all()
            if self._lost_at is not None:
                if not self._in_grace():
                    self._fail(Life.ABSENT, "absent")
                else:
                    left = min(left, self._lost_at + self._pace.grace - self._clock())
            self.wait(left)

    def _in_grace(self) -> bool:
        return self._lost_at is not None and self._clock() - self._lost_at < self._pace.grace

    def _fail(self, life: Life, fault: str) -> None:
        self._lost_at = None
        self._tell(life, fault)

    def _decline_all(self) -> None:
        for note in self.notes():
            self._safely(partial(self.decline, note))

    def _safely(self, action: Callable[[], None]) -> None:
        """A driver's mistake while tidying up costs a line in the log, not the thread."""
        try:
            action()
        except Exception:
            log.exception("%s: the driver failed while tidying up", self._name)

    def _tell(self, life: Life, fault: str | None = None, warning: str | None = None) -> None:
        with self._telling:
            self._state = replace(self._state, life=life, fault=fault, warning=warning)
            self._tell_if_new()

    def _tell_if_new(self) -> None:
        """Others hear of the state as it is now, once. The age of a proof alone is no news."""
        state, before, now = self.state(), self._told, self._clock()
        self._outages.look(now)
        if state == replace(before, proof_at=state.proof_at):
            return
        self._told = state
        if state.fault is not None and state.fault != before.fault:
            self._outages.down(state.fault, now)
        elif state.usable and not before.usable:
            proven = "in use, gives no proof of life" if self.proof_within is None else "ready"
            self._outages.up(f"{proven}, {state.identity}", now)
        self._emit(DeviceChanged(state))


def _nobody(event: DeviceEvent) -> None:
    """Before ``start`` nobody listens."""
