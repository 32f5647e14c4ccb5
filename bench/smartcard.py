"""How long a chip card takes: the driver above a virtual card under a real pcscd of its own. ``python -m bench.smartcard``.

Seeing a card is mostly pcscd's own looking, every 400 ms with this virtual reader; USB readers tell it at once.
"""

from __future__ import annotations

import logging
import queue
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import TypeVar

from devices.port import CardFound, ChipCardRemoved, DeviceChanged, DeviceEvent, SocialCardRead
from devices.smartcard.reader import LOOK_EVERY, SmartcardReader
from devices.smartcard.social import SocialCard
from devices.virtual.pcscd import unavailable
from devices.virtual.smartcard import VirtualPcsc
from devices.virtual.social import cards

READS = 12
LOSSES = 6
PCSCD_LOOKS = 0.4
PATIENCE = 20.0
Kind = TypeVar("Kind", bound=DeviceEvent)


def rows() -> list[tuple[str, str, str, bool]]:
    """(name, measured, bar, whether it holds) of each figure."""
    if (why := unavailable()) is not None:
        return [("chip cards: not measured here", why, "", False)]
    commands: list[bytes] = []
    events: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
    found, read = [], []
    with tempfile.TemporaryDirectory(prefix="tongban-pcsc-") as folder:
        device = VirtualPcsc(Path(folder), cards=cards(), observe=commands.append)
        driver = SmartcardReader(SocialCard(), service=device.address)
        device.start()
        driver.start(events.put)
        driver.arm()
        try:
            _state(events, usable=True)
            for _ in range(READS):
                # Neither in step with pcscd's looking nor with the driver's; a hand needs its time between two cards.
                time.sleep(0.5 + random.uniform(0, PCSCD_LOOKS))
                commands.clear()
                laid = time.monotonic()
                device.lay("social-2")
                at = _next(events, CardFound).at
                found.append(at - laid)
                read.append(_next(events, SocialCardRead).at - at)
                asked = len(commands)
                device.lift()
                _next(events, ChipCardRemoved)
            pulled, plugged = _losses(device, events, "unplug")
            killed, restarted = _losses(device, events, "service killed")
        finally:
            driver.stop()
            device.stop()
    return [
        _row("chip card laid → found (worst)", max(found), PCSCD_LOOKS + LOOK_EVERY + 0.1),
        _row("found → read, generation 2 (median)", statistics.median(read), 0.05),
        ("commands of a generation 2 read", str(asked), "≤ 20", asked <= 20),
        _row("chip card reader unplugged → told (worst)", max(pulled), 1.0),
        _row("chip card reader back → ready (worst)", max(plugged), 2.0),
        _row("pcscd killed → told (worst)", max(killed), 1.0),
        _row("pcscd back → ready (worst)", max(restarted), 2.0),
    ]


def _losses(device: VirtualPcsc, events: queue.SimpleQueue[DeviceEvent], fault: str) -> tuple[list[float], list[float]]:
    """Seconds from the loss to its being told, and from the return to being ready."""
    told, back = [], []
    for _ in range(LOSSES):
        time.sleep(random.uniform(0, 1))
        began = time.monotonic()
        device.inject(fault)
        _state(events, usable=False)
        told.append(time.monotonic() - began)
        time.sleep(random.uniform(0, 2))
        began = time.monotonic()
        device.clear()
        _state(events, usable=True)
        back.append(time.monotonic() - began)
    return told, back


def _next(events: queue.SimpleQueue[DeviceEvent], kind: type[Kind]) -> Kind:
    while not isinstance(event := events.get(timeout=PATIENCE), kind):
        pass
    return event


def _state(events: queue.SimpleQueue[DeviceEvent], usable: bool) -> None:
    while _next(events, DeviceChanged).state.usable is not usable:
        pass


def _row(name: str, seconds: float, bar: float) -> tuple[str, str, str, bool]:
    return name, f"{seconds * 1000:.1f} ms", f"≤ {bar * 1000:.1f} ms", seconds <= bar


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    for name, measured, bar, holds in rows():
        print(f"{name:<46}{measured:>12}   {bar:<14}{'ok' if holds else 'NOT MET'}")
