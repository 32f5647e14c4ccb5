"""Options of the chip card reader (PC/SC)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from devices import options


class SecurityModule(Struct, frozen=True, forbid_unknown_fields=True):
    """Where social security cards are opened and proven; files are PEM, ``certificate`` and ``key`` the terminal's own."""

    url: Annotated[str, Meta(pattern=r"^https://[^/\s]+")]
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        if self.key is not None and self.certificate is None:
            raise ValueError("`key` 只和 `certificate` 一起用")


class Options(options.Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``reader``: part of its name among PC/SC's readers, empty: the first; ``service``: pcscd's socket, empty: the system's."""

    reader: str = ""
    service: str = ""
    security_module: SecurityModule | None = None
