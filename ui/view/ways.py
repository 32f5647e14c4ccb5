"""The way it is done: which channel, what is said to whoever does it elsewhere, what need not be given, the slip, the document."""

from __future__ import annotations

from msgspec import Struct

from domain.catalogue import words
from domain.catalogue.item import Item
from domain.catalogue.opening import Opening
from kiosk.visit import answers, applicants, chipless, drafting, overlay, path, proof
from kiosk.visit.advice import Advice, advice, bring
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import PrintState, QueryPhase, Visit
from ui.view import said
from ui.view.choosing import later
from ui.words import N_, _, listed, translated

_WINDOW = "window"
_HERE = {
    "full_intake": N_("在这里办：本机收材料"),
    "pre_fill": N_("在这里先填好，再到窗口"),
    "query_print": N_("在这里查，当场打印"),
}


class Way(Struct, frozen=True):
    """One of the two channels. ``value`` empty: it cannot be chosen, and ``lines`` say why. ``trouble``: a device is out."""

    value: str
    picture: str
    title: str
    lines: tuple[str, ...]
    trouble: str = ""


class Channels(Struct, frozen=True):
    """``both`` can be chosen."""

    item: str
    situation: str
    ways: tuple[Way, ...]
    both: bool


class Guide(Struct, frozen=True):
    title: str
    item: str
    told: Advice
    hall: str
    fault: str


class Weigh(Struct, frozen=True):
    """One material that need not be given if ``when`` holds; ``how`` it is given otherwise."""

    material: str
    when: str
    how: str
    at: int
    of: int


class Filled(Struct, frozen=True):
    item: str
    situation: str
    answers: tuple[answers.Answer, ...]
    bring: tuple[str, ...]
    reason: str
    hall: str
    fault: str
    online: bool
    keeps: bool
    """There is something to keep for the window."""
    people: tuple[applicants.Named, ...]


class Query(Struct, frozen=True):
    """``state``: asking, not_found, not_now, printing, printed, refused, spoilt, uncertain. ``trouble``: what the printer has."""

    state: str
    item: str
    result: str
    trouble: str
    hall: str
    fault: str


def channel(glass: Glass, visit: Visit, out: frozenset[str]) -> Channels:
    opened, item = path.opening(visit, glass.catalogue), glass.catalogue.item(visit.item or "")
    if opened is None or item is None:
        raise LookupError("the channel is chosen for what is open")
    situation = item.situation(opened.situation)
    time = translated(words.limit(item.promised_limit))
    two = _here(glass, visit, opened, time, out), _online(opened, item, time)
    # What is best done online stands first there.
    ways = two if two[0].picture != _WINDOW or not two[1].value else (two[1], two[0])
    return Channels(item.name, situation.name if situation else "", ways, all(way.value for way in ways))


def guide(glass: Glass, visit: Visit) -> Guide:
    item = glass.catalogue.item(visit.item or "")
    told = advice(visit, glass.catalogue)
    titles = {"online": _("在网上这样办"), "window": _("这件事请到窗口办"), "elsewhere": _("这件事不在本机办")}
    return Guide(titles[told.kind], item.name if item else "", told, glass.hall.hall, _fault(visit))


def weigh(glass: Glass, visit: Visit) -> Weigh:
    material, opened = path.weighing(visit, glass.catalogue), path.opening(visit, glass.catalogue)
    if material is None or opened is None:
        raise LookupError("nothing is left to weigh")
    asked = path.to_weigh(visit, glass.catalogue)
    return Weigh(
        material.name,
        material.waive_when or "",
        words.HOW[opened.proofs[material.material_id]],
        asked.index(material) + 1,
        len(asked),
    )


def filled(glass: Glass, visit: Visit) -> Filled:
    opened, item = path.opening(visit, glass.catalogue), glass.catalogue.item(visit.item or "")
    if opened is None or item is None:
        raise LookupError("a form was filled for what is open")
    situation = item.situation(opened.situation)
    return Filled(
        item=item.name,
        situation=situation.name if situation else "",
        answers=answers.shown(visit, opened),
        bring=(
            *((_("%(document)s原件", document=translated(shown.name)),) if (shown := chipless.document(visit)) else ()),
            *bring(opened, glass.catalogue),
        ),
        reason=chipless.WHY if chipless.unproven(visit) else opened.reason,
        people=applicants.named(visit, glass.catalogue) if visit.paper or visit.identity else (),
        hall=glass.hall.hall,
        fault=_draft_fault(glass, visit),
        online=glass.snapshot().online,
        keeps=drafting.worth(visit),
    )


def query(glass: Glass, visit: Visit) -> Query:
    opened, item = path.opening(visit, glass.catalogue), glass.catalogue.item(visit.item or "")
    state = (visit.query or QueryPhase.ASKING).value
    if visit.query is QueryPhase.FOUND:
        state = (visit.sheet.state if visit.sheet else PrintState.PRINTING).value
    cause = visit.sheet.cause if visit.sheet and visit.sheet.state is not PrintState.PRINTING else None
    return Query(
        state=state,
        item=item.name if item else "",
        result=opened.result if opened else "",
        trouble=said.about(glass.fault(cause), _("证明打印机")) if cause else "",
        hall=glass.hall.hall,
        fault=_fault(visit),
    )


def missing(glass: Glass, opened: Opening, out: frozenset[str]) -> str:
    """What of this terminal is out that this way needs; told before the citizen begins."""
    wanted = overlay.needed(opened, scans=bool(glass.catalogue.to_scan(opened)))
    gone = listed(translated(words) for name, words in wanted.items() if name in out)
    return _("%(gone)s现在不能用。现在开始，中途可能要等；不想等，请到窗口。", gone=gone) if gone else ""


def _online(opened: Opening, item: Item, time: str) -> Way:
    if opened.online is None:
        why = translated(item.on_site_reason or "") or _("业务属地没有开通网上办理")
        return Way("", "online", _("线上全程网办"), (_("这件事现在不能全程在网上办：%(why)s。", why=why),))
    lines = (
        _("自己在手机或电脑上办，随时可办，不用来大厅。"),
        _("要有自己的账号和材料照片；%(time)s。", time=time),
        _("这里给您一张单子：准备什么、从哪里进。"),
    )
    return Way("online", "online", _("线上全程网办"), lines)


def _here(glass: Glass, visit: Visit, opened: Opening, time: str, out: frozenset[str]) -> Way:
    if opened.way not in _HERE or (opened.way == "query_print" and not glass.hall.queries):
        why = _("本机暂不能打印这份证明") if opened.way == "query_print" else _("本机不收这件事的材料")
        lines = (
            _("%(why)s。到%(hall)s“省内通办”窗口，工作人员帮您办。", why=why, hall=translated(glass.hall.hall)),
            _("这里给您一张单子：带什么。"),
        )
        return Way("here", _WINDOW, _("到窗口，请人陪着办"), lines)
    to_do = listed(later(opened, proof.kinds(proof.unproven(visit, opened, glass.catalogue))))
    does = {
        "full_intake": _("读证件、拍材料、签名，大约十分钟；交给业务属地，%(time)s。", time=time),
        "pre_fill": _("读证件、填表，大约五分钟；到窗口不用重新填。"),
        "query_print": _("读证件，查到就打印，大约两分钟。"),
    }[opened.way]
    then = {
        "full_intake": _("最后还要去一次窗口：%(what)s。", what=to_do) if to_do else _("办完拿收件凭证，不用再去窗口。"),
        "pre_fill": _("填好给您一张预填单，带着材料到窗口。"),
        "query_print": _("查的是业务属地的数据，打印出来当场拿走。"),
    }[opened.way]
    return Way("here", opened.way, _(_HERE[opened.way]), (does, then), missing(glass, opened, out))


def _draft_fault(glass: Glass, visit: Visit) -> str:
    """Why nothing was kept for the window; other faults are told as anywhere."""
    code = visit.submit_fault or ""
    return said.fault(glass, code) if code.startswith("draft_") else _fault(visit)


def _fault(visit: Visit) -> str:
    return _(_LOST) if visit.submit_fault else ""


_LOST = N_("本机现在记不下这次咨询，也打印不了单子。屏幕上的内容您可以抄下来，或请工作人员帮忙。")
