"""A door whose reader is the badge's conversation held with a virtual card directly, and whose clock is told the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from support.staff import AGE, KEY, NOW, TERMINAL, a_book

from devices.port import BadgeDeclined, BadgeEvent, BadgeGone, BadgeShown
from devices.protocols import piv
from devices.protocols.apdu import CardAnswerError, exchange
from devices.smartcard import badge
from devices.virtual.badges import Badge, Office
from devices.virtual.piv import VirtualPiv
from kiosk.clock import Clock
from kiosk.staff.door import Door, Rules, State
from kiosk.staff.memory import Memory
from kiosk.staff.trust import Anchor

OFFICE = Office(now=NOW)


class TestClock(Clock):
    __test__ = False

    def __init__(self) -> None:
        self.time = NOW
        self.kept = True

    def monotonic(self) -> float:
        return (self.time - NOW).total_seconds()

    def now(self) -> datetime:
        return self.time

    def synchronised(self) -> bool:
        return self.kept

    def later(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class DirectReader:
    """The port ``BadgeReader`` without a thread and without pcscd."""

    def __init__(self) -> None:
        self.card: VirtualPiv | None = None
        self.hear: Callable[[BadgeEvent], None]
        self.asked = False

    def lay(self, card: VirtualPiv) -> None:
        self.card = card
        if self.asked:
            self.hear(self._show())

    def _show(self) -> BadgeEvent:
        assert self.card is not None
        try:
            if not exchange(piv.select_piv(), self.card.transmit).ok:
                return BadgeDeclined("badge_unknown")
        except CardAnswerError:
            return BadgeDeclined("badge_answer_damaged")
        shown = badge.show(self.card.transmit)
        self._certificate = shown.certificate if isinstance(shown, BadgeShown) else b""
        return shown

    def lift(self) -> None:
        self.card = None
        self.hear(BadgeGone("card_removed"))

    def ask_badge(self) -> None:
        self.asked = True
        if self.card:
            self.hear(self._show())

    def prove(self, pin: bytearray, digest: bytes) -> None:
        if self.card is None:
            pin[:] = bytes(len(pin))
            self.hear(BadgeDeclined("card_removed"))
        else:
            exchange(piv.select_piv(), self.card.transmit)
            self.hear(badge.prove(self.card.transmit, self._certificate, pin, digest))

    def leave_badge(self) -> None:
        self.asked = False
        if self.card:
            self.card.reset()


class Hall:
    """Rules, memory, clock, reader and door in ``folder``; :meth:`restarted` is the same folder after a restart."""

    def __init__(self, folder: Path, clock: TestClock | None = None) -> None:
        self.folder = folder
        self.clock = clock or TestClock()
        self.reader = DirectReader()
        self.memory = Memory(folder / "staff.db")
        self.list, self.book = folder / "staff.crl", folder / "staff.book"
        if not self.list.exists():
            self.list.write_bytes(OFFICE.revocation())
            self.book.write_bytes(a_book())
        rules = Rules(TERMINAL, Anchor(OFFICE.pem), self.list, AGE, KEY.public, self.book)
        self.states: list[State] = []
        self.door = Door(rules, self.memory, self.clock, self.reader, self.states.append)
        self.reader.hear = self.door.hear

    def lay(self, made: Badge, *faults: str) -> VirtualPiv:
        card = VirtualPiv(made)
        for fault in faults:
            card.inject(fault)
        self.door.ask()
        self.reader.lay(card)
        return card

    def sign_in(self, made: Badge, pin: str | None = None) -> State:
        self.lay(made)
        self.door.pin(bytearray((pin or made.pin).encode()))
        return self.door.state

    def restarted(self) -> Hall:
        self.memory.close()
        return Hall(self.folder, self.clock)

    def audit(self) -> list[tuple[str, dict[str, object]]]:
        return [(event, msgspec.json.decode(detail)) for _, event, detail in self.memory.lines()]
