"""What a provincial platform is told of a case's progress, in the exchange fields that several provinces share.

Field names and codes are those of published interfaces of other provinces with the same national core (``proStatus``,
``projectNo``, ``taskCode`` …; ``applydate`` is spelt so). Left out on purpose: whoever applies (``userName``, ``certKey``,
``mobile`` …). A platform that needs them gets them from an adapter the home department answers for (规程 Art. 9(2)).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain import uscc
from domain.case.life import Life, day_of
from domain.case.rights import State
from domain.catalogue.item import Item, Title
from domain.catalogue.opening import Opening

ProStatus = Literal["1", "2", "3"]
"""1 待受理, 2 已受理, 3 已办结."""

PRO_STATUS: dict[State, ProStatus] = {
    State.SUBMITTED: "1",
    State.PRECHECKED: "1",
    State.DISPATCHED: "1",
    State.ARRIVED: "1",
    State.CORRECTION: "1",
    State.CORRECTED: "1",
    State.ACCEPTED: "2",
    State.SUSPENDED: "2",
    State.NOT_ACCEPTED: "3",
    State.DECIDED: "3",
    State.RESULT_SENT: "3",
    State.DELIVERED: "3",
    State.CLOSED: "3",
    State.WITHDRAWN: "3",
    State.TRANSFERRED: "3",
}
"""The last two are no state of any published table: over is over [our reading]."""

ProjectNo = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9._-]+$")]


_NAMES = {
    "case_no": "caseNo",
    "area_code": "areaCode",
    "dept_code": "deptCode",
    "task_code": "taskCode",
    "task_name": "taskName",
    "task_type": "taskType",
    "project_type": "projectType",
    "pro_status": "proStatus",
    "apply_date": "applydate",
    "accept_date": "acceptDate",
    "result_date": "resultDate",
    "task_handle_item": "taskHandleItem",
    "project_no": "projectNo",
}


class ItemCodes(Struct, frozen=True, forbid_unknown_fields=True):
    """An item as the home department has it: ``task_code`` 实施编码 (31 characters in the national format; local ones exist),
    ``handle_item`` 业务办理项编码 (33), ``task_type`` two digits, ``kind``: 即办件 or 承诺件."""

    task_code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,36}$")]
    task_type: Annotated[str, Meta(pattern=r"^[0-9]{2}$")]
    kind: Literal["immediate", "promised"]
    handle_item: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{0,50}$")] = ""

    @property
    def dept_code(self) -> str | None:
        """Of the national format the first 18 are the department's 统一社会信用代码."""
        return self.task_code[:18] if len(self.task_code) == 31 and uscc.valid(self.task_code[:18]) else None


def codes_of(item: Item, opening: Opening) -> ItemCodes | None:
    """As the catalogue has them; ``None`` where the opening names no 实施编码, or one that is none."""
    if opening.implementing_code is None:
        return None
    kind = {"1": "immediate", "2": "promised"}.get(item.project_type)
    told = {"task_code": opening.implementing_code, "task_type": item.item_type, "kind": kind}
    try:
        return msgspec.convert(told, ItemCodes)
    except msgspec.ValidationError:
        return None


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """Who reports: ``area_code`` GB/T 2260 (or the platform's own), ``dept_code`` 统一社会信用代码 where an item's
    code does not begin with its department's.

    ``immediate``: the platform's code for 即办件. **A trap**: published tables have 1 即办件, 2 承诺件; two others the other way
    round. There is no default: ask the platform.
    """

    area_code: Annotated[str, Meta(pattern=r"^[0-9]{6,12}$")]
    dept_code: Annotated[str, Meta(pattern=r"^[0-9A-Z]{18}$")]
    immediate: Literal["1", "2"]


class Progress(Struct, frozen=True, rename=_NAMES, omit_defaults=True):
    """One record, as JSON. ``case_no``: our number; ``serial``: how many acts its ledger had, so a later record is known for one.
    Dates are YYYY-MM-DD; what is empty has not happened, ``project_no`` until the platform gave one."""

    case_no: str
    serial: int
    area_code: str
    dept_code: str
    task_code: str
    task_name: Title
    task_type: str
    project_type: Literal["1", "2"]
    pro_status: ProStatus
    apply_date: str = ""
    accept_date: str = ""
    result_date: str = ""
    task_handle_item: str = ""
    project_no: str = ""


def progress(life: Life, name: str, item: ItemCodes, body: Body) -> Progress:
    """Of a case as it stands. ``name``: the item's."""
    settled = life.decided if life.decided is not None else life.ended_day
    other: Literal["1", "2"] = "1" if body.immediate == "2" else "2"
    return Progress(
        case_no=life.taken.case,
        serial=life.position,
        area_code=body.area_code,
        dept_code=item.dept_code or body.dept_code,
        task_code=item.task_code,
        task_handle_item=item.handle_item,
        task_name=name,
        task_type=item.task_type,
        project_type=body.immediate if item.kind == "immediate" else other,
        pro_status=PRO_STATUS[life.state],
        apply_date=_day(day_of(life.taken.at)),
        accept_date=_day(life.accepted.since if life.accepted is not None else None),
        result_date=_day(settled),
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
