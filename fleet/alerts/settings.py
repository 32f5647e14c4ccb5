"""Settings of alerts, in the centre's file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from mqtt.wire import Code, Short


class ChannelEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """Where alerts are told: mail, WeCom, DingTalk, Feishu or a webhook. ``url_file``: one line, an Apprise address; it holds the
    channel's secrets, so only its owner may read it. ``party``: whose it is; without one, the centre's.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Short
    url_file: Path
    party: Code | None = None


class AlertSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``address``: the console's, as staff reach it; messages then link to it."""

    channels: Annotated[tuple[ChannelEntry, ...], Meta(max_length=500)] = ()
    address: Short = ""
