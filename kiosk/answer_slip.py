"""补正材料收件凭证, and the receipt of a withdrawal: what came in, for which case, and what happens next. Neither says 受理."""

from __future__ import annotations

from datetime import datetime

from devices.port import Block, Heading, Pair, Paragraph, Rule, Slip
from domain import masking, names
from domain.case import number
from domain.case.task import CorrectionTask
from kiosk.clock import CHINA
from kiosk.settings import TerminalSettings
from kiosk.visit import followup_path, path
from kiosk.visit.state import Answered, Visit

CORRECTED = "本凭证只证明收到以上补正材料，收件不等于受理。是否受理由{home}的办理单位决定，并会告知您。"
WITHDRAWN = "本凭证只证明收到您的撤回申请。已交的材料由{home}按规定处理；以后要办，可以重新申请。"


def slip(visit: Visit, answered: Answered, attempt: int, terminal: TerminalSettings) -> Slip:
    """``ValueError`` for a visit that did nothing about a case. A second and later attempt is marked 补打 第n次."""
    asked = followup_path.of(visit)
    task = asked.task
    if not isinstance(task, CorrectionTask):
        raise ValueError("nothing was handed in")
    withdrawn = asked.doing == "withdraw"
    blocks: list[Block] = [
        Paragraph("省内通办", strong=True, centred=True),
        Heading("撤回申请收件凭证" if withdrawn else "补正材料收件凭证"),
    ]
    if attempt > 1:
        blocks.append(Paragraph(f"补打 第{attempt - 1}次", strong=True, centred=True))
    at = datetime.fromisoformat(answered.at).astimezone(CHINA)
    blocks += [
        Rule(),
        Pair("办件编号", number.grouped(task.case)),
        Pair("办理事项", task.item_name),
        *_who(visit),
        Pair("收件地", f"{terminal.intake}（终端 {terminal.code}）"),
        Pair("业务属地", task.home_name),
        Pair("收件时间", f"{at:%Y-%m-%d %H:%M}"),
        *((Pair("告知书文号", task.number),) if task.number else ()),
        Rule(),
    ]
    if withdrawn:
        blocks.append(Paragraph("您申请撤回这件办件，并已签名。", strong=True))
    else:
        blocks += _materials(visit, task)
    blocks += [
        Rule(),
        Paragraph((WITHDRAWN if withdrawn else CORRECTED).format(home=task.home_name), strong=True),
        Paragraph("这不是新的办件，办件编号不变。查进度用原来的收件凭证，或者带证件来自助终端。"),
        Pair("咨询电话", terminal.phone),
        Pair("监督投诉", terminal.complaint),
    ]
    return Slip(tuple(blocks))


def _who(visit: Visit) -> tuple[Block, ...]:
    person = visit.identity
    if person is None:
        return (Pair("交件方式", "凭收件凭证"),)
    return (Pair("交件人", f"{names.shown(masking.name(person.shown_name))}  {masking.number(person.number)}"),)


def _materials(visit: Visit, task: CorrectionTask) -> list[Block]:
    given = [
        Pair(f"{n}. {point.name}", f"影像（{len(path.collected(visit, name).pages)} 页）")
        for n, (name, point) in enumerate(followup_path.points(visit), 1)
    ]
    blocks: list[Block] = [Paragraph("已收到的补正材料", strong=True), *given]
    later = [point.name for point in task.points if point.how == "window"]
    if later:
        last = f"{datetime.fromisoformat(task.due):%Y 年 %m 月 %d 日}"
        blocks += [Rule(), Paragraph(f"还要到窗口交验（{last}以前）", strong=True), *(Paragraph(f"· {name}") for name in later)]
    return blocks
