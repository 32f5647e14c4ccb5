"""What a virtual device is to the bench: it speaks real bytes on a real tty or socket, and obeys faults spoken by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class UnknownFaultError(ValueError):
    """No fault of this name; the text lists those there are."""


class VirtualDevice(Protocol):
    """One piece of virtual hardware. Its threads end within two seconds of ``stop``."""

    @property
    def name(self) -> str: ...

    @property
    def address(self) -> str:
        """Where the driver finds it: a tty's path, ``host:port``, or a socket's path."""

    @property
    def faults(self) -> Mapping[str, str]:
        """Name of each fault it can show → one line of help in Chinese. The help texts *are* the documentation."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def inject(self, fault: str) -> None:
        """Show ``fault`` from now on (or once, as its help says). :class:`UnknownFaultError`."""

    def clear(self, fault: str | None = None) -> None:
        """End one fault, or all."""

    def active(self) -> tuple[str, ...]: ...
