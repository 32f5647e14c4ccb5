"""What can lie on the virtual desk: invented documents of a demonstration visit, and situations a desk gets into.

Nobody named here exists, no office issued any of it; every sheet says so at its foot. Names follow ``people.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.virtual.sheets import Sheet, Signed, Stripes, Table, Text, Title


@dataclass(frozen=True, slots=True)
class Lie:
    """How a sheet lies: ``turn`` degrees clockwise, its middle ``right`` and ``down`` of the desk's in millimetres, as the
    citizen sees it; ``tilt`` 0..1, how far one edge stands up towards the camera."""

    turn: float = 0.0
    right: float = 0.0
    down: float = 0.0
    tilt: float = 0.0

    def pushed(self, by: Lie) -> Lie:
        return Lie(self.turn + by.turn, self.right + by.right, self.down + by.down, min(1.0, max(0.0, self.tilt + by.tilt)))


@dataclass(frozen=True, slots=True)
class PageModel:
    """One thing to lay on the desk. ``label`` is Chinese. ``sheet`` ``None``: the desk stays empty.

    ``blur`` is the sigma, in pixels of a still, of a picture out of focus. ``beside``: a second sheet, and how it lies.
    """

    id: str
    label: str
    sheet: Sheet | None
    lie: Lie = Lie()
    blur: float = 0.0
    beside: tuple[Sheet, Lie] | None = None


class UnknownPageError(KeyError):
    """No page of this id; the text lists those there are."""


def page(page_id: str) -> PageModel:
    """:class:`UnknownPageError`."""
    try:
        return _BY_ID[page_id]
    except KeyError:
        raise UnknownPageError(f"没有这一页：{page_id}。有：{'、'.join(_BY_ID)}") from None


RESIDENCE = Sheet(
    (
        Title("居 住 证 明"),
        Text("兹证明刘试安（男，1990年5月12日出生）自2023年3月起，在本社区示例路18号2栋3单元602室居住至今。"),
        Table(
            (
                ("姓名", "刘试安", "性别", "男"),
                ("民族", "汉族", "出生日期", "1990年5月12日"),
                ("证件类型", "居民身份证", "证件号码", "510100********0157"),
                ("居住方式", "租住", "起住日期", "2023年3月1日"),
            ),
            (2, 4, 2, 4.6),
        ),
        Text("本证明用于办理异地就医备案，自出具之日起三十日内有效，涂改无效。"),
        Signed(("绵阳市示例区样板社区居民委员会", "2026年10月18日"), seal="示例区样板社区居委会"),
    ),
)

CONTRACT = Sheet(
    (
        Title("劳 动 合 同 书"),
        Table(
            (
                ("甲方（用人单位）", "四川示例电子科技有限公司"),
                ("法定代表人", "周样本"),
                ("乙方（劳动者）", "刘试安"),
                ("证件号码", "510100********0157"),
            ),
            (3, 8),
        ),
        Text("甲乙双方根据《中华人民共和国劳动合同法》及有关规定，在平等自愿、协商一致的基础上签订本合同，共同遵守。"),
        Text("第一条　本合同为固定期限劳动合同，自2024年7月1日起至2027年6月30日止。"),
        Text("第二条　乙方同意在甲方绵阳分公司从事设备维护工作，工作地点为绵阳市示例区。"),
        Text("第三条　甲方执行标准工时制度，乙方每日工作八小时，每周休息二日。"),
        Text("第四条　甲方每月十五日前以货币形式支付乙方工资，并依法为乙方缴纳社会保险费。"),
        Text("第五条　本合同一式两份，甲乙双方各执一份，自双方签字盖章之日起生效。"),
        Signed(("甲方：四川示例电子科技有限公司", "乙方：刘试安", "2024年6月28日"), seal="四川示例电子科技公司"),
    ),
    body=4.3,
)

SECONDMENT = Sheet(
    (
        Title("派 驻 证 明"),
        Text("绵阳市示例区医疗保障经办机构："),
        Text("我单位职工刘试安（证件号码510100********0157），因工作需要，自2024年7月1日起派驻绵阳分公司工作，预计派驻时间三年。"),
        Text("派驻期间，该职工的基本医疗保险关系仍在成都市，特此证明，请协助办理异地就医备案。"),
        Text("联系人：何演示　　联系电话：028-0000 0000"),
        Signed(("四川示例电子科技有限公司", "2026年9月30日"), seal="四川示例电子科技公司"),
    ),
)

REFERRAL = Sheet(
    (
        Title("医疗机构转诊意见"),
        Table(
            (
                ("姓名", "陈测宁", "性别", "女"),
                ("年龄", "28岁", "参保地", "成都市锦江区"),
                ("科室", "心血管内科", "病历号", "YB-0000-2610"),
            ),
            (2, 4, 2, 4),
        ),
        Text("诊断：心律失常（待查）。"),
        Text("病情摘要：患者反复心悸三月余，动态心电图提示频发早搏，本院检查条件有限，需进一步电生理检查。"),
        Text("转诊意见：建议转往绵阳市示例中心医院继续诊治，转诊有效期六个月，自本意见签发之日起计算。"),
        Signed(("主治医师：温样例", "成都市示例人民医院医务部", "2026年10月12日"), seal="示例医院医务部专用"),
    ),
)

HOUSEHOLD = Sheet(
    (
        Title("常 住 人 口 登 记 卡"),
        Table(
            (
                ("姓名", "刘试安", "户主或与户主关系", "户主"),
                ("曾用名", "", "性别", "男"),
                ("出生地", "四川成都", "民族", "汉"),
                ("籍贯", "四川成都", "出生日期", "1990年5月12日"),
                ("公民身份号码", "510100********0157", "身高", "172"),
                ("文化程度", "大学本科", "婚姻状况", "已婚"),
                ("服务处所", "示例电子科技公司", "职业", "技术员"),
            ),
            (2.4, 4, 2.8, 3.2),
        ),
        Signed(("承办人：郭示例", "登记日期：2016年4月6日"), seal="示例派出所户口专用"),
    ),
    size=(143.0, 105.0),
    paper=(240, 236, 224),
    body=2.7,
    pattern=True,
)

TERMINATION = Sheet(
    (
        Title("终止（解除）劳动关系证明"),
        Text("刘试安（男，证件号码510100********0157），2021年3月1日进入我单位工作，岗位为仓储管理员。"),
        Text("经双方协商一致，自2026年9月30日起解除劳动合同，终止劳动关系。社会保险费缴至2026年9月，工资及经济补偿已结清。"),
        Text("本证明一式三份，一份交劳动者本人，一份用于办理失业登记，一份由单位存档。"),
        Signed(("成都样板物流有限公司（章）", "经办人：江试用", "2026年10月8日"), seal="成都样板物流有限公司"),
    ),
)

MARRIAGE = Sheet(
    (
        Title("结　婚　证"),
        Table(
            (
                ("持证人", "刘试安"),
                ("登记日期", "2018年5月20日"),
                ("结婚证字号", "J510000-2018-000000"),
                ("备注", "样本"),
            ),
            (3, 6),
        ),
        Signed(("示例区民政局婚姻登记处",), seal="示例区婚姻登记专用"),
    ),
    size=(125.0, 88.0),
    paper=(246, 226, 222),
    body=3.0,
    pattern=True,
)

PROXY = Sheet(
    (
        Title("授 权 委 托 书"),
        Text("委托人：陈测宁，女，证件号码510100********0022。"),
        Text("受托人：刘试安，男，证件号码510100********0157。"),
        Text("因本人住院不便到场，现委托刘试安代为办理社会保障卡补领手续，包括提交申请材料、签收回执、领取卡片。"),
        Text("委托期限自2026年10月1日起至2026年12月31日止。受托人在上述权限内所办理的事项，本人均予认可。"),
        Signed(("委托人（签名）：陈测宁", "受托人（签名）：刘试安", "2026年10月1日")),
    ),
)

FAINT_SEAL = Sheet(
    (
        Title("情 况 说 明"),
        Text("刘试安系我村村民，长期在外务工，家庭住址为示例镇样板村三组。以上情况属实，特此说明。"),
        Signed(("示例镇样板村村民委员会", "2026年10月9日"), seal="示例镇样板村村委会", strength=0.22),
    ),
)

WAYBILL = "YS2611260000157"
"""Of no carrier there is."""

PARCEL = Sheet(
    (
        Title("示 例 速 递"),
        Stripes(WAYBILL),
        Text("寄：示范丙区政务服务中心收件窗口"),
        Text("收：业务属地“省内通办”专窗"),
    ),
    size=(100.0, 150.0),
    body=3.6,
)

PAGES: tuple[PageModel, ...] = (
    PageModel("residence", "居住证明", RESIDENCE, Lie(turn=2.0, right=4, down=-6, tilt=0.2)),
    PageModel("contract", "劳动合同", CONTRACT, Lie(turn=-3.0, right=-5, down=4, tilt=0.3)),
    PageModel("secondment", "派驻证明", SECONDMENT, Lie(turn=1.0, down=8)),
    PageModel("referral", "医疗机构转诊意见", REFERRAL, Lie(turn=-1.5, right=3, tilt=0.4)),
    PageModel("household", "户口簿本人页（小册大小）", HOUSEHOLD, Lie(turn=4.0, right=-8, down=-20, tilt=0.2)),
    PageModel("termination", "终止劳动关系证明", TERMINATION, Lie(turn=3.0, down=-10, tilt=0.2)),
    PageModel("marriage", "结婚证内页（小册大小）", MARRIAGE, Lie(turn=-6.0, right=10, down=30)),
    PageModel("proxy", "授权委托书", PROXY, Lie(turn=-2.0, right=2, down=2, tilt=0.5)),
    PageModel("faint_seal", "红章很淡的情况说明", FAINT_SEAL, Lie(turn=1.5, right=-3)),
    PageModel("waybill", "快递面单（窗口登记运单）", PARCEL, Lie(turn=3.0, right=5, down=-8)),
    PageModel("blank", "白纸（放反了）", Sheet(), Lie(turn=-2.0, right=3, down=5, tilt=0.2)),
    PageModel("empty", "空台面（没有纸）", None),
    PageModel("cut_off", "缺一角（出画面）", RESIDENCE, Lie(turn=9.0, right=42, down=-62)),
    PageModel("blurred", "模糊（没对上焦）", RESIDENCE, Lie(turn=-2.0, right=-3, down=3), blur=5.0),
    PageModel("askew", "小册放得很斜", HOUSEHOLD, Lie(turn=-28.0, right=-6, down=15, tilt=0.3)),
    PageModel(
        "two", "两份一起放", HOUSEHOLD, Lie(turn=4.0, right=-8, down=-70), beside=(MARRIAGE, Lie(turn=-5.0, right=10, down=90))
    ),
)

_BY_ID = {model.id: model for model in PAGES}
