"""What the settings of every device share. Each driver declares its own options beside itself, in ``devices/<kind>/options.py``."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Path = Annotated[str, Meta(min_length=1, max_length=4096)]
Host = Annotated[str, Meta(min_length=1, max_length=253)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]


class Options(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule that a type cannot say stands in ``__post_init__`` as a ``ValueError`` with a Chinese text."""

    identity: Name | None = None
    """What the device must say it is (``DeviceState.identity``); any other one on its path is a fault, not used."""
