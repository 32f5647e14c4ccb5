"""What surrounds every step: the two places, the progress, the ways out, and what may lie over the citizen's place."""

from __future__ import annotations

from msgspec import Struct

from domain.case.number import grouped
from kiosk.visit import followup_path, path
from kiosk.visit.snapshot import Glass, Hall, HelpState, Snapshot
from kiosk.visit.state import Stage, Step, Visit
from ui.view import said
from ui.words import N_, _

STAGES: dict[Stage, str] = {
    Stage.CHOOSE: N_("选事项"),
    Stage.IDENTIFY: N_("验身份"),
    Stage.MATERIALS: N_("交材料"),
    Stage.FORM: N_("填信息"),
    Stage.DELIVERY: N_("领取方式"),
    Stage.SUBMIT: N_("提交"),
    Stage.SLIP: N_("拿单子"),
    Stage.QUERY: N_("查询打印"),
    Stage.GUIDE: N_("看办法"),
    Stage.RATE: N_("凭证、评价"),
    Stage.FIND: N_("找办件"),
    Stage.SIGN: N_("签名"),
    Stage.PRINT: N_("打印"),
}
"""The stages of ``path.progress``, as the citizen reads them."""
_RATED_ONLY = N_("评价")
"""The last stage where there is no receipt."""
_DEVICES = {Step.CARD: N_("读卡器"), Step.WARD: N_("读卡器"), Step.SCAN: N_("拍摄台")}
"""The device each step needs, as the citizen calls it."""
_ANY = N_("设备")


class Frame(Struct, frozen=True):
    """``stage`` counts from 1 among ``stages``; 0 before a visit. ``back`` null: there is no way back from here."""

    hall: Hall
    demo: bool
    home: str | None
    item: str | None
    stage: int
    back: bool
    end: bool
    stages: tuple[str, ...] = ()


class Question(Struct, frozen=True):
    """A dialog over the screen: ``kind`` is idle or leaving. ``seconds`` until the visit ends by itself."""

    kind: str
    seconds: int | None = None
    case: str | None = None


class Live(Struct, frozen=True):
    """What changes while the citizen stays where they are; swapped without touching what they typed or signed.

    ``fault`` is what the citizen reads about ``device``; null at the receipt, whose screen tells it beside the number and the
    ways on. ``closing``: seconds until the last screen goes by itself, when that is known. ``take_card``: what to say of a card
    that lies on the reader after it was read.
    """

    serial: int
    version: int
    visit: str
    step: str
    question: Question | None
    device: str
    fault: str | None
    closing: int | None
    take_card: str
    help: HelpState | None = None


def frame(glass: Glass, snapshot: Snapshot) -> Frame:
    visit = snapshot.state.visit
    if visit is None:
        return Frame(glass.hall, glass.catalogue.demo, None, None, 0, back=False, end=False)
    party = glass.catalogue.party(visit.home) if visit.home else None
    stage, stages = path.progress(visit, glass.catalogue)
    names = tuple(_(STAGES[one]) for one in stages)
    task = visit.followup.task if visit.followup else None
    if Stage.RATE in stages and Stage.SUBMIT not in stages:
        names = (*names[:-1], _(_RATED_ONLY))
    item = glass.catalogue.item(visit.item) if visit.item else None
    return Frame(
        hall=glass.hall,
        demo=glass.catalogue.demo,
        home=task.home_name if task else party.name if party else None,
        item=task.item_name if task else item.short_name if item else None,
        stage=stage,
        back=_has_way_back(visit),
        end=visit.step not in (Step.SUBMITTING, Step.NOTING, Step.FAREWELL),
        stages=names,
    )


def live(snapshot: Snapshot) -> Live:
    visit = snapshot.state.visit
    device = _(_DEVICES.get(visit.step, _ANY) if visit else _ANY)
    laid_over = snapshot.overlay if visit and visit.step not in (Step.RECEIPT, Step.LEAFLET) else None
    return Live(
        serial=snapshot.serial,
        version=snapshot.state.version,
        visit=visit.id if visit else "",
        step=visit.step.value if visit else ("closed" if snapshot.state.closed else "welcome"),
        question=_question(visit, snapshot.idle_left) if visit else None,
        device=device,
        fault=said.about(laid_over, device) or None if laid_over else None,
        closing=snapshot.idle_left if visit and visit.step is Step.FAREWELL else None,
        take_card=_take_card(visit) if snapshot.card_lies else "",
        help=snapshot.help,
    )


def _take_card(visit: Visit | None) -> str:
    if visit is None:
        return _("读卡处有证件忘了拿，请交给工作人员")
    # At the card's own screen the one laid next is what counts; a card that was not taken is told of there.
    return "" if visit.step is Step.CARD else _("读好了，请取走您的证件")


def _has_way_back(visit: Visit) -> bool:
    steps = path.PATH if visit.followup is None else followup_path.PATH
    final = visit.step in (Step.QUERY, Step.HANDING)
    return (visit.step in steps and not final) or visit.step in (Step.PAGE, Step.REASON)


def _question(visit: Visit, idle_left: int | None) -> Question | None:
    case = grouped(visit.submitted.case) if visit.submitted else None
    if visit.followup is not None and visit.followup.answered is not None and visit.followup.task is not None:
        case = grouped(visit.followup.task.case)
    if visit.step is Step.FAREWELL:
        return None
    if idle_left is not None:
        return Question("idle", idle_left, case)
    return Question("leaving", None, case) if visit.leaving else None
