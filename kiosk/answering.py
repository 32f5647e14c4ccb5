"""From a visit about a former case to the answer the store takes: what was signed, sealed to whom the case was sealed to."""

from __future__ import annotations

from domain.case import answer as answers
from domain.case.answer import Answer, Correction, Delivery, Supplied, Withdrawal
from domain.case.task import CorrectionTask, ResultTask
from kiosk.handover import NO_STROKE, page
from kiosk.settings import KeySettings
from kiosk.store.answers import Kind, NewAnswer
from kiosk.visit import applicants, followup_path, path
from kiosk.visit.followup_path import WITHDRAWS
from kiosk.visit.state import Visit

_KIND: dict[type, Kind] = {Correction: "correction", Delivery: "delivery", Withdrawal: "withdrawal"}


def new_answer(visit: Visit, keys: KeySettings) -> NewAnswer:
    """``ValueError`` when the visit is not complete; the machine lets none such through."""
    asked = followup_path.of(visit)
    answer = _answer(visit)
    given = followup_path.points(visit)
    names = (*(name for name, _ in given), followup_path.SIGNED)
    return NewAnswer(
        visit=visit.id,
        case=answer.case,
        task=answer.task,
        kind=_KIND[type(answer)],
        points=tuple(point.point for _, point in given),
        pages=tuple(p.digest for name in names for p in path.collected(visit, name).pages if p.digest),
        content=answers.encode(answer),
        recipients=keys.recipients(asked.task.home if asked.task else ""),
    )


def _answer(visit: Visit) -> Answer:
    asked, task = followup_path.of(visit), followup_path.of(visit).task
    if task is None or asked.by is None or asked.chosen is None or (visit.signature is None and visit.inked is None):
        raise ValueError("visit is not complete")
    signature = visit.signature or NO_STROKE
    paper = tuple(page(p, visit) for p in path.collected(visit, followup_path.SIGNED).pages)
    if bool(paper) != (visit.inked is not None):
        raise ValueError("what was signed on paper is not here")
    person = applicants.of_chip(visit.identity) if visit.identity else None
    if asked.doing == "correct" and isinstance(task, CorrectionTask):
        supplied = tuple(
            Supplied(point.point, point.name, point.material, tuple(page(p, visit) for p in path.collected(visit, name).pages))
            for name, point in followup_path.points(visit)
        )
        if not supplied or not all(one.pages for one in supplied):
            raise ValueError("a point is not answered")
        later = tuple(point.point for point in task.points if point.how == "window")
        by_hand = (signature, visit.inked, paper)
        return Correction(1, task.case, asked.chosen, asked.by, person, *by_hand, supplied=supplied, window=later)
    if person is None:
        raise ValueError("nobody's card was read")
    if asked.doing == "withdraw" and isinstance(task, CorrectionTask) and task.withdrawable:
        return Withdrawal(1, task.case, asked.chosen, asked.by, person, signature, visit.inked, paper, statement=WITHDRAWS)
    if asked.doing != "collect" or not isinstance(task, ResultTask) or task.document is None or visit.sheet is None:
        raise ValueError("nothing was done")
    return Delivery(
        1,
        task.case,
        asked.chosen,
        asked.by,
        person,
        signature,
        name=task.name,
        number=task.number,
        document=task.document,
        pages=task.pages,
        attempt=visit.sheet.attempt,
    )
