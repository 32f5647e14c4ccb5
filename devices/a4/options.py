"""Options of the A4 printer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from devices import options
from devices.a4.cups import SOCKET


class Options(options.Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``printer`` is the A4 printer's own IPP address, ``cups`` the folder of ``tongban cups``, which sends to it."""

    printer: Annotated[str, Meta(pattern=r"^ipp://[^/@\s]+/\S+$")]
    cups: Path

    def __post_init__(self) -> None:
        try:
            sound = urlsplit(self.printer).port != 0
        except ValueError:
            sound = False
        if not sound:
            raise ValueError("`printer`：地址或端口不对，应如 ipp://192.168.1.20/ipp/print")
        if not self.cups.is_absolute():
            raise ValueError("`cups` 要写绝对路径")
        options.check_socket(str(self.cups / SOCKET), "cups")
