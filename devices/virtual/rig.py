"""The virtual terminal's hardware as one thing: what its devices can do beside their faults, starting and stopping them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Protocol, runtime_checkable

from devices.virtual.pages import Lie
from devices.virtual.port import VirtualDevice
from devices.virtual.wire import Tapped, Wire


class NoSuchDeviceError(LookupError):
    """The rig has no device of this name, or none that can do what was asked. The text is Chinese."""


class Card(Protocol):
    """A card as the bench shows it; ``label`` and ``purpose`` are Chinese."""

    @property
    def id(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def purpose(self) -> str: ...

    @property
    def kind(self) -> str:
        """What it looks like: ``resident``, ``badge``, …"""


@runtime_checkable
class CardPlace(Protocol):
    """A reader: one card at a time lies on it, or is in it."""

    def people(self) -> Sequence[Card]: ...

    def lay(self, card_id: str) -> None:
        """``KeyError`` when there is no such card."""

    def lift(self) -> None: ...

    def lying(self) -> str | None: ...


@runtime_checkable
class Keys(Protocol):
    """A rating pad."""

    def press(self, level: int) -> None:
        """``ValueError`` when there is no such key."""

    def lit(self) -> bool:
        """Whether its lamps are on: it would say a key."""

    def pressed(self) -> tuple[int, int | None]:
        """How often a key went down, and the last one's level."""


@runtime_checkable
class Desk(Protocol):
    """A document camera's desk: one page at a time lies on it."""

    def pages(self) -> Sequence[Mapping[str, str | bool]]:
        """``id`` and ``label`` of each page there is, and whether its picture is ``pictured`` already."""

    def lay(self, page_id: str) -> None:
        """``KeyError`` when there is no such page."""

    def lay_paper(self, picture: bytes, *, signed: bool) -> None:
        """Lay a sheet that came out of a printer, ``signed`` with a pen or as it came."""

    def push(self, by: Lie) -> None:
        """Push, turn or lift what lies there."""

    def clear_desk(self) -> None: ...

    def lying(self) -> str | None: ...

    def look(self) -> int:
        """Another number whenever the camera may see something else."""

    def seen(self) -> bytes:
        """What the camera sees now, turned as the citizen sees it: JPEG."""

    def outline(self) -> tuple[tuple[float, float], ...]:
        """Corners of what lies there, in shares of the desk's width and depth, as the citizen sees it; none on an empty desk."""

    def page_png(self, page_id: str) -> bytes:
        """The page itself, small: PNG. ``KeyError`` when there is no such page, or nothing on it. Some 0.3 s the first time."""

    def picture(self) -> None:
        """Draw every page's picture, so that none has to be waited for."""


class Paper(Protocol):
    """A piece of paper hanging out of the printer, or lying in its tray."""

    @property
    def n(self) -> int: ...

    @property
    def cut(self) -> bool: ...

    @property
    def height_mm(self) -> float: ...


@runtime_checkable
class Tray(Protocol):
    """A printer's output. ``papers`` lists the oldest first."""

    def papers(self) -> Sequence[Paper]: ...

    def png(self, n: int) -> bytes:
        """Picture of paper ``n``; ``KeyError`` when there is none."""

    def tear(self) -> None:
        """Take all paper away."""


@runtime_checkable
class Roll(Protocol):
    """A printer that prints on a roll."""

    @property
    def paper_left_mm(self) -> float: ...


class Rig:
    """The devices by name. ``ValueError`` when two have the same."""

    def __init__(self, devices: Iterable[VirtualDevice]) -> None:
        self._devices: dict[str, VirtualDevice] = {}
        self.wire = Wire()
        for device in devices:
            if device.name in self._devices:
                raise ValueError(f"two virtual devices are called {device.name}")
            self._devices[device.name] = device
            if isinstance(device, Tapped):
                device.tap = partial(self.wire.tell, device.name)
        self._running = ExitStack()

    def start(self) -> None:
        """Start all; when one cannot, those already running are stopped again."""
        with ExitStack() as running:
            for device in self._devices.values():
                device.start()
                running.callback(device.stop)
            self._running = running.pop_all()

    def stop(self) -> None:
        """Stop all, the last first, every one even if another fails. Twice is harmless."""
        self._running.close()

    def devices(self) -> tuple[VirtualDevice, ...]:
        return tuple(self._devices.values())

    def device(self, name: str) -> VirtualDevice:
        """:class:`NoSuchDeviceError`."""
        try:
            return self._devices[name]
        except KeyError:
            raise NoSuchDeviceError(f"没有设备“{name}”，现有：{'、'.join(self._devices)}") from None

    def reader(self, name: str = "idcard") -> CardPlace:
        """``idcard``, or ``smartcard``, the chip cards' one."""
        if isinstance(device := self.device(name), CardPlace):
            return device
        raise _unfit(device)

    def pad(self) -> Keys:
        if isinstance(device := self.device("rating"), Keys):
            return device
        raise _unfit(device)

    def camera(self) -> Desk:
        if isinstance(device := self.device("camera"), Desk):
            return device
        raise _unfit(device)

    def printer(self, name: str = "printer") -> Tray:
        if isinstance(device := self.device(name), Tray):
            return device
        raise _unfit(device)

    def clear(self) -> None:
        """End every fault of every device."""
        for device in self._devices.values():
            device.clear()


def _unfit(device: VirtualDevice) -> NoSuchDeviceError:
    return NoSuchDeviceError(f"设备“{device.name}”不能这样操作")
