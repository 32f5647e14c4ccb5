"""What a catalogue says in English too: each thing has the English of its own Chinese sentences beside them (``english``).

It is optional, sentence by sentence, and belongs to whoever answers for the Chinese: drafted, approved and signed with it. Where
there is none the Chinese stands. The whole is asked by the Chinese sentence; of two that translate the same one the joint list
goes first, then the parties in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from domain.catalogue.form import Field
from domain.catalogue.item import Bundle, Item, Material, Question, Situation
from domain.catalogue.opening import NotOpen, Opening
from domain.catalogue.part import Joint
from domain.catalogue.party import Party, Window

READ: dict[type[Struct], tuple[str, ...]] = {
    Joint: ("notice",),
    Item: (
        "name",
        "short_name",
        "topic",
        "implementing_dept_role",
        "acceptance_conditions",
        "statutory_limit.note",
        "fees.name",
        "on_site_reason",
        "minor_rule",
        "flow",
        "legal_basis",
        "changed",
    ),
    Situation: ("name", "question", "note"),
    Question: ("text", "answers.text"),
    Material: ("name", "waive_when", "note"),
    Bundle: ("name", "occasion"),
    Party: ("name", "desk"),
    Window: ("name", "address"),
    Opening: ("reason", "result", "department", "online.prepare", "online.at_hand"),
    NotOpen: ("why", "where"),
    Field: ("label", "hint", "options.text"),
}
"""What of each thing a citizen reads on a screen. Contacts are people: their names stay as they are."""
ALSO: dict[type[Struct], tuple[str, ...]] = {Item: ("keywords",), Party: ("contacts.name", "contacts.duty")}
"""What may have an English and needs none."""
INSIDE = ("situations", "materials", "questions", "windows", "form", "fields")
"""Where things with an English of their own lie in others."""
_HAN = re.compile("[\u3400-\u9fff]")


def sentences(kind: type[Struct], thing: object, *, also: bool = False) -> tuple[str, ...]:
    """The Chinese ones of ``thing`` itself, each once; ``thing`` is a ``kind``, or such a one as a tree."""
    fields = READ.get(kind, ()) + (ALSO.get(kind, ()) if also else ())
    return tuple(dict.fromkeys(text for name in fields for text in _texts(thing, name.split(".")) if _HAN.search(text)))


def without(thing: Struct) -> Iterator[str]:
    """The sentences of ``thing`` and of everything in it that have no English."""
    own: Mapping[str, str] = getattr(thing, "english", {})
    yield from (text for text in sentences(type(thing), thing) if text not in own)
    for name in INSIDE:
        for inner in getattr(thing, name, ()):
            yield from without(inner)


def left(thing: Struct) -> Iterator[str]:
    """The sentences that are translated and that nobody says: the Chinese was changed, its English was not."""
    said = sentences(type(thing), thing, also=True)
    yield from (text for text in getattr(thing, "english", {}) if text not in said)
    for name in INSIDE:
        for inner in getattr(thing, name, ()):
            yield from left(inner)


class _Own(Struct, frozen=True):
    english: dict[str, str] = {}


class _Situation(_Own, frozen=True):
    materials: tuple[_Own, ...] = ()


class Head(_Own, frozen=True):
    """What is read of an item or an opening to know its English."""

    situations: tuple[_Situation, ...] = ()
    questions: tuple[_Own, ...] = ()
    form: tuple[_Own, ...] = ()


def gathered(raws: Iterable[msgspec.Raw], things: Iterable[object]) -> dict[str, str]:
    """The English of all of it, by the Chinese; whoever comes first goes first."""
    found: dict[str, str] = {}
    for thing in (*(msgspec.json.decode(raw, type=Head) for raw in raws), *things):
        for chinese, english in _said(thing):
            found.setdefault(chinese, english)
    return found


def _said(thing: object) -> Iterator[tuple[str, str]]:
    yield from getattr(thing, "english", {}).items()
    for name in INSIDE:
        for inner in getattr(thing, name, ()):
            yield from _said(inner)


def _texts(value: Any, names: list[str]) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one, names)
    elif not names:
        yield str(value)
    else:
        inner = value.get(names[0]) if isinstance(value, Mapping) else getattr(value, names[0], None)
        yield from _texts(inner, names[1:])
