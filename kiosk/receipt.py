"""收件凭证: built from the case (never from an attempt to print it), and laid out as a slip."""

from __future__ import annotations

from datetime import datetime

from devices.port import Block, Code, Heading, Pair, Paragraph, Rule, Slip
from domain import names
from domain.case import number
from domain.case.receipt import DISCLAIMER, Line, Receipt, code
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Material
from kiosk import counter
from kiosk.settings import TerminalSettings
from kiosk.visit import applicants, path, proof
from kiosk.visit.delivery import delivery
from kiosk.visit.proof import Unproven
from kiosk.visit.state import Submitted, Visit

DELIVERY = {
    "pickup_intake": "到收件地窗口领取",
    "post_applicant": "邮寄到您填写的地址（免邮费）",
    "e_licence": "电子证照，在四川政务服务网、“天府通办”领取",
    "terminal_print": "办好后，带证件在自助终端打印",
    "pickup_home": "到业务属地窗口领取",
}
_COPY = {"1": "原件", "2": "复印件", "3": "影像"}


def receipt(visit: Visit, submitted: Submitted, terminal: TerminalSettings, catalogue: Catalogue) -> Receipt:
    """What the paper says. ``ValueError`` for a visit that has no case to give a receipt for."""
    opening = path.opening(visit, catalogue)
    if opening is None or not path.known(visit):
        raise ValueError("nothing was handed in")
    item, home = catalogue.item(opening.item), catalogue.party(opening.home)
    situation = item.situation(opening.situation) if item else None
    if item is None or home is None or situation is None:
        raise ValueError("not of this catalogue")
    materials = catalogue.materials(opening)
    return Receipt(
        case=submitted.case,
        item=item.name,
        situation=situation.name,
        home=home.name,
        intake=terminal.intake,
        terminal=terminal.code,
        people=tuple((one.role, f"{names.shown(one.name)}  {one.number}") for one in applicants.named(visit, catalogue)),
        taken_at=f"{datetime.fromisoformat(submitted.taken_at):%Y-%m-%d %H:%M}",
        lines=tuple(_line(m, opening.proofs[m.material_id], visit) for m in materials),
        pending=tuple(_pending(m) for m in materials if path.left_out(visit, m.material_id) and m.necessity == "3"),
        delivery=DELIVERY[delivery(visit, opening) or "pickup_intake"],
        token=submitted.token,
        query=terminal.query,
        hall_phone=terminal.phone,
        complaint_phone=terminal.complaint,
        unproven=tuple(_unproven(one, home.name) for one in proof.unproven(visit, opening, catalogue)),
        window=counter.where(terminal, catalogue),
        hours=counter.hours(terminal, catalogue),
        until=counter.until(submitted.taken_at, opening.window_days, terminal, catalogue),
    )


def slip(paper: Receipt, attempt: int) -> Slip:
    """The receipt as blocks; a second and later attempt is marked 补打 第n次 and carries the same number."""
    blocks: list[Block] = [
        Paragraph("省内通办", strong=True, centred=True),
        Heading("收件凭证"),
        Paragraph("（申请材料接收凭证）", centred=True),
    ]
    if attempt > 1:
        blocks.append(Paragraph(f"补打 第{attempt - 1}次", strong=True, centred=True))
    blocks += [
        Rule(),
        Pair("办件编号", number.grouped(paper.case)),
        Pair("办理事项", paper.item),
        Pair("办理情形", paper.situation),
        *(Pair(role, who) for role, who in paper.people),
        Pair("收件地", f"{paper.intake}（终端 {paper.terminal}）"),
        Pair("业务属地", paper.home),
        Pair("收件时间", paper.taken_at),
        Pair("结果送达", paper.delivery),
        Rule(),
        Paragraph("已收到的材料", strong=True),
    ]
    blocks += _lines([line for line in paper.lines if line.received])
    if missing := [line for line in paper.lines if not line.received]:
        blocks += [Rule(), Paragraph("没有收的材料", strong=True), *_lines(missing)]
    if paper.pending:
        blocks += [Rule(), Paragraph("还须补交", strong=True), *(Paragraph(f"· {text}") for text in paper.pending)]
    if paper.unproven:
        blocks += _window(paper)
    if not paper.pending and not paper.unproven:
        blocks.append(Paragraph("没有还须出示或邮寄的材料。"))
    blocks += [
        Rule(),
        Paragraph(DISCLAIMER, strong=True),
        Code(code(paper), "扫码查询办理进度，请妥善保管"),
        Pair("咨询电话", paper.hall_phone),
        Pair("监督投诉", paper.complaint_phone),
    ]
    return Slip(tuple(blocks))


def _lines(lines: list[Line]) -> list[Block]:
    return [Pair(f"{i}. {line.name}", f"{line.how} {line.count} 份" if line.count else line.how) for i, line in enumerate(lines, 1)]


def _window(paper: Receipt) -> list[Block]:
    """待窗口核验原件: what, where, until when, in words that are read without glasses."""
    return [
        Rule(),
        Heading("还要去一次窗口"),
        Paragraph("本机证明不了下面这些。窗口核验以后，业务属地才能往下办：", strong=True),
        *(Paragraph(f"{n}. {text}", strong=True, large=True) for n, text in enumerate(paper.unproven, 1)),
        Paragraph(f"到哪里：{paper.window}", strong=True, large=True),
        *((Paragraph(f"几点开门：{paper.hours}"),) if paper.hours else ()),
        Paragraph(f"最晚哪天：{paper.until}", strong=True, large=True),
        Paragraph("带上这张凭证。不收费，寄材料的邮费也不用您出。"),
    ]


def _line(material: Material, proven: str, visit: Visit) -> Line:
    if proven == "chip_read":
        return Line(material.name, "已读芯片，未做人证比对", 0)
    if proven == "signed_form" and visit.inked is not None:
        return Line(material.name, "纸上签字，原件留窗口", 1)
    if proven == "signed_form":
        return Line(material.name, "电子表单，已签名", 1)
    if material.material_id in visit.waived:
        return Line(material.name, f"未收，您声明：{material.waive_when}", 0, received=False)
    if path.left_out(visit, material.material_id):
        return Line(material.name, "未提交", 0, received=False)
    if proven == "posted":
        return Line(material.name, "待交纸质原件", 0, received=False)
    pages = len(path.collected(visit, material.material_id).pages)
    if proven == "original_shown":
        return Line(material.name, f"影像（{pages} 页），原件待窗口核验", 1)
    return Line(material.name, f"{_COPY[material.copy_kind] if material.copy_kind != '1' else '影像'}（{pages} 页）", 1)


def _unproven(one: Unproven, home: str) -> str:
    name = one.material.name if one.material else ""
    return {
        "person": "您本人带证件来，工作人员核对是不是您",
        "original": f"带《{name}》原件，工作人员看过还给您",
        "paper": f"把《{name}》原件交给工作人员，免费寄往{home}",
    }[one.kind]


def _pending(material: Material) -> str:
    return f"{material.name}（容缺后补，业务属地会告知期限和办法）"
