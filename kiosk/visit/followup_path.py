"""The path of a visit about a case taken in before: found by card, receipt or number; corrected, collected or withdrawn."""

from __future__ import annotations

from collections.abc import Callable

from domain.case.task import CorrectionTask, Point, ResultTask
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Material
from kiosk.visit.state import By, Doing, Followup, FoundTask, Stage, Step, Visit

_Asks = Callable[[Visit, Catalogue], bool]


SIGNED = "SIGNED"
"""The name the pages of what was signed on paper are collected under."""
PAPERS: dict[str, str] = {"correct": "补正材料确认单", "withdraw": "撤回申请书"}
"""What is printed where somebody cannot sign on the glass. A result is received on the glass alone: it is printed after that."""
SUPPLIES = "以上补正材料由我提交，情况属实。"
"""What is signed when a correction is handed in."""
WITHDRAWS = "我申请撤回这件办件，不再办理。"
"""What is signed to take a case back."""


def of(visit: Visit) -> Followup:
    return visit.followup or Followup()


def may(by: By | None, one: FoundTask, doing: Doing) -> bool:
    """What may be done about a task here: a result, and taking a case back, only after the card."""
    task = one.task
    if isinstance(task, ResultTask):
        return doing == "collect" and by == "card" and task.way == "terminal" and one.here
    if doing == "withdraw":
        return by == "card" and task.withdrawable and one.here
    return doing == "correct" and one.here and any(point.how == "scan" for point in task.points)


def points(visit: Visit) -> tuple[tuple[str, Point], ...]:
    """The points whose papers go under the camera, by the name their pages are collected under."""
    task = of(visit).task
    if of(visit).doing != "correct" or not isinstance(task, CorrectionTask):
        return ()
    return tuple((f"POINT-{n}", point) for n, point in enumerate(task.points, 1) if point.how == "scan")


def to_scan(visit: Visit) -> tuple[Material, ...]:
    """The noticed materials, exactly, and what is signed on paper: the camera's step asks for nothing else, and none may be left
    out."""
    noticed = tuple(_material(name, point.name, point.sides) for name, point in points(visit))
    return (*noticed, *(on_paper(visit) if visit.inked is not None else ()))


def on_paper(visit: Visit) -> tuple[Material, ...]:
    """What can be signed by hand instead of on the glass."""
    doing = of(visit).doing
    return (_material(SIGNED, PAPERS[doing], 1),) if doing in PAPERS else ()


def _material(name: str, called: str, sides: int) -> Material:
    return Material(
        material_id=name,
        name=called,
        necessity="1",
        material_kind="3",
        copy_kind="3",
        medium="1",
        copies=1,
        source="申请人自备",
        original_must_be_checked=False,
        sides=sides,
    )


def printing(visit: Visit) -> bool:
    """Whether pages of a result may be on their way out: nobody leaves, or is sent away, before it is known what became of them."""
    return visit.step is Step.HANDING and visit.sheet is not None and visit.sheet.state.value == "printing"


def progress(visit: Visit) -> tuple[int, tuple[Stage, ...]]:
    """As ``path.progress``."""
    stages = (Stage.FIND, *_OF.get(of(visit).doing or ("rate" if of(visit).rating else ""), ()))
    stage = _STAGES.get(visit.step, stages[-1])
    return (stages.index(stage) + 1 if stage in stages else len(stages)), stages


def _doing(*what: Doing) -> _Asks:
    return lambda visit, _catalogue: of(visit).doing in what


def _by(how: By) -> _Asks:
    return lambda visit, _catalogue: of(visit).by == how


def _scanned(visit: Visit, _catalogue: Catalogue) -> bool:
    done = {c.material for c in visit.collected if c.done}
    return all(material.material_id in done for material in to_scan(visit))


_always: _Asks = lambda _visit, _catalogue: True  # noqa: E731
_never: _Asks = lambda _visit, _catalogue: False  # noqa: E731
_read: _Asks = lambda visit, _catalogue: of(visit).read  # noqa: E731

# step → (is it part of this visit's path?, is it done?), as ``path.PATH``
PATH: dict[Step, tuple[_Asks, _Asks]] = {
    Step.RETURN: (_always, lambda v, c: of(v).by is not None),
    Step.NOTICE: (_by("card"), lambda v, c: v.agreed),
    Step.CARD: (_by("card"), lambda v, c: v.identity is not None),
    Step.SHOW: (_by("receipt"), lambda v, c: of(v).token is not None),
    Step.NUMBER: (_by("number"), lambda v, c: of(v).number is not None),
    Step.CASES: (_always, lambda v, c: of(v).doing is not None),
    Step.POINTS: (_doing("correct"), _read),
    Step.COLLECT: (_doing("collect"), _read),
    Step.UNDO: (_doing("withdraw"), _read),
    Step.SCAN: (lambda v, c: of(v).doing == "correct" or v.inked is not None, _scanned),
    Step.SIGN: (_always, lambda v, c: v.signature is not None or v.inked is not None),
    Step.ANSWER: (_doing("correct", "withdraw"), _never),
    Step.HANDING: (_doing("collect"), _never),
}
_OF: dict[str, tuple[Stage, ...]] = {
    "correct": (Stage.MATERIALS, Stage.SIGN, Stage.SUBMIT, Stage.RATE),
    "collect": (Stage.SIGN, Stage.PRINT, Stage.RATE),
    "withdraw": (Stage.SIGN, Stage.SUBMIT),
    "rate": (Stage.RATE,),
}
_STAGES = {
    **dict.fromkeys((Step.RETURN, Step.NOTICE, Step.CARD, Step.SHOW, Step.NUMBER, Step.CASES), Stage.FIND),
    **dict.fromkeys((Step.POINTS, Step.SCAN, Step.PAGE), Stage.MATERIALS),
    **dict.fromkeys((Step.COLLECT, Step.UNDO, Step.SIGN), Stage.SIGN),
    Step.ANSWER: Stage.SUBMIT,
    Step.SUBMITTING: Stage.SUBMIT,
    Step.HANDING: Stage.PRINT,
}
