"""What the forms of the administration are made of: the catalogue's own types, and ``labels.toml`` for what people read.

Nothing here knows of a particular element; a field that is added to a type of ``domain/catalogue`` needs a line in the table and
nothing else.
"""

from __future__ import annotations

import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from msgspec import NODEFAULT, Struct, inspect

from domain.catalogue.changes import WORDS
from domain.catalogue.form import Field
from domain.catalogue.item import Material, Question, Situation
from domain.catalogue.party import Contact, Window
from fleet.items.elements import TYPES

Manner = Literal[
    "text", "long", "number", "flag", "day", "time", "choice", "ticks", "lines", "group", "rows", "pages", "map", "english", "fixed"
]
"""How a field is filled in. ``group``: a struct in its place; ``rows``: several, a line each; ``pages``: several, a page each;
``map``: material → proof; ``english``: each Chinese sentence of the thing → the same in English; ``fixed``: not changed, only
shown."""

PAGES: tuple[type[Struct], ...] = (Situation, Material, Question, Window, Contact, Field)
"""What lies in an element and is large enough for a page of its own."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One field. ``words``: code → what it is called, of the codes it may have or commonly has; ``closed``: it can have no other.
    ``refers``: whose ids it holds. ``one``: the struct it holds or holds several of. ``none``: it may be left out."""

    name: str
    label: str
    help: str
    manner: Manner
    kind: inspect.Type
    none: bool
    default: Any
    words: Mapping[str, str]
    closed: bool
    refers: str | None
    one: type[Struct] | None

    @property
    def required(self) -> bool:
        return self.default is NODEFAULT and not self.none


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    fields: tuple[Shape, ...]


@cache
def groups(kind: type[Struct]) -> tuple[Group, ...]:
    """The form of ``kind``, in the table's order."""
    known = {one.name: one for one in _info(kind).fields}
    made = []
    for group in table()[kind.__name__]:
        named = [name for name in group if name != "title"]
        made.append(Group(group["title"], tuple(_shape(kind, known[name], *group[name]) for name in named)))
    return tuple(made)


@cache
def shapes(kind: type[Struct]) -> Mapping[str, Shape]:
    return {shape.name: shape for group in groups(kind) for shape in group.fields}


def called(kind: type[Struct]) -> str:
    """What a thing of this kind is."""
    return str(table()["about"][kind.__name__][0])


def title(kind: type[Struct], value: Mapping[str, Any]) -> str:
    """What one of it is known by in a list."""
    return str(value.get(table()["about"][kind.__name__][1], ""))


def fields_of_rule(rule: str) -> tuple[str, ...]:
    """At which fields a finding of the linter stands; none: at the head of its page."""
    return tuple(table()["rules"].get(rule, ()))


@cache
def names() -> Mapping[str, str]:
    """Field → what it is called, for sentences of the linter that name fields."""
    said, seen, left = dict(WORDS), set[type[Struct]](), [*TYPES.values()]
    while left:
        kind = left.pop()
        if kind not in seen:
            seen.add(kind)
            left += [shape.one for shape in shapes(kind).values() if shape.one is not None]
            said |= {name: shape.label for name, shape in shapes(kind).items() if name not in said}
    return said


@cache
def table() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("fleet.items").joinpath("labels.toml").read_text(encoding="utf-8"))


@cache
def _info(kind: type[Struct]) -> inspect.StructType:
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    return found


def annotation(kind: type[Struct], name: str) -> Any:
    """The field's type as it is written, for ``msgspec.convert``."""
    return _hints(kind)[name]


@cache
def _hints(kind: type[Struct]) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


def _shape(kind: type[Struct], one: inspect.Field, label: str, told: str) -> Shape:
    of, none = _unwrapped(one.type)
    words = dict(table()["words"].get(kind.__name__, {}).get(one.name, {}))
    refers = table()["refers"].get(kind.__name__, {}).get(one.name)
    inner = of.item_type if isinstance(of, inspect.VarTupleType) else of
    inner = _unwrapped(inner)[0]
    struct = inner.cls if isinstance(inner, inspect.StructType) else None
    default = one.default if one.default_factory is NODEFAULT else one.default_factory()
    manner = _manner(kind, one.name, of, inner, words, refers)
    values = inner.value_type if isinstance(inner, inspect.DictType) else inner
    closed = isinstance(values, inspect.LiteralType)
    return Shape(one.name, label, told, manner, of, none, default, words, closed, refers, struct)


def _manner(
    kind: type[Struct], name: str, of: inspect.Type, inner: inspect.Type, words: Mapping[str, str], refers: str | None
) -> Manner:
    several = isinstance(of, inspect.VarTupleType)
    if name in table()["fixed"].get(kind.__name__, ()):
        return "fixed"
    if name == "english":
        return "english"
    if isinstance(inner, inspect.StructType):
        return ("pages" if inner.cls in PAGES else "rows") if several else "group"
    if isinstance(of, inspect.DictType):
        return "map"
    if several:
        return "ticks" if words or refers == "situations" else "lines"
    if words or refers:
        return "choice"
    if isinstance(of, inspect.StrType):
        clock = of.pattern is not None and of.pattern.startswith("^([01]")
        return "time" if clock else "long" if name in table()["long"].get(kind.__name__, ()) else "text"
    found: dict[type[inspect.Type], Manner] = {inspect.IntType: "number", inspect.BoolType: "flag", inspect.DateType: "day"}
    return found[type(of)]


def _unwrapped(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """Without its ``None``, and whether it had one."""
    if isinstance(kind, inspect.UnionType):
        rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        assert len(rest) == 1, "the catalogue has no other unions"
        return rest[0], True
    return (kind.type if isinstance(kind, inspect.Metadata) else kind), False
