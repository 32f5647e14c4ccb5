"""Options of the receipt printer."""

from __future__ import annotations

from typing import Literal

from devices import options
from devices.printer.model import models

PORT = 9100
"""Where a network printer listens unless it is told otherwise ("raw", AppSocket)."""
QUICK_BAUD = 115_200
"""A line below this is slow: a picture of a receipt takes 21 s at 38400 baud, text half a second."""


class Options(options.Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where it is: exactly one of ``host`` (and ``port``), ``serial`` (and ``baud``, ``flow``), ``usb``.

    ``model``: a name in ``models.toml``. Without ``mode`` a printer on a slow line whose model has text of its own is sent text,
    every other one pictures (docs/decisions/receipts-as-text.md).
    """

    host: options.Host | None = None
    port: options.Port | None = None
    serial: options.Path | None = None
    baud: Literal[9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600] | None = None
    flow: Literal["none", "xonxoff", "rtscts", "dsrdtr"] | None = None
    usb: options.Path | None = None
    model: options.Name = "generic"
    mode: Literal["image", "text"] | None = None

    def __post_init__(self) -> None:
        if sum(where is not None for where in (self.host, self.serial, self.usb)) != 1:
            raise ValueError("`host`、`serial`、`usb` 要写一个，也只能写一个")
        if self.host is None and self.port is not None:
            raise ValueError("`port` 只和 `host` 一起用")
        if self.serial is None and (self.baud, self.flow) != (None, None):
            raise ValueError("`baud`、`flow` 只和 `serial` 一起用")
        if self.serial is not None and self.baud is None:
            raise ValueError("`serial` 要写 `baud`")
        if self.model not in models():
            raise ValueError(f"`model`：没有型号“{self.model}”，有：{'、'.join(models())}")
        if self.mode == "text" and models()[self.model].text is None:
            raise ValueError(f"`mode`：型号“{self.model}”没有字库，只能用 image")

    def chosen_mode(self) -> Literal["image", "text"]:
        slow = self.baud is not None and self.baud < QUICK_BAUD
        return self.mode or ("text" if slow and models()[self.model].text is not None else "image")
