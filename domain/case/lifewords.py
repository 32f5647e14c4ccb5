"""Words of a case's life, for staff and for the applicant. 收件 is the window's, 受理 the home department's: no word mixes them."""

from __future__ import annotations

from domain.case import acts
from domain.case.acts import Act
from domain.case.deadlines import Term
from domain.case.rights import State

STATES: dict[State, str] = {
    State.SUBMITTED: "已收件，待预审",
    State.PRECHECKED: "已预审，待转送",
    State.DISPATCHED: "已转送，在途",
    State.ARRIVED: "已送达业务属地，待受理",
    State.CORRECTION: "待补正",
    State.CORRECTED: "已补正，待受理",
    State.ACCEPTED: "已受理，审查中",
    State.SUSPENDED: "特别程序中",
    State.NOT_ACCEPTED: "不予受理",
    State.DECIDED: "已作出决定",
    State.RESULT_SENT: "结果已发出",
    State.DELIVERED: "结果已送达",
    State.CLOSED: "已办结",
    State.WITHDRAWN: "已撤回",
    State.TRANSFERRED: "已移送",
}

ACTS: dict[type[Act], str] = {
    acts.Prechecked: "预审",
    acts.OriginalsSeen: "核验原件",
    acts.Mended: "当场更正",
    acts.Dispatched: "转送",
    acts.Received: "签收来件",
    acts.Returned: "退还原件",
    acts.HandedOver: "窗口交付结果",
    acts.Arrived: "签收清点",
    acts.CorrectionRequested: "一次性告知补正",
    acts.Accepted: "受理",
    acts.NotAccepted: "不予受理",
    acts.Suspended: "进入特别程序",
    acts.Resumed: "特别程序结束",
    acts.Extended: "延期",
    acts.Decided: "作出决定",
    acts.ResultSent: "发出结果",
    acts.SentBack: "寄回原件",
    acts.CameBack: "邮件退回",
    acts.Served: "送达",
    acts.Transferred: "移送",
    acts.Closed: "办结归档",
    acts.Corrected: "补正材料收件",
    acts.Delivered: "领取结果",
    acts.Withdrawn: "撤回申请",
    acts.DeemedAccepted: "逾期未告知，视为受理",
}

PROGRESS: dict[State, str] = {
    State.SUBMITTED: "已收件，收件窗口正在预审",
    State.PRECHECKED: "收件窗口已预审，准备送往业务属地",
    State.DISPATCHED: "收件窗口已寄出，正在送往业务属地",
    State.ARRIVED: "业务属地已收到，正在决定是否受理",
    State.CORRECTION: "业务属地一次性告知了要补正的内容，等您补正",
    State.CORRECTED: "补正材料已收到，业务属地正在决定是否受理",
    State.ACCEPTED: "业务属地已受理，正在审查",
    State.SUSPENDED: "业务属地已受理，正在进行法定的特别程序，所需时间不计入办理期限",
    State.NOT_ACCEPTED: "业务属地决定不予受理，书面决定会送达您",
    State.DECIDED: "业务属地已作出决定，正在送达",
    State.RESULT_SENT: "结果已发出",
    State.DELIVERED: "结果已送达",
    State.CLOSED: "已办结",
    State.WITHDRAWN: "申请已撤回",
    State.TRANSFERRED: "不属于业务属地办理，已移送有权办理的机关",
}
"""For whoever holds the receipt: where the case is, and nothing of what was decided."""

STEPS: dict[type[Act], str] = {
    acts.Prechecked: "收件窗口预审",
    acts.OriginalsSeen: "收件窗口核验原件",
    acts.Dispatched: "送往业务属地",
    acts.Arrived: "业务属地收到",
    acts.CorrectionRequested: "一次性告知补正",
    acts.Corrected: "收到补正材料",
    acts.Accepted: "受理",
    acts.DeemedAccepted: "逾期未告知，视为受理",
    acts.NotAccepted: "不予受理",
    acts.Suspended: "进入特别程序",
    acts.Resumed: "特别程序结束",
    acts.Extended: "办理期限延长",
    acts.Decided: "作出决定",
    acts.ResultSent: "发出结果",
    acts.CameBack: "邮件被退回",
    acts.HandedOver: "领取结果",
    acts.Served: "送达结果",
    acts.Delivered: "领取结果",
    acts.Withdrawn: "撤回申请",
    acts.Transferred: "移送",
    acts.Closed: "办结",
}
"""Acts that whoever holds the receipt reads of; the others are between the two sides."""

TERMS: dict[Term, str] = {
    Term.NOTICE_WINDOW: "告知补正或受理（自窗口收齐）",
    Term.NOTICE_ARRIVAL: "告知补正或受理（自送达属地）",
    Term.LEGAL: "法定办结",
    Term.PROMISED: "承诺办结",
    Term.DELIVERY: "送达决定",
    Term.ORIGINALS: "窗口核验原件",
}

STANDINGS: dict[str, str] = {
    "running": "期限内",
    "warning": "将到期",
    "last_day": "今天到期",
    "over": "已逾期",
    "halted": "暂停计时",
}

AGAIN: dict[acts.Again, str] = {
    "not_remedied": "补正后仍不符合要求",
    "new_fact": "出现新情况",
    "law_changed": "法律依据变化",
    "overlooked": "前次告知遗漏",
}

NOT_ACCEPTED: dict[str, str] = {
    "not_needed": "依法不需要取得行政许可",
    "not_competent": "不属于本机关职权范围",
    "not_corrected": "逾期未补正，或补正后仍不符合要求",
}

PROCEDURES: dict[acts.Procedure, str] = {
    "hearing": "听证",
    "tender": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "test": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
}

REFUSALS: dict[str, str] = {
    "role": "这一步不归这个岗位做。",
    "state": "办件现在的状态不能做这一步，请刷新后再看。",
    "electronic": "全程电子办理的事项，收件窗口不用预审、不用转送。",
    "dispatched": "已经转送，不再预审。",
    "not_prechecked": "还没有预审，不能转送。",
    "awaited": "窗口要核验的还没有做完，不能继续。",
    "paper_left": "窗口收下的纸质材料必须一次全部寄出，一件也不能留下；请核对清单。",
    "no_parcel": "没有这个在途的邮件，或者有纸质材料却没有填运单号。",
    "waybill": "这个运单号在本件里已经用过。",
    "pieces": "清单上的材料不在手里，或数量不对。",
    "miscounted": "清点数与寄出数不一致的，必须逐项如实登记差异；一致的不要登记。",
    "wrong_day": "到件日期应当在寄出之后、今天以前。",
    "old_points": "前一次告知时就有的问题，再次告知必须说明理由（一次性告知）。",
    "not_arrived": "材料还没有送达，不能受理。",
    "not_noticed": "没有告知过补正。",
    "extended": "已经延期过一次，不能再延。",
    "too_long": "延期超过了允许的天数。",
    "other_way": "与发出结果时定的领取方式不一致。",
    "on_the_road": "纸质结果还在途中，收件窗口没有签收。",
    "paper_out": "还有材料在途、在窗口，或应退的原件没有退还，不能办结。",
    "clock": "电脑时间与中心相差太多，请校准时间后再试。",
    "not_yours": "这一步不是本方可以做的。",
    "too_many": "这件办件的步骤太多，请联系中心。",
    "document_known": "列出的文件已经属于别的办件或步骤，请重新密封后再试。",
    "other_hall": "不是本大厅收的办件。",
    "no_task": "办件里没有这项待办。",
    "not_whole": "列出的文件还没有全部传到中心，请重试。",
}


def refusal(code: str) -> str:
    """Words for a refusal's code; an unknown one as it is, so that nothing is hidden."""
    return REFUSALS.get(code, code)
