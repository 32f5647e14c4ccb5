"""How long what is kept (PIPL 19: no longer than needed; 网络安全法 21: logs six months at least), by place and stage: one table,
shown to staff as it stands here, and carried out by the clock of each place.

``days``: after what ``since`` says; ``None``: the program deletes nothing of it by itself. Defaults of the product where no rule
names a term; parties that settle another change it here.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Place = Literal["terminal", "centre", "desk", "window"]
PLACES: dict[Place, str] = {"terminal": "终端", "centre": "中心", "desk": "业务属地专窗", "window": "收件窗口"}
DAY = 86400.0


class Rule(Struct, frozen=True):
    """``what`` is kept, ``since`` when its ``days`` count; ``why`` so long. ``by``: what carries it out."""

    code: str
    place: Place
    what: str
    since: str
    days: float | None
    why: str
    by: str

    @property
    def seconds(self) -> float:
        if self.days is None:
            raise ValueError(f"{self.code} is not deleted by the clock")
        return self.days * DAY

    @property
    def reason(self) -> str:
        """``why``, for staff."""
        return self.why.replace("PIPL", "个人信息保护法")

    @property
    def term(self) -> str:
        """In words."""
        if self.days is None:
            return self.since
        if self.days == 0:
            return f"{self.since}，立即"
        if self.days < 1:
            return f"{self.since} {self.days * 24 * 60:.0f} 分钟"
        years, rest = divmod(self.days, 365)
        return f"{self.since} {self.days:.0f} 天" if rest else f"{self.since} {years:.0f} 年"


RULES: tuple[Rule, ...] = (
    Rule("face", "terminal", "芯片照片、人脸", "不保存", 0, "人脸识别技术应用安全管理办法；GB/T 35273 6.3", "kiosk.visit.privacy"),
    Rule("visit", "terminal", "正在办的内容（内存）", "办完、离开、超时", 0, "PIPL 19：目的已实现", "kiosk.visit.privacy"),
    Rule("outbox", "terminal", "密封的办件和材料", "中心收齐后（最迟 72 小时）", 0, "PIPL 19", "kiosk.store.outbox"),
    Rule("entries", "terminal", "办件编号、打印记录（不含个人信息）", "收件后", 90, "查进度、补打凭证", "kiosk.store.pruning"),
    Rule("audit", "terminal", "操作日志（不含个人信息）", "记录后", 190, "网络安全法 21：不少于六个月", "kiosk.store.pruning"),
    Rule(
        "case",
        "centre",
        "密封的办件和材料",
        "业务属地办结归档后",
        30,
        "PIPL 19：办理单位已归档",
        "fleet.protection.clock",
    ),
    Rule("asked", "centre", "申请人请求删除、业务属地同意的", "同意后（一小时内）", 0, "PIPL 47", "fleet.protection.clock"),
    Rule("answer", "centre", "密封的个人信息请求答复", "交付后", 30, "PIPL 19", "fleet.protection.clock"),
    Rule("unfetched", "centre", "没有人来取的答复", "答复后", 180, "PIPL 19", "fleet.protection.clock"),
    Rule("unnamed", "centre", "没有办件提到的密封文件", "收到后", 30, "PIPL 19：没有用处", "fleet.protection.clock"),
    Rule(
        "rating",
        "centre",
        "密封的评价文字和联系方式",
        "评价后（差评工单办结为止）",
        365,
        "整改、回访、申诉用完",
        "fleet.protection.clock",
    ),
    Rule("partial", "centre", "没有传完的密封文件", "中断后", 7, "PIPL 19", "fleet.documents"),
    Rule("draft", "centre", "存到窗口的草稿", "存入后", 7, "申请人自己选的", "fleet.drafts"),
    Rule("conditions", "centre", "终端的状况、读数（不含个人信息）", "结束后", 400, "一年，加一个月好比较", "fleet.board.watch"),
    Rule("alerts", "centre", "报警、处理经过、发出的消息", "解除后", 400, "与所据的状况同时", "fleet.alerts.clock"),
    Rule("ledger", "centre", "收件登记、流转（不含个人信息）", "按档案规定，程序不删除", None, "档案法", ""),
    Rule("record", "centre", "操作记录（不含个人信息）", "不少于六个月，程序不删除", None, "网络安全法 21", ""),
    Rule("opened", "desk", "打开的办件（内存）", "打开后", 20 / 24 / 60, "PIPL 6：最小必要", "fleet.desk.opening"),
    Rule("deed", "desk", "密封的文书、短信号码（等着送出）", "送出、作废后", 0, "PIPL 19", "fleet.outward.outbox"),
    Rule("recovered", "desk", "恢复的密封材料", "中心按期删除后", 0, "与中心同时", "fleet.protection.desk_clock"),
    Rule("consent", "desk", "书面同意的扫描件（密封）", "有效期满后", 1095, "留作凭据三年", "fleet.protection.desk_clock"),
    Rule("journal", "desk", "打开和办理的记录（不含申请人信息）", "不少于六个月，程序不删除", None, "网络安全法 21", ""),
    Rule("window-opened", "window", "打开的办件（内存）", "打开后", 20 / 24 / 60, "PIPL 6：最小必要", "fleet.window.opened"),
    Rule("window-access", "window", "打开办件的权限", "转送后", 30, "交接已完成", "domain.case.deadlines"),
    Rule("window-sealed", "window", "密封的窗口记录、补收的页（等着送出）", "中心收到后", 0, "PIPL 19", "fleet.window.book"),
    Rule(
        "window-journal",
        "window",
        "打开、办理、交寄的记录（不含申请人信息）",
        "不少于六个月，程序不删除",
        None,
        "网络安全法 21",
        "",
    ),
)
BY_CODE = {rule.code: rule for rule in RULES}


def of(place: Place) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.place == place)
