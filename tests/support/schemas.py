"""Data for the contract's schemas: what one allows, and the same with one place spoilt. Knows the keywords the contract uses."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mqtt.documents.asyncapi import asyncapi
from mqtt.documents.schemas import REF

Json = dict[str, Any]
SCHEMAS: Json = asyncapi()["components"]["schemas"]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def allowed(schema: Json) -> SearchStrategy[Any]:
    """What ``schema`` allows."""
    if "$ref" in schema:
        return allowed(SCHEMAS[schema["$ref"].removeprefix(REF)])
    if "allOf" in schema:
        first, *more = (_resolved(one) for one in schema["allOf"])
        return allowed(
            {**first, "properties": {**first["properties"], **{k: v for one in more for k, v in one["properties"].items()}}}
        )
    if "anyOf" in schema:
        return st.one_of([allowed(one) for one in schema["anyOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "object":
            return _object(schema)
        case "array":
            most = min(schema.get("maxItems", 4), schema.get("minItems", 0) + 4)
            return st.lists(allowed(schema["items"]), min_size=schema.get("minItems", 0), max_size=most)
        case "string" if run := re.fullmatch(r"\^(\[[^\]]+\])\{(\d+)(?:,(\d+))?\}\$", schema.get("pattern", "")):
            # A run of one class is one draw, not one a character: most of these tests' time went there.
            least, most = int(run[2]), int(run[3] or run[2])
            return st.text([chr(one) for one in range(128) if re.match(run[1], chr(one))], min_size=least, max_size=most)
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"].replace("$", r"\Z"), alphabet=st.characters(codec="utf-8"))
        case "string":
            return st.text(st.characters(codec="utf-8"), min_size=schema.get("minLength", 0), max_size=schema.get("maxLength", 20))
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    assert schema.keys() <= {"description"}, f"keyword not known here: {schema}"
    return anything


def spoilt(schema: Json) -> SearchStrategy[Any]:
    """What ``schema`` allows, but one member of some object is anything at all, or gone, or there is one nobody knows."""
    return st.tuples(
        allowed(schema), st.randoms(use_true_random=False), st.sampled_from(["anything", "gone", "more"]), anything
    ).map(_spoil)


def _object(schema: Json) -> SearchStrategy[Any]:
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        return st.dictionaries(allowed({"type": "string", **schema.get("propertyNames", {})}), allowed(more), max_size=3)
    properties = {name: allowed(of) for name, of in schema["properties"].items()}
    needed = schema.get("required", ())
    return st.fixed_dictionaries(
        {name: of for name, of in properties.items() if name in needed},
        optional={name: of for name, of in properties.items() if name not in needed},
    )


def _spoil(drawn: tuple[Any, Any, str, Any]) -> Any:
    message, random, how, instead = drawn
    place = random.choice(_objects(message))
    if how == "more":
        place["nobody-knows"] = instead
    elif place:
        name = random.choice(sorted(place))
        if how == "gone":
            del place[name]
        else:
            place[name] = instead
    return message


def _objects(value: Any) -> list[Json]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ([value] if isinstance(value, dict) else []) + [found for one in inner for found in _objects(one)]


def _resolved(schema: Json) -> Json:
    found: Json = SCHEMAS[schema["$ref"].removeprefix(REF)] if "$ref" in schema else schema
    return found
