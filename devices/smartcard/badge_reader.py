"""The reader that staff badges are laid into (port ``BadgeReader``), over PC/SC.

From the moment a badge is shown until its signature, the card is connected to exclusively, so that the badge that signs is the
badge that was shown; the connection ends with a reset, so that the PIN's having been given dies with it. Afterwards only the
card's presence is watched: pcscd counts insertions, so that a badge lifted and laid again between two looks is noticed.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from devices.port import BadgeDeclined, BadgeEvent, BadgeGone, BadgeShown
from devices.protocols.apdu import Transmit
from devices.smartcard import badge
from devices.supervisor import DeviceFaultError, Pace, Supervised
from devices.transports.pcsc import (
    PATIENCE,
    CardGoneError,
    CardMuteError,
    Context,
    ReaderGoneError,
    ReaderHeldError,
    ServiceRefusedError,
)

LOOK = 0.1
"""Seconds between two looks while a badge is asked for or somebody is let in by one: so long may a lifted badge go unnoticed."""
REST = 2.0
"""And while nobody wants to know: proof that the reader is there."""
HELD = 3.0
"""Seconds another program may hold the card before the person is told."""
AGAIN = frozenset({"badge_pin_wrong", "badge_pin_impossible"})
"""After these the same badge may be given another PIN, on the same connection."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Tell of a badge from now on."""


@dataclass(frozen=True, slots=True)
class Prove:
    pin: bytearray = field(repr=False)
    digest: bytes


@dataclass(frozen=True, slots=True)
class Leave:
    """Let go of the badge."""


Note = Ask | Prove | Leave


class PcscBadgeReader(Supervised[Note]):
    """``reader``: part of the reader's name, the first there is when empty; ``service``: pcscd's socket, if not the usual.

    ``patience``: seconds a card, or pcscd, may take for one answer.
    """

    def __init__(
        self, reader: str = "", service: str = "", *, name: str = "badge", patience: float = PATIENCE, pace: Pace | None = None
    ) -> None:
        super().__init__(name, pace=pace)
        self._patience = patience
        self._wanted = reader
        self._service = service
        self._context: Context | None = None
        self._reader = ""
        self._connection = ExitStack()
        self._transmit: Transmit | None = None
        self._asked = False
        self._told: int | None = None
        """Insertion count of the card last told of: it is not told of twice."""
        self._lying: int | None = None
        """Insertion count of the badge somebody relies on."""
        self._held_since: float | None = None

    # --- port BadgeReader, any thread -----------------------------------------------------------------------------------

    def ask_badge(self) -> None:
        self.leave(Ask())

    def prove(self, pin: bytearray, digest: bytes) -> None:
        self.leave(Prove(pin, digest))

    def leave_badge(self) -> None:
        self.leave(Leave())

    # --- the device's life ------------------------------------------------------------------------------------------------

    def open(self) -> None:
        try:
            self._context = Context(self._service, patience=self._patience)
        except ServiceRefusedError:
            raise DeviceFaultError("reader_refused_us") from None
        found = [reader for reader in self._context.readers() if self._wanted in reader]
        if not found:
            raise ReaderGoneError("no such reader")
        self._reader = found[0]

    def identify(self) -> str | None:
        self._need().prove(self._reader)
        self.alive()
        return self._reader

    def turn(self) -> float | None:
        try:
            for note in self.notes():
                self._serve(note)
            self._watch()
        except TimeoutError:
            self._lose("mute")
            raise
        except OSError:
            self._lose("absent")
            raise
        return LOOK if self._asked or self._lying is not None else REST

    def close(self) -> None:
        self._lose("absent")
        self._told = None  # the next pcscd counts from the beginning
        if self._context is not None:
            self._context.close()
            self._context = None

    def decline(self, note: Note) -> None:
        match note:
            case Ask():
                self._asked = True  # when the reader is back
            case Prove():
                note.pin[:] = bytes(len(note.pin))  # that the badge is gone was told when it was lost
            case Leave():
                self._asked = False

    # --- the badge ----------------------------------------------------------------------------------------------------------

    def _serve(self, note: Note) -> None:
        match note:
            case Prove():
                self._prove(note)
            case Ask() | Leave():  # both end what was before
                self._asked, self._told, self._lying = isinstance(note, Ask), None, None
                self._disconnect()

    def _watch(self) -> None:
        if not self._asked and self._lying is None:
            self._need().prove(self._reader)
            self.alive()
            return
        sight = self._need().look(self._reader)
        if self._lying is not None and (not sight.present or sight.count != self._lying):
            self._lose("card_removed")
        if not sight.present:
            self._told = None
        elif self._asked and self._lying is None and sight.count != self._told:
            self._show(sight.count)

    def _show(self, count: int) -> None:
        shown: BadgeEvent
        try:
            self._transmit = self._connection.enter_context(self._need().card(self._reader))
            shown = badge.show(self._transmit)
            self.alive()
        except CardGoneError:
            self._disconnect()
            return
        except CardMuteError:
            shown = BadgeDeclined("badge_mute")
        except ReaderHeldError:
            if self._held_since is None:
                self._held_since = self.now()
            if self.now() - self._held_since < HELD:
                return
            shown = BadgeDeclined("badge_held")
        self._held_since = None
        self._told = count
        if isinstance(shown, BadgeShown):
            self._lying = count
        else:
            self._disconnect()
        self.emit(shown)

    def _prove(self, note: Prove) -> None:
        if self._transmit is None:
            note.pin[:] = bytes(len(note.pin))  # as above
            return
        try:
            outcome = badge.prove(self._transmit, note.pin, note.digest)
            self.alive()
        except CardGoneError:
            self._lose("card_removed")
            return
        if not (isinstance(outcome, BadgeDeclined) and outcome.fault in AGAIN):
            self._disconnect()
        if isinstance(outcome, BadgeDeclined) and outcome.fault not in AGAIN:
            self._lying = None
        self.emit(outcome)

    def _lose(self, fault: str) -> None:
        """Whoever relied on the badge hears it before anything else is done."""
        relied, self._lying = self._lying is not None, None
        if relied:
            self.emit(BadgeGone(fault))
        self._disconnect()

    def _disconnect(self) -> None:
        """End the connection, if there is one, with a reset of the card."""
        self._transmit = None
        self._connection.close()

    def _need(self) -> Context:
        if self._context is None:
            raise RuntimeError("not open")
        return self._context
