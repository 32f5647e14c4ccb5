"""The devices of a terminal, built from its settings and nothing else: one line a device. For the terminal and for the doctor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from devices.a4.cups import SOCKET
from devices.a4.driver import CupsPrinter
from devices.camera.driver import FrameCamera
from devices.idcard.photo import PhotoLibrary
from devices.idcard.reader import SdtReader
from devices.port import PrintJournal
from devices.printer.driver import EscposPrinter, Mode, PrinterLink
from devices.printer.model import Model, models
from devices.rating.pad import SerialPad
from devices.smartcard.reader import SmartcardReader
from devices.smartcard.remote import RemoteModule
from devices.smartcard.social import SocialCard
from devices.transports.serial_link import SerialLink
from devices.transports.tcp import TcpLink
from devices.transports.usblp import UsbLink
from kiosk.middle import Devices
from kiosk.settings import DeviceSettings, IdCardSettings, PrinterSettings, SettingsError, SmartcardSettings

QUICK_BAUD = 115_200
"""A printer's line below this is slow: a picture of a receipt takes 21 s at 38400 baud, text half a second."""


def build(wanted: DeviceSettings, journal: PrintJournal, *, unfinished: bool = False) -> Devices:
    """Every device ``wanted`` names, none started. ``unfinished``: see :class:`devices.printer.driver.EscposPrinter`.

    :class:`~kiosk.settings.SettingsError` where the settings name a model that is none of ours.
    """
    return Devices(
        reader=SdtReader(wanted.idcard.path, wanted.idcard.baud, photos=_photos(wanted.idcard)),
        camera=FrameCamera(wanted.camera.socket),
        printer=printer(wanted.printer, journal, unfinished=unfinished),
        pad=SerialPad(wanted.rating.path, wanted.rating.profile) if wanted.rating else None,
        a4=CupsPrinter(wanted.a4.printer, wanted.a4.cups / SOCKET) if wanted.a4 else None,
        smartcard=_smartcard(wanted.smartcard) if wanted.smartcard else None,
    )


def printer(wanted: PrinterSettings, journal: PrintJournal, *, unfinished: bool = False) -> EscposPrinter:
    if (model := models().get(wanted.model)) is None:
        raise SettingsError(f"设置 [devices.printer] 的 model：没有“{wanted.model}”，现有：{'、'.join(models())}")
    return EscposPrinter(_link(wanted), journal, model=model, mode=mode_of(wanted, model), unfinished=unfinished)


def mode_of(wanted: PrinterSettings, model: Model) -> Mode:
    """As set; else text on a slow line where the model has it (docs/decisions/receipts-as-text.md)."""
    if wanted.mode == "text" and model.text is None:
        raise SettingsError(f"设置 [devices.printer] 的 mode：型号“{model.name}”没有字库，只能用 image")
    slow = wanted.baud is not None and wanted.baud < QUICK_BAUD
    return wanted.mode or ("text" if slow and model.text is not None else "image")


def _link(wanted: PrinterSettings) -> Callable[[], PrinterLink]:
    """Opens the printer's link. The settings hold exactly one place, with its baud where it is a line."""
    if wanted.serial is not None:
        return partial(SerialLink, wanted.serial, wanted.baud or QUICK_BAUD, wanted.flow or "none")
    if wanted.usb is not None:
        return partial(UsbLink, wanted.usb)
    return partial(TcpLink, wanted.host or "", wanted.port or 9100)


def _photos(wanted: IdCardSettings) -> PhotoLibrary | None:
    return PhotoLibrary(wanted.photo_library, wanted.photo_vendor) if wanted.photo_library is not None else None


def _smartcard(wanted: SmartcardSettings) -> SmartcardReader:
    there = wanted.security_module
    module = RemoteModule(there.url, ca=there.ca, certificate=there.certificate, key=there.key) if there else None
    return SmartcardReader(SocialCard(module), reader=wanted.reader, service=wanted.service)
