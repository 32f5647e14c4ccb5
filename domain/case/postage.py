"""寄递费用: which party paid for which leg (规程 Art. 8(3)): whoever sends pays, as it was incurred, and the applicant never.

A parcel may hold papers of several cases; each of their acts names the same waybill and the whole parcel's cost, which counts once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.calendar import CHINA
from domain.case.acts import Act, Dispatched, Fen, Parcel, ResultSent, SentBack
from domain.case.waybill import carrier

Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Road = Literal["to_home", "to_window", "to_applicant"]
ROADS: dict[Road, str] = {
    "to_home": "申请材料寄往业务属地",
    "to_window": "结果、原件寄回收件窗口",
    "to_applicant": "结果寄给申请人",
}


class Leg(Struct, frozen=True):
    """One parcel. ``payer`` sent it; ``to``: the party it went to, empty for an applicant. ``pieces``: how many papers lay in it.
    ``cost`` in fen; ``None``: nobody has said what it cost."""

    day: date
    payer: str
    to: str
    road: Road
    carrier: str
    waybill: str
    cases: tuple[str, ...]
    pieces: int
    cost: Fen | None


class Statement(Struct, frozen=True):
    """What ``party`` paid in ``month`` (China's), the earliest first. ``unknown``: legs whose cost nobody has said."""

    party: str
    month: Month
    legs: tuple[Leg, ...]
    total: int
    unknown: int


def legs(case: str, home: str, intake: str, acts: Iterable[Act]) -> list[Leg]:
    """The parcels of one case, each as if it held nothing else."""
    found = []
    for act in acts:
        match act:
            case Dispatched(parcel=Parcel() as parcel):
                ends: tuple[str, str, Road] = (intake, home, "to_home")
            case SentBack(parcel=parcel):
                ends = (home, intake, "to_window")
            case ResultSent(parcel=Parcel() as parcel, way="pickup_intake"):
                ends = (home, intake, "to_window")
            case ResultSent(parcel=Parcel() as parcel):
                ends = (home, "", "to_applicant")
            case _:
                continue
        day, count = act.at.astimezone(CHINA).date(), sum(p.count for p in act.pieces)
        found.append(Leg(day, *ends, parcel.carrier, parcel.waybill, (case,), count, parcel.cost))
    return found


def statement(party: str, month: Month, found: Iterable[Leg]) -> Statement:
    """Of legs of any cases: those ``party`` paid in ``month``, a parcel once."""
    parcels: dict[tuple[str, str], Leg] = {}
    for leg in found:
        if leg.payer != party or f"{leg.day:%Y-%m}" != month:
            continue
        key = (leg.carrier, leg.waybill)
        parcels[key] = _together(parcels[key], leg) if key in parcels else leg
    rows = tuple(sorted(parcels.values(), key=lambda leg: (leg.day, leg.carrier, leg.waybill)))
    return Statement(party, month, rows, sum(leg.cost or 0 for leg in rows), sum(leg.cost is None for leg in rows))


def table(told: Iterable[Statement], parties: dict[str, str]) -> str:
    """CSV (RFC 4180) with a byte order mark, for whatever opens it with a double click. Money in yuan, a number."""
    out = io.StringIO()
    out.write("\ufeff")
    rows = csv.writer(out)
    rows.writerow(("日期", "付费方", "寄往", "寄什么", "承运单位", "运单号", "办件", "份数", "费用（元）"))
    told = tuple(told)
    for leg in (leg for one in told for leg in one.legs):
        to = parties.get(leg.to, leg.to) or "申请人"
        cost = "" if leg.cost is None else f"{leg.cost // 100}.{leg.cost % 100:02d}"
        # A waybill of digits only would become a rounded number in a spreadsheet.
        number = f'="{leg.waybill}"'
        cases = " ".join(leg.cases)
        rows.writerow(
            (leg.day, parties.get(leg.payer, leg.payer), to, ROADS[leg.road], carrier(leg.carrier), number, cases, leg.pieces, cost)
        )
    total = sum(one.total for one in told)
    rows.writerow(("合计", "", "", "", "", "", "", "", f"{total // 100}.{total % 100:02d}"))
    return out.getvalue()


def month_of(moment: datetime) -> Month:
    return f"{moment.astimezone(CHINA):%Y-%m}"


def around(month: Month) -> tuple[Month, Month]:
    """The month before, and the one after."""
    at = int(month[:4]) * 12 + int(month[5:]) - 1
    before, after = (f"{n // 12:04d}-{n % 12 + 1:02d}" for n in (at - 1, at + 1))
    return before, after


def _together(one: Leg, other: Leg) -> Leg:
    cost = one.cost if other.cost is None else other.cost if one.cost is None else max(one.cost, other.cost)
    cases = (*one.cases, *(case for case in other.cases if case not in one.cases))
    return Leg(
        min(one.day, other.day), one.payer, one.to, one.road, one.carrier, one.waybill, cases, one.pieces + other.pieces, cost
    )
