"""Invented people and their cards, for the virtual reader. Nobody here exists.

Numbers use 510100 and its like, codes of a whole prefecture that no person's number begins with; their check digits are computed
(GB 11643-1999), so that exactly the cards meant to be wrong are wrong. Permits J have no such code: their holders were born over
120 years ago. Foreigners come from Utopia (UTO, the specimen country of ICAO 9303; its number 000 is no country's). Photos are
filler with a true-looking header.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocols import chip
from devices.protocols.chip import CardKind, ChipText

PHOTO = bytes.fromhex("574C66007E00320000FF85") + bytes(range(256)) * 4
"""1024 bytes beginning like a WLT picture of 102 × 126; nothing can be made of the rest."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Card:
    """One card of the bench. ``label`` and ``purpose`` are Chinese: who it is, and what trying it shows."""

    id: str
    label: str
    purpose: str
    text: ChipText
    newest_address: str = ""
    """What ``30 03`` gives; empty when the chip has none."""
    known: bool = True
    """Whether the module knows the card's type at all (SW3 40 when not)."""

    @property
    def kind(self) -> str:
        """What it looks like: its chip's kind in small letters, or ``other``."""
        return self.text.kind.name.lower() if self.known else "other"

    def data(self) -> bytes:
        """What the module gives for ``30 01``."""
        return chip.join(chip.build(self.text), PHOTO[:1024])


def check_digit(seventeen: str) -> str:
    """Last character of a number, GB 11643-1999 (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def icao_digit(fourteen: str) -> str:
    """Last character of a foreigner's number of 2017, ICAO 9303-3 (7 3 1, A = 10)."""
    return str(sum(int(c, 36) * (7, 3, 1)[at % 3] for at, c in enumerate(fourteen)) % 10)


def _person(
    name: str,
    birth: str,
    *,
    kind: CardKind = CardKind.RESIDENT,
    permit: str = "",
    issues: str = "",
    female: bool = False,
    area: str = "510100",
    nation: str = "01",
    address: str = "四川省成都市锦江区测试路1号1栋1单元101室",
    authority: str = "成都市公安局锦江分局",
    valid: tuple[str, str] = ("20200101", "20400101"),
    sequence: int = 7,
    wrong_digit: bool = False,
) -> ChipText:
    order = sequence * 2 + (0 if female else 1)
    digits = f"{area}{birth}{order:03d}"
    last = check_digit(digits)
    if wrong_digit:
        last = "0" if last != "0" else "1"
    return ChipText(
        kind,
        name=name,
        sex="2" if female else "1",
        nation="" if kind is CardKind.HK_MACAU_TAIWAN else nation,
        birth=birth,
        address=address,
        number=digits + last,
        authority=authority,
        valid_from=valid[0],
        valid_to=valid[1],
        permit=permit,
        issues=issues,
    )


def _foreigner_2017(name: str, english: str, birth: str, *, country: str, female: bool = False) -> ChipText:
    fourteen = f"{country}5101{birth[2:]}1"
    return ChipText(
        CardKind.FOREIGN_2017,
        name=name,
        english_name=english,
        sex="2" if female else "1",
        nationality=country,
        birth=birth,
        number=fourteen + icao_digit(fourteen),
        valid_from="20190601",
        valid_to="20290531",
        version="01",
        office="5101",
    )


def _foreigner_2023(name: str, english: str, birth: str, *, country: str, digits: str, former: str = "") -> ChipText:
    seventeen = f"951{digits}{birth}001"
    return ChipText(
        CardKind.FOREIGN_2023,
        name=name,
        english_name=english,
        sex="1",
        nationality=country,
        birth=birth,
        number=seventeen + check_digit(seventeen),
        valid_from="20240601",
        valid_to="20340531",
        renewals="01" if former else "00",
        former=former,
    )


PEOPLE: tuple[Card, ...] = (
    Card("liu", "刘试安，男，1990", "普通居民身份证", _person("刘试安", "19900512")),
    Card(
        "chen",
        "陈测宁，女，1998",
        "普通居民身份证，另一个人",
        _person(
            "陈测宁",
            "19980723",
            female=True,
            area="510300",
            address="四川省自贡市自流井区测试街23号2单元502室",
            authority="自贡市公安局自流井区分局",
        ),
    ),
    Card(
        "yang",
        "杨试福，男，72 岁，长期",
        "高龄办事人，证件长期有效",
        _person(
            "杨试福",
            "19540308",
            area="511300",
            address="四川省南充市顺庆区测试镇样本村3组",
            authority="南充市公安局顺庆区分局",
            valid=("20150401", chip.LONG_TERM),
        ),
    ),
    Card(
        "jike",
        "吉克·测木果，女，彝族，2001",
        "姓名中有间隔号",
        _person(
            "吉克·测木果",
            "20011231",
            female=True,
            area="513400",
            nation="07",
            address="四川省凉山彝族自治州昭觉县测试乡样本村1组",
            authority="昭觉县公安局",
            valid=("20190101", "20290101"),
        ),
    ),
    Card(
        "abudu",
        "阿卜杜热合曼·测试买买提江，男，维吾尔族",
        "姓名占满 15 个字",
        _person(
            "阿卜杜热合曼·测试买买提江娃娃",
            "19850606",
            nation="05",
            address="四川省成都市武侯区测试大道100号",
            authority="成都市公安局武侯区分局",
            valid=("20210606", "20410606"),
        ),
    ),
    Card(
        "zhuoma",
        "扎西卓玛，女，藏族，长地址",
        "地址占满 35 个字",
        _person(
            "扎西卓玛",
            "19930817",
            female=True,
            area="513300",
            nation="04",
            address="四川省甘孜藏族自治州康定市测试街道办事处测试社区居民委员会测试路一百二",
            authority="康定市公安局",
        ),
    ),
    Card("tian", "田䶮，男，1976", "生僻字（CJK 扩展 A，屏幕和小票都要显示得出）", _person("田䶮", "19760102")),
    Card("ji", "𠮷试，女，1988", "扩展 B 区的字，在芯片里占两个编码单元", _person("𠮷试", "19881111", female=True)),
    Card("zhou", "周试期，男，证件已过期", "有效期已过的卡", _person("周试期", "19820214", valid=("20050301", "20150301"))),
    Card("wu", "吴试伪，男，校验码不对", "号码校验码不符合 GB 11643 的卡", _person("吴试伪", "19910909", wrong_digit=True)),
    Card(
        "he",
        "何试童，女，2014",
        "未成年人，证件五年有效",
        _person("何试童", "20140601", female=True, valid=("20240701", "20290701")),
    ),
    Card(
        "zheng",
        "郑试迁，男，地址在省外",
        "户籍不在四川",
        _person(
            "郑试迁",
            "19690430",
            area="500100",
            address="重庆市渝中区测试路88号",
            authority="重庆市公安局渝中区分局",
            valid=("20100520", "20300520"),
        ),
    ),
    Card(
        "qian",
        "钱试搬，男，搬过家",
        "芯片里另有最新住址（30 03），与证面住址不同",
        _person("钱试搬", "19870918"),
        newest_address="四川省成都市青羊区测试新路99号5栋2单元1801室",
    ),
    Card(
        "lam",
        "林试港，女，港澳居民居住证（香港）",
        "类型 J，810000",
        _person(
            "林试港",
            "19040304",
            female=True,
            area="810000",
            kind=CardKind.HK_MACAU_TAIWAN,
            permit="H01234567",
            issues="01",
            valid=("20240101", "20290101"),
        ),
    ),
    Card(
        "ho",
        "何试澳，男，港澳居民居住证（澳门）",
        "类型 J，820000",
        _person(
            "何试澳",
            "19030620",
            area="820000",
            kind=CardKind.HK_MACAU_TAIWAN,
            permit="M07654321",
            issues="02",
            valid=("20230501", "20280501"),
        ),
    ),
    Card(
        "taiwan",
        "吴试台，男，台湾居民居住证",
        "类型 J，830000，另有最新住址",
        _person(
            "吴试台",
            "19050102",
            area="830000",
            kind=CardKind.HK_MACAU_TAIWAN,
            permit="00000056",
            issues="01",
            valid=("20230101", "20280101"),
        ),
        newest_address="四川省绵阳市涪城区测试大道7号",
    ),
    Card(
        "sample",
        "外国人永久居留身份证（2017 版），女",
        "类型 I，没有中文姓名，没有住址",
        _foreigner_2017("", "SAMPLE, TESTER ALPHA", "19820201", country="UTO", female=True),
    ),
    Card(
        "smith",
        "外国人永久居留身份证（2023 版），男",
        "类型 Y，英文姓名长，第 35 个字符是空格，有原号码",
        _foreigner_2023(
            "测试外", "VANDEBERG-SMITH, MAXIMILIAN TESTER ALEXANDER", "19800401", country="UTO", digits="000", former="011"
        ),
    ),
    Card("bus", "公交卡", "读卡器不认识的卡（SW3 40）", _person("无", "19900101"), known=False),
)
