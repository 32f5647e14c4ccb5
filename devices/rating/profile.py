"""Profiles of rating pads, from ``pads.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from devices.protocols.rating import Shape

_KNOWN = {"about", "baud", "head", "tail", "checksum", "keys"}


@dataclass(frozen=True, slots=True)
class Profile:
    """A pad of one vendor: its speed and the shape of its frames. ``about`` is for the technician, in Chinese."""

    name: str
    about: str
    baud: int
    shape: Shape


@cache
def profiles() -> dict[str, Profile]:
    """All profiles by name."""
    return parse((files("devices.rating") / "pads.toml").read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Profile]:
    """The profiles of a TOML text; ``ValueError`` names the profile and what is wrong with it."""
    return {name: _profile(name, table) for name, table in tomllib.loads(text).items()}


def _profile(name: str, table: dict[str, Any]) -> Profile:
    if unknown := set(table) - _KNOWN:
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    try:
        shape = Shape(
            keys={_byte(key): int(level) for key, level in table["keys"].items()},
            head=bytes.fromhex(table.get("head", "")),
            tail=bytes.fromhex(table.get("tail", "")),
            checksum=table.get("checksum", "none"),
        )
        return Profile(name, table["about"], int(table["baud"]), shape)
    except KeyError as error:
        raise ValueError(f"{name}: {error.args[0]} is missing") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _byte(text: str) -> int:
    value = bytes.fromhex(text)
    if len(value) != 1:
        raise ValueError(f"key {text!r} is not one byte")
    return value[0]
