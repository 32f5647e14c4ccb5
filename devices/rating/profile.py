"""Profiles of rating pads, from ``pads.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from devices.protocols.rating import Shape

SHAPE = {"head", "fill", "tail", "checksum", "uncounted", "idle", "keys"}
KNOWN = {"about", "baud", "wake", "ask", "poll", "every", *SHAPE}
EVERY = (0.05, 5.0)
"""Seconds between two polls, least and most."""


class Profile(Struct, frozen=True):
    """A pad of one vendor: its speed, the shape of its frames, and what it wants to be told.

    ``about`` is for the technician, in Chinese. ``wake`` is sent when the line is opened, ``ask`` with each question, ``poll``
    each ``every`` seconds; empty where the pad needs no such thing.
    """

    name: str
    about: str
    baud: int
    shape: Shape
    wake: bytes = b""
    ask: bytes = b""
    poll: bytes = b""
    every: float = 0.0


@cache
def profiles() -> dict[str, Profile]:
    """All profiles by name."""
    return parse((files("devices.rating") / "pads.toml").read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Profile]:
    """The profiles of a TOML text; ``ValueError`` names the profile and what is wrong with it."""
    return {name: _profile(name, table) for name, table in tomllib.loads(text).items()}


def _profile(name: str, table: dict[str, Any]) -> Profile:
    if unknown := set(table) - KNOWN:
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    try:
        shape = Shape(
            keys={bytes.fromhex(key): int(level) for key, level in table["keys"].items()},
            checksum=table.get("checksum", "none"),
            uncounted=int(table.get("uncounted", 0)),
            **{part: bytes.fromhex(table.get(part, "")) for part in ("head", "fill", "tail", "idle")},
        )
        told = {command: bytes.fromhex(table.get(command, "")) for command in ("wake", "ask", "poll")}
        profile = Profile(name, table["about"], int(table["baud"]), shape, **told, every=float(table.get("every", 0)))
    except KeyError as error:
        raise ValueError(f"{name}: {error.args[0]} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{name}: {error}") from None
    if bool(profile.poll) != (EVERY[0] <= profile.every <= EVERY[1]):
        raise ValueError(f"{name}: poll and every ({EVERY[0]} to {EVERY[1]} seconds) go together")
    if shape.idle and not profile.poll:
        raise ValueError(f"{name}: idle is the answer to a poll, and there is none")
    return profile
