"""What came to a case after it was taken in: pages and remarks of the intake window, what the applicant handed in after a notice.

What was handed in first is never replaced: an addition stands beside it, with who brought it and when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from domain.calendar import CHINA
from domain.case import acts, answer, window_record
from domain.case.acts import Act, material_of
from domain.case.content import INKED
from domain.sealing import OpeningKey
from fleet.casework.client import Ledger
from fleet.desk.inbox import DamagedError, Inbox
from fleet.desk.opening import NotOursError, unseal

_MOST_RECORD = 256 * 1024
"""Bytes of a sealed record: a page is larger, or is no record when it is opened."""


@dataclass(frozen=True, slots=True)
class Added:
    """``subject``: a material's code, ``form``, ``person``, or empty for the case as a whole. ``pages``: digests."""

    subject: str
    by: str
    at: str
    text: str = field(repr=False)
    pages: tuple[str, ...] = ()


def added(ledger: Ledger, inbox: Inbox, keys: Sequence[OpeningKey]) -> list[Added]:
    """In the order it came; what cannot be opened is said to be so. :class:`fleet.desk.inbox.CentreError`."""
    found: list[Added] = []
    for entry in ledger.file.acts:
        act = entry.act
        if isinstance(act, acts.Corrected | acts.Prechecked | acts.OriginalsSeen | acts.Mended):
            at = act.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
            try:
                for plain in _records(act, inbox, keys):
                    found += _read(act, plain, at)
            except (NotOursError, DamagedError) as error:
                found.append(Added("", "", at, f"有一份补充材料打不开：{error}"))
    return found


def _records(act: Act, inbox: Inbox, keys: Sequence[OpeningKey]) -> Iterator[bytes]:
    for listed in act.documents:
        if listed.size <= _MOST_RECORD:
            plain = unseal(inbox.document(listed.digest), keys)
            if plain.startswith(b"{"):
                yield plain


def _read(act: Act, plain: bytes, at: str) -> list[Added]:
    try:
        if isinstance(act, acts.Corrected):
            said = answer.decode(plain)
            return list(_supplied(said, at)) if isinstance(said, answer.Correction) else []
        return list(_recorded(window_record.decode(plain), at))
    except (msgspec.MsgspecError, ValueError):
        raise DamagedError("读不懂，可能已损坏或版本不同。") from None


def _supplied(said: answer.Correction, at: str) -> Iterator[Added]:
    for one in said.supplied:
        yield Added(one.material or material_of(one.point), "申请人补正", at, one.name, tuple(p.digest for p in one.pages))
    for point in said.window:
        yield Added(material_of(point), "申请人补正", at, "到窗口补交，见窗口的记录")
    if said.inked is not None:
        yield Added("", "申请人补正", at, f"在纸上签字：{INKED[said.inked.how]}", tuple(p.digest for p in said.paper))


def _recorded(record: window_record.WindowRecord, at: str) -> Iterator[Added]:
    by = f"收件窗口 {record.by}"
    for remark in record.remarks:
        yield Added(remark.about, by, at, remark.text)
    for one in record.additions:
        yield Added(one.material, by, at, f"现场补充：{one.name}", one.pages)
