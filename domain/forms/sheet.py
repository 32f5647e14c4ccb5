"""What stands on a form that is signed: data for a template of ``domain/press/templates``, whole for the home desk and masked
for the screen. The same template makes both, so that what was seen is what was signed.

Every text goes through :func:`runs`: a character no font of ours has, a control or a mark that turns the order of reading stands
there as its code point. Templates never read a text as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from domain.case import ink
from domain.case.content import Inked, Signature
from domain.forms.asking import Filled
from domain.forms.checking import text
from domain.forms.showing import masked
from domain.names import Mark, pieces

STATEMENT = "以上内容由我本人填写，情况属实。"
ATTENDED = "以上内容由窗口工作人员按我说的填写，我已逐项核对，情况属实。"
"""What is signed where a clerk drove the visit."""
CORRECTED = "申请人手工更改，与证件芯片不同"
SIGNED = (80.0, 24.0)
"""Millimetres a signature has on a form, signed or not: what was seen before it has the same pages. ``form.typ`` has them too."""
SIGNING = {"pen": ["本人签名"], "thumbprint": ["本人按手印"], "proxy": ["代签人签名", "本人按手印（能按的话）"]}
"""The lines of a form that is signed on paper, by how (``Inked.how``)."""
_MOST = 2000
"""Characters of one text; what is longer is cut off there, and says so."""


def data(
    *,
    title: str,
    matter: Sequence[tuple[str, str]],
    people: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    asked: Sequence[Filled],
    delivery: Sequence[tuple[str, str]],
    footer: str,
    signature: Signature | None,
    day: date | None,
    private: bool,
    attended: bool = False,
    inked: Inked | None = None,
    statement: str = "",
) -> bytes:
    """JSON for a template. ``people``: by their role, what is said of each. ``private``: whole, for the home desk; else masked, as
    a screen in a hall may show it. ``day``: of the signature. ``attended``: a clerk filled it in. ``inked``: how
    it is to be signed on paper. ``statement``: what is signed, where that is another sentence."""
    told = {
        "title": title,
        "heading": runs(title),
        "matter": [_row(*one) for one in matter],
        "people": [{"role": runs(role), "rows": [_row(*one) for one in rows]} for role, rows in people],
        "answers": [_answer(one, private) for one in asked if one.field.kind != "promise"],
        "promises": [runs(one.field.label) for one in asked if one.field.kind == "promise" and one.value],
        "delivery": [_row(*one) for one in delivery],
        "statement": statement or (ATTENDED if attended else STATEMENT),
        "footer": runs(footer),
        "signing": SIGNING[inked.how] if inked else ["签名"],
        "proxy": [_row("代签人", inked.name), _row("身份证号码", inked.number)] if inked and inked.name else [],
        "signature": _lines(signature),
        "day": f"{day.year}年{day.month}月{day.day}日" if day else "",
        "on": [day.year, day.month, day.day] if day else None,
    }
    return msgspec.json.encode(told)


def runs(told: str) -> list[dict[str, str]]:
    """A text as a template takes it: what can be drawn (``t``), and code points of what cannot (``u``)."""
    cut = told[:_MOST] + "……（过长，以下略）" if len(told) > _MOST else told
    return [{"u": piece.code} if isinstance(piece, Mark) else {"t": piece} for piece in pieces(cut)]


def _answer(one: Filled, private: bool) -> dict[str, Any]:
    said = text(one.field, one.value) if private else masked(one)
    return _row(one.field.label, said or "未填", CORRECTED if one.source == "corrected" else "")


def _row(label: str, value: str, note: str = "") -> dict[str, Any]:
    return {"label": runs(label), "value": runs(value), "note": note}


def _lines(signature: Signature | None) -> list[dict[str, Any]] | None:
    """In millimetres of the box on the form: where each stroke begins, and its curves as control x, y, end x, y."""
    if signature is None:
        return None
    return [
        {"start": one.start, "curves": [(*control, *end) for control, end in one.curves]} for one in ink.fitted(signature, *SIGNED)
    ]
