"""What all messages of the contract are made of: their scalars, their bytes, and how hostile bytes are refused.

Unknown fields are tolerated (a newer peer may add some); an unknown type or version is refused by name.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

VERSION = 1
MAX_PAYLOAD = 48 * 1024
"""Bytes of one MQTT payload; larger ones are refused before they are parsed. A case of 400 documents is 45 KB;
the broker itself cuts at 64 KiB."""

Terminal = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,31}$")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
Time = Annotated[
    str,
    Meta(
        max_length=40,
        pattern=r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        examples=["2026-11-20T09:30:00+08:00"],
    ),
]
"""RFC 3339, always with its offset."""
Short = Annotated[str, Meta(max_length=120)]
Code = Annotated[str, Meta(max_length=64)]
MOST_CODES = 16
Codes = Annotated[tuple[Code, ...], Meta(max_length=MOST_CODES)]
MOST_COUNT = 2**63 - 1
"""Largest number SQLite holds; a larger one would stop the batch of everybody it came with."""
Count = Annotated[int, Meta(ge=0, le=MOST_COUNT)]
Epoch = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$", max_length=16)]
"""Made with a terminal's database: sequences of two databases never collide."""
CommandId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$", max_length=32)]
Wanted = Literal["catalogue", "settings", "notices", "accounts", "program"]
"""Kinds of what the centre may want (``mqtt/desired.py``)."""
MOST_SEQUENCE = 2**31 - 1
"""Largest Integer of CloudEvents; at a thousand events a day it lasts 5,000 years."""
Sequence = Annotated[int, Meta(ge=1, le=MOST_SEQUENCE)]
UNKNOWN_VERSION = "version not known here"


class ContractError(ValueError):
    """A message that breaks the contract; the text names the rule and never quotes the payload."""


class _Version(Struct):
    v: int


def encode(message: Struct) -> bytes:
    return msgspec.json.encode(message)


def decode(payload: bytes, kind: Any) -> Any:
    """``payload`` as ``kind``, a message with a version; :class:`ContractError` when it is too large, no JSON, of another
    version or shape.
    """
    if version_of(payload) != VERSION:
        raise ContractError(UNKNOWN_VERSION)
    return parse(payload, kind)


def version_of(payload: bytes) -> int:
    found: _Version = parse(payload, _Version)
    return found.v


def parse(payload: bytes, kind: Any) -> Any:
    """``payload`` as ``kind``, whatever its version; :class:`ContractError`."""
    if len(payload) > MAX_PAYLOAD:
        raise ContractError(f"larger than {MAX_PAYLOAD} bytes")
    try:
        return msgspec.json.decode(payload, type=kind)
    except RecursionError:
        raise ContractError("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ContractError(_without_values(str(error))) from None


def _without_values(text: str) -> str:
    """msgspec names the field and the expected type; a quoted value could be somebody's data and is cut. So is the byte's
    number: refusals are counted by their text, and there must not be as many texts as bytes.
    """
    rule = text.split("'", 1)[0] if "Invalid value" in text else text
    return rule.split(" (byte", 1)[0][:160]
