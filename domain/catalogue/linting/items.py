"""Items by themselves: codes, limits, fees, words, the tree, materials."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from domain.catalogue.finding import Finding
from domain.catalogue.item import Item, Limit, Material
from domain.catalogue.linting.rules import found
from domain.catalogue.samples import picture

_BASIC = re.compile(r"(?:00|51)[0-9]{10}")
_LONGEST = {"name": 40, "short_name": 14, "question": 30, "answer": 22}
"""Characters that fit a line of the terminal's screen, or two of a title."""
_FORK_FROM = 5
"""Situations from which a list is too long for somebody who does not know the words."""


def of(item: Item, today: date) -> Iterator[Finding]:
    yield from _code(item)
    yield from _limits(item)
    yield from _charge(item)
    yield from _words(item)
    yield from _tree(item)
    yield from _told(item, today)
    for situation in item.situations:
        where = f"{item.item_id}/{situation.situation_id}"
        if situation.applicant == "agent" and not item.agent_allowed:
            yield found("agent", where, "事项不许代办，却有委托他人的情形", "把 agent_allowed 改为 true，或删掉这个情形")
        for material in situation.materials:
            yield from _material(f"{where}/{material.material_id}", material)


def _code(item: Item) -> Iterator[Finding]:
    code = item.basic_code_demo
    if not _BASIC.fullmatch(code):
        yield found("basic-code", item.item_id, f"基本编码 {code} 不是 12 位数字，或不以 00（国家）、51（四川）开头")
    elif code[2:4] != item.item_type:
        yield found(
            "basic-code", item.item_id, f"基本编码里的事项类型是 {code[2:4]}，事项写的是 {item.item_type}", "改编码或改 item_type"
        )


def _limits(item: Item) -> Iterator[Finding]:
    promised, legal = _days(item.promised_limit), _days(item.statutory_limit)
    if promised is not None and legal is not None and promised > legal:
        yield found("deadline", item.item_id, "承诺时限比法定时限还长", "把 promised_limit 改短")
    if item.project_type == "1" and promised is not None and promised > 2:
        yield found("project-type", item.item_id, "写着即办件，承诺时限却不是当场", "改为承诺件（project_type 2），或改时限")
    if item.project_type == "2" and promised == 0:
        yield found("project-type", item.item_id, "写着承诺件，却当场办结", "改为即办件（project_type 1）")


def _days(limit: Limit) -> float | None:
    """As calendar days, five working days being a week."""
    if limit.unit == "immediate":
        return 0
    if limit.value is None:
        return None
    return limit.value * 7 / 5 if limit.unit == "workday" else limit.value


def _charge(item: Item) -> Iterator[Finding]:
    if item.is_charged != bool(item.fees):
        what = "写着收费，却没有收费项目" if item.is_charged else "写着不收费，却有收费项目"
        yield found("charge", item.item_id, what, "改 is_charged 或 fees")
    known = {s.situation_id for s in item.situations}
    for fee in item.fees:
        for missing in sorted(set(fee.when) - known):
            yield found("charge", item.item_id, f"“{fee.name}”写的情形 {missing} 没有", "改 when")


def _words(item: Item) -> Iterator[Finding]:
    for name in ("name", "short_name"):
        if len(getattr(item, name)) > _LONGEST[name]:
            yield found("long", item.item_id, f"{name} 有 {len(getattr(item, name))} 个字，超过 {_LONGEST[name]} 个")
    for situation in item.situations:
        if len(situation.question) > _LONGEST["question"]:
            yield found("long", f"{item.item_id}/{situation.situation_id}", f"问法有 {len(situation.question)} 个字")
    named = len(item.keywords) + 2
    if len(item.pinyin) != named:
        yield found(
            "reading", item.item_id, f"名称、简称和别名共 {named} 个，拼音写了 {len(item.pinyin)} 个", "tongban catalogue pinyin"
        )
    for reading in item.pinyin:
        if not re.fullmatch(r"[a-z]+( [a-z]+)*", reading):
            yield found("reading", item.item_id, f"拼音“{reading}”应是小写字母、每个音节空一格", "tongban catalogue pinyin")


def _tree(item: Item) -> Iterator[Finding]:
    asked = Counter(q.text for q in item.questions) if item.questions else Counter(s.question for s in item.situations)
    for text, times in asked.items():
        if times > 1:
            yield found("asked-twice", item.item_id, f"“{text}”问了 {times} 遍", "换一种问法，让人看得出区别")
    for question in item.questions:
        where = f"{item.item_id}/{question.question}"
        if len(question.answers) == 1:
            yield found("no-fork", where, "只有一个答案", "去掉这个问题")
        for text, times in Counter(a.text for a in question.answers).items():
            if times > 1:
                yield found("asked-twice", where, f"两个答案都是“{text}”")
            if len(text) > _LONGEST["answer"]:
                yield found("long", where, f"答案“{text}”有 {len(text)} 个字")
    if not item.questions and len(item.situations) >= _FORK_FROM:
        yield found(
            "no-tree", item.item_id, f"有 {len(item.situations)} 个情形，一次全列出来不好选", "写 questions，一次只问一件事"
        )


def _told(item: Item, today: date) -> Iterator[Finding]:
    if item.batch is None:
        yield found("batch", item.item_id, "没有写是哪一批公布的")
    if item.version > 1 and not item.changed:
        yield found("changed", item.item_id, f"第 {item.version} 版没有写改了什么", "写 changed，一句话")
    for name, value in (("受理条件", item.acceptance_conditions), ("办理结果", item.result), ("办理依据", item.legal_basis)):
        if not value:
            yield found("told", item.item_id, f"没有写{name}")
    if item.until is not None and item.until < today:
        yield found("over", item.item_id, f"第 {item.version} 版 {item.until} 已过期")


def _material(where: str, material: Material) -> Iterator[Finding]:
    if not material.accept_points:
        yield found("accept-points", where, f"《{material.name}》没有审查要点")
    if material.sample is not None and picture(material.sample) is None:
        yield found("sample", where, f"样张 {material.sample} 没有图")
    if material.necessity == "3" and not material.note:
        yield found("put-off", where, f"《{material.name}》可以后补，没有写什么时候补", "在 note 里写明期限")
