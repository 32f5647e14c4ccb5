"""What a 好差评 platform is told of a rating, in the exchange fields that several provinces share, by a mapping for each adapter.

Left out on purpose: who applied and who rated (``userName``, ``certKey``, ``mobile`` …: the centre does not have them), what was
written (``writingEvaluation``), and the contact for a call-back. A platform that needs them gets them from an adapter somebody
answers for in writing (规程 Art. 9(2)).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.calendar import CHINA
from domain.case.rights import State
from domain.rating.service import By, Kind, Round
from fleet.outward.ways import Way
from fleet.platform.progress import PRO_STATUS, ItemCodes, ProStatus
from fleet.platform.signing import SmSettings

Label = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,8}$")]
SERVICE_NAME: dict[Kind, str] = {"consult": "咨询", "intake": "申报", "correction": "补正", "delivery": "签收"}
HANDLED = "办结"
"""``serviceName`` of a home department's handling."""
_NAMES = {
    "case_no": "caseNo",
    "area_code": "areaCode",
    "dept_code": "deptCode",
    "task_code": "taskCode",
    "task_handle_item": "taskHandleItem",
    "task_name": "taskName",
    "task_type": "taskType",
    "project_type": "projectType",
    "pro_status": "proStatus",
    "service_name": "serviceName",
    "is_service": "isService",
    "service_number": "serviceNumber",
    "eval_detail": "evalDetail",
    "assess_time": "assessTime",
    "assess_number": "assessNumber",
    "anonymity_flag": "anonymityFlag",
    "data_source": "dataSource",
}


class Rated(Struct, frozen=True, forbid_unknown_fields=True):
    """A party as the platform knows it: ``area_code`` GB/T 2260 or the platform's own, ``dept_code`` 统一社会信用代码."""

    area_code: Annotated[str, Meta(pattern=r"^[0-9]{6,12}$")]
    dept_code: Annotated[str, Meta(pattern=r"^[0-9A-Z]{18}$")]


class Default(Struct, frozen=True, forbid_unknown_fields=True):
    """Of a platform that insists on a rating of what nobody rated: which ``level`` it wants then, and after how many ``days``. It
    stands in this export only, marked ``system_default``, and in no table of ours."""

    level: Annotated[int, Meta(ge=1, le=5)]
    days: Annotated[int, Meta(ge=1, le=366)]


class Adapter(Struct, frozen=True, forbid_unknown_fields=True):
    """How one platform calls things. **A trap**: ``immediate``, its code for 即办件, is 1 in some published tables and 2 in others;
    there is no default: ask. ``levels``: its codes of our 1, 2, 3, 4, 5 (one vendor counts 0–4 the other way round); ``joiner``
    between tags. ``terminal`` and ``page``: its ``pf`` of our terminals and of the page behind the receipt's code.
    """

    immediate: Literal["1", "2"]
    levels: tuple[Label, Label, Label, Label, Label] = ("1", "2", "3", "4", "5")
    joiner: Literal[",", "|"] = ","
    terminal: Label = "5"
    page: Label = "3"
    data_source: Label = "5"
    anonymous: Label = "1"
    named: Label = "2"
    default: Default | None = None


class AssessmentSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``parties``: those whose ratings are reported, by code. ``items``: codes of items; what has none, here or in the catalogue,
    is not reported."""

    way: Way
    adapter: Adapter
    parties: dict[str, Rated]
    items: dict[str, ItemCodes] = {}
    signing: SmSettings | None = None


class Assessment(Struct, frozen=True, rename=_NAMES, omit_defaults=True):
    """One record, as JSON. ``case_no``: our number of the case, or of the service without one. ``source``: ``active``, or
    ``system_default`` for what nobody gave; only the first counts for the active rate."""

    case_no: str
    area_code: str
    dept_code: str
    task_code: str
    task_name: str
    task_type: str
    project_type: Literal["1", "2"]
    pro_status: ProStatus
    service_name: str
    is_service: Literal["1"]
    service_number: int
    pf: str
    satisfaction: str
    assess_time: str
    assess_number: Round
    anonymity_flag: str
    data_source: str
    source: Literal["active", "system_default"]
    eval_detail: str = ""
    task_handle_item: str = ""


class Told(Struct, frozen=True):
    """What is reported of one service. ``number``: its running number within the case; ``by`` null: nobody rated."""

    case: str
    of: Kind
    side: Literal["intake", "home"]
    party: str
    item: str
    item_name: str
    state: State
    number: int
    level: int
    at: datetime
    round: Round = 1
    tags: tuple[int, ...] = ()
    by: By | None = None
    named: bool = False


def assessment(told: Told, codes: ItemCodes, rated: Rated, adapter: Adapter) -> Assessment:
    """``at`` is told in China's time."""
    other: Literal["1", "2"] = "1" if adapter.immediate == "2" else "2"
    return Assessment(
        case_no=told.case,
        area_code=rated.area_code,
        dept_code=rated.dept_code,
        task_code=codes.task_code,
        task_handle_item=codes.handle_item,
        task_name=told.item_name,
        task_type=codes.task_type,
        project_type=adapter.immediate if codes.kind == "immediate" else other,
        pro_status=PRO_STATUS[told.state],
        service_name=HANDLED if told.side == "home" else SERVICE_NAME[told.of],
        is_service="1",
        service_number=told.number,
        pf=adapter.page if told.by == "page" else adapter.terminal,
        satisfaction=adapter.levels[told.level - 1],
        eval_detail=adapter.joiner.join(str(tag) for tag in told.tags),
        assess_time=told.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        assess_number=told.round,
        anonymity_flag=adapter.named if told.named else adapter.anonymous,
        data_source=adapter.data_source,
        source="active" if told.by is not None else "system_default",
    )
