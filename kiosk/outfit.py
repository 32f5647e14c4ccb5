"""The devices of this terminal, as the middle holds them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from devices import port
from devices.port import (
    BadgeReader,
    DeviceState,
    DocumentCamera,
    IdentityReader,
    PagePrinter,
    RatingPad,
    ReceiptPrinter,
)


class Devices(Struct, frozen=True):
    """The terminal's devices by their narrow ports; ``pad``, ``a4`` and ``smartcard`` are optional equipment."""

    reader: IdentityReader
    camera: DocumentCamera
    printer: ReceiptPrinter
    pad: RatingPad | None = None
    a4: PagePrinter | None = None
    smartcard: IdentityReader | None = None
    badge: BadgeReader | None = None
    """Staff's badges, read by ``smartcard``."""

    def all(self) -> tuple[port.Device, ...]:
        named = (self.reader, self.camera, self.printer, self.pad, self.a4, self.smartcard)
        return tuple(d for d in named if d is not None)

    def states(self) -> Mapping[str, DeviceState]:
        return {d.name: d.state() for d in self.all()}
