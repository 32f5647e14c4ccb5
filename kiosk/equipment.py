"""The devices of a terminal, built from its settings and nothing else: one line a device. For the terminal and for the doctor."""

from __future__ import annotations

from devices.a4.cups import SOCKET
from devices.a4.driver import CupsPrinter
from devices.camera.driver import FrameCamera
from devices.idcard.reader import SdtReader
from devices.port import PrintJournal
from devices.printer.driver import EscposPrinter
from devices.rating.pad import SerialPad
from kiosk.middle import Devices
from kiosk.settings import DeviceSettings


def build(wanted: DeviceSettings, journal: PrintJournal, *, unfinished: bool = False) -> Devices:
    """Every device ``wanted`` names, none started. ``unfinished``: see :class:`devices.printer.driver.EscposPrinter`."""
    return Devices(
        reader=SdtReader(wanted.idcard.path, wanted.idcard.baud),
        camera=FrameCamera(wanted.camera.socket),
        printer=EscposPrinter(wanted.printer.host, wanted.printer.port, journal, unfinished=unfinished),
        pad=SerialPad(wanted.rating.path, wanted.rating.profile) if wanted.rating else None,
        a4=CupsPrinter(wanted.a4.printer, wanted.a4.cups / SOCKET) if wanted.a4 else None,
    )
