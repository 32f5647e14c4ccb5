"""Where in an element something stands: ``situations/0/materials/2``, as an address and as a way through its tree."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from fleet.items.elements import TYPES, Tree
from fleet.items.shape import Shape, called, shapes, title

Path = tuple[str | int, ...]
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Node:
    """``path`` within its element, ``kind`` of what stands there, ``value`` itself."""

    path: Path
    kind: type[Struct]
    value: Tree

    @property
    def address(self) -> str:
        return "/".join(map(str, self.path))

    @property
    def title(self) -> str:
        return title(self.kind, self.value)

    @property
    def called(self) -> str:
        return called(self.kind)


def parsed(address: str) -> Path:
    """:class:`LookupError` for what is no way."""
    steps = address.split("/") if address else []
    if len(steps) > DEEPEST or not all(re.fullmatch(r"[a-z_]{1,40}|[0-9]{1,4}", step) for step in steps):
        raise LookupError(address)
    return tuple(int(step) if step.isdigit() else step for step in steps)


def way(kind: str, tree: Tree, path: Path) -> list[Node]:
    """Every node from the element itself to the one at ``path``. :class:`LookupError` where there is none."""
    found = [Node((), TYPES[kind], tree)]
    if len(path) % 2:
        raise LookupError(path)
    for name, place in zip(path[::2], path[1::2], strict=True):
        above = found[-1]
        listed = above.value.get(str(name), [])
        if not isinstance(place, int) or place >= len(listed):
            raise LookupError(path)
        one = list_at(above.kind, str(name)).one
        assert one is not None
        found.append(Node((*above.path, name, place), one, listed[place]))
    return found


def list_at(kind: type[Struct], name: str) -> Shape:
    """The field of ``kind`` that holds several with pages of their own. :class:`LookupError`."""
    shape = shapes(kind).get(name)
    if shape is None or shape.manner != "pages":
        raise LookupError(name)
    return shape


def put(tree: Tree, path: Path, value: Any) -> Tree:
    """``tree`` with ``value`` at ``path``; a copy."""
    if not path:
        return dict(value)
    made = msgspec.json.decode(msgspec.json.encode(tree))
    at: Any = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return dict(made)


def mark(kind: type[Struct], tree: Tree) -> str:
    """What a form carries to say what it was made of. What has pages of its own does not count: two may work side by side."""
    own = {name: one for name, one in tree.items() if name not in shapes(kind) or shapes(kind)[name].manner != "pages"}
    return hashlib.sha256(msgspec.json.encode(own, order="sorted")).hexdigest()[:24]


def below(node: Node) -> Iterator[Node]:
    """``node`` and everything in it that has a page."""
    yield node
    for name, shape in shapes(node.kind).items():
        if shape.manner == "pages" and shape.one is not None:
            for place, one in enumerate(node.value.get(name, ())):
                yield from below(Node((*node.path, name, place), shape.one, one))
