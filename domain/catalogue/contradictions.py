"""What makes a catalogue unusable: contradictions that would lead a citizen to a dead end, or have a terminal promise what it
cannot keep. :func:`domain.catalogue.catalogue.load` refuses a catalogue with one of them; the linter names them all, and more.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Protocol

from domain.catalogue.finding import Finding
from domain.catalogue.form import Field
from domain.catalogue.item import Bundle, Item, Material, Situation
from domain.catalogue.opening import NotOpen, Opening
from domain.catalogue.party import Party


class Dated(Protocol):
    @property
    def since(self) -> date | None: ...

    @property
    def until(self) -> date | None: ...


Forms = Mapping[tuple[str, str], tuple[Field, ...]]
"""The shared forms: (party, form) → fields."""


def overlap(one: Dated, other: Dated) -> bool:
    """Whether there is a day both are good."""
    return (one.since or date.min) <= (other.until or date.max) and (other.since or date.min) <= (one.until or date.max)


def contradictions(
    groups: Iterable[tuple[str, Sequence[Item], Sequence[Opening]]],
    parties: Sequence[Party],
    forms: Forms,
    not_open: Sequence[NotOpen],
    bundles: Sequence[Bundle],
) -> Iterator[Finding]:
    """``groups``: each item's versions and what is opened of it; one at a time, so that a large catalogue need not be held."""
    named = {p.party for p in parties}
    situations: dict[str, set[str]] = {}
    keys: set[tuple[str, str, str]] = set()
    for item_id, versions, openings in groups:
        situations[item_id] = {s.situation_id for i in versions for s in i.situations}
        keys |= {(o.home, o.item, o.situation) for o in openings}
        yield from _of_versions(versions)
        for opening in openings:
            yield from _of_opening(opening, versions, forms, named)
        yield from _opened_twice(openings)
    yield from _of_parties(parties, forms)
    for reason in not_open:
        yield from _of_reason(reason, situations, keys, named)
    for twice in _twice([b.bundle for b in bundles]):
        yield _error("bundle-twice", twice, "一件事的编号重复")
    for bundle in bundles:
        for missing in (i for i in bundle.items if not situations.get(i)):
            yield _error("bundle-unknown", bundle.bundle, f"一件事里的事项 {missing} 目录里没有")


def _of_parties(parties: Sequence[Party], forms: Forms) -> Iterator[Finding]:
    named = [p.party for p in parties]
    for twice in _twice(named):
        yield _error("party-twice", twice, "签约方编号重复")
    for party in parties:
        if party.parent is not None and party.parent not in named:
            yield _error("parent-unknown", party.party, f"没有上级签约方 {party.parent}")
    for (home, form), fields in forms.items():
        yield from of_form(f"{home}/{form}" if home else form, fields)


def _of_versions(versions: Sequence[Item]) -> Iterator[Finding]:
    for item in versions:
        yield from of_item(item)
    for one, other in combinations(versions, 2):
        if overlap(one, other):
            what = f"第 {one.version} 版和第 {other.version} 版同时有效"
            yield _error("two-versions", one.item_id, what, "给旧版写上 until，或给新版改 since")


def of_item(item: Item) -> Iterator[Finding]:
    """One version of an item by itself."""
    where = item.item_id
    if (item.since or date.min) > (item.until or date.max):
        yield _error("dates", where, "until 早于 since")
    for twice in _twice([s.situation_id for s in item.situations]):
        yield _error("situation-twice", f"{where}/{twice}", "情形编号重复")
    for situation in item.situations:
        for twice in _twice([m.material_id for m in situation.materials]):
            yield _error("material-twice", f"{where}/{situation.situation_id}/{twice}", "材料编号重复")
    yield from _of_tree(item)


def of_form(where: str, fields: Sequence[Field]) -> Iterator[Finding]:
    """One form: each field once, options where they are needed, conditions that can hold."""
    for twice in _twice([f.field for f in fields]):
        yield _error("field-twice", where, f"表单里有重复的栏目 {twice}", "改掉其中一个的 field")
    before: dict[str, Field] = {}
    for field in fields:
        if field.kind in ("choice", "choices") and not field.options:
            yield _error("no-options", where, f"“{field.label}”没有可选项")
        for twice in _twice([o.value for o in field.options]):
            yield _error("option-twice", where, f"“{field.label}”的选项 {twice} 重复")
        if field.when is not None:
            asked = before.get(field.when.field)
            values = {o.value for o in asked.options} if asked and asked.options else {"yes"} if asked else set()
            if asked is None:
                yield _error(
                    "condition", where, f"“{field.label}”的条件问的是前面没有的栏目 {field.when.field}", "把被问的栏目放到前面"
                )
            elif asked.kind in ("choice", "choices", "promise") and not set(field.when.values) & values:
                yield _error(
                    "condition",
                    where,
                    f"“{field.label}”的条件永远不成立，这一栏不会出现",
                    f"条件的值应是：{'、'.join(sorted(values))}",
                )
        before[field.field] = field


def _of_tree(item: Item) -> Iterator[Finding]:
    """The tree of questions: every answer leads somewhere, no circle, and every situation is reached."""
    if not item.questions:
        return
    questions = {q.question: q for q in item.questions}
    for twice in _twice([q.question for q in item.questions]):
        yield _error("question-twice", f"{item.item_id}/{twice}", "问题编号重复")
    situations = {s.situation_id for s in item.situations}
    reached: set[str] = set()
    asked: set[str] = set()

    def walk(at: str, above: tuple[str, ...]) -> Iterator[Finding]:
        where = f"{item.item_id}/{at}"
        if at in above:
            yield _error("circle", where, "问题绕回了自己，永远问不完", "改掉绕回去的那个答案")
            return
        asked.add(at)
        for answer in questions[at].answers:
            if (answer.question is None) == (answer.situation is None):
                yield _error("dead-end", where, f"答案“{answer.text}”要么接着问，要么到一个情形，只能写一样")
            elif answer.situation is not None:
                reached.add(answer.situation)
                if answer.situation not in situations:
                    yield _error("dead-end", where, f"答案“{answer.text}”通向没有的情形 {answer.situation}")
            elif answer.question not in questions:
                yield _error("dead-end", where, f"答案“{answer.text}”通向没有的问题 {answer.question}")
            else:
                yield from walk(str(answer.question), (*above, at))

    yield from walk(item.questions[0].question, ())
    for lost in sorted(situations - reached):
        yield _error(
            "unreachable", f"{item.item_id}/{lost}", "从第一个问题出发，怎么回答都到不了这个情形", "给一个答案写上这个情形"
        )
    for lost in sorted(questions.keys() - asked):
        yield _error("unreachable", f"{item.item_id}/{lost}", "没有一个答案通向这个问题", "删掉它，或让一个答案通向它")


def _of_opening(o: Opening, versions: Sequence[Item], forms: Forms, parties: Container[str]) -> Iterator[Finding]:
    where = f"{o.home}/{o.item}/{o.situation}"
    if o.home not in parties:
        yield _error("home-unknown", where, "没有这个签约方")
    if (o.since or date.min) > (o.until or date.max):
        yield _error("dates", where, "until 早于 since")
        return
    if o.form_of is not None and (o.form or (o.home, o.form_of) not in forms):
        yield _error("form-unknown", where, f"没有表单 {o.form_of}，或 form 和 form_of 都写了", "在 forms 里加上这张表单")
    good = [i for i in versions if overlap(i, o)]
    situations = [(i, s) for i in good if (s := i.situation(o.situation)) is not None]
    if not good or len(situations) < len(good):
        yield _error("situation-unknown", where, "目录里没有这个事项或情形，或者有效期对不上")
        return
    for item, situation in situations:
        wrong = list(_of_proofs(where, o, situation)) + list(_of_way(where, o, item, situation))
        if wrong:  # of another version they would be the same
            yield from wrong
            break
    yield from of_form(where, o.form)


def _of_proofs(where: str, o: Opening, situation: Situation) -> Iterator[Finding]:
    wanted = {m.material_id for m in situation.materials}
    if set(o.proofs) != wanted:
        differ = "、".join(sorted(set(o.proofs) ^ wanted))
        yield _error("no-proof", where, f"每份材料都要写明凭什么证明，缺或多：{differ}")
        return
    for material in situation.materials:
        yield from _of_proof(where, material, o.proofs[material.material_id])
    chips = [m for m, proof in o.proofs.items() if proof == "chip_read"]
    if o.way in ("full_intake", "query_print") and not chips:
        yield _error("nobody-known", where, "没有读芯片的身份证件，不能确认申请人", "让一份身份证件读芯片，或改为预填（pre_fill）")
    if len(chips) > 1:
        yield _error("two-chips", where, f"终端一次只读一张证件，这里要读 {'、'.join(chips)}", "只留站在终端前的人的那一张")


def _of_proof(where: str, material: Material, proof: str) -> Iterator[Finding]:
    if proof == "scan" and (material.original_must_be_checked or material.medium == "1"):
        yield _error(
            "scan-for-original",
            where,
            f"《{material.name}》须核验原件或收纸质，扫描不够，不能在终端收",
            "改为 original_shown（窗口核验）或 posted（寄送原件）",
        )
    if proof == "chip_read" and material.medium == "1":
        yield _error("chip-for-paper", where, f"《{material.name}》要交原件，读芯片不够", "改为 original_shown 或 posted")
    if proof == "posted" and material.medium == "2":
        yield _error("post-electronic", where, f"《{material.name}》是电子材料，没有纸可寄", "改为 scan 或 signed_form")


def _of_way(where: str, o: Opening, item: Item, situation: Situation) -> Iterator[Finding]:
    modes = situation.handling_modes_override or item.handling_modes
    if o.way == "none":
        yield _error("way", where, "开通了却写着不提供", "删掉这条，改写到 not_open 里说明原因")
    if o.way == "online_only" and o.online is None:
        yield _error("way", where, "只能网上办，却没有写网址", "补上 online")
    if o.online is not None and modes and "online" not in modes:
        yield _error("way", where, "这个情形不能全程网办，却写了网址", "删掉 online，或改情形的办理方式")
    if o.way == "full_intake" and (o.assurance == "3" or tuple(modes) == ("onsite",)):
        yield _error("way", where, "须本人到场采集，终端不能收件", "改为预填（pre_fill）")
    if o.way == "full_intake" and o.assurance == "1" and item.on_site_visits > 0:
        yield _error("way", where, f"事项要求到场 {item.on_site_visits} 次，开通却写着不用核对本人", "把 assurance 改为 2")
    if o.way != "query_print" and "terminal_print" in o.delivery:
        yield _error("way", where, "不是查询打印，结果不能当场在终端打印", "从 delivery 里删掉 terminal_print")
    if o.way == "query_print" and not {"terminal_print", "e_licence"} & set(o.delivery):
        yield _error("way", where, "查询打印的结果既不打印也没有电子件", "在 delivery 里写 terminal_print")
    if not o.delivery or _twice(o.delivery):
        yield _error("delivery", where, "结果怎么送达没有写，或写了两遍")


def _opened_twice(openings: Sequence[Opening]) -> Iterator[Finding]:
    by_key: dict[tuple[str, str, str], list[Opening]] = {}
    for o in openings:
        by_key.setdefault((o.home, o.item, o.situation), []).append(o)
    for key, several in by_key.items():
        if any(overlap(one, other) for one, other in combinations(several, 2)):
            yield _error("opened-twice", "/".join(key), "同一情形开通了两次", "删掉一条，或让有效期前后相接")


def _of_reason(
    reason: NotOpen, situations: Mapping[str, set[str]], keys: set[tuple[str, str, str]], parties: Container[str]
) -> Iterator[Finding]:
    where = "/".join(part for part in (reason.home, reason.item, reason.situation) if part)
    known = situations.get(reason.item, set())
    if reason.home not in parties or not known or (reason.situation is not None and reason.situation not in known):
        yield _error("reason-unknown", where, "说明了为什么不开通，但没有这个签约方、事项或情形")
    wholly = reason.situation is None and any((reason.home, reason.item, one) in keys for one in known)
    if wholly or (reason.home, reason.item, reason.situation) in keys:
        yield _error("open-and-not", where, "既开通了，又说没有开通", "删掉其中一条")


def _twice(ids: Iterable[str]) -> list[str]:
    listed = list(ids)
    return sorted({i for i in listed if listed.count(i) > 1}) if len(set(listed)) < len(listed) else []


def _error(rule: str, where: str, what: str, mend: str = "") -> Finding:
    return Finding(rule, "error", where, what, mend)
