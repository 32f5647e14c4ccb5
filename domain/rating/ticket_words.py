"""Chinese words of tickets: states, acts, classes, refusals. Pages, tables and the record say the same."""

from __future__ import annotations

from domain.rating import ticket_acts as acts
from domain.rating.ticket_acts import Act
from domain.rating.ticket_rights import State
from domain.rating.ticket_terms import Term

STATES = {
    State.OPEN: "待签收",
    State.ACKNOWLEDGED: "核实中",
    State.RECTIFYING: "整改中",
    State.APPEALED: "申诉待复核",
    State.SETTLED: "已整改或已解释",
    State.CLOSED: "已办结",
    State.EXCLUDED: "申诉成立，不计入",
}
TERMS = {
    Term.ACKNOWLEDGE: "签收",
    Term.ANSWER: "核实答复",
    Term.RECTIFY: "整改",
    Term.DECIDE: "复核申诉",
    Term.CALL: "回访",
    Term.CLOSE: "复核办结",
}
STANDINGS = {"running": "在期限内", "warning": "快到期", "last_day": "今天到期", "over": "已超期"}
ACTS: dict[type[Act], str] = {
    acts.Acknowledged: "签收",
    acts.Answered: "核实并答复",
    acts.Rectified: "整改完成",
    acts.Appealed: "申诉",
    acts.AppealDecided: "复核申诉",
    acts.CalledBack: "回访",
    acts.Rerated: "评价人再评",
    acts.SentBack: "退回重办",
    acts.Closed: "办结",
}
OUTCOMES = {
    "fix": "诉求合理、情况清楚，立行立改",
    "complex": "情况复杂，说明原因、列入台账、限期整改",
    "no_basis": "诉求没有法律法规依据，解释说明",
}
HOW = {"rectified": "已整改", "explained": "已解释"}
GROUNDS = {"mistaken": "误评", "malicious": "恶意评价"}
SATISFACTION = {"satisfied": "满意", "fairly": "基本满意", "dissatisfied": "不满意"}
REACHED = {"reached": "打通了，问到了", "declined": "打通了，本人不愿回访", "not_reached": "没有打通"}
SIDES = {"intake": "收件", "home": "办理"}
REFUSALS = {
    "role": "这一步不由您办。",
    "state": "这张工单现在不能做这一步，可能别人刚办过。请看下面的经过。",
    "same_person": "您在这张工单上替另一方办过，这一步要换一个人办。",
    "identifies": "说明里有一长串数字，像电话、证件号或办件编号。请删掉再提交：这里不写任何人的信息。",
    "appealed_before": "这条评价已经申诉过一次，结论不再变。",
    "appeal_late": "申诉期限已过。",
    "anonymous": "匿名评价，没有留联系方式，不用回访。",
    "called_before": "已经回访过了。",
    "satisfaction": "打通了要选满意程度；没有打通不要选。",
    "rated_before": "已经评过处理结果了。",
    "returned_before": "退回次数已到上限。",
    "not_called": "评价人留了联系方式：先回访，再办结。几次都打不通，也可以办结。",
    "said": "请写两个字以上、三百字以内的说明。",
}
