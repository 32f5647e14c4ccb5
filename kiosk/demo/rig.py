"""The virtual hardware of the demonstration and of the tests: one device of each kind."""

from __future__ import annotations

from pathlib import Path

from devices.virtual.a4 import VirtualPagePrinter
from devices.virtual.camera import VirtualCamera
from devices.virtual.idcard import VirtualReader
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad
from devices.virtual.rig import Rig
from devices.virtual.smartcard import VirtualPcsc
from devices.virtual.social import cards
from kiosk.demo import staff


def build(folder: Path, printer_port: int, a4_port: int = 0, badges: Path | None = None) -> Rig:
    """The six devices; ttys and the sockets of camera and pcscd appear in ``folder``. ``badges``: where staff's badges lie."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Rig(
        [
            VirtualReader(folder / "idcard"),
            VirtualCamera(str(folder / "camera")),
            VirtualPrinter(port=printer_port),
            VirtualPad(folder / "rating"),
            VirtualPagePrinter(port=a4_port),
            VirtualPcsc(folder / "pcsc", cards=(*cards(), *(staff.cards(badges) if badges else ()))),
        ]
    )
