"""The devices of a terminal, built from its settings and nothing else: one line a device. For the terminal and for the doctor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import devices.idcard.options
import devices.printer.options
import devices.smartcard.options
from devices.a4.cups import SOCKET
from devices.a4.driver import CupsPrinter
from devices.camera.driver import FrameCamera
from devices.idcard.photo import PhotoLibrary
from devices.idcard.reader import SdtReader
from devices.options import Options
from devices.port import PrintJournal
from devices.printer.driver import EscposPrinter, PrinterLink
from devices.printer.model import models
from devices.rating.pad import SerialPad
from devices.smartcard.badge import StaffBadge
from devices.smartcard.reader import SmartcardReader
from devices.smartcard.remote import RemoteModule
from devices.smartcard.social import SocialCard
from devices.supervisor import Supervised
from devices.transports.serial_link import SerialLink
from devices.transports.tcp import TcpLink
from devices.transports.usblp import UsbLink
from kiosk.outfit import Devices
from kiosk.settings import DeviceSettings

Built = TypeVar("Built", bound=Supervised[Any])


def build(wanted: DeviceSettings, journal: PrintJournal, *, unfinished: bool = False) -> Devices:
    """Every device ``wanted`` names, none started. ``unfinished``: see :class:`devices.printer.driver.EscposPrinter`."""
    idcard, camera, rating, a4, smartcard = wanted.idcard, wanted.camera, wanted.rating, wanted.a4, wanted.smartcard
    badge = StaffBadge() if smartcard else None
    return Devices(
        reader=_known(SdtReader(idcard.path, idcard.baud, photos=_photos(idcard)), idcard),
        camera=_known(FrameCamera(camera.socket), camera),
        printer=printer(wanted.printer, journal, unfinished=unfinished),
        pad=_known(SerialPad(rating.path, rating.profile), rating) if rating else None,
        a4=_known(CupsPrinter(a4.printer, a4.cups / SOCKET, journal), a4) if a4 else None,
        smartcard=_known(_smartcard(smartcard, badge), smartcard) if smartcard and badge else None,
        badge=badge,
    )


def printer(wanted: devices.printer.options.Options, journal: PrintJournal, *, unfinished: bool = False) -> EscposPrinter:
    mode, model = wanted.chosen_mode(), models()[wanted.model]
    return _known(EscposPrinter(_link(wanted), journal, model=model, mode=mode, unfinished=unfinished), wanted)


def _known(device: Built, options: Options) -> Built:
    """``device``, to serve only if it is the one that was set up."""
    device.expect(options.identity)
    return device


def _link(wanted: devices.printer.options.Options) -> Callable[[], PrinterLink]:
    """Opens the printer's link. The settings hold exactly one place, with its baud where it is a line."""
    if wanted.serial is not None:
        return partial(SerialLink, wanted.serial, wanted.baud or devices.printer.options.QUICK_BAUD, wanted.flow or "none")
    if wanted.usb is not None:
        return partial(UsbLink, wanted.usb)
    return partial(TcpLink, wanted.host or "", wanted.port or devices.printer.options.PORT)


def _photos(wanted: devices.idcard.options.Options) -> PhotoLibrary | None:
    return PhotoLibrary(wanted.photo_library, wanted.photo_vendor) if wanted.photo_library is not None else None


def _smartcard(wanted: devices.smartcard.options.Options, badge: StaffBadge) -> SmartcardReader:
    there = wanted.security_module
    module = RemoteModule(there.url, ca=there.ca, certificate=there.certificate, key=there.key) if there else None
    return SmartcardReader(SocialCard(module), badge, reader=wanted.reader, service=wanted.service)
