"""Things of the catalogue in a line, for lists."""

from __future__ import annotations

from collections import Counter

import msgspec
from msgspec import Struct

from domain.catalogue import words
from domain.catalogue.form import Field
from domain.catalogue.item import Limit, Material, Question, Situation
from domain.catalogue.party import Contact, Window
from fleet.items.elements import Tree
from fleet.items.shape import shapes, table


def brief(kind: type[Struct], value: Tree) -> str:
    """What else is to be known of something with a page of its own, beside its title."""
    return "，".join(part for part in _parts(kind, value) if part)


def word(kind: str, field: str, code: str) -> str:
    """A code in words; the code itself where it has none."""
    return str(table()["words"][kind][field].get(code, code))


def limit(value: Tree) -> str:
    return words.limit(msgspec.convert(value, Limit)).removeprefix("受理后").strip()


def proofs(opening: Tree) -> list[tuple[str, int]]:
    """How often each proof is wanted."""
    return list(Counter(opening["proofs"].values()).items())


def _parts(kind: type[Struct], value: Tree) -> list[str]:
    full = {name: value.get(name, shape.default) for name, shape in shapes(kind).items()}
    said = {name: shape.words.get(str(full[name]), "") for name, shape in shapes(kind).items() if shape.manner == "choice"}
    if kind is Situation:
        return [said["applicant"], f"{len(value['materials'])} 份材料", value["situation_id"]]
    if kind is Material:
        checked = "须核验原件" if full["original_must_be_checked"] else ""
        points = f"{len(full['accept_points'])} 条审查要点" if full["accept_points"] else "没有审查要点"
        return [said["necessity"], said["copy_kind"], said["medium"], checked, points, "可以免交" if full["waive_when"] else ""]
    if kind is Question:
        return [" / ".join(answer["text"] for answer in value["answers"])]
    if kind is Window:
        return [full["address"], full["phone"], "业务属地专窗" if full["home_desk"] else ""]
    if kind is Contact:
        return [full["duty"], full["phone"], f"到 {full['until']}" if full["until"] else "", "对公众公开" if full["public"] else ""]
    assert kind is Field, kind
    options = " / ".join(option["text"] for option in full["options"])
    return [
        said["kind"],
        "" if full["required"] else "可以不填",
        f"从证件带出{said['autofill']}" if full["autofill"] else "",
        options,
    ]
