"""A private pcscd with its virtual reader, in the one folder this process may know (libpcsclite reads its socket's name once)."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

from devices.transports.pcsc import Context, ServiceGoneError
from devices.virtual.pcscd import PrivatePcscd
from devices.virtual.vpcd import Applet, Slot


class Reader:
    def __init__(self, pcscd: PrivatePcscd, slot: Slot) -> None:
        self.pcscd = pcscd
        self._slot = slot

    @property
    def socket(self) -> Path:
        return self.pcscd.service

    def put(self, card: Applet) -> None:
        self._slot.put(card)

    def settle(self) -> None:
        """Wait until pcscd listens and has seen the card."""
        seen = False
        while not seen:
            with closing(Context(str(self.socket))) as context, suppress(ServiceGoneError):
                context.enter()
                seen = any(context.look(name).atr for name in context.readers())
            time.sleep(0.01)

    def lift(self) -> None:
        self._slot.put(None)


@cache
def folder() -> Path:
    """One for the whole process: libpcsclite looks for pcscd's socket in one place."""
    made = Path(tempfile.mkdtemp(prefix="tongban-pcsc-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@contextmanager
def reader() -> Iterator[Reader]:
    pcscd = PrivatePcscd(folder())
    pcscd.start()
    slot = Slot(pcscd.touch)
    try:
        pcscd.run()
        slot.start()
        yield Reader(pcscd, slot)
    finally:
        slot.stop()
        pcscd.stop()
