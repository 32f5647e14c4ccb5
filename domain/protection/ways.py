"""Every way on which something leaves a desk, a window, the centre or a terminal, and what lets it.

``consent``: the home department's written consent, asked for each time. ``applicant``: to the applicant, or as they chose.
``sealed``: as it is sealed; whoever takes it cannot open it. ``nobody``: nothing in it names a person. A test goes over all pages
and all modules that open what is sealed; one that is not entered here, or in ``fleet.protection.openers``, fails it.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Basis = Literal["consent", "applicant", "sealed", "nobody"]
Where = Literal["desk", "window", "centre", "terminal"]


class Way(Struct, frozen=True):
    code: str
    where: Where
    words: str
    basis: Basis
    why: str


WAYS: tuple[Way, ...] = (
    Way("material-pdf", "desk", "下载一份材料（PDF）", "consent", "离开专窗电脑，用到哪里专窗看不到"),
    Way("paper", "desk", "文书送达申请人", "applicant", "事项主体申请人除外"),
    Way("task", "desk", "交给收件大厅终端的补正、领取内容", "applicant", "读过本人证件才显示；密封给该大厅"),
    Way("sms", "desk", "短信告知", "applicant", "申请人留了手机号；内容不含姓名、证件号码和事项"),
    Way(
        "courier",
        "desk",
        "寄结果用的姓名、地址、电话",
        "applicant",
        "申请人选了邮寄才有；给快递的只有这三项，另由签约方之间的长期书面同意约定",
    ),
    Way("answer", "desk", "个人信息请求的答复书、副本", "applicant", "读过本人证件才打印"),
    Way("platform", "desk", "报送省级平台的办理进度", "nobody", "只有办件编号、事项、时间和步骤"),
    Way("record", "desk", "专窗记录、留存清单", "nobody", "只有办件编号、经办人和步骤"),
    Way("handover-list", "window", "材料交接清单（PDF）", "nobody", "只有办件编号、材料名称、份数"),
    Way("statement", "window", "寄递费用清单（CSV）", "nobody", "只有办件编号、运单号、金额"),
    Way("window-record", "window", "窗口补收的页和记录", "sealed", "密封给业务属地专窗"),
    Way("copies", "centre", "交恢复人员的密封材料", "sealed", "原样抄出，中心打不开"),
    Way("resealed", "centre", "改密封给签约方的新公钥", "sealed", "不联网的机器上做，明文不落盘"),
    Way("rating-upload", "centre", "好差评上报", "nobody", "规程第十条；不含评价人的姓名和电话"),
    Way("postage", "centre", "寄递费用（CSV）", "nobody", "只有办件编号、运单号、金额"),
    Way("ratings", "centre", "报送好差评平台", "nobody", "只有办件编号、被评的单位、等级和原因；没有评价人、写的话和电话"),
    Way("case", "terminal", "办件和材料", "sealed", "密封给业务属地专窗和收件窗口"),
    Way("rating-words", "terminal", "评价时写的话、留的电话", "sealed", "密封给中心的评价私钥，只给处理差评、回访用"),
    Way("draft", "terminal", "存到窗口的草稿", "sealed", "密封给本大厅窗口"),
    Way("receipt", "terminal", "凭证、清单、结果", "applicant", "打印给到场的本人；姓名号码已遮掩"),
    Way("bundle", "terminal", "诊断包", "nobody", "只有设备状态和程序记录"),
)
TAKEN_OUT = tuple(way for way in WAYS if way.basis == "consent")
BY_CODE = {way.code: way for way in WAYS}
