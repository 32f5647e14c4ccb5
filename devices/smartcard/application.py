"""What a card is read for: one application (AID), whether somebody waits for it now, and how it is read.

A new kind of card is one descendant of :class:`Application`; the reader (``devices/smartcard/reader.py``) selects it, gives it the
card for as long as it reads, and takes care of everything that may happen to a card meanwhile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.port import CardFailed, ChipCardRemoved, DeviceEvent
from devices.protocols.apdu import Answer, Command, exchange


@dataclass(frozen=True, slots=True)
class Card:
    """A card whose application is selected. ``ask`` carries one command and brings its whole answer; it raises when the card goes
    (``CardGoneError``), talks nonsense (``CardAnswerError``), or nobody waits any more: let it pass through."""

    atr: bytes
    fci: bytes = field(repr=False)
    """What SELECT answered."""
    transmit: Callable[[bytes], bytes] = field(repr=False)
    now: Callable[[], float] = field(repr=False)

    def ask(self, command: Command) -> Answer:
        return exchange(command, self.transmit)


class Application(ABC):
    """One application. :meth:`arm` and :meth:`disarm` are for any thread; the rest for the reader's."""

    aid: bytes

    def __init__(self) -> None:
        self._order: object | None = None
        self.wake: Callable[[], None] = lambda: None
        """Set by the reader: have it look at once."""

    def arm(self) -> None:
        """Read the next card, or the one that lies there and was not read yet."""
        if self._order is None:
            self._order = object()
        self.wake()

    def disarm(self) -> None:
        self._order = None

    @property
    def order(self) -> object | None:
        """Stands for this arming and no other; ``None`` while nobody waits."""
        return self._order

    @abstractmethod
    def read(self, card: Card) -> DeviceEvent:
        """Read it, restarted from SELECT whenever contact was lost: what became of it, be it a ``CardFailed``."""

    @property
    def unfinished(self) -> bool:
        """Whether the card that was read, and that the reader never lost sight of, is wanted once more."""
        return False

    def resume(self, card: Card) -> DeviceEvent:
        """Go on with that card: a new connection, the application selected. Tried once. As it stands: read it anew."""
        return self.read(card)

    def failed(self, fault: str) -> DeviceEvent:
        """What is said when a card this application waited for could not be met."""
        return CardFailed(fault)

    def removed(self, fault: str) -> DeviceEvent:
        """What is said when a card this application has read is gone, or (``fault`` absent) may be."""
        return ChipCardRemoved()
