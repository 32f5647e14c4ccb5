"""What differs from printer to printer and cannot be asked: a table, ``models.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from msgspec import Struct

Code = Literal["gb2312", "gbk"]
"""A Chinese ROM's two-byte zones."""

_KNOWN = {"about", "dots", "buffer", "text", "near_end", "presenter"}
_PRESENTER = {"present", "retract", "status", "after"}
_DOTS = range(384, 577, 8)
_BUFFER = range(1024, 1 << 20)
_AFTER = range(5, 121)
COMMONEST_BUFFER = 4096


class Presenter(Struct, frozen=True):
    """A mouth that holds a ticket out, and can take it back so that nobody reads a stranger's.

    ``present``, ``retract``: commands in order. ``status``: DLE EOT 20 tells whether a ticket waits. ``after``: seconds a
    ticket may wait.
    """

    present: bytes
    retract: bytes
    status: bool
    after: float


class Model(Struct, frozen=True):
    """``about`` is for the technician, in Chinese. ``text``: ``None`` prints pictures only."""

    name: str
    about: str
    dots: int
    buffer: int = COMMONEST_BUFFER
    text: Code | None = None
    near_end: bool = True
    presenter: Presenter | None = None


@cache
def models() -> dict[str, Model]:
    """All models by name."""
    return parse((files("devices.printer") / "models.toml").read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Model]:
    """The models of a TOML text; ``ValueError`` names the model and what is wrong with it."""
    return {name: _model(name, table) for name, table in tomllib.loads(text).items()}


def _model(name: str, table: dict[str, Any]) -> Model:
    try:
        _only(table, _KNOWN)
        presenter = table.get("presenter")
        return Model(
            name,
            str(table["about"]),
            _within(table["dots"], _DOTS, "dots"),
            _within(table.get("buffer", COMMONEST_BUFFER), _BUFFER, "buffer"),
            _code(table.get("text")),
            _yes_or_no(table.get("near_end", True), "near_end"),
            None if presenter is None else _presenter(presenter),
        )
    except KeyError as error:
        raise ValueError(f"{name}: {error.args[0]} is missing") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{name}: {error}") from None


def _presenter(table: dict[str, Any]) -> Presenter:
    _only(table, _PRESENTER)
    commands = bytes.fromhex(table["present"]), bytes.fromhex(table["retract"])
    return Presenter(*commands, _yes_or_no(table["status"], "status"), _within(table["after"], _AFTER, "after"))


def _only(table: dict[str, Any], known: set[str]) -> None:
    if unknown := set(table) - known:
        raise ValueError(f"unknown {', '.join(sorted(unknown))}")


def _within(value: object, allowed: range, key: str) -> int:
    if not isinstance(value, int) or value not in allowed:
        step = f" in steps of {allowed.step}" if allowed.step > 1 else ""
        raise ValueError(f"{key} is {allowed.start} to {allowed[-1]}{step}")
    return value


def _code(value: object) -> Code | None:
    if value is None or value == "gb2312" or value == "gbk":
        return value
    raise ValueError("text is gb2312 or gbk")


def _yes_or_no(value: object, key: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} is true or false")
    return value
