"""Options of the A4 printer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from devices import options


class Options(options.Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``printer`` is the A4 printer's own IPP address, ``cups`` the folder of ``tongban cups``, which sends to it."""

    printer: Annotated[str, Meta(pattern=r"^ipp://[^/@\s]+/\S+$")]
    cups: Path
