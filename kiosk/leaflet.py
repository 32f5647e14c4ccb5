"""The slip of a service without a case: a prepared list, what was filled in, or where to go instead. It bears a number to call."""

from __future__ import annotations

from datetime import datetime

from devices.port import Block, Code, Heading, Pair, Paragraph, Rule, Slip
from domain import names
from domain.case import number
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.opening import Opening
from kiosk import counter, draft_slip
from kiosk.settings import TerminalSettings
from kiosk.visit import answers, chipless, drafting, path
from kiosk.visit.advice import Advice, advice, bring
from kiosk.visit.state import Noted, QueryPhase, Visit

_TITLES = {"online": "网上办事单", "window": "窗口办事单", "elsewhere": "去哪里办"}
NOT_A_CASE = "这张单子不是收件凭证：材料还没有交，事还没有开始办。"
NOT_PRINTED = {
    QueryPhase.NOT_FOUND: "没有查到您的记录。",
    QueryPhase.NOT_NOW: "现在查不了。",
    QueryPhase.FOUND: "查到了，没有打印完整。",
}


def leaflet(visit: Visit, noted: Noted, attempt: int, terminal: TerminalSettings, catalogue: Catalogue) -> Slip:
    """``ValueError`` for a visit of which this catalogue knows nothing."""
    item, home = catalogue.item(visit.item or ""), catalogue.party(visit.home or "")
    if item is None or home is None:
        raise ValueError("nothing was asked for")
    situation = item.situation(visit.situation or "")
    way = path.way(visit, catalogue)
    told = advice(visit, catalogue) if way is None else None
    filled = way == "pre_fill" or visit.draft is not None
    title = "预填单" if filled else "查询结果" if way == "query_print" else _TITLES[told.kind if told else "window"]
    blocks: list[Block] = [Paragraph("省内通办", strong=True, centred=True), Heading(title)]
    if attempt > 1:
        blocks.append(Paragraph(f"补打 第{attempt - 1}次", strong=True, centred=True))
    blocks += [
        Heading(number.ticket(noted.number)),
        Paragraph("单号，窗口叫号、查找用", centred=True),
        Rule(),
        Pair("办理事项", item.name),
        *((Pair("办理情形", situation.name),) if situation else ()),
        Pair("业务属地", home.name),
        Pair("打印时间", f"{datetime.fromisoformat(noted.noted_at):%Y-%m-%d %H:%M}"),
        Rule(),
    ]
    if told is not None:
        blocks += _advised(told)
    elif filled:
        blocks += _filled(visit, terminal, catalogue)
    else:
        blocks += _not_printed(visit)
    hours = counter.hours(terminal, catalogue)
    blocks += [
        Rule(),
        Pair("窗口地点", counter.where(terminal, catalogue)),
        *((Pair("几点开门", hours),) if hours else ()),
        Paragraph(NOT_A_CASE, strong=True),
        Pair("咨询电话", terminal.phone),
        Pair("监督投诉", terminal.complaint),
    ]
    return Slip(tuple(blocks))


def _advised(told: Advice) -> list[Block]:
    blocks: list[Block] = [Paragraph(told.why), Paragraph(told.where, strong=True, large=True)]
    if told.prepare:
        blocks += [Rule(), Paragraph("先准备好", strong=True, large=True), *_numbered(told.prepare)]
    if told.at_hand:
        heading = "办的时候，手边要有" if told.kind == "online" else "可以问"
        blocks += [Rule(), Paragraph(heading, strong=True, large=True), *_numbered(told.at_hand)]
    if told.address:
        blocks += [Rule(), Code(told.address, "用手机扫一扫，打开办理页面"), Paragraph(told.address)]
    if told.kind == "online":
        blocks += [
            Rule(),
            Paragraph("没有智能手机，或不会用？", strong=True, large=True),
            Paragraph("带上面的东西和这张单子，到“省内通办”窗口，工作人员陪您一起在网上办，不收费。"),
        ]
    return blocks


def _filled(visit: Visit, terminal: TerminalSettings, catalogue: Catalogue) -> list[Block]:
    opened = path.opening(visit, catalogue)
    filled = answers.shown(visit, opened)
    blocks: list[Block] = [Paragraph("带这张单子到“省内通办”窗口，接着办。", strong=True, large=True)]
    if filled:
        blocks += [Rule(), Paragraph("您已经填好的", strong=True), *(Pair(one.label, names.shown(one.text)) for one in filled)]
    if opened is not None:
        own = (f"{shown.name}原件",) if (shown := chipless.document(visit)) else ()
        blocks += [Rule(), Paragraph("到窗口要带", strong=True, large=True), *_numbered((*own, *bring(opened, catalogue)))]
        blocks += [Paragraph(_why(visit, opened))]
    return [*blocks, *draft_slip.blocks(visit.draft, terminal.hall)] if drafting.worth(visit) else blocks


def _why(visit: Visit, opened: Opening) -> str:
    """What the window is still needed for."""
    if chipless.unproven(visit):
        return chipless.WHY
    return drafting.UNSIGNED if opened.way == "full_intake" else opened.reason


def _not_printed(visit: Visit) -> list[Block]:
    return [
        Paragraph(NOT_PRINTED.get(visit.query or QueryPhase.NOT_NOW, NOT_PRINTED[QueryPhase.NOT_NOW]), strong=True, large=True),
        Paragraph("请带证件到“省内通办”窗口，工作人员帮您查；或在四川政务服务网、“天府通办”自己查。"),
    ]


def _numbered(lines: tuple[str, ...]) -> list[Block]:
    return [Paragraph(f"{n}. {line}") for n, line in enumerate(lines, 1)]
