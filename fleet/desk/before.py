"""Acts before and up to the acceptance: 签收清点, 一次性告知, 受理, 不予受理, 移送, and what paper goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from domain.case import acts
from domain.case.acts import Piece
from domain.case.life import Life
from domain.case.lifewords import AGAIN, NOT_ACCEPTED
from domain.case.pieces import Leg, differences
from domain.case.task import CorrectionTask, holders
from domain.case.task import Point as TaskPoint
from domain.case.waybill import carrier
from domain.casepapers import handover_list, papers
from domain.casepapers.handover_list import HandoverList, Side
from fleet.desk import fields
from fleet.desk.drafts import Bench, Draft, Printed, Step, Told, parcel, parcel_fields, printed, set_
from fleet.desk.fields import Field, WantingError
from fleet.desk.means import nearest, terms
from fleet.desk.review import FORM, PERSON, Marked
from fleet.desk.words import DELIVERIES

CORRECT_WITHIN = 10
"""Working days proposed for putting things right; whoever notices may say another day."""
_AGAIN: dict[str, str] = {"": "（本次各点都是新交材料里的新问题）"} | dict(AGAIN.items())


# --- the review's two ends ---------------------------------------------------------------------------------------------------


def correction_fields(bench: Bench) -> tuple[Field, ...]:
    """Beside the points themselves: the last day, and why again where something was noticed before."""
    due = bench.calendars.home.after(bench.today, CORRECT_WITHIN).day
    first = Field("due", "补正期限", "day", hint=f"默认 {CORRECT_WITHIN} 个工作日", value=due.isoformat())
    if not bench.life.notices:
        return (first,)
    return (
        first,
        Field("again", "再次告知的情形", "select", options=_AGAIN, least=0),
        Field("why", "再次告知的理由", "text", hint="写给申请人看：为什么前一次没有告知", least=0, most=300),
    )


def correction(bench: Bench, marked: Sequence[Marked], said: Mapping[str, str]) -> Draft:
    """一次性告知书 on all points, and the task by which the hall's terminals ask for exactly these."""
    due = fields.day(said["due"])
    if not (bench.today < due <= date(bench.today.year + 1, 12, 31)):
        raise WantingError("补正期限：应当在今天以后。")
    again = said.get("again") or None
    if again is not None and again not in AGAIN:
        raise WantingError("再次告知的情形：请选一项。")
    if again is not None and len(said.get("why", "")) < 4:
        raise WantingError("再次告知的理由：请写明，申请人要看。")
    act = acts.CorrectionRequested(
        at=bench.now,
        by=bench.role,
        points=tuple(dict.fromkeys(one.check.code for one in marked)),
        again=again,
    )
    bench.after(act)
    where = f"持本人有效身份证件到{bench.means.party(bench.intake)}任一“省内通办”自助终端或者综合窗口补正"
    points = [papers.Point(one.subject.name, one.wrong, one.remedy) for one in marked]
    number = bench.number("补告")
    reason = said.get("why", "") if again else ""
    paper = printed(bench, lambda: papers.correction(bench.issuer, bench.matter, number, bench.today, points, due, where, reason))
    task = CorrectionTask(
        v=1,
        case=bench.content.case,
        item=bench.content.item,
        item_name=bench.content.item_name,
        home=bench.life.taken.home,
        home_name=bench.means.settings.name,
        holders=holders(bench.content, collecting=False),
        number=number,
        points=tuple(_point(one) for one in marked),
        due=due.isoformat(),
        withdrawable=True,
    )
    return Draft(act, (paper,), task, told=Told("correction_due", bench.means.place(bench.intake), due))


def acceptance(bench: Bench) -> Draft:
    """受理通知书."""
    act = acts.Accepted(at=bench.now, by=bench.role)
    after = bench.after(act)
    delivery = DELIVERIES[bench.content.delivery.way]
    said = terms(after, bench.calendars, bench.today)
    paper = printed(bench, lambda: papers.acceptance(bench.issuer, bench.matter, bench.number("受"), bench.today, said, delivery))
    due = nearest(after, bench.calendars, bench.today)
    return Draft(act, (paper,), told=Told("accepted", due=due) if due is not None else None)


def _point(one: Marked) -> TaskPoint:
    material = None if one.subject.code in (FORM, PERSON) else one.subject.code
    wrong = one.wrong if one.wrong.endswith(("。", "；")) else f"{one.wrong}。"
    return TaskPoint(one.check.code, one.subject.name, f"{wrong}{one.remedy}", material, one.how, one.subject.sides)


# --- 不予受理, 移送 ------------------------------------------------------------------------------------------------------------


def _not_accepted_fields(bench: Bench) -> tuple[Field, ...]:
    known = {why: words for why, words in NOT_ACCEPTED.items() if why != "not_corrected" or bench.life.notices}
    return (
        Field("why", "不予受理的情形", "select", options=known),
        Field("reason", "具体理由", "text", hint="写给申请人看：事实、依据", least=8, most=600),
        Field("competent", "应当向哪里申请", hint="不属于本机关职权的必填：单位名称、地址或者电话", least=0, most=100),
    )


def _not_accept(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    why, competent = said["why"], said["competent"]
    if why == "not_competent" and not competent:
        raise WantingError("应当向哪里申请：不属于本机关职权的，必须告知申请人向哪个机关申请。")
    act = acts.NotAccepted(at=bench.now, by=bench.role, why=why)  # type: ignore[arg-type]
    bench.after(act)
    paper = printed(
        bench,
        lambda: papers.not_acceptance(
            bench.issuer, bench.matter, bench.number("不受"), bench.today, why, said["reason"], competent
        ),
    )
    return Draft(act, (paper,))


def _transfer_fields(bench: Bench) -> tuple[Field, ...]:
    others = {p.party: p.name for p in bench.means.catalogue.parties} if bench.means.catalogue is not None else {}
    options = {code: name for code, name in others.items() if code != bench.life.taken.home} | {"elsewhere": "签约方以外的机关"}
    return (
        Field("to", "移送给", "select", options=options),
        Field("body", "单位名称和联系方式", hint="写给申请人看", least=4, most=100),
        Field("reason", "移送理由", "text", least=8, most=600),
    )


def _transfer(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    act = acts.Transferred(at=bench.now, by=bench.role, to=said["to"], pieces=lying(bench.life))
    bench.after(act)
    paper = printed(
        bench,
        lambda: papers.transfer(bench.issuer, bench.matter, bench.number("移"), bench.today, said["body"], said["reason"]),
    )
    return Draft(act, (paper,), told=Told("transferred", bench.means.place(bench.intake)))


# --- paper that travels ------------------------------------------------------------------------------------------------------


def lying(life: Life) -> tuple[Piece, ...]:
    """All the paper of the case that lies at the desk; originals are to go back."""
    return tuple(
        Piece(material, count, back=bool(life.paper.still_owed().get(material)))
        for material, count in sorted(life.paper.at("home").items())
        if material != acts.RESULT
    )


def legs(life: Life, road: str) -> dict[str, Leg]:
    """Parcels on their way, by waybill."""
    return {leg.parcel.waybill: leg for leg in life.paper.legs if leg.road == road and not leg.counted}


def _arrived_fields(bench: Bench) -> tuple[Field, ...]:
    coming = legs(bench.life, "to_home")
    if not coming:
        raise WantingError("没有在途的邮件要签收。")
    waybill, leg = next(iter(coming.items()))
    counted = tuple(
        Field(
            f"came-{p.material}",
            f"{material_name(bench, p.material)}（寄出 {p.count} 份）",
            "number",
            "实际清点份数",
            least=0,
            most=999,
        )
        for p in leg.pieces
    )
    return (
        Field("waybill", "运单号", "select", options={waybill: f"{waybill}（{carrier(leg.parcel.carrier)}）"}),
        Field("on", "到件日期", "day", hint="邮件实际送到的日子，期限从这天起算", value=bench.today.isoformat()),
        *counted,
        Field("found", "封签", "select", options={"whole": "完好", "broken": "破损"}),
        Field("note", "差异说明", "text", hint="有差异的写明，告知寄出方", least=0, most=300),
    )


def _arrive(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    leg = legs(bench.life, "to_home")[said["waybill"]]
    counted = {p.material: int(said[f"came-{p.material}"]) for p in leg.pieces}
    came = tuple(Piece(p.material, counted[p.material], back=p.back) for p in leg.pieces if counted[p.material])
    noted = differences(leg.pieces, came)
    if noted and not said["note"]:
        raise WantingError("差异说明：清点数与寄出数不一致，请写明差在哪里、告知了谁。")
    on = fields.day(said["on"])
    act = acts.Arrived(
        at=bench.now,
        by=bench.role,
        waybill=said["waybill"],
        pieces=came,
        discrepancies=noted,
        on=on if on != bench.today else None,
    )
    bench.after(act)
    return Draft(act, (_list(bench, leg, to_home=True, counted=counted, found=said["found"], note=said["note"]),))


def _sent_back_fields(bench: Bench) -> tuple[Field, ...]:
    if not lying(bench.life):
        raise WantingError("本专窗没有这件的纸质材料可以寄回。")
    return (*parcel_fields(must=True), *piece_fields(bench))


def _send_back(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    sent, pieces = parcel(said), pieces_said(bench, said)
    if sent is None or not pieces:
        raise WantingError("请填承运单位、运单号和寄回的份数。")
    act = acts.SentBack(at=bench.now, by=bench.role, parcel=sent, pieces=pieces)
    bench.after(act)
    return Draft(act, (_list(bench, Leg(sent, "to_window", pieces), to_home=False),))


def piece_fields(bench: Bench) -> tuple[Field, ...]:
    return tuple(
        Field(
            f"send-{p.material}",
            f"{material_name(bench, p.material)}（在专窗 {p.count} 份{'，须退还' if p.back else ''}）",
            "number",
            least=0,
            most=p.count,
            value=str(p.count if p.back else 0),
        )
        for p in lying(bench.life)
    )


def pieces_said(bench: Bench, said: Mapping[str, str]) -> tuple[Piece, ...]:
    sent = ((p, int(said[f"send-{p.material}"])) for p in lying(bench.life))
    return tuple(Piece(p.material, count, p.back) for p, count in sent if count)


def handover(bench: Bench, leg: Leg) -> Printed:
    """The list that lies in a parcel to the window."""
    return _list(bench, leg, to_home=False)


def material_name(bench: Bench, material: str) -> str:
    if material == acts.RESULT:
        return "办理结果"
    return next((m.name for m in bench.content.materials if m.material == material), material)


def _list(
    bench: Bench, leg: Leg, *, to_home: bool, counted: Mapping[str, int] | None = None, found: str = "", note: str = ""
) -> Printed:
    means, content = bench.means, bench.content
    issuer = bench.issuer
    home = Side(means.settings.name, "“省内通办”专窗", issuer.phone, bench.staff, bench.now.isoformat())
    window = Side(
        means.party(bench.intake),
        "“省内通办”窗口",
        at=bench.life.dispatched.isoformat() if bench.life.dispatched and to_home else "",
    )
    number = f"{content.case[-5:]}-{bench.life.position + 1}"
    paper = HandoverList(
        parcel=number,
        sender=window if to_home else home,
        receiver=home if to_home else window,
        seal=leg.parcel.seal or "—",
        carrier=carrier(leg.parcel.carrier),
        waybill=leg.parcel.waybill,
        cost=leg.parcel.cost,
        pieces=tuple(
            handover_list.Piece(
                content.case,
                content.item_name,
                material_name(bench, p.material),
                "result" if p.material == acts.RESULT else "original" if p.back else "copy",
                p.count,
                p.back,
                counted[p.material] if counted is not None else None,
            )
            for p in leg.pieces
        ),
        seal_found=found,  # type: ignore[arg-type]
        discrepancy=note,
    )
    return set_(bench, handover_list.TEMPLATE, handover_list.data(paper), handover_list.TITLE, number, "list")


def _came_back_fields(bench: Bench) -> tuple[Field, ...]:
    coming = legs(bench.life, "to_applicant")
    if not coming:
        raise WantingError("没有寄给申请人的邮件。")
    return (Field("waybill", "退回的运单号", "select", options={number: number for number in coming}),)


def _come_back(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    act = acts.CameBack(at=bench.now, by=bench.role, waybill=said["waybill"])
    bench.after(act)
    return Draft(act)


STEPS: dict[type[acts.HomeAct], Step] = {
    acts.Arrived: Step(_arrived_fields, _arrive, "对照交接清单清点，份数照实填；不一致的会登记差异。"),
    acts.NotAccepted: Step(_not_accepted_fields, _not_accept, "不予受理通知书写明理由和救济途径。"),
    acts.Transferred: Step(_transfer_fields, _transfer, "连同在专窗的纸质材料一起移送。"),
    acts.SentBack: Step(_sent_back_fields, _send_back, "原件寄回收件窗口，由窗口退还申请人。"),
    acts.CameBack: Step(_came_back_fields, _come_back, "退回的结果重新发出。"),
}
