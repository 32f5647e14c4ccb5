"""What the settings of every device share. Each driver declares its own options beside itself, in ``devices/<kind>/options.py``."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Path = Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"^[^\x00]+$")]
Host = Annotated[str, Meta(max_length=253, pattern=r"^[^\s/.]+(\.[^\s/.]+)*\.?$")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]


SOCKET_PATH = 107
"""Bytes a Unix socket's path may have (``sun_path`` of unix(7), less its end)."""


def check_socket(path: str, option: str) -> None:
    """``ValueError`` for a path no socket can have."""
    if len(path.encode()) > SOCKET_PATH:
        raise ValueError(f"`{option}`：套接字的路径最长 {SOCKET_PATH} 字节，这个有 {len(path.encode())}")


class Options(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule that a type cannot say stands in ``__post_init__`` as a ``ValueError`` with a Chinese text."""

    identity: Name | None = None
    """What the device must say it is (``DeviceState.identity``); any other one on its path is a fault, not used."""
