"""A door for staff whose badge reader is the real driver before a real pcscd with a virtual card in its reader."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec
from support.pcsc import Reader, reader
from support.staff import AGE, TERMINAL

from devices.port import BadgeDeclined, BadgeGone, BadgeProven, BadgeShown, DeviceEvent
from devices.smartcard.badge import StaffBadge
from devices.smartcard.reader import SmartcardReader
from devices.smartcard.social import SocialCard
from devices.virtual.badges import Badge, Office
from devices.virtual.piv import VirtualPiv
from devices.virtual.vpcd import HangUpError
from kiosk.clock import Clock
from kiosk.staff.door import Closed, Door, Open, PinWanted, Rules, State
from kiosk.staff.memory import Memory
from kiosk.staff.trust import Anchor

OFFICE = Office()
BADGE = OFFICE.badge()
PATIENCE = 15.0


class Entrance:
    def __init__(self, folder: Path, pcsc: Reader) -> None:
        self.pcsc = pcsc
        self.events: SimpleQueue[DeviceEvent] = SimpleQueue()
        self.memory = Memory(folder / "staff.db")
        self.list = folder / "staff.crl"
        self.list.write_bytes(OFFICE.revocation())
        rules = Rules(TERMINAL, Anchor(OFFICE.pem), self.list, AGE, battery_clock=True)
        badge = StaffBadge()
        self.reader = SmartcardReader(SocialCard(), badge, service=str(pcsc.socket), patience=2.0)
        self.door = Door(rules, self.memory, Clock(), badge)

    def lay(self, made: Badge = BADGE, *faults: str, pulled_at: int = 0) -> VirtualPiv:
        """Lay a badge; it is pulled away at its ``pulled_at``-th command instead of answering."""

        def before(count: int) -> None:
            if count == pulled_at:
                raise HangUpError

        card = VirtualPiv(made, before=before)
        for fault in faults:
            card.inject(fault)
        self.pcsc.put(card)
        self.door.ask()
        return card

    def until(self, wanted: Callable[[State], bool], patience: float = PATIENCE) -> State:
        """Give the door what the reader tells, until it stands so."""
        deadline = time.monotonic() + patience
        while not wanted(self.door.state):
            try:
                event = self.events.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"the door stands at {self.door.state}") from None
            if isinstance(event, BadgeShown | BadgeProven | BadgeDeclined | BadgeGone):
                self.door.hear(event)
        return self.door.state

    def refused(self) -> Closed:
        state = self.until(lambda s: isinstance(s, Closed) and s.fault is not None)
        assert isinstance(state, Closed)
        return state

    def pin(self, pin: str = BADGE.pin) -> None:
        self.until(lambda s: isinstance(s, PinWanted))
        self.door.pin(bytearray(pin.encode()))

    def sign_in(self, made: Badge = BADGE) -> Open:
        self.lay(made)
        self.pin(made.pin)
        state = self.until(lambda s: isinstance(s, Open))
        assert isinstance(state, Open)
        return state

    def sign_in_after_a_loss(self) -> Open:
        """As a person does: a card laid just after pcscd came back counts as the one that lay there before, so lay it again."""
        for _ in range(10):
            self.lay()
            with suppress(AssertionError):
                self.until(lambda state: isinstance(state, PinWanted), 2.0)
                break
            self.pcsc.lift()
        return self.sign_in()

    def audit(self) -> list[tuple[str, dict[str, object]]]:
        return [(event, msgspec.json.decode(detail)) for _, event, detail in self.memory.lines()]


@contextmanager
def entrance(folder: Path) -> Iterator[Entrance]:
    with reader() as pcsc:
        rig = Entrance(folder, pcsc)
        rig.reader.start(rig.events.put)
        try:
            yield rig
        finally:
            rig.reader.stop()
            rig.memory.close()
