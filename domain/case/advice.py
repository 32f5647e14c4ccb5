"""What a page that was read may tell: is it the document asked for, whose is it, is it out of date. Advice, never a refusal.

A clerk who glances at a paper looks at four things; each is a question here, answered with the line that answers it. What reads is
a program that errs, so what it is not sure of, or what is one character off, is *unsure*, and a question about which nothing
stands on the page is not answered (but for the first two, where nothing is an answer). Nothing here compares by anything but the
text: no signature, seal or photo is judged.

Left out on purpose: papers valid for so many days from their date of issue (三十日内有效), whose date of issue is anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Literal

from msgspec import Struct

from domain import uscc
from domain.case.content import Advice, Box, ReadLine
from domain.case.wording import is_masked, is_one_off, plain, until

Question = Literal["title", "holder", "validity", "credit_code"]
Answer = Literal["yes", "no", "unsure"]

MAX_TEXT = 200
"""Characters of a row that are told as evidence."""

SURE = 0.8
"""Score of a line from which its text is taken for what stands there."""

HEAD = 5_000
"""Ten-thousandths of the page's height within which a title stands."""

TITLE_SHARE = 0.3
"""Least share of its line that a title's words are: in a sentence they only mention another paper."""


@dataclass(frozen=True, slots=True)
class Sought:
    """``title_words``: any of them names the document; empty on the pages after a first one. ``names`` (Chinese,
    English) and ``numbers`` are those of who the case is for, a person or a body."""

    title_words: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]

    def __repr__(self) -> str:
        return "Sought(…)"


def advise(lines: Sequence[ReadLine], sought: Sought, today: date) -> tuple[Advice, ...]:
    """At most one answer to each question."""
    rows = _rows(lines)
    answers = (_title(rows, sought.title_words), _holder(rows, sought), _validity(rows, today), _credit_code(rows))
    return tuple(answer for answer in answers if answer is not None)


def open_questions(pages: Iterable[tuple[Advice, ...]]) -> tuple[Advice, ...]:
    """What somebody should look at in the ``pages`` of one material: whose it is may stand on any one of them."""
    told = [advice for page in pages for advice in page]
    holders = [advice for advice in told if advice.question == "holder"]
    doubtful = [advice for advice in told if advice.question != "holder" and advice.answer != "yes"]
    if not any(advice.answer == "yes" for advice in holders):
        doubtful += sorted(holders, key=lambda advice: advice.answer, reverse=True)[:1]  # unsure rather than no
    return tuple(doubtful)


# --- rows of a page ---------------------------------------------------------------------------------------------------


class _Row(Struct, frozen=True):
    """Lines side by side, left to right, as one: a table's label and its value."""

    text: str
    box: Box
    score: float

    def advice(self, question: Question, answer: Answer) -> Advice:
        return Advice(question, answer if self.score >= SURE else "unsure", ReadLine(self.text[:MAX_TEXT], self.box, self.score))


def _rows(lines: Sequence[ReadLine]) -> list[_Row]:
    rows: list[list[ReadLine]] = []
    for line in sorted(lines, key=_middle):
        if rows and abs(_middle(line) - _middle(rows[-1][0])) < min(_height(line), _height(rows[-1][0])) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_row(sorted(row, key=lambda line: line.box[0])) for row in rows]


def _row(lines: list[ReadLine]) -> _Row:
    lefts, tops, rights, bottoms = zip(*(line.box for line in lines), strict=True)
    text = "".join(plain(line.text) for line in lines)
    return _Row(text, (min(lefts), min(tops), max(rights), max(bottoms)), min(line.score for line in lines))


def _middle(line: ReadLine | _Row) -> float:
    return (line.box[1] + line.box[3]) / 2


def _height(line: ReadLine) -> float:
    return line.box[3] - line.box[1]


# --- the four questions -----------------------------------------------------------------------------------------------


def _title(rows: list[_Row], words: tuple[str, ...]) -> Advice | None:
    if not words:
        return None
    sought = [plain(word) for word in words]
    named = [row for row in rows if any(word in row.text for word in sought)]
    heads = [row for row in named if _middle(row) <= HEAD and _is_title(row, sought)]
    if heads:
        return max(heads, key=lambda row: row.score).advice("title", "yes")
    long = [word for word in sought if len(word) > 3]
    near = named or [row for row in rows if _middle(row) <= HEAD and any(is_one_off(word, row.text) for word in long)]
    return near[0].advice("title", "unsure") if near else Advice("title", "no")


def _is_title(row: _Row, words: list[str]) -> bool:
    return any(word in row.text and len(word) >= TITLE_SHARE * len(row.text) for word in words)


def _holder(rows: list[_Row], sought: Sought) -> Advice | None:
    numbers, names = [plain(number) for number in sought.numbers], [plain(name) for name in sought.names if len(name) > 1]
    if not (known := [*numbers, *names]):
        return None
    found = [row for row in rows if any(one in row.text for one in known) or any(is_masked(one, row.text) for one in numbers)]
    if found:
        return max(found, key=lambda row: row.score).advice("holder", "yes")
    close = [row for row in rows if any(is_one_off(one, row.text) for one in known if len(one) > 2)]
    return close[0].advice("holder", "unsure") if close else Advice("holder", "no")


def _validity(rows: list[_Row], today: date) -> Advice | None:
    """The first period of validity on the page; its end may have wrapped into the next row."""
    for row, after in zip_longest(rows, rows[1:]):
        if (said := _PERIOD.search(row.text)) is None:
            continue
        behind = row.text[said.end() :]
        end = until(behind, said.group()) or (until(behind + after.text, said.group()) if after else None)
        if end is not None:
            return row.advice("validity", "yes" if end >= today else "no")
    return None


def _credit_code(rows: list[_Row]) -> Advice | None:
    """Beside its label, or in the row below."""
    for row, after in zip_longest(rows, rows[1:]):
        _before, label, behind = row.text.partition("信用代码")
        for where, text in ((row, behind), (after, after.text if after else "")):
            if label and where and (found := _CODE.search(text)):
                return where.advice("credit_code", _code(found.group()))
    return None


def _code(text: str) -> Answer:
    if uscc.valid(text):
        return "yes"
    return "unsure" if uscc.valid(text.translate(_MISTAKEN)) else "no"


_PERIOD = re.compile(r"(?:有效|营业|经营|使用|委托)(?:期限?|日期)[至到]?|有效[至到]")
_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")
_MISTAKEN = str.maketrans("OISZ", "0152")
"""Letters a credit code never has, and the digits they are taken from."""
