"""What the citizen's screen says while a clerk at the window drives the visit: who does what, and whose turn it is."""

from __future__ import annotations

from msgspec import Struct

from kiosk.visit import answers, attending, path
from kiosk.visit import events as ev
from kiosk.visit.answers import Answer
from kiosk.visit.attending_events import GoAlone
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import Step, Visit
from ui.words import N_, _

_YOURS = frozenset((Step.NOTICE, Step.CARD, Step.WARD, Step.SIGN, Step.REVIEW, Step.ANSWER, Step.SHOW, Step.HANDING))
"""Steps that wait for the citizen: a touch, a card, a receipt."""
_DOING = {
    Step.PLACE: N_("选业务属地"),
    Step.ITEM: N_("选要办的事"),
    Step.SITUATION: N_("选情形"),
    Step.CHANNEL: N_("选办理方式"),
    Step.PREPARE: N_("核对要带的材料"),
    Step.DOCUMENT: N_("选证件"),
    Step.IDENTITY: N_("核对证件"),
    Step.BEHALF: N_("填写替谁办"),
    Step.WAIVE: N_("核对哪些材料可以不交"),
    Step.SCAN: N_("拍摄材料"),
    Step.PAGE: N_("查看刚拍的一页"),
    Step.FORM: N_("填表"),
    Step.DELIVERY: N_("选怎样取结果"),
    Step.POSTAL: N_("填写邮寄地址"),
    Step.DRAFT: N_("打开草稿"),
    Step.CHECK: N_("核对证件"),
}
_TOLD = frozenset((Step.FORM, Step.POSTAL, Step.DELIVERY))


class Attended(Struct, frozen=True):
    """``number``: the clerk's 工号. ``here`` false: away, and ``alone``: the citizen may go on without. ``yours``: the next touch
    is the citizen's. ``answers``: what the clerk has filled in so far, masked, where the form is filled in.
    """

    number: str
    here: bool
    alone: bool
    yours: bool
    doing: str
    answers: tuple[Answer, ...]


def attended(glass: Glass, visit: Visit | None) -> Attended | None:
    """``None``: nobody attends, or what is on the screen is no business of a clerk's."""
    if visit is None or visit.attendant is None or visit.step in attending.RATING:
        return None
    kinds = {Step.FORM: ev.FillForm, Step.BEHALF: ev.StateWho}
    theirs = visit.step in kinds and attending.promising(visit, glass.catalogue)
    doing = _DOING.get(visit.step)
    return Attended(
        visit.attendant.number,
        visit.attendant.here,
        attending.glass_may(visit, GoAlone, glass.catalogue, clerks=True),
        visit.step in _YOURS or theirs,
        _(doing) if doing else "",
        _filled(glass, visit) if visit.step in _TOLD and not theirs else (),
    )


def _filled(glass: Glass, visit: Visit) -> tuple[Answer, ...]:
    asked = answers.shown(visit, path.opening(visit, glass.catalogue))
    return tuple(one for one in asked if one.field in visit.answers or not one.field)
