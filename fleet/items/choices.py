"""What a form offers where it wants the id of something: items and situations of the joint list, forms of the part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain.catalogue.item import Item, Material
from domain.catalogue.part import JOINT, Joint, blocks, decode
from fleet.items.elements import Element
from fleet.items.forms import Choices
from fleet.items.nodes import Node


@dataclass(frozen=True, slots=True)
class Directory:
    """The joint list as far as others name it: item → its newest version; sample → a material it is of."""

    items: Mapping[str, Item]
    samples: Mapping[str, str]

    def name(self, item: str, situation: str | None = None) -> str:
        """In words; the id itself where there is none."""
        found = self.items.get(item)
        if found is None:
            return "／".join(one for one in (item, situation) if one)
        inside = found.situation(situation) if situation else None
        return f"{found.short_name}／{inside.name if inside else situation}" if situation else found.short_name

    def materials(self, item: str, situation: str) -> tuple[Material, ...]:
        found = self.items.get(item)
        inside = found.situation(situation) if found else None
        return inside.materials if inside else ()


@lru_cache(maxsize=4)
def directory(joint: bytes | None) -> Directory:
    """Of a joint list; an empty one where there is none."""
    items: dict[str, Item] = {}
    samples: dict[str, str] = {}
    read: Joint | None = decode(JOINT, joint, Joint) if joint is not None else None
    for block in blocks(read) if read else ():
        for raw in block.raws():
            item: Item = decode(JOINT, raw, Item)
            if item.item_id not in items or item.version >= items[item.item_id].version:
                items[item.item_id] = item
            for material in (m for s in item.situations for m in s.materials if m.sample):
                samples.setdefault(str(material.sample), material.name)
    return Directory(items, samples)


def offered(known: Directory, parties: Mapping[str, str], elements: Sequence[Element], way: Sequence[Node]) -> Choices:
    """For the form of the last node of ``way``."""
    whole: Mapping[str, Any] = way[0].value
    found: dict[str, Sequence[tuple[str, str]]] = {
        "parties": tuple(parties.items()),
        "items": tuple((item, one.short_name) for item, one in known.items.items()),
        "samples": tuple((sample, f"{name}（{sample}）") for sample, name in sorted(known.samples.items(), key=lambda s: s[1])),
        "forms": tuple(
            (e.value["form"], f"{e.value['form']}（{len(e.value['fields'])} 栏）") for e in elements if e.kind == "form"
        ),
        "questions": tuple((q["question"], q["text"]) for q in whole.get("questions", ())),
        "situations": tuple((s["situation_id"], s["name"]) for s in whole.get("situations", ())),
    }
    if "item" in whole:
        item = known.items.get(whole["item"])
        found["all-situations"] = tuple((s.situation_id, s.name) for s in item.situations) if item else ()
        found["materials"] = tuple((m.material_id, m.name) for m in known.materials(whole["item"], whole.get("situation") or ""))
    if len(way) > 1 and "fields" in whole:
        place = way[-1].path[-1]
        found["fields"] = tuple((f["field"], f["label"]) for f in whole["fields"][: int(place)])
    return found


def unsaid(known: Directory, elements: Sequence[Element]) -> list[tuple[str, str]]:
    """Item and situation of whatever the part neither opens nor says why not."""
    opened = {(e.value["item"], e.value["situation"]) for e in elements if e.kind == "opening"}
    closed = {(e.value["item"], e.value.get("situation")) for e in elements if e.kind == "not-open"}
    every = [(item, s.situation_id) for item, one in known.items.items() for s in one.situations]
    return [(item, s) for item, s in every if (item, s) not in opened and not closed & {(item, s), (item, None)}]
