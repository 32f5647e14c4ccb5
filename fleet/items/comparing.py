"""Two versions of a part side by side, in words: thing by thing, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import msgspec

from domain.catalogue.changes import Change, differences
from domain.catalogue.part import JOINT, Joint, decode
from fleet.items.choices import Directory
from fleet.items.published import catalogue
from fleet.items.shape import names, table


@dataclass(frozen=True, slots=True)
class Compared:
    """``title``: the item, opening or other thing; ``changes``: in it, with where they stand within."""

    title: str
    changes: tuple[Change, ...]


def compared(part: str, old: bytes | None, new: bytes, known: Directory) -> list[Compared]:
    """``old``: ``None`` where there was nothing. ``known``: what items are called. :class:`domain.catalogue.part.DamagedError`,
    ``CatalogueDamagedError``."""
    before, after = (catalogue("-", {part: body} if body is not None else {}) for body in (old, new))
    found = [*(_about(old, new) if part == JOINT else ()), *differences(before, after)]
    several = groupby(found, lambda one: _title(one, known))
    return [Compared(title, tuple(_within(one, known) for one in changes)) for title, changes in several]


def count(found: list[Compared]) -> int:
    return sum(len(one.changes) for one in found)


def _about(old: bytes | None, new: bytes) -> Iterator[Change]:
    """What the joint list says of itself; the catalogue's comparison does not look at it."""
    before: Joint | None = decode(JOINT, old, Joint) if old is not None else None
    after: Joint = decode(JOINT, new, Joint)
    for name, of in (("终端上的说明", "notice"), ("签约方的次序", "parties"), ("节假日安排", "holidays")):
        told = [_said(getattr(one, of)) if one is not None else "（无）" for one in (before, after)]
        if told[0] != told[1]:
            yield Change(("目录", "事项目录", name), told[0], told[1])


def _said(value: object) -> str:
    if isinstance(value, str):
        return f"“{value}”"
    tree = msgspec.to_builtins(value)
    return "、".join(f"{one['year']} 年（{one['source']}）" if isinstance(one, dict) else str(one) for one in tree) or "（无）"


def _title(one: Change, known: Directory) -> str:
    """The head of the catalogue is not a thing of its own: its parties and lists are."""
    at = one.where
    thing = " ".join(at[1:3]) if at[0] == "目录" and len(at) > 2 else at[0]
    kind, _, ids = thing.partition(" ")
    if kind in ("parties", "bundles"):
        return f"{'本方资料' if kind == 'parties' else '一件事'} {ids}"
    if kind not in ("开通", "not_open"):
        return thing
    _, item, situation = (*ids.partition("（")[0].split("/"), "", "")[:3]
    return f"{'开通' if kind == '开通' else '没有开通的'}：{known.name(item, situation or None)}"


def _within(one: Change, known: Directory) -> Change:
    skip = 3 if one.where[0] == "目录" and len(one.where) > 2 else 1
    materials = _materials(one.where[0], known)
    where = tuple(materials.get(step) or _worded(step) for step in one.where[skip:])
    return Change(where, _coded(one.where, one.old), _coded(one.where, one.new))


def _materials(thing: str, known: Directory) -> Mapping[str, str]:
    """Of an opening: what its materials are called."""
    _, item, situation = (*thing.partition(" ")[2].partition("（")[0].split("/"), "", "")[:3]
    return {material.material_id: material.name for material in known.materials(item, situation)}


def _worded(step: str) -> str:
    return names().get(step, step)


def _coded(where: tuple[str, ...], said: str | None) -> str | None:
    """Codes of a field with fixed words, as words."""
    if said is None:
        return None
    words = _words().get(_worded(where[-1])) or _words().get(_worded(where[-2]) if len(where) > 1 else "", {})
    bare = said.removeprefix("“").removesuffix("”") if said.count("“") == 1 else said
    return "、".join(words.get(one.strip("“”"), one) for one in bare.split("、")) if words else bare


def _words() -> Mapping[str, Mapping[str, str]]:
    """Called field → code → words; of a name two types have, the codes of both."""
    made: dict[str, dict[str, str]] = {}
    for of in table()["words"].values():
        for name, words in of.items():
            made.setdefault(names()[name], {}).update(words)
    return made
