"""Options of the identity card reader."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from devices import options


class Options(options.Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``path``: a tty, best by ``/dev/serial/by-id/…``. ``baud``: the speeds SAM modules are sold with.

    ``photo_library``: the reader vendor's, which unpacks photos (without one a silhouette is shown), called with ``photo_vendor``.
    """

    path: options.Path
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    photo_library: Path | None = None
    photo_vendor: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
