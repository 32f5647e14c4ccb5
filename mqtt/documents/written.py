"""The documents as files."""

from __future__ import annotations

import msgspec

from mqtt.documents.asyncapi import asyncapi
from mqtt.documents.openapi import openapi

_HEAD = b"# Made by `make contract` from the types in mqtt/; a test holds that they agree. Do not edit.\n"


def written() -> dict[str, bytes]:
    """Name → content of every document."""
    return {name: _HEAD + msgspec.yaml.encode(made()) for name, made in (("asyncapi.yaml", asyncapi), ("openapi.yaml", openapi))}
