"""One table: which view and which template each step has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from kiosk.visit.snapshot import Glass, Snapshot
from kiosk.visit.state import Step, Visit
from ui.view import applying, choosing, ending, filling, followup, papers, rating, ways
from ui.view.frame import Frame, Live, frame, live


class Screen(Struct, frozen=True):
    """Everything a template may know. ``name`` is the step, or ``welcome`` or ``closed`` when nobody is being served."""

    name: str
    frame: Frame
    live: Live
    view: object


def screen(glass: Glass, snapshot: Snapshot, today: date) -> Screen:
    """The screen that stands for ``snapshot``; the same for everybody who asks."""
    living = live(snapshot)
    return Screen(living.step, frame(glass, snapshot), living, _view(glass, snapshot, today))


def _view(glass: Glass, snapshot: Snapshot, today: date) -> object:
    visit = snapshot.state.visit
    if visit is None:
        closed = snapshot.state.closed
        return choosing.closed(glass, closed) if closed else choosing.welcome(glass, snapshot)
    if visit.step is Step.IDENTITY:
        return papers.identity(visit, snapshot.photo, today)
    if visit.step is Step.SCAN:
        return papers.scan(glass, visit, unasked=snapshot.unasked)
    if visit.step is Step.POINTS:
        return followup.points(glass, visit, today)
    if visit.step is Step.FORM:
        return filling.form(glass, visit, today)
    if visit.step in (Step.RECEIPT, Step.LEAFLET):
        return ending.receipt(glass, visit, snapshot.overlay)
    if visit.step is Step.CHANNEL:
        return ways.channel(glass, visit, snapshot.out)
    return _VIEWS[visit.step](glass, visit)


def _nothing(_glass: Glass, _visit: Visit) -> None:
    return None


_VIEWS: dict[Step, Callable[[Glass, Visit], object]] = {
    Step.PLACE: choosing.place,
    Step.ITEM: choosing.item,
    Step.SITUATION: choosing.situation,
    Step.GUIDE: ways.guide,
    Step.PREPARE: choosing.prepare,
    Step.NOTICE: choosing.privacy,
    Step.CARD: papers.card,
    Step.DOCUMENT: applying.document,
    Step.WARD: applying.ward,
    Step.BEHALF: applying.behalf,
    Step.RETURN: followup.how,
    Step.SHOW: _nothing,
    Step.NUMBER: followup.asking,
    Step.CASES: followup.cases,
    Step.COLLECT: followup.collect,
    Step.UNDO: followup.undo,
    Step.ANSWER: followup.answer,
    Step.HANDING: followup.handing,
    Step.DRAFT: applying.take_up,
    Step.CHECK: applying.check,
    Step.KEEPING: _nothing,
    Step.WAIVE: ways.weigh,
    Step.PAGE: papers.page,
    Step.SIGN: filling.sign,
    Step.DELIVERY: filling.delivery,
    Step.POSTAL: filling.postal,
    Step.REVIEW: filling.review,
    Step.FILLED: ways.filled,
    Step.QUERY: ways.query,
    Step.SUBMITTING: _nothing,
    Step.NOTING: _nothing,
    Step.RATING: rating.rate,
    Step.REASON: rating.reason,
    Step.FAREWELL: ending.farewell,
}
