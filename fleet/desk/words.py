"""The desk's words for codes inside a case and in its journal."""

from __future__ import annotations

PROOFS: dict[str, str] = {
    "chip_read": "证件芯片读取",
    "scan": "高拍仪拍摄",
    "signed_form": "现场签名的表单",
    "original_shown": "高拍仪拍摄，原件待收件窗口核验",
    "posted": "纸质原件，待收件窗口收取、寄送",
}

UNPROVEN: dict[str, str] = {"person": "核对本人与证件", "original": "核验原件", "paper": "收取纸质原件，寄往业务属地"}
"""待窗口核验: what the intake window must still do."""

IDENTITIES: dict[str, str] = {
    "chip_read": "由证件芯片读出：证件真实；未核验持证人",
    "stated": "由到场的人照证件填写，影像见材料；未读芯片",
    "window_checked": "没有芯片；收件窗口已核对本人和证件原件",
}
"""What an identity is worth."""

ROLES: dict[str, str] = {"agent": "代办人（受托人）", "guardian": "监护人", "legal_person": "经办人"}

FINDINGS: dict[str, str] = {
    "page_blurred": "画面可能模糊",
    "page_cut_off": "可能缺边角",
    "page_dark": "画面可能太暗",
    "page_blank": "可能是空白页",
    "page_glare": "可能有反光盖住内容",
    "page_coarse": "拍摄分辨率不足每英寸 200 点",
    "page_again": "可能与另一页重复",
    "page_not_found": "没有找到纸边，按整幅保存",
}

ADVICE: dict[str, tuple[str, dict[str, str]]] = {
    "title": ("名称", {"yes": "认出", "no": "没有认出", "unsure": "没有认准"}),
    "holder": ("姓名或号码", {"yes": "与申请人相符", "no": "没有认出", "unsure": "没有认准"}),
    "validity": ("有效期", {"yes": "未过", "no": "可能已过", "unsure": "没有认准"}),
    "credit_code": ("信用代码", {"yes": "校验相符", "no": "校验不符", "unsure": "没有认准"}),
}
"""What a program read on a page, by question and answer. Advice: the clerk looks at the page."""

DELIVERIES: dict[str, str] = {
    "pickup_intake": "到收件窗口领取",
    "post_applicant": "邮寄给申请人",
    "e_licence": "电子证照，申请人网上领取",
    "terminal_print": "申请人在自助终端打印",
    "pickup_home": "到业务属地窗口领取",
}

OUTCOMES: dict[str, str] = {
    "opened": "已打开",
    "not_ours": "打不开：密封给别处",
    "damaged": "打不开：已损坏",
    "unreachable": "打不开：连不上中心",
    "expired": "打不开：转送后已过期",
    "deleted": "打不开：已按保存期限删除",
}

STAFF: dict[str, str] = {
    "intake_officer": "收件窗口",
    "dispatcher": "收件窗口（转送）",
    "home_officer": "受理人员",
    "approver": "审批人员",
    "terminal": "申请人（自助终端）",
    "clock": "中心（到期自动）",
}
"""Who did an act, by role."""

DOCUMENTS: dict[str, str] = {
    "page": "材料",
    "paper": "文书",
    "list": "交接清单",
    "record": "窗口记录",
    "note": "内部记录",
    "task": "交办大厅的内容",
    "result": "交付的结果",
    "correction": "补正清单和签名",
    "delivery": "送达回证（终端）",
    "withdrawal": "撤回申请",
}

HOME_ROLES: dict[str, str] = {role: STAFF[role] for role in ("home_officer", "approver")}
"""Who works at this desk."""
