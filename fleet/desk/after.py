"""Acts after the acceptance: 特别程序, 延期, 决定, 发出结果, 送达, 办结."""

from __future__ import annotations

from collections.abc import Mapping

from domain.case import acts
from domain.case.acts import RESULT, Piece
from domain.case.lifewords import PROCEDURES
from domain.case.pieces import Leg
from domain.case.rights import State
from domain.case.task import ResultTask, holders
from domain.case.waybill import carrier
from domain.casepapers import papers
from fleet.desk.before import handover, piece_fields, pieces_said
from fleet.desk.drafts import Bench, Draft, Printed, Step, Told, parcel, parcel_fields, printed
from fleet.desk.fields import Field, WantingError
from fleet.desk.means import nearest, terms
from fleet.desk.results import BadResultError, Result, looked_at, together
from fleet.desk.words import DELIVERIES

PICTURED = "decision"
"""The file a bench brings along where one is asked for: the paper of the decision, as it was set."""


def _place(bench: Bench) -> str:
    return bench.means.place(bench.intake)


def _suspended_fields(_bench: Bench) -> tuple[Field, ...]:
    return (
        Field("procedure", "特别程序", "select", options=dict(PROCEDURES.items())),
        Field("days", "预计需要的工作日", "number", least=1, most=365),
        Field("reason", "为什么需要", "text", hint="写给申请人看", least=8, most=600),
    )


def _suspend(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    days, procedure = int(said["days"]), said["procedure"]
    act = acts.Suspended(at=bench.now, by=bench.role, procedure=procedure, days=days)  # type: ignore[arg-type]
    bench.after(act)
    words = dict(PROCEDURES.items())[procedure]  # type: ignore[index]
    paper = printed(
        bench,
        lambda: papers.suspension(bench.issuer, bench.matter, bench.number("特"), bench.today, words, days, said["reason"]),
    )
    return Draft(act, (paper,), told=Told("suspended", _place(bench)))


def _resumed_fields(_bench: Bench) -> tuple[Field, ...]:
    return (Field("procedure", "已结束的特别程序", "select", options=dict(PROCEDURES.items())),)


def _resume(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    act = acts.Resumed(at=bench.now, by=bench.role)
    after = bench.after(act)
    words, due = dict(PROCEDURES.items())[said["procedure"]], nearest(after, bench.calendars, bench.today)  # type: ignore[index]
    paper = printed(
        bench,
        lambda: papers.resumption(
            bench.issuer, bench.matter, bench.number("恢"), bench.today, words, terms(after, bench.calendars, bench.today)
        ),
    )
    return Draft(act, (paper,), told=Told("resumed", due=due) if due is not None else None)


def _extended_fields(bench: Bench) -> tuple[Field, ...]:
    most = bench.ledger.file.rules.extension
    return (
        Field("days", "延长几个工作日", "number", hint=f"最多 {most} 个，只能延一次", least=1, most=most, value=str(most)),
        Field("reason", "延期理由", "text", hint="写给申请人看；已经本机关负责人批准", least=8, most=600),
    )


def _extend(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    days = int(said["days"])
    act = acts.Extended(at=bench.now, by=bench.role, days=days)
    after = bench.after(act)
    due = nearest(after, bench.calendars, bench.today)
    new = terms(after, bench.calendars, bench.today).legal
    paper = printed(
        bench,
        lambda: papers.extension(bench.issuer, bench.matter, bench.number("延"), bench.today, days, said["reason"], new),
    )
    return Draft(act, (paper,), told=Told("extended", _place(bench), due) if due is not None else None)


def _decided_fields(_bench: Bench) -> tuple[Field, ...]:
    return (
        Field("result", "决定", "select", options={"granted": "准予", "refused": "不予"}),
        Field(
            "content",
            "准予的内容；不予的，写查明的事实和理由",
            "text",
            hint="写给申请人看，写进决定书",
            least=8,
            most=1200,
        ),
        Field("basis", "不予的依据", hint="不予的必填，例如《……办法》第三条第二项", least=0, most=200),
    )


def _decide(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    granted, basis = said["result"] == "granted", said["basis"]
    if not granted and len(basis) < 4:
        raise WantingError("不予的依据：不予决定必须写明依据的条款。")
    act = acts.Decided(at=bench.now, by=bench.role, result="granted" if granted else "refused")
    bench.after(act)
    number = bench.number("准" if granted else "不准")
    if granted:
        paper = printed(bench, lambda: papers.granted(bench.issuer, bench.matter, number, bench.today, said["content"]))
    else:
        paper = printed(bench, lambda: papers.refused(bench.issuer, bench.matter, number, bench.today, said["content"], basis))
    return Draft(act, (paper,))


# --- 结果 --------------------------------------------------------------------------------------------------------------------


def _result_fields(bench: Bench) -> tuple[Field, ...]:
    opening = bench.means.opening(bench.content, bench.taken)
    granted = bench.life.granted
    name = opening.result if opening is not None and granted else "决定书" if bench.life.decided else "不予受理通知书"
    refused = bench.life.granted is not True
    return (
        Field("way", "送达方式", "select", options=DELIVERIES, value="pickup_intake" if refused else bench.content.delivery.way),
        Field("name", "结果名称", most=60, value=name),
        Field("file", "结果文件（PDF）", "file", hint="电子证照、证明、回执；没有就不选，只交付决定书", least=0),
        *parcel_fields(must=False),
        Field("paper", "纸质结果份数", "number", hint="证照、批件等随邮件寄出的份数；没有填 0", least=0, most=99, value="0"),
        *piece_fields(bench),
    )


def _send_result(bench: Bench, said: Mapping[str, str], files: Mapping[str, bytes]) -> Draft:
    way, sent = said["way"], parcel(said)
    pieces = pieces_said(bench, said)
    if int(said["paper"]):
        pieces = (Piece(RESULT, int(said["paper"]), back=True), *pieces)
    if sent is not None and not pieces:
        raise WantingError("填了邮件，却没有填寄什么：请填纸质结果份数或寄回的原件份数。")
    act = acts.ResultSent(at=bench.now, by=bench.role, way=way, parcel=sent, pieces=pieces)  # type: ignore[arg-type]
    bench.after(act)
    uploaded = _uploaded(files.get("file", b""))
    decision = files.get(PICTURED, b"")
    parts = [looked_at(decision)] if decision else []
    whole = together([*parts, *uploaded]) if parts or uploaded else None
    if whole is None:
        raise WantingError("结果文件：没有决定书可以交付，请选结果文件。")
    at_hall, on_paper = way in ("terminal_print", "pickup_intake"), sent is not None
    papers_ = [_done(bench, said, sent), _service(bench, said, uploaded, sent)]
    papers_ += [Printed(said["name"], "", one.pdf) for one in uploaded]
    if sent is not None and way == "pickup_intake":
        papers_.append(handover(bench, Leg(sent, "to_window", pieces)))
    task = _task(bench, said, whole, on_paper) if at_hall else None
    return Draft(act, tuple(papers_), task, None if on_paper or not at_hall else whole, _result_told(bench, way, on_paper))


def _uploaded(pdf: bytes) -> list[Result]:
    if not pdf:
        return []
    try:
        return [looked_at(pdf)]
    except BadResultError as error:
        raise WantingError(f"结果文件：{error}") from None


def _task(bench: Bench, said: Mapping[str, str], whole: Result, on_paper: bool) -> ResultTask:
    """Handed over at the hall after the card was read: printed there, or the paper at its window."""
    return ResultTask(
        v=1,
        case=bench.content.case,
        item=bench.content.item,
        item_name=bench.content.item_name,
        home=bench.life.taken.home,
        home_name=bench.means.settings.name,
        holders=holders(bench.content, collecting=True),
        number=bench.number("办结"),
        name=said["name"],
        way="window" if on_paper else "terminal",
        pages=0 if on_paper else whole.pages,
    )


def handing(way: str, sent: acts.Parcel | None) -> str:
    """How it is handed over, as the papers say it: without paper the hall's terminal prints it."""
    at_terminal = way == "terminal_print" or (way == "pickup_intake" and sent is None)
    return "凭有效身份证件，在收件大厅的自助终端领取" if at_terminal else DELIVERIES[way]


def _outcome(bench: Bench) -> str:
    if bench.life.state is State.NOT_ACCEPTED or bench.life.decided is None:
        return "不予受理"
    return "准予" if bench.life.granted else "不予"


def _done(bench: Bench, said: Mapping[str, str], sent: acts.Parcel | None) -> Printed:
    result = f"{_outcome(bench)}；交付：{said['name']}"
    way, number = handing(said["way"], sent), bench.number("办结")
    post = f"{carrier(sent.carrier)} {sent.waybill}" if sent is not None and said["way"] == "post_applicant" else ""
    return printed(bench, lambda: papers.done(bench.issuer, bench.matter, number, bench.today, result, way, post))


def _service(bench: Bench, said: Mapping[str, str], uploaded: list[Result], sent: acts.Parcel | None) -> Printed:
    served = [f"办结通知书　{bench.number('办结')}", said["name"] + "".join(f"（{one.pages} 页）" for one in uploaded)]
    way, number = handing(said["way"], sent), bench.number("送")
    return printed(bench, lambda: papers.service(bench.issuer, bench.matter, number, bench.today, served, way))


def _result_told(bench: Bench, way: str, on_paper: bool) -> Told:
    if bench.life.state is State.NOT_ACCEPTED and way in ("pickup_intake", "terminal_print"):
        return Told("not_accepted", _place(bench))
    if way == "pickup_intake" and not on_paper:
        way = "terminal_print"
    match way:
        case "post_applicant":
            return Told("result_posted")
        case "e_licence":
            return Told("result_online")
        case "terminal_print":
            return Told("result_at_terminal", bench.means.party(bench.intake))
        case "pickup_home":
            return Told("result_at_window", bench.means.settings.name)
        case _:
            return Told("result_at_window", _place(bench))


def _served_fields(bench: Bench) -> tuple[Field, ...]:
    return (
        Field("how", "怎样知道已经送达", hint="例如：邮政投递签收；申请人到专窗领取；电子证照已签发", least=4, most=200),
        *piece_fields(bench),
    )


def _serve(bench: Bench, said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    act = acts.Served(at=bench.now, by=bench.role, pieces=pieces_said(bench, said))
    bench.after(act)
    way = f"{DELIVERIES[bench.life.sent.way]}；{said['how']}" if bench.life.sent is not None else said["how"]
    number = bench.number("送")
    paper = printed(
        bench,
        lambda: papers.service(bench.issuer, bench.matter, number, bench.today, [f"《{bench.content.item_name}》办理结果"], way),
    )
    return Draft(act, (paper,))


def _no_fields(_bench: Bench) -> tuple[Field, ...]:
    return ()


def _close(bench: Bench, _said: Mapping[str, str], _files: Mapping[str, bytes]) -> Draft:
    act = acts.Closed(at=bench.now, by=bench.role)
    bench.after(act)
    return Draft(act)


STEPS: dict[type[acts.HomeAct], Step] = {
    acts.Suspended: Step(_suspended_fields, _suspend, "所需时间不计入办理期限，书面告知申请人。"),
    acts.Resumed: Step(_resumed_fields, _resume, "自次日起恢复计时，书面告知新的期限。"),
    acts.Extended: Step(_extended_fields, _extend, "期限届满前，经负责人批准，书面告知理由。"),
    acts.Decided: Step(_decided_fields, _decide, "由审批人员作出；不予的必须写明理由、依据和救济途径。"),
    acts.ResultSent: Step(_result_fields, _send_result, "到收件大厅领取的，读过证件才交付；寄递费用由本专窗承担。"),
    acts.Served: Step(_served_fields, _serve, "只用于邮寄、电子证照和到专窗领取的；大厅领取的由终端登记。"),
    acts.Closed: Step(_no_fields, _close, "材料和原件都有着落以后，办结归档。"),
}
