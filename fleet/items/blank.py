"""Something new, as it begins: what must stand in it so that it can be decoded, said sensibly, and nothing more."""

from __future__ import annotations

from typing import Any

import msgspec

from domain.catalogue.item import Item, Situation
from domain.catalogue.opening import Opening
from domain.catalogue.part import JOINT
from fleet.items.elements import Form, Tree

_CARD: Tree = {
    "material_id": "M-ID",
    "name": "申请人有效身份证件",
    "necessity": "1",
    "material_kind": "1",
    "copy_kind": "3",
    "medium": "3",
    "copies": 1,
    "source": "20",
    "original_must_be_checked": True,
    "issuing_dept": "公安机关等发证机关",
    "accept_points": ["姓名、号码与申请人一致", "在有效期内"],
}
_PROMISE: Tree = {"field": "promise", "label": "本人承诺以上填写的内容真实，并承担不实的责任", "kind": "promise"}


def completed(kind: type[msgspec.Struct], tree: Tree) -> Tree:
    """``tree``, as it was typed into a form, with what the form does not hold and its type wants."""
    made: Tree = dict(tree)
    if kind is Item and not made.get("situations"):
        name = made.get("short_name", "")
        made["situations"] = [{"situation_id": f"{made.get('item_id', '')}-1"[:40], "name": name, "question": name}]
    if kind is Item:
        made["situations"] = [completed(Situation, one) for one in made["situations"]]
    if kind is Situation and not made.get("materials"):
        made["materials"] = [_CARD]
    if kind is Form and not made.get("fields"):
        made["fields"] = [_PROMISE]
    if kind is Opening:
        made.setdefault("proofs", {})
    return made


def part(name: str, called: str) -> bytes:
    """The first draft of a part nobody has written yet."""
    tree: dict[str, Any] = {"demo": False, "notice": "本目录由联席公布，以各业务属地的办事指南为准。"}
    if name != JOINT:
        desk = f"{called}政务服务中心“省内通办”专窗"
        tree = {"party": {"party": name, "name": called, "level": "4", "desk": desk, "phone": "（填专窗电话）"}}
    return msgspec.json.encode(tree)
