"""What is different between two catalogues, in words: for whoever approves the newer one (Art. 6(3))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from domain.catalogue.catalogue import Catalogue

_IDS = (
    "item_id",
    "situation_id",
    "material_id",
    "question",
    "field",
    "value",
    "party",
    "window",
    "key_id",
    "bundle",
    "name",
    "text",
)
"""What a thing in a list is known by, the first it has."""

WORDS = {
    "name": "名称", "short_name": "简称", "keywords": "别名", "pinyin": "拼音", "topic": "主题", "batch": "批次", "version": "版本",
    "since": "开始日期", "until": "截止日期", "changed": "改动说明", "promised_limit": "承诺时限", "statutory_limit": "法定时限",
    "value": "数", "unit": "单位", "note": "备注", "fees": "收费项目", "is_charged": "是否收费", "amount_yuan": "金额（元）",
    "acceptance_conditions": "受理条件", "handling_modes": "办理方式", "delivery_ways": "送达方式", "delivery": "送达方式",
    "situations": "情形", "materials": "材料", "questions": "问题", "answers": "答案", "question": "问法", "text": "文字",
    "necessity": "必要性", "copy_kind": "原件或复印件", "medium": "介质", "copies": "份数", "accept_points": "审查要点",
    "waive_when": "免交条件", "original_must_be_checked": "是否核验原件", "sample": "样张", "sides": "面数", "applicant": "申请人",
    "way": "开通方式", "proofs": "证明方式", "form": "表单", "reason": "理由", "result": "结果", "assurance": "核验程度",
    "online": "网办", "address": "地址", "prepare": "事先准备", "at_hand": "手边要有", "department": "办理部门",
    "implementing_code": "实施编码", "label": "栏目", "kind": "类型", "required": "必填", "options": "选项", "hint": "提示",
    "when": "条件", "windows": "窗口", "contacts": "联络人", "hours": "开放时间", "phone": "电话",
    "duty": "职责", "public": "对公众公开",
    "days_off": "放假", "keys": "密钥", "desk": "专窗", "level": "层级", "division": "行政区划", "uscc": "信用代码", "begins": "起",
    "ends": "止", "weekdays": "星期", "legal_basis": "办理依据", "flow": "流程", "express": "寄递", "on_site_visits": "到场次数",
    "why": "为什么没有开通", "where": "到哪里办", "items": "事项", "occasion": "什么时候用", "autofill": "从证件带出",
    "english": "英文",
}  # fmt: skip
"""Field → what it is called; a field that is not here is told by its own name."""


class Change(Struct, frozen=True):
    """``where``: from the thing itself down to its field, in words. ``old`` and ``new`` in words;
    ``None``: it was not, is not there."""

    where: tuple[str, ...]
    old: str | None
    new: str | None

    def __str__(self) -> str:
        at = "，".join(self.where)
        return f"新增：{at}" if self.old is None else f"去掉：{at}" if self.new is None else f"{at}：{self.old} → {self.new}"


def changes(old: Catalogue, new: Catalogue) -> Iterator[str]:
    """Each difference as a sentence, in the order of the newer catalogue."""
    if old.version != new.version:
        yield f"目录版本：{old.version} → {new.version}"
    yield from map(str, differences(old, new))


def differences(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    """The same one by one; versions are not looked at."""
    yield from _between(("目录",), _head(old), _head(new))
    for before, after in ((dict(_items(old)), dict(_items(new))), (dict(_openings(old)), dict(_openings(new)))):
        yield from _listed((), before, after)


def _head(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "parties": msgspec.to_builtins(catalogue.parties),
        "bundles": msgspec.to_builtins(catalogue.bundles),
        "not_open": {f"{n.home}/{n.item}/{n.situation or ''}": {"why": n.why, "where": n.where} for n in catalogue.reasons()},
    }


def _items(catalogue: Catalogue) -> Iterator[tuple[str, Any]]:
    for _, versions, _ in catalogue.groups():
        for item in versions:
            yield (
                f"事项 {item.item_id} {item.name}{f'（第 {item.version} 版）' if len(versions) > 1 else ''}",
                msgspec.to_builtins(item),
            )


def _openings(catalogue: Catalogue) -> Iterator[tuple[str, Any]]:
    for _, _, opened in catalogue.groups():
        for o in opened:
            again = sum((p.home, p.situation) == (o.home, o.situation) for p in opened) > 1
            yield f"开通 {o.home}/{o.item}/{o.situation}{f'（自 {o.since}）' if again else ''}", msgspec.to_builtins(o)


def _listed(where: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in new:
        if name not in old:
            yield Change((*where, name), None, _said(new[name]))
        else:
            yield from _between((*where, name), old[name], new[name])
    yield from (Change((*where, name), _said(old[name]), None) for name in old if name not in new)


def _between(where: tuple[str, ...], old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*new, *old)):
            yield from _between((*where, WORDS.get(name, name)), old.get(name), new.get(name))
    elif _named(old) and _named(new):
        yield from _listed(where, _by_name(old), _by_name(new))
    else:
        yield Change(where, _said(old), _said(new))


def _named(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and all(isinstance(v, dict) for v in value)


def _by_name(value: Sequence[dict[str, Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for place, one in enumerate(value, 1):
        name = next((str(one[i]) for i in _IDS if one.get(i) is not None), str(place))
        named[name if name not in named else f"{name}（第 {place} 个）"] = one
    return named


def _said(value: Any) -> str:
    if value in (None, "", [], {}, ()):
        return "（无）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(_said(one) for one in value)
    if isinstance(value, Mapping):
        return "，".join(f"{WORDS.get(k, k)} {_said(v)}" for k, v in value.items() if v is not None)
    return f"“{value}”"
