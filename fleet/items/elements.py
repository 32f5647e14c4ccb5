"""A part of the catalogue taken apart into what is edited one at a time, and put together again.

Of the joint list: what it says of itself, each version of an item, each bundle, each year's plan. Of a party's part: its record,
each opening, each reason why something is not open, each form. Values are JSON trees in which what equals its default is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import NODEFAULT, Meta, Struct

from domain.calendar import Year
from domain.catalogue.form import Field
from domain.catalogue.item import Bundle, English, Id, Item, Text
from domain.catalogue.opening import NotOpen, Opening
from domain.catalogue.part import JOINT, Joint, Share, blocks, decode
from domain.catalogue.party import Party

Tree = dict[str, Any]


class About(Struct, frozen=True):
    """What the joint list says of itself."""

    demo: bool
    notice: Text
    parties: tuple[Id, ...] = ()
    english: English = {}


class Form(Struct, frozen=True):
    """A form of a party, by the name its openings use."""

    form: Id
    fields: Annotated[tuple[Field, ...], Meta(min_length=1)]


KINDS: dict[str, dict[str, type[Struct]]] = {
    "joint": {"about": About, "item": Item, "bundle": Bundle, "year": Year},
    "share": {"party": Party, "opening": Opening, "not-open": NotOpen, "form": Form},
}
"""What can stand in a part, in the order it is shown."""
ONCE = frozenset({"about", "party"})
"""Of these a part has exactly one."""
TYPES: dict[str, type[Struct]] = {kind: found for kinds in KINDS.values() for kind, found in kinds.items()}


@dataclass(frozen=True, slots=True)
class Element:
    """``number`` names it as long as its draft lives, wherever it is moved to."""

    number: int
    kind: str
    value: Tree = field(repr=False)


def kinds_of(part: str) -> dict[str, type[Struct]]:
    return KINDS["joint" if part == JOINT else "share"]


def apart(part: str, body: bytes) -> list[Element]:
    """The elements of a part. :class:`domain.catalogue.part.DamagedError`."""
    found: list[tuple[str, Struct]] = []
    if part == JOINT:
        joint: Joint = decode(part, body, Joint)
        found.append(("about", About(joint.demo, joint.notice, joint.parties, joint.english)))
        found += [("item", decode(part, raw, Item)) for block in blocks(joint) for raw in block.raws()]
        found += [("bundle", one) for one in joint.bundles] + [("year", one) for one in joint.holidays]
    else:
        share: Share = decode(part, body, Share)
        found.append(("party", share.party))
        found += [("opening", decode(part, raw, Opening)) for block in blocks(share) for raw in block.raws()]
        found += [("not-open", one) for one in share.not_open]
        found += [("form", Form(name, fields)) for name, fields in share.forms.items()]
    return [Element(number, kind, slim(value)) for number, (kind, value) in enumerate(found, 1)]


def together(part: str, elements: Iterable[Element]) -> bytes:
    """The part as a file for people; what is signed is its :func:`domain.catalogue.part.pressed`."""
    of: dict[str, list[Tree]] = {kind: [] for kind in kinds_of(part)}
    for one in elements:
        of[one.kind].append(one.value)
    if part == JOINT:
        (about,) = of["about"]
        tree = {**about, "items": of["item"], "bundles": of["bundle"], "holidays": of["year"]}
    else:
        (party,) = of["party"]
        forms = {one["form"]: one["fields"] for one in of["form"]}
        tree = {"party": party, "openings": of["opening"], "not_open": of["not-open"], "forms": forms}
    return msgspec.json.encode(tree)


def typed(kind: str, value: Tree) -> Struct:
    """``value`` as what it is; ``msgspec.ValidationError``."""
    return msgspec.convert(value, TYPES[kind])


def slim(value: Any) -> Any:
    """``value`` as a tree, without what is as it would be by default: two that say the same are the same."""
    if isinstance(value, Struct):
        told: Tree = {}
        for name, default in _defaults(type(value)):
            found = getattr(value, name)
            if default is NODEFAULT or found != default:
                told[name] = slim(found)
        return told
    if isinstance(value, tuple | list):
        return [slim(one) for one in value]
    if isinstance(value, dict):
        return {key: slim(one) for key, one in value.items()}
    return value if isinstance(value, str | int | None) else msgspec.to_builtins(value)


@cache
def _defaults(kind: type[Struct]) -> tuple[tuple[str, Any], ...]:
    """Field → what it is when nothing is said, ``NODEFAULT`` where it must be."""
    fields = msgspec.structs.fields(kind)
    return tuple((f.name, f.default if f.default_factory is NODEFAULT else f.default_factory()) for f in fields)
