"""Driver of a PC/SC reader: sees cards come and go, finds out what they are, and has them read by who waits for them.

A card's way through it::

    armed ── a card ──▶ CardFound ── exclusive connect ── SELECT ── read ──▶ the application's event, until it is lifted
                                          ▲                 └─ contact lost, the card still there: all of it again, three times
                                          └── nothing known ──▶ CardFailed card_not_supported

- It looks, every :data:`LOOK_EVERY`, with a status question that does not wait: one thread, nothing to cancel, and a pcscd that
  died or lost its reader is an ``OSError`` of the next look. Everything after that is the shared life of all devices.
- pcscd counts insertions and removals. A read counts only if that number is the same before and after it, so that fields of two
  cards, or of one card put in twice, are never mixed.
- What pcscd remembers of a reader proves nothing: each :data:`PROVE_EVERY` the reader's driver itself is asked.
- Only the applications somebody waits for are selected: a card is not asked what it could be besides.
- After a loss of pcscd or reader a card that was read counts as removed, and one that lies there when they are back is not read
  again until it was lifted: nobody can say that it is the same one. A read that the loss broke off is made up for.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator

from devices.port import CardFailed, CardFound, DeviceEvent
from devices.protocols import apdu
from devices.protocols.apdu import CardAnswerError
from devices.smartcard.application import Application, Card
from devices.smartcard.social import SocialCard
from devices.supervisor import DeviceFaultError, Pace, Supervised
from devices.transports.pcsc import (
    PATIENCE,
    CardGoneError,
    CardMuteError,
    Context,
    ReaderGoneError,
    ReaderHeldError,
    ServiceRefusedError,
    Sight,
)

log = logging.getLogger(__name__)

PACE = Pace(longest=0.5)
"""Trying to open costs a millisecond, and a pcscd that has just started may have no reader yet: it is tried again soon."""
LOOK_EVERY = 0.25
"""Seconds between two looks."""
PROVE_EVERY = 3.0
"""Seconds between two proofs that the reader lives."""
ATTEMPTS = 3
"""Of reading one card, when contact to it was lost and it is still there."""
SETTLE = 1.0
"""Seconds after opening in which pcscd finds a card that was in all the while; it looks every 0.4 s."""
REFUSALS = 3
"""Times in a row that pcscd closes the connection before it counts as its refusal."""
READ_FOR = 15.0
"""Seconds one attempt may take: a card that answers each command just in time is given up."""


class UnwantedError(Exception):
    """Nobody waits for this card any more."""


class SmartcardReader(Supervised[None]):
    """:class:`devices.port.IdentityReader` for social security cards, and whatever ``others`` read.

    ``reader``: part of its name among pcscd's readers; empty: the first. ``service``: pcscd's socket where it is not Debian's.
    """

    def __init__(
        self,
        social: SocialCard,
        *others: Application,
        reader: str = "",
        service: str = "",
        name: str = "smartcard",
        patience: float = PATIENCE,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, pace=pace or PACE, clock=clock)
        self._social = social
        self._applications = (social, *others)
        self._wanted = reader
        self._service = service
        self._patience = patience
        self._context: Context | None = None
        self._reader = ""
        self._dealt: int | None = None
        """pcscd's number of the card that was dealt with, which lies there until the number changes."""
        self._read: Application | None = None
        self._stale = self._hung = False
        self._refusals = 0
        self._prove_at = self._settled_at = 0.0
        for application in self._applications:
            application.wake = self.wake

    def arm(self) -> None:
        self._social.arm()

    def disarm(self) -> None:
        self._social.disarm()

    def stop(self) -> None:
        self._stopping.set()
        if (context := self._context) is not None:
            context.hang_up()
        super().stop()

    # --- the life -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._context = Context(self._service, patience=self._patience)
        with self._entering():
            self._context.enter()
        self._reader = next((name for name in self._context.readers() if self._wanted in name), "")
        if not self._reader:
            raise ReaderGoneError("no such reader")
        self._settled_at = self.now() + SETTLE

    def identify(self) -> str | None:
        """The reader's name. One that hung, and is held still, hangs still."""
        assert self._context is not None
        with self._entering():
            proven = self._context.prove(self._reader)
        self._refusals = 0
        if proven:
            self.alive()
            self._hung = False
        elif self._hung:
            raise TimeoutError("the card still owes its answer")
        else:
            raise DeviceFaultError("smartcard_held")
        self._prove_at = self.now() + PROVE_EVERY
        return self._reader

    def turn(self) -> float | None:
        assert self._context is not None
        sight = self._context.look(self._reader)
        self._notice(sight)
        if sight.present and self._dealt != sight.count and (waiting := [a for a in self._applications if a.order is not None]):
            self.emit(CardFound(self.now()))
            self._meet(sight, waiting)
        elif self._read is not None and self._read.unfinished:
            self._meet(sight, [self._read], resume=True)
        elif self.now() >= self._prove_at:
            self._prove()
        return LOOK_EVERY

    def close(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            context.close()
        self._stale = self._stale or self._dealt is not None
        self._dealt = None
        self._forget("absent")

    @contextlib.contextmanager
    def _entering(self) -> Iterator[None]:
        """Being turned away once may be pcscd's death; again and again it is polkit."""
        try:
            yield
        except ServiceRefusedError:
            self._refusals += 1
            if self._refusals >= REFUSALS:
                raise DeviceFaultError("smartcard_refused") from None
            raise

    def _notice(self, sight: Sight) -> None:
        """What became of the card that was dealt with."""
        if self._stale:
            self._dealt = sight.count if sight.present else None
            self._stale = not sight.present and self.now() < self._settled_at
        elif self._dealt is not None and (not sight.present or sight.count != self._dealt):
            self._dealt = None
            self._forget("card_removed")

    def _forget(self, fault: str) -> None:
        if self._read is not None:
            read, self._read = self._read, None
            self.emit(read.removed(fault))

    def _prove(self) -> None:
        assert self._context is not None
        self._prove_at = self.now() + PROVE_EVERY
        if self._context.prove(self._reader):
            self.alive()
            self.ready()
        else:
            self.faulted("smartcard_held")

    # --- a card -------------------------------------------------------------------------------------------------------

    def _meet(self, sight: Sight, waiting: list[Application], *, resume: bool = False) -> None:
        """Read the card that lies there, or go on with it; say what became of it, a failure in the words of who waits first."""
        self.busy()
        try:
            outcome: DeviceEvent | None = self._attempts(sight, waiting, resume)
        except TimeoutError:
            self._hung = True
            self.emit(waiting[0].failed("mute"))
            raise
        except OSError:
            self.emit(waiting[0].failed("absent"))
            raise
        except UnwantedError:
            outcome = None
        self._dealt = sight.count
        self.alive()
        if outcome is not None:
            self.emit(outcome)
        self.ready()

    def _attempts(self, sight: Sight, waiting: list[Application], resume: bool) -> DeviceEvent:
        assert self._context is not None
        outcome: DeviceEvent | None = None
        fault = "card_unreadable"
        for _ in range(1 if resume else ATTEMPTS):
            application, final = None, False
            try:
                application, outcome = self._one_attempt(sight, waiting, resume)
                final = True
            except CardGoneError:
                fault = "card_unreadable"
            except CardMuteError:
                fault = "card_mute"
            except ReaderHeldError:
                fault = "smartcard_held"
                self.wait(LOOK_EVERY)
            except CardAnswerError as error:
                log.info("%s: %s", self.name, error)
                fault, final = "card_unreadable", True
            now = self._context.look(self._reader)
            if not now.present or now.count != sight.count:
                return waiting[0].failed("card_removed")
            if final:
                self._read = application
                break
        return waiting[0].failed(fault) if outcome is None else outcome

    def _one_attempt(self, sight: Sight, waiting: list[Application], resume: bool) -> tuple[Application | None, DeviceEvent]:
        """Which application read the card, and what it says; none when the card has none of those somebody waits for."""
        assert self._context is not None
        with self._context.card(self._reader) as transmit:
            for application in waiting:
                if (order := application.order) is None:
                    continue
                send = self._guarded(transmit, application, order)
                selected = apdu.exchange(apdu.select(application.aid, le=None), send)
                if selected.ok:
                    card = Card(sight.atr, selected.data, send, self.now)
                    event = application.resume(card) if resume else application.read(card)
                    if application.order is not order:
                        raise UnwantedError
                    return None if isinstance(event, CardFailed) else application, event
        return None, waiting[0].failed("card_not_supported")

    def _guarded(self, transmit: apdu.Transmit, application: Application, order: object) -> apdu.Transmit:
        """``transmit`` for as long as this order stands, and not for ever."""
        until = self.now() + READ_FOR

        def send(command: bytes) -> bytes:
            if application.order is not order or self.stopping:
                raise UnwantedError
            if self.now() > until:
                raise CardAnswerError("the card is too slow")
            return transmit(command)

        return send
