"""材料交接清单: what travels in one parcel between an intake window and a home desk, in either direction.

One lies in the parcel, one stays with the sender. It names cases by their number and nobody by name: whoever may open the case
knows whose it is. What was found on arrival is written by hand on a list that has not arrived, and is set where it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from domain.calendar import CHINA
from domain.case.number import grouped, valid
from domain.forms.sheet import runs

TEMPLATE = "handover-list"
TITLE = "材料交接清单"
RULE = "寄递费用由寄出方承担（规程第八条第三项），不向申请人收取。收到后当面清点，有差异的当日告知寄出方。"

KINDS = {"original": "原件", "copy": "复印件", "result": "办理结果"}
"""What lies in a parcel, as the list says it."""


class Piece(Struct, frozen=True):
    """``count`` pieces (份) of one material of a case. ``back``: an original that returns to the applicant. ``arrived``: how many
    were counted; ``None``: not counted yet."""

    case: str
    item: str
    name: str
    kind: Literal["original", "copy", "result"]
    count: int
    back: bool = False
    arrived: int | None = None
    remark: str = ""


class Side(Struct, frozen=True):
    """A sender or a receiver. ``by`` and ``at`` (RFC 3339): who made it up or counted it, and when. A receiver's are empty until it
    has come; both sign by hand."""

    party: str
    desk: str
    phone: str = ""
    by: str = ""
    at: str = ""


class HandoverList(Struct, frozen=True):
    """``parcel``: its number with us (交接单号). ``waybill``, ``carrier``: empty while no carrier has it. ``cost``: fen, what this
    leg cost; ``None``: not known yet. ``seal_found``: as the receiver found the seal."""

    parcel: str
    sender: Side
    receiver: Side
    seal: str
    carrier: str
    waybill: str
    pieces: tuple[Piece, ...]
    cost: int | None = None
    seal_found: Literal["", "whole", "broken"] = ""
    discrepancy: str = ""


def yuan(fen: int) -> str:
    """1250 → 12.50 元."""
    return f"{fen // 100}.{fen % 100:02d} 元"


def differs(paper: HandoverList) -> bool:
    """Whether anything was found otherwise than it was sent."""
    return paper.seal_found == "broken" or bool(paper.discrepancy) or any(p.arrived not in (None, p.count) for p in paper.pieces)


def data(paper: HandoverList) -> bytes:
    """JSON for the template."""
    found = any(p.arrived is not None for p in paper.pieces)
    told: dict[str, Any] = {
        "title": TITLE,
        "parcel": runs(paper.parcel),
        "head": [_row(*one) for one in _head(paper)],
        "rows": [_piece(n, one, found) for n, one in enumerate(paper.pieces, start=1)],
        "total": f"{len({p.case for p in paper.pieces})} 件办件，{sum(p.count for p in paper.pieces)} 份材料，"
        f"其中须退还原件 {sum(p.count for p in paper.pieces if p.back)} 份",
        "found": found,
        "seal_found": {"": "", "whole": "完好", "broken": "破损"}[paper.seal_found],
        "discrepancy": runs(paper.discrepancy or ("无差异。" if found and not differs(paper) else "")),
        "sides": [_side("寄出方", paper.sender), _side("承运单位", Side(paper.carrier, "")), _side("接收方", paper.receiver)],
        "rule": RULE,
        "on": _day(paper.sender.at),
    }
    return msgspec.json.encode(told)


def _head(paper: HandoverList) -> Sequence[tuple[str, str]]:
    def of(side: Side) -> str:
        return f"{side.party} {side.desk}" + (f"（电话 {side.phone}）" if side.phone else "")

    return (
        ("寄出方", of(paper.sender)),
        ("接收方", of(paper.receiver)),
        ("封签号", paper.seal),
        ("承运单位", paper.carrier or "（交寄时填写）"),
        ("运单号", paper.waybill or "（交寄时填写）"),
        ("寄递费用", f"{yuan(paper.cost)}，寄出方付" if paper.cost is not None else "寄出方付，按实际发生额登记"),
    )


def _piece(number: int, piece: Piece, found: bool) -> dict[str, Any]:
    remark = piece.remark
    if found and piece.arrived is not None and piece.arrived != piece.count:
        short = piece.count - piece.arrived
        remark = f"{'少' if short > 0 else '多'} {abs(short)} 份" + (f"；{remark}" if remark else "")
    return {
        "number": number,
        "case": runs(grouped(piece.case) if valid(piece.case) else piece.case),
        "item": runs(piece.item),
        "name": runs(piece.name),
        "kind": KINDS[piece.kind],
        "count": piece.count,
        "back": "退还" if piece.back else "不退",
        "arrived": "" if piece.arrived is None else str(piece.arrived),
        "remark": runs(remark),
        "wrong": found and piece.arrived != piece.count,
    }


def _side(role: str, side: Side) -> dict[str, Any]:
    return {"role": role, "by": runs(side.by), "at": _moment(side.at)}


def _day(at: str) -> tuple[int, int, int]:
    here = datetime.fromisoformat(at).astimezone(CHINA)
    return here.year, here.month, here.day


def _moment(at: str) -> str:
    if not at:
        return ""
    here = datetime.fromisoformat(at).astimezone(CHINA)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def _row(label: str, value: str) -> dict[str, Any]:
    return {"label": runs(label), "value": runs(value)}
