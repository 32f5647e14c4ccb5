"""A PC/SC service (pcscd) through pyscard's bare functions: readers, what lies in them, and one card at a time.

pyscard's monitors die for good when pcscd stops, so nothing of them is used. A :class:`Context` is one connection to pcscd, made
anew after every loss; it belongs to one thread. No call of PC/SC has a time limit of its own (a card that hangs holds a transmit
for ever, a frozen pcscd everything): each is watched here, and when it takes longer than ``patience`` the connection is hung up
under it, which ends it at once as ``TimeoutError``. :meth:`Context.hang_up` does the same from any thread.

How PC/SC's errors read here (values seen with pcscd 1.9.9 and pyscard 2.3):

===========================  =========================================================================================
:class:`ServiceGoneError`    an ``OSError``: pcscd is not there, died, or its handles are no longer known
:class:`ReaderGoneError`     an ``OSError``: pcscd knows no such reader
``TimeoutError``             the call hung; the context is of no use any more
:class:`ServiceRefusedError` one of them: pcscd closed the connection, by polkit's word or because it died
:class:`CardGoneError`       no card, taken away, or another one than was connected to
:class:`CardMuteError`       a card, or something like one, that does not answer to being powered
:class:`ReaderHeldError`     another program uses this card just now
===========================  =========================================================================================
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import Any, TypeVar

from msgspec import Struct
from smartcard import scard

SERVICE_SOCKET = "PCSCLITE_CSOCK_NAME"
DEFAULT_SOCKET = "/run/pcscd/pcscd.comm"
PATIENCE = 5.0
"""Seconds one call may take; the slowest honest one, powering a card that was asleep, takes under two."""
_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1

T = TypeVar("T")


class ServiceGoneError(OSError):
    """pcscd is not there (any more)."""


class ReaderGoneError(OSError):
    """No such reader (any more)."""


class ServiceRefusedError(ServiceGoneError):
    """pcscd closed the connection. It does so when polkit does not let us in, and when it dies: only repetition tells."""


class CardGoneError(Exception):
    """The card is not there, or not the one that was connected to."""


class CardMuteError(Exception):
    """The card does not answer to being powered."""


class ReaderHeldError(Exception):
    """Another program holds the card."""


_ERRORS: dict[int, type[Exception]] = {
    0x80100003: ServiceGoneError,  # invalid handle: pcscd was restarted
    0x80100013: ServiceGoneError,  # communication error
    0x8010001D: ServiceGoneError,
    0x8010001E: ServiceGoneError,
    0x80100009: ReaderGoneError,
    0x80100017: ReaderGoneError,
    0x8010002E: ReaderGoneError,
    0x8010006A: ServiceRefusedError,
    0x8010000C: CardGoneError,  # no card
    0x80100010: CardGoneError,  # not ready
    0x80100016: CardGoneError,  # not transacted
    0x8010002F: CardGoneError,  # data lost
    0x80100067: CardGoneError,  # unpowered
    0x80100068: CardGoneError,  # reset by another program
    0x80100069: CardGoneError,  # removed, or swapped under an old handle
    0x8010000F: CardMuteError,  # no protocol in common
    0x80100066: CardMuteError,  # unresponsive
    0x8010000B: ReaderHeldError,
}


class Sight(Struct, frozen=True):
    """What lies in a reader. ``count`` grows with each insertion and removal (16 bits), so that a swap between two looks shows."""

    present: bool
    mute: bool
    count: int
    atr: bytes


class Context:
    """A connection to pcscd. ``service``: its socket, where it is not Debian's; ``patience``: seconds one call may take.

    libpcsclite reads the name of the socket once in a process's life: asking for a second one is a ``ValueError``.
    """

    def __init__(self, service: str = "", *, patience: float = PATIENCE) -> None:
        _use(service)
        self._watch = _Watch(patience)
        self._handle: Any = None

    def enter(self) -> None:
        """Connect to pcscd, before anything else."""
        self._handle = self._ask(scard.SCardEstablishContext, scard.SCARD_SCOPE_SYSTEM)

    def readers(self) -> tuple[str, ...]:
        """Names of the readers there are, perhaps none."""
        try:
            return tuple(self._ask(scard.SCardListReaders, self._handle, []))
        except ReaderGoneError:
            return ()

    def look(self, reader: str) -> Sight:
        """What pcscd knows of ``reader`` now; :class:`ReaderGoneError`. Does not wait, and reaches pcscd only."""
        state, atr = self._ask(scard.SCardGetStatusChange, self._handle, 0, [(reader, scard.SCARD_STATE_UNAWARE)])[0][1:]
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_IGNORE):
            raise ReaderGoneError(f"no reader {reader}")
        present = bool(state & scard.SCARD_STATE_PRESENT)
        return Sight(present, bool(state & scard.SCARD_STATE_MUTE), state >> 16 & 0xFFFF, bytes(atr))

    def prove(self, reader: str) -> bool:
        """Have the reader's driver answer, card or no card: what pcscd remembers of a reader proves nothing of its life.

        ``False``: it could not be asked, because another program holds it.
        """
        try:
            handle, _ = self._ask(scard.SCardConnect, self._handle, reader, scard.SCARD_SHARE_DIRECT, 0)
        except ReaderHeldError:
            return False
        with self._closing(handle, scard.SCARD_LEAVE_CARD):
            # Few drivers know this attribute; that pcscd could ask, through the reader's own lock, is the proof.
            self._watch.call(scard.SCardGetAttrib, handle, scard.SCARD_ATTR_VENDOR_NAME)
        return True

    @contextlib.contextmanager
    def card(self, reader: str) -> Iterator[Callable[[bytes], bytes]]:
        """The card in ``reader`` for us alone: a function that carries one APDU. Reset at the end, and with it any PIN state."""
        handle, protocol = self._ask(scard.SCardConnect, self._handle, reader, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS)
        pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1

        def transmit(command: bytes) -> bytes:
            try:
                answer = bytes(self._ask(scard.SCardTransmit, handle, pci, list(command)))
            except ServiceGoneError:
                # A card pulled away in the middle may read as a communication error too: pcscd itself tells which it was.
                self.look(reader)
                raise CardGoneError("taken away in the middle") from None
            if not answer:
                raise CardGoneError("no answer at all")
            return answer

        with self._closing(handle, scard.SCARD_RESET_CARD):
            yield transmit

    def hang_up(self) -> None:
        """From any thread: end the call in progress, if any, as ``TimeoutError``; the context is of no use after it."""
        self._watch.alarm()

    def close(self) -> None:
        """However far it came. A context that was hung up is released too: libpcsclite keeps a descriptor and memory for it."""
        handle, self._handle = self._handle, None
        try:
            if handle is not None:
                with contextlib.suppress(TimeoutError, SystemError):
                    self._watch.call(scard.SCardReleaseContext, handle, last=True)
        finally:
            self._watch.end()

    @contextlib.contextmanager
    def _closing(self, handle: int, disposition: int) -> Iterator[None]:
        try:
            yield
        finally:
            with contextlib.suppress(Exception):
                self._ask(scard.SCardDisconnect, handle, disposition)

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call it and read its result: what is left of the tuple behind the code, alone when it is one thing."""
        try:
            result = self._watch.call(function, *arguments)
        except SystemError as error:  # how pyscard says that what pcscd answered makes no sense to it
            raise ServiceGoneError(f"nonsense from {function.__name__}") from error
        code, *rest = result if isinstance(result, (list, tuple)) else (result,)
        code &= 0xFFFFFFFF
        if code == scard.SCARD_S_SUCCESS:
            return rest[0] if len(rest) == 1 else rest
        # An unknown error names no card and no reader: the context is given up, which is never wrong.
        raise _ERRORS.get(code, ServiceGoneError)(f"PC/SC {code:08X} from {function.__name__}")


class _Watch:
    """Ends calls that hang. Its thread sleeps except while a call is in progress."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._changed = threading.Condition()
        self._until: float | None = None
        self._alarmed = self._ended = False
        self._thread = threading.Thread(target=self._run, name="pcsc-watch", daemon=True)
        self._thread.start()

    def call(self, function: Callable[..., T], *arguments: Any, last: bool = False) -> T:
        with self._changed:
            if self._alarmed and not last:
                raise TimeoutError("hung up")
            self._until = time.monotonic() + self._patience
            self._changed.notify()
        try:
            return function(*arguments)
        finally:
            with self._changed:
                self._until = None
                alarmed = self._alarmed
            if alarmed:
                raise TimeoutError(f"{function.__name__} was ended")

    def alarm(self) -> None:
        with self._changed:
            self._alarmed = True
            _hang_up()

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        with self._changed:
            while not self._ended:
                left = None if self._until is None else self._until - time.monotonic()
                if left is not None and left <= 0:
                    self._alarmed, self._until = True, None
                    _hang_up()
                    continue
                self._changed.wait(left)


def _use(service: str) -> None:
    wanted = service or os.environ.get(SERVICE_SOCKET) or DEFAULT_SOCKET
    if _used and _used[0] != wanted:
        raise ValueError(f"this process speaks to the pcscd at {_used[0]} already")
    if not _used:
        os.environ[SERVICE_SOCKET] = wanted
        _used.append(wanted)


_used: list[str] = []


def _hang_up() -> None:
    """Shut every connection of this process to pcscd: there is one a context. PC/SC does not tell it, so it is known by its other
    end, whose name is what pcscd bound it to: in the folder pcscd saw, which may be another than ours."""
    name = PurePath(_used[0]).name
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if not entry.is_socket():
                continue
            with socket.socket(fileno=os.dup(int(entry.name))) as end:
                if end.family == socket.AF_UNIX and PurePath(os.fsdecode(end.getpeername())).name == name:
                    end.shutdown(socket.SHUT_RDWR)
