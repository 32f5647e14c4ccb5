"""What stands beside the task: the steps of the visit on the left, what was taken so far with its findings on the right."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from kiosk.visit import attending, followup_path, path
from kiosk.visit.attending_events import LetGo
from kiosk.visit.snapshot import Glass, Snapshot
from kiosk.visit.state import KeptPage, Step, Visit
from ui.view.frame import frame

STEPS: dict[Step, str] = {
    Step.PLACE: "业务属地",
    Step.ITEM: "事项",
    Step.SITUATION: "情形",
    Step.CHANNEL: "办理方式",
    Step.GUIDE: "看办法",
    Step.PREPARE: "材料齐不齐",
    Step.NOTICE: "告知书（本人同意）",
    Step.CARD: "读证件",
    Step.DOCUMENT: "别的证件",
    Step.IDENTITY: "人证核对",
    Step.WARD: "读孩子的证件",
    Step.BEHALF: "替谁办",
    Step.WAIVE: "可以不交的",
    Step.SCAN: "拍材料",
    Step.DELIVERY: "怎么取结果",
    Step.POSTAL: "邮寄地址",
    Step.FORM: "填表",
    Step.SIGN: "签名（本人）",
    Step.REVIEW: "提交（本人）",
    Step.FILLED: "打单子",
    Step.QUERY: "查询打印",
    Step.RETURN: "怎么找",
    Step.SHOW: "放凭证",
    Step.NUMBER: "办件编号",
    Step.CASES: "选哪一件",
    Step.POINTS: "要补的材料",
    Step.COLLECT: "领取",
    Step.UNDO: "撤回",
    Step.ANSWER: "提交（本人）",
    Step.HANDING: "打印结果",
    Step.RATING: "凭证、评价（本人）",
}
_PART_OF = {
    Step.PAGE: Step.SCAN,
    Step.SUBMITTING: Step.REVIEW,
    Step.KEEPING: Step.FILLED,
    Step.NOTING: Step.FILLED,
    Step.RECEIPT: Step.RATING,
    Step.LEAFLET: Step.RATING,
    Step.REASON: Step.RATING,
    Step.FAREWELL: Step.RATING,
}


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    done: bool
    now: bool


class Taken(Struct, frozen=True):
    """A kept page. ``ref`` empty: no picture of it can be shown any more. ``doubts``: what was found on it, in words."""

    name: str
    ref: str
    doubts: tuple[str, ...]
    sealed: bool


class Material(Struct, frozen=True):
    """``now``: the one under the camera. ``note``: why there is no page of it."""

    name: str
    now: bool
    note: str
    pages: tuple[Taken, ...]


class Side(Struct, frozen=True):
    """``drives``: it is this clerk's to drive. ``back``, ``end``, ``lets_go``: whether these ways are there."""

    item: str
    home: str
    stages: tuple[Stage, ...]
    materials: tuple[Material, ...]
    drives: bool = False
    back: bool = False
    end: bool = False
    lets_go: bool = False


def side(glass: Glass, snapshot: Snapshot, session: str) -> Side:
    visit = snapshot.state.visit
    if visit is None:
        return Side("", "", (), ())
    around = frame(glass, snapshot)
    drives = attending.holds_it(visit, session) and visit.step not in attending.RATING
    shown = visit.step not in attending.RATING
    return Side(
        around.item or "",
        around.home or "",
        _stages(glass, visit) if shown else (Stage(STEPS[Step.RATING], False, True),),
        _materials(glass, visit) if shown else (),
        drives,
        back=drives and around.back,
        end=drives and around.end,
        lets_go=attending.clerk_may(visit, LetGo, glass.catalogue, session),
    )


def _stages(glass: Glass, visit: Visit) -> tuple[Stage, ...]:
    steps = path.PATH if visit.followup is None else followup_path.PATH
    at = _PART_OF.get(visit.step, visit.step)
    over = path.over(visit)
    there = [(step, done) for step, (exists, done) in steps.items() if exists(visit, glass.catalogue)]
    before = [Stage(STEPS[step], over or done(visit, glass.catalogue), step is at) for step, done in there]
    return (*before, Stage(STEPS[Step.RATING], False, at is Step.RATING))


def _materials(glass: Glass, visit: Visit) -> tuple[Material, ...]:
    current = path.current_material(visit, glass.catalogue)
    found = []
    for one in path.to_scan(visit, glass.catalogue):
        kept = path.collected(visit, one.material_id).pages
        note = "不交" if path.left_out(visit, one.material_id) else "" if kept else "还没有拍"
        pages = tuple(_taken(glass, n, page, one.sides) for n, page in enumerate(kept))
        found.append(Material(one.name, current is one and visit.step in (Step.SCAN, Step.PAGE), note, pages))
    return tuple(found)


def _taken(glass: Glass, at: int, page: KeptPage, sides: int) -> Taken:
    doubts = tuple(text for found in page.findings if (text := glass.fault(found.code).citizen))
    name = ("正面", "背面")[at % 2] if sides > 1 else f"第 {at + 1} 页"
    return Taken(name, page.ref if glass.thumb(page.ref) is not None else "", doubts, page.digest is not None)
