"""查进度、补材料、取结果: what somebody who comes back reads. A task is shown to its holder only; who they are, masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from msgspec import Struct

from domain import masking
from domain.case import number
from domain.case.task import CorrectionTask, ResultTask
from domain.protection.rights import KINDS
from kiosk.visit import followup_path, path
from kiosk.visit.followup_path import SUPPLIES, WITHDRAWS
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import CaseProgress, Followup, FoundTask, PrintState, QueryPhase, Visit
from ui.view import said
from ui.words import N_, SOURCE, _, counted, day, listed, moment, speaking, translated

_SIGNED_ON_PAPER = (N_("补正材料确认单"), N_("撤回申请书"))
"""``followup_path.PAPERS``, for the words of other languages."""


class Fact(Struct, frozen=True):
    """One line of what is signed; as ``kiosk.visit.answers.Answer``."""

    label: str
    text: str
    promise: bool = False
    by_hand: bool = False
    worded: bool = False


class Return(Struct, frozen=True):
    """``card``: tasks can be opened here; else they are the window's."""

    card: bool
    hall: str


class Number(Struct, frozen=True):
    error: str


class Todo(Struct, frozen=True):
    """One task, by its place. ``more`` says what it is about; ``doing`` what may be done here, ``instead`` why it may not."""

    task: int
    title: str
    more: str
    doing: str
    button: str
    instead: str
    withdraw: bool


class Case(Struct, frozen=True):
    """``as_of``: not from the centre, this was known then. ``rates``: its place in the list where its home place can be rated, or
    nothing."""

    number: str
    item: str
    home: str
    words: str
    as_of: str
    todo: tuple[Todo, ...]
    rates: int | None = None
    asks: int | None = None


class Right(Struct, frozen=True):
    """What is asked of one's own information. ``kinds``: (code, in words) to choose from; ``chosen`` in words, ``due`` once it is
    filed, ``fault`` where it could not be."""

    number: str
    kinds: tuple[tuple[str, str], ...]
    chosen: str
    due: str
    fault: str
    home: str


class Cases(Struct, frozen=True):
    """``name``: whose card it was, masked. ``again``: asking again may help. ``not_now``: nothing was looked for."""

    looking: bool
    name: str
    fault: str
    again: bool
    not_now: bool
    cases: tuple[Case, ...]
    todo: bool
    by: str
    hall: str
    right: Right | None = None


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    text: str
    window: bool
    again: str = ""
    pages: int = 0


class Points(Struct, frozen=True):
    lines: tuple[Line, ...]
    due: str
    over: bool
    number: str
    hall: str


class Collect(Struct, frozen=True):
    name: str
    number: str
    pages: int
    home: str


class Undo(Struct, frozen=True):
    item: str
    number: str
    home: str


class Answer(Struct, frozen=True):
    """What is about to be handed in: a correction, or (``withdraws``) the case taken back."""

    item: str
    number: str
    lines: tuple[Line, ...]
    withdraws: bool
    home: str
    fault: str


class Handing(Struct, frozen=True):
    """``state`` as of a query's paper. ``fault``: it is out, and could not be noted."""

    state: str
    name: str
    trouble: str
    fault: str
    hall: str


def how(glass: Glass, _visit: Visit) -> Return:
    return Return(glass.hall.handover, glass.hall.hall)


def asking(glass: Glass, visit: Visit) -> Number:
    fault = followup_path.of(visit).fault
    return Number(translated(visit.errors.get("number", "")) or said.fault(glass, fault))


def cases(glass: Glass, visit: Visit) -> Cases:
    asked = followup_path.of(visit)
    listed = {told.case: told for told in asked.progress}
    for one in asked.found:
        listed.setdefault(one.task.case, CaseProgress(one.task.case, one.task.item_name, one.task.home_name, ""))
    return Cases(
        looking=asked.looking,
        name=masking.name(visit.identity.shown_name) if visit.identity else "",
        fault=said.fault(glass, asked.fault),
        again=asked.fault in _ASK_AGAIN,
        not_now=asked.fault in (*_ASK_AGAIN, "case_too_many_tries"),
        cases=tuple(_case(told, asked, glass) for told in listed.values()),
        todo=bool(asked.found),
        by=asked.by or "",
        hall=glass.hall.hall,
        right=_right(asked, glass),
    )


def _right(asked: Followup, glass: Glass) -> Right | None:
    right = asked.right
    if right is None:
        return None
    home = next((told.home for told in asked.progress if told.case == right.case), "")
    return Right(
        number.grouped(right.case),
        tuple(KINDS.items()),
        dict(KINDS).get(right.kind, "") if right.kind else "",  # type: ignore[call-overload]
        _day(right.due) if right.due else "",
        said.fault(glass, right.fault),
        home,
    )


def points(glass: Glass, visit: Visit, today: date) -> Points:
    task = _correction(visit)
    lines = tuple(Line(point.name, point.text, point.how == "window") for point in task.points)
    return Points(lines, _day(task.due), today > date.fromisoformat(task.due), task.number, glass.hall.hall)


def collect(_glass: Glass, visit: Visit) -> Collect:
    task = _result(visit)
    return Collect(task.name, task.number, task.pages, task.home_name)


def undo(_glass: Glass, visit: Visit) -> Undo:
    task = _correction(visit)
    return Undo(task.item_name, number.grouped(task.case), task.home_name)


def answer(glass: Glass, visit: Visit) -> Answer:
    task, asked = _correction(visit), followup_path.of(visit)
    lines = tuple(
        Line(one.name, "", False, one.material_id, len(path.collected(visit, one.material_id).pages))
        for one in followup_path.to_scan(visit)
    )
    withdraws = asked.doing == "withdraw"
    fault = _(_NOT_WITHDRAWN) if withdraws and visit.submit_fault == _NOT_STORED else said.fault(glass, visit.submit_fault)
    return Answer(task.item_name, number.grouped(task.case), lines, withdraws, task.home_name, fault)


def handing(glass: Glass, visit: Visit) -> Handing:
    task, state = _result(visit), (visit.query or QueryPhase.ASKING).value
    if visit.query is QueryPhase.FOUND:
        state = (visit.sheet.state if visit.sheet else PrintState.PRINTING).value
    cause = visit.sheet.cause if visit.sheet and visit.sheet.state is not PrintState.PRINTING else None
    return Handing(
        state=state,
        name=task.name,
        trouble=said.about(glass.fault(cause), _("A4 打印机")) if cause else "",
        fault=_(_NOT_NOTED) if visit.submit_fault == _NOT_STORED else said.fault(glass, visit.submit_fault),
        hall=glass.hall.hall,
    )


def signed(visit: Visit) -> tuple[str, tuple[Fact, ...]]:
    """What is signed, in a sentence, and what it is about. The sentence is Chinese whatever is spoken, as on the paper."""
    task, asked = followup_path.of(visit).task, followup_path.of(visit)
    case = (Fact(_("办件编号"), number.grouped(task.case)),) if task else ()
    if isinstance(task, ResultTask):
        with speaking(SOURCE):
            return counted("我领取《%(name)s》，一共 %(num)s 页。", task.pages, name=task.name), case
    if asked.doing == "withdraw":
        return WITHDRAWS, case
    pages = (Fact(p.name, counted("%(num)s 页", len(path.collected(visit, name).pages))) for name, p in followup_path.points(visit))
    return SUPPLIES, (*case, *pages)


def _day(text: str) -> str:
    return day(date.fromisoformat(text))


def _case(told: CaseProgress, asked: Followup, glass: Glass) -> Case:
    mine = ((n, one) for n, one in enumerate(asked.found) if one.task.case == told.case)
    as_of = moment(datetime.fromisoformat(told.as_of)) if told.as_of else ""
    return Case(
        number.grouped(told.case),
        told.item,
        told.home,
        told.words,
        as_of,
        tuple(_todo(n, one, asked, glass) for n, one in mine),
        asked.progress.index(told) if told.rates is not None and asked.by == "receipt" else None,
        asked.progress.index(told) if told in asked.progress and asked.by in ("receipt", "card") and not as_of else None,
    )


def _todo(at: int, one: FoundTask, asked: Followup, glass: Glass) -> Todo:
    task = one.task
    if isinstance(task, CorrectionTask):
        here = followup_path.may(asked.by, one, "correct")
        title = counted("要补 %(num)s 份材料，最晚 %(day)s", len(task.points), day=_day(task.due))
        names = listed(translated(point.name) for point in task.points)
        instead = "" if here else _("请带材料到%(hall)s“省内通办”窗口补。", hall=translated(glass.hall.hall))
        return Todo(at, title, names, "correct", _("现在补"), instead, followup_path.may(asked.by, one, "withdraw"))
    here = followup_path.may(asked.by, one, "collect") and glass.hall.pages
    title = _("结果到了，最晚 %(day)s", day=_day(task.until)) if task.until else _("结果到了")
    instead = "" if here else _("请带证件到%(hall)s“省内通办”窗口取。", hall=translated(glass.hall.hall))
    return Todo(at, title, task.name, "collect", _("现在取"), instead, False)


def _correction(visit: Visit) -> CorrectionTask:
    task = followup_path.of(visit).task
    if not isinstance(task, CorrectionTask):
        raise LookupError("no correction was chosen")
    return task


def _result(visit: Visit) -> ResultTask:
    task = followup_path.of(visit).task
    if not isinstance(task, ResultTask):
        raise LookupError("no result was chosen")
    return task


_ASK_AGAIN = ("tasks_offline", "task_damaged")
_NOT_STORED = "store_failed"
"""What it says of papers is said of a case's papers alone."""
_NOT_WITHDRAWN = N_("本机现在记不下来，还没有撤回。请再点一次；还不行，请到窗口办理。")
_NOT_NOTED = N_("签收没有记下来。请再点一次；还不行，请告诉工作人员。")
