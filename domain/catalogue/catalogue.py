"""The catalogue as the terminal uses it: loaded once, checked whole, then only asked.

A file that is damaged or contradicts itself never becomes a catalogue: :class:`CatalogueDamagedError` says in Chinese
what is wrong, for the staff who must replace it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from domain.catalogue.item import Item, Material, Situation
from domain.catalogue.opening import Opening, Openings
from domain.catalogue.party import Party

DATA = Path(__file__).parent / "data"
_MAX_BYTES = 32 * 1024 * 1024


class CatalogueDamagedError(ValueError):
    """Not a catalogue. ``problems`` are Chinese sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be done here. All questions are answered from memory and cannot fail for ids taken from its own answers."""

    version: str
    demo: bool
    notice: str
    parties: tuple[Party, ...]
    _items: dict[str, Item]
    _openings: dict[tuple[str, str, str], Opening]

    def party(self, party_id: str) -> Party | None:
        return next((p for p in self.parties if p.party == party_id), None)

    def item(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def items(self, home: str) -> tuple[Item, ...]:
        """Items of which ``home`` has opened at least one situation, in the catalogue's order."""
        opened = {item for party, item, _ in self._openings if party == home}
        return tuple(i for i in self._items.values() if i.item_id in opened)

    def situations(self, home: str, item_id: str) -> tuple[Situation, ...]:
        item = self._items.get(item_id)
        return tuple(s for s in item.situations if (home, item_id, s.situation_id) in self._openings) if item else ()

    def opening(self, home: str, item_id: str, situation_id: str) -> Opening | None:
        return self._openings.get((home, item_id, situation_id))

    def materials(self, opening: Opening) -> tuple[Material, ...]:
        situation = self._items[opening.item].situation(opening.situation)
        return situation.materials if situation else ()

    def to_scan(self, opening: Opening) -> tuple[Material, ...]:
        """The materials the camera must see, in order."""
        return tuple(m for m in self.materials(opening) if opening.proofs[m.material_id] == "scan")


def load(items: Path = DATA / "catalogue_demo.json", openings: Path = DATA / "openings_demo.json") -> Catalogue:
    """Both files, checked. :class:`CatalogueDamagedError`."""
    listed = _decode(items, "items", dict[str, Any]).get("items")
    try:
        parsed = msgspec.convert(listed, tuple[Item, ...])
    except msgspec.ValidationError as error:
        raise CatalogueDamagedError(f"事项目录 {items.name} 内容不符合要求：{error}") from None
    opened = _decode(openings, "openings", Openings)
    by_id = {i.item_id: i for i in parsed}
    problems = [f"事项编号重复：{i.item_id}" for i in parsed if by_id[i.item_id] is not i]
    problems += [p for o in opened.openings for p in _problems(o, by_id, {p.party for p in opened.parties})]
    keys = [(o.home, o.item, o.situation) for o in opened.openings]
    problems += [f"同一情形开通了两次：{'/'.join(k)}" for k in {k for k in keys if keys.count(k) > 1}]
    if problems:
        raise CatalogueDamagedError(*problems)
    return Catalogue(
        opened.version, opened.demo, opened.notice, opened.parties, by_id, dict(zip(keys, opened.openings, strict=True))
    )


def _decode(path: Path, what: str, kind: Any) -> Any:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogueDamagedError(f"目录文件 {path.name} 读不出来：{error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise CatalogueDamagedError(f"目录文件 {path.name} 过大")
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CatalogueDamagedError(f"目录文件 {path.name}（{what}）已损坏：{error}") from None


def _problems(opening: Opening, items: dict[str, Item], parties: set[str]) -> list[str]:
    where = f"{opening.home}/{opening.item}/{opening.situation}"
    item = items.get(opening.item)
    situation = item.situation(opening.situation) if item else None
    if situation is None:
        return [f"{where}：目录里没有这个事项或情形"]
    problems = [] if opening.home in parties else [f"{where}：没有这个签约方"]
    wanted = {m.material_id for m in situation.materials}
    if set(opening.proofs) != wanted:
        problems.append(f"{where}：每份材料都要写明凭什么证明，缺或多：{'、'.join(sorted(set(opening.proofs) ^ wanted))}")
        return problems
    for material in situation.materials:
        proof = opening.proofs[material.material_id]
        if proof == "scan" and (material.original_must_be_checked or material.medium == "1"):
            problems.append(f"{where}：《{material.name}》须核验原件或收纸质，扫描不够，不能在终端收")
    if "chip_read" not in opening.proofs.values():
        problems.append(f"{where}：没有读芯片的身份证件，不能确认申请人")
    names = [f.field for f in opening.form]
    if len(set(names)) != len(names):
        problems.append(f"{where}：表单里有重复的栏目")
    problems += [f"{where}：“{f.label}”没有可选项" for f in opening.form if f.kind == "choice" and not f.options]
    return problems
