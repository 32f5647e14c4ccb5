"""The real driver above a virtual card in a virtual reader under a real pcscd, and everything the driver says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from serial_rig import Events, until
from support.pcsc import folder

from devices.port import SocialCardRead, SocialDocument
from devices.smartcard.reader import SmartcardReader
from devices.smartcard.security import SecurityModule
from devices.smartcard.social import SocialCard
from devices.virtual.smartcard import VirtualPcsc
from devices.virtual.social import cards


@dataclass(frozen=True, slots=True)
class Slot:
    device: VirtualPcsc
    driver: SmartcardReader
    events: Events
    commands: list[bytes] = field(default_factory=list)
    """Every command that reached a card."""

    def read(self, count: int = 0) -> SocialDocument:
        """The document read after ``count`` others."""
        return self.events.after(count, SocialCardRead).document


@contextmanager
def slot(
    *faults: str, card: str | None = None, armed: bool = True, module: SecurityModule | None = None, **options: Any
) -> Iterator[Slot]:
    """A reader that shows ``faults`` and holds ``card`` from the start; without faults it is ready when this returns."""
    commands: list[bytes] = []
    device = VirtualPcsc(folder(), cards=cards(), observe=commands.append)
    driver = SmartcardReader(SocialCard(module), service=device.address, **options)
    events = Events()
    for fault in faults:
        device.inject(fault)
    if card is not None:
        device.lay(card)
    device.start()
    assert device.unavailable is None, device.unavailable
    try:
        driver.start(events)
        if armed:
            driver.arm()
        if not faults:
            events.fault(None)
        yield Slot(device, driver, events, commands)
    finally:
        driver.stop()
        device.stop()


def looks(rig: Slot, count: int) -> None:
    """Wait until the driver has proven its reader ``count`` times more."""
    for _ in range(count):
        before = rig.driver.state().proof_at
        until(lambda before=before: rig.driver.state().proof_at != before)  # type: ignore[misc]
