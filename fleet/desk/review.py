"""Review of an opened case against the home department's points: what the page asks, and whether what was said is whole.

The law lets a department ask once (一次性告知), so nothing goes on before every material was looked at; and the applicant reads
nothing but the words written here, so each point says what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from domain.case.acts import point
from domain.case.content import CaseContent
from domain.case.task import MOST_POINTS
from domain.catalogue.item import Material as Listed
from fleet.desk.means import NAMES

FORM, PERSON = "form", "person"
"""Reviewed as materials are: what was filled in, and who applies."""
LEAST, MOST = 4, 300
"""Characters of what is wrong, and of what to do."""
_SAYS_NOTHING = frozenset(
    "同上 见上 不合格 不符合 不符合要求 不齐全 材料不全 材料不齐 有问题 重新提交 请补正 请重新提交 按要求补正 按要求提供".split()
)


@dataclass(frozen=True, slots=True)
class Check:
    """One point of review. ``text`` is the catalogue's; the last of each material is for what stands in none of them."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is reviewed: a material, the form, the person. ``scan``: it can be put right under a terminal's camera."""

    code: str
    name: str
    checks: tuple[Check, ...]
    sides: int = 1
    scan: bool = True


@dataclass(frozen=True, slots=True)
class Marked:
    """A point that is not met. ``how``: put right at a terminal, or brought to the window."""

    subject: Subject
    check: Check
    wrong: str = field(repr=False)
    remedy: str = field(repr=False)
    how: Literal["scan", "window"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """``problems``: what keeps it from being whole, in Chinese, by the code of the subject or point. Whole and without ``marked``:
    everything is met."""

    marked: tuple[Marked, ...]
    problems: tuple[tuple[str, str], ...]

    @property
    def met(self) -> bool:
        return not self.marked and not self.problems


def subjects(content: CaseContent, listed: Sequence[Listed]) -> tuple[Subject, ...]:
    """In the case's order; ``listed``: the situation's materials in the catalogue of the day it was taken in."""
    known = {material.material_id: material for material in listed}
    found = []
    for one in content.materials:
        points = known[one.material].accept_points if one.material in known else ()
        found.append(_subject(one.material, one.name, points, one.sides, one.proof not in ("posted", "original_shown")))
    if content.form:
        found.append(_subject(FORM, NAMES[FORM], ("栏目填全，内容前后一致",), scan=False))
    found.append(_subject(PERSON, NAMES[PERSON], ("符合申请条件，身份已核实",), scan=False))
    return tuple(found)


def read(form: Mapping[str, str], asked: Sequence[Subject]) -> Reviewed:
    """What was ticked and written: ``ok-`` and ``how-`` before a subject's code, ``bad-``, ``wrong-`` and ``remedy-`` before a
    point's."""
    marked: list[Marked] = []
    problems: list[tuple[str, str]] = []
    for subject in asked:
        mine, ok = [], bool(form.get(f"ok-{subject.code}"))
        for n, check in enumerate(subject.checks, start=1):
            wrong, remedy = (" ".join(form.get(f"{part}-{check.code}", "").split()) for part in ("wrong", "remedy"))
            where = f"《{subject.name}》第 {n} 点" if n < len(subject.checks) else f"《{subject.name}》其他问题"
            if form.get(f"bad-{check.code}"):
                scan = subject.scan and form.get(f"how-{subject.code}", "scan") == "scan"
                mine.append(Marked(subject, check, wrong, remedy, "scan" if scan else "window"))
                problems += [(check.code, f"{where}：{told}") for told in _unclear(wrong, remedy)]
            elif wrong or remedy:
                problems.append((check.code, f"{where}：写了内容，却没有勾选“不符合”。"))
        if ok and mine:
            problems.append((subject.code, f"《{subject.name}》既勾了“符合”，又勾了问题。"))
        elif not ok and not mine:
            problems.append((subject.code, f"《{subject.name}》还没有审：符合就勾“符合”，不符合就勾选并写明。"))
        marked += mine
    if len(marked) > MOST_POINTS:
        problems.append((asked[0].code, f"一次最多告知 {MOST_POINTS} 点，请合并。"))
    return Reviewed(tuple(marked), tuple(problems))


def _unclear(wrong: str, remedy: str) -> list[str]:
    told = []
    for words, what in ((wrong, "存在什么问题"), (remedy, "怎样补正")):
        if words.strip("。.，, ") in _SAYS_NOTHING:
            told.append(f"“{words}”说不清{what}，请具体写。")
        elif not LEAST <= len(words) <= MOST:
            told.append(f"请写清{what}（{LEAST} 至 {MOST} 字），申请人只看得到这里写的话。")
    return told


def _subject(code: str, name: str, points: Sequence[str], sides: int = 1, scan: bool = True) -> Subject:
    checks = [Check(point(code, n), text) for n, text in enumerate(points, start=1)]
    return Subject(code, name, (*checks, Check(point(code), "其他问题")), sides, scan)
