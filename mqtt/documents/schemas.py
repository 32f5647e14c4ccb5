"""JSON Schema of the contract's types, as both documents want it."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterable
from importlib import resources
from typing import Any

import msgspec

from mqtt.messages import REPORT_VERSION, Report
from mqtt.wire import VERSION

Json = dict[str, Any]
REF = "#/components/schemas/"
FIELDS: dict[str, dict[str, str]] = tomllib.loads(resources.files("mqtt.documents").joinpath("fields.toml").read_text("utf-8"))
"""Type → field → what it is: the reviewed list that keeps identity out of the contract."""


def schemas(kinds: Iterable[type]) -> Json:
    """Name → schema of ``kinds`` and everything they name, in the order of their names. ``KeyError``: a field nobody reviewed."""
    wanted = tuple(kinds)
    _, found = msgspec.json.schema_components(wanted, ref_template=REF + "{name}")
    for kind in wanted:
        version = found[kind.__name__]["properties"].get("v")
        if version is not None:
            version["const"] = REPORT_VERSION if kind is Report else VERSION
    return {name: _described(name, _plain(found[name])) for name in sorted(found)}


def reference(kind: type) -> Json:
    return {"$ref": REF + kind.__name__}


def text(of: object) -> str:
    """A docstring as one paragraph of Markdown."""
    return _paragraph(getattr(of, "__doc__", None) or "")


def _paragraph(said: str) -> str:
    return " ".join(inspect.cleandoc(said).split()).replace("``", "`")


def _described(name: str, schema: Json) -> Json:
    said = FIELDS[name]
    properties = {field: {"description": said[field], **of} for field, of in schema["properties"].items()}
    return {**schema, "properties": properties}


def _plain(value: Any) -> Any:
    """What drafts 7 and 2020-12 of JSON Schema write the same way."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    plain = {key: _plain(one) for key, one in value.items()}
    if isinstance(plain.get("description"), str):
        plain["description"] = _paragraph(plain["description"])
    places = plain.pop("prefixItems", None)
    if places is not None:
        plain["items"] = places[0]  # the contract has no tuples of different things
    return plain
