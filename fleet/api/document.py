"""OpenAPI 3.1 of the interface, made from the routes' types; JSON Schema by msgspec."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from fleet.api.frame import Problem, Route

Json = dict[str, Any]
VERSION = "1.0"
_IN_PATH = re.compile(r"<([a-z_]+)>")
_REF = "#/components/schemas/{name}"


def document(routes: Sequence[Route], base: str) -> Json:
    """``base``: the path all of it lies below."""
    kinds = list(_kinds(routes))
    found, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    schemas = dict(zip(map(repr, kinds), found, strict=True))
    paths: Json = {}
    for one in routes:
        paths.setdefault(_IN_PATH.sub(r"{\1}", one.path), {})[one.method.lower()] = _operation(one, schemas, components)
    for one in routes:
        if one.ask is not None:
            components.pop(one.ask.__name__, None)  # it stands in the parameters
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "通办：中心的接口 (Tongban: the centre's interface for programs)",
            "version": VERSION,
            "description": "What the console can do, for programs. Nothing here names an applicant. Times are seconds since 1970 "
            "(UTC) unless they are text. Every write says why, and stands in the record with its token's owner.",
        },
        "servers": [{"url": base}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made on the console's page 我的账号, or by `tongban centre token add`.",
                }
            },
            "schemas": components,
        },
    }


def _kinds(routes: Iterable[Route]) -> Iterable[Any]:
    seen = {repr(Problem): Problem}
    for one in routes:
        for kind in (one.body, one.gives, one.ask, *one.given.values()):
            if kind is not None and kind is not type(None):
                seen.setdefault(repr(kind), kind)
    return seen.values()


def _operation(one: Route, schemas: Json, components: Json) -> Json:
    needs = "Any token." if one.act is None else f"Needs `{one.act}`{' for all parties' if one.whole else ''}."
    operation: Json = {"operationId": one.name, "description": f"{one.said}\n\n{needs}", "tags": [one.path.split("/")[1]]}
    parameters = [{"name": name, "in": "path", "required": True, "schema": schemas[repr(kind)]} for name, kind in one.given.items()]
    if one.ask is not None:
        asked = components[schemas[repr(one.ask)]["$ref"].rpartition("/")[2]]
        parameters += [
            {"name": name, "in": "query", "required": name in asked.get("required", ()), "schema": _present(schema)}
            for name, schema in asked["properties"].items()
        ]
    if parameters:
        operation["parameters"] = parameters
    if one.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schemas[repr(one.body)]}}}
    refused = {"application/problem+json": {"schema": schemas[repr(Problem)]}}
    done: Json = {"description": "Done."}
    if one.gives is type(None):
        operation["responses"] = {"204": done}
    else:
        done["content"] = {"application/json": {"schema": schemas[repr(one.gives)]}}
        operation["responses"] = {str(one.status): done}
    operation["responses"]["default"] = {"description": "Refused, by name (RFC 9457).", "content": refused}
    return operation


def _present(schema: Json) -> Json:
    """Of what is left out of a query, not sent as null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else {name: value for name, value in schema.items() if value is not None}
