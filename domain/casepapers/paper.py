"""An official paper as data: who issues it to whom, its number 文号, paragraphs and tables. ``paper.typ`` of the press sets it.

Every text goes through ``runs``: it is placed as text, never read as markup, and a character no font has stands as its code point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from domain.forms.sheet import runs

TEMPLATE = "paper"


class Issuer(Struct, frozen=True):
    """The home department 办理单位 as its papers name it.

    ``sign``: the short name its numbers begin with (机关代字). ``address``, ``phone``: where to ask; ``complaint``: where one
    complains. ``review``, ``court``: to whom one appeals (行政复议机关, 人民法院); without both no refusal can be issued.
    """

    name: str
    sign: str
    address: str
    phone: str
    complaint: str
    review: str = ""
    court: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What the paper is about. ``applicant`` in full, as it stands on the case; ``body``: a legal person. ``item_type``: national
    code (01 行政许可). ``intake``: the place that took the case in, ``hall`` in words. ``taken``: when; ``arrived``: when paper
    materials came, where there were any."""

    applicant: str = field(repr=False)
    body: bool
    case: str
    item: str
    situation: str
    item_type: str
    intake: str
    taken: date
    arrived: date | None = None

    @property
    def you(self) -> str:
        return "你单位" if self.body else "你"

    @property
    def licence(self) -> bool:
        return self.item_type == "01"


@dataclass(frozen=True, slots=True)
class Par:
    """A paragraph."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels and what is said to them; a new line is one on the paper too. ``high``: room to write by hand."""

    rows: tuple[tuple[str, str], ...] = field(repr=False)
    high: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """``widths``: of the columns, in parts of the line."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Paper:
    """``receipt``: with lines at its end on which whoever gets it signs, with the time of its delivery. ``addressed``: begins with
    the applicant's name."""

    title: str
    number: str
    issuer: Issuer
    matter: Matter
    day: date
    blocks: tuple[Par | Rows | Table, ...] = field(repr=False)
    receipt: bool = False
    addressed: bool = True


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def encode(paper: Paper) -> bytes:
    """JSON for the template; the same paper gives the same bytes."""
    issuer, matter = paper.issuer, paper.matter
    told = {
        "title": paper.title,
        "heading": runs(paper.title),
        "number": runs(paper.number),
        "issuer": runs(issuer.name),
        "to": runs(matter.applicant) if paper.addressed else [],
        "blocks": [_block(block) for block in paper.blocks],
        "day": day_words(paper.day),
        "on": [paper.day.year, paper.day.month, paper.day.day],
        "receipt": paper.receipt,
        "contact": [runs(line) for line in _contact(issuer)],
        "case": runs(f"办件编号 {matter.case}"),
    }
    return msgspec.json.encode(told)


def _contact(issuer: Issuer) -> tuple[str, ...]:
    return (f"联系地址：{issuer.address}", f"咨询电话：{issuer.phone}　　监督投诉：{issuer.complaint}")


def _block(block: Par | Rows | Table) -> dict[str, Any]:
    match block:
        case Par(text=text):
            return {"kind": "par", "text": runs(text)}
        case Rows(rows=rows, high=high):
            return {"kind": "rows", "high": high, "rows": [[_lines(cell) for cell in row] for row in rows]}
        case Table(head=head, widths=widths, rows=rows):
            return {"kind": "table", "head": head, "widths": widths, "rows": [[_lines(cell) for cell in row] for row in rows]}


def _lines(cell: str) -> list[list[dict[str, str]]]:
    return [runs(line) for line in cell.split("\n")]
