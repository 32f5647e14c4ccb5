"""Flat documents as people bring them, drawn from a seed: forms, certificates, pencil, cards, booklets, receipts, hardly anything.

Every person, office and number is invented (numbers begin like those of ``devices/virtual/people.py``: nobody's). The ranges in
this file are the claim: what is said to work was measured on what they span. Print is never smaller than 9 pt on documents, 5.5 pt
on cards, as in life.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.pictures import hand
from bench.pictures.hand import Pixels
from devices.virtual.sheets import DPI, FONTS, SIMPLIFIED, Part, Sheet, Signed, Table, Text, Title, draw

A4, A5 = (210.0, 297.0), (148.0, 210.0)
CARD = (85.6, 54.0)
"""ISO/IEC 7810 ID-1."""
BOOKLET = (143.0, 105.0)
"""A leaf of a 户口簿."""

POINT = 25.4 / 72
"""Millimetres."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A document lying flat: ``colour`` B, G, R at :data:`DPI`, upright; ``size`` its millimetres."""

    kind: str
    seed: int
    size: tuple[float, float]
    colour: Pixels = field(repr=False)

    def ink(self) -> Pixels:
        """255 where anything stands that is clearly darker than the paper around it, 0 elsewhere."""
        grey = np.ascontiguousarray(self.colour[:, :, 1])
        small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        paper = cv2.resize(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((21, 21), np.uint8)), grey.shape[::-1])
        return np.asarray((cv2.subtract(paper, grey) > 25) * np.uint8(255), np.uint8)


def page(kind: str, seed: int) -> Flat:
    """One document of ``kind`` (a key of :data:`KINDS`); the same seed always gives the same."""
    rng = np.random.default_rng((sorted(KINDS).index(kind), seed))
    size, colour = KINDS[kind](rng)
    return Flat(kind, seed, size, colour)


Drawn = tuple[tuple[float, float], Pixels]
Maker = Callable[[np.random.Generator], Drawn]


# --- printed ----------------------------------------------------------------------------------------------------------


def _form(rng: np.random.Generator) -> Drawn:
    """A dense table at 9 to 11 pt; half of them filled in by hand, some on A5."""
    rows = []
    for _ in range(int(rng.integers(9, 15))):
        labels = rng.choice(len(LABELS), 2, replace=False)
        rows.append(tuple(text for at in labels for text in (LABELS[at], _value(LABELS[at], rng))))
    parts = (
        Title(str(rng.choice(FORMS))),
        Table(tuple(rows), (2.6, 4, 2.6, 4)),
        Text(_sentences(rng, 2)),
        Text("本人承诺所填内容真实，并愿承担由此产生的责任。"),
        Signed((f"申请人：{_name(rng)}", _date(rng)), seal=_seal(rng, 0.4), strength=rng.uniform(0.4, 0.9)),
    )
    small = rng.random() < 0.2
    sheet = _sheet(parts, rng, A5 if small else A4, rng.uniform(9, 9.8 if small else 11))
    colour = _drawn(sheet)
    if rng.random() < 0.5:
        _scrawl(colour, rng, hand.BLUE if rng.random() < 0.5 else hand.BLACK, lines=2, size=5.0)
    return sheet.size, colour


def _contract(rng: np.random.Generator) -> Drawn:
    """A page full of running text at 10.5 to 12 pt."""
    count = int(rng.integers(8, 13))
    clauses = tuple(Text(f"第{NUMERALS[n]}条　{_sentences(rng, int(rng.integers(1, 4)))}") for n in range(count))
    sheet = _sheet((Title(str(rng.choice(CONTRACTS))), *clauses), rng, A4, rng.uniform(10.5, 11.2))
    return sheet.size, _drawn(sheet)


def _certificate(rng: np.random.Generator) -> Drawn:
    """Few, larger lines, and a seal from clear to so faint that it is hardly there."""
    name, person = str(rng.choice(CERTIFICATES)), _name(rng)
    parts = (
        Title(name),
        Text(f"兹有{person}（证件号码{_number(rng)}），{_sentences(rng, 1)}"),
        Text(_sentences(rng, int(rng.integers(1, 4)))),
        Text("特此证明。"),
        Signed((str(rng.choice(OFFICES)), _date(rng)), seal=_seal(rng, 1.0), strength=rng.uniform(0.14, 0.6)),
    )
    sheet = replace(_sheet(parts, rng, A4, rng.uniform(12, 16)), pattern=bool(rng.random() < 0.3))
    return sheet.size, _drawn(sheet)


def _licence(rng: np.random.Generator) -> Drawn:
    """Across, on tinted and patterned paper, in a frame."""
    rows = tuple((LABELS[int(at)], _value(LABELS[int(at)], rng)) for at in rng.choice(len(LABELS), 6, replace=False))
    parts = (Title(str(rng.choice(LICENCES))), Table(rows, (2, 6)), Signed((str(rng.choice(OFFICES)),), seal=_seal(rng, 1.0)))
    tints = ((246, 232, 226), (232, 240, 232), (246, 240, 220))
    sheet = Sheet(parts, A4[::-1], tints[int(rng.integers(3))], body=rng.uniform(12, 14) * POINT, pattern=True)
    colour = _drawn(sheet)
    height, width = colour.shape[:2]
    cv2.rectangle(colour, (px(9), px(9)), (width - px(9), height - px(9)), (70, 130, 170), px(1.6))
    return sheet.size, colour


def _booklet(rng: np.random.Generator) -> Drawn:
    labels = [str(label) for label in rng.permutation(LABELS)[:14]]
    pairs = zip(labels[:7], labels[7:], strict=True)
    rows = tuple((one, _value(one, rng), other, _value(other, rng)) for one, other in pairs)
    parts = (
        Title("常 住 人 口 登 记 卡"),
        Table(rows, (2.4, 4, 2.8, 3.2)),
        Signed(("承办人：郭示例", _date(rng)), _seal(rng, 1.0), rng.uniform(0.3, 0.9)),
    )
    sheet = Sheet(parts, BOOKLET, (240, 236, 224), body=rng.uniform(7.3, 8) * POINT, pattern=bool(rng.random() < 0.6))
    return sheet.size, _drawn(sheet)


def _copy(rng: np.random.Generator) -> Drawn:
    """A photocopy: both sides of a card, black and white, with a line of writing across it."""
    colour = _paper(A4, rng)
    for side, top in ((_card_front, 55.0), (_card_back, 150.0)):
        grey = cv2.cvtColor(side(rng)[1], cv2.COLOR_BGR2GRAY)
        stark = cv2.convertScaleAbs(grey, alpha=1.25, beta=-30)
        y, x = px(top), px(62)
        under = colour[y : y + stark.shape[0], x : x + stark.shape[1]]
        under[:] = cv2.multiply(under, cv2.merge([stark] * 3), scale=1 / 255)  # a copier prints black only
    _by_hand(colour, f"仅供{rng.choice(FORMS)!s}使用，再次复印无效", (45, 225), 6.0, hand.BLACK, rng)
    return A4, colour


def _letter(rng: np.random.Generator) -> Drawn:
    words = [str(word) for word in rng.choice(ENGLISH.split(), 260)]
    colour = _paper(A4, rng)
    pen, canvas = _pen(colour)
    font, y = _font("Serif", "Regular", rng.uniform(10.5, 12) * POINT), float(px(30))
    while words and y < canvas.height - px(40):
        line = ""
        while words and font.getlength(line + words[-1]) < px(160):
            line += words.pop() + " "
        pen.text((px(25), y), line, (40, 38, 38), font)
        y += font.size * (2.4 if rng.random() < 0.15 else 1.45)
    colour = np.array(canvas)
    _by_hand(colour, "Yours sincerely, Utopia", (110, 250), 6.5, hand.BLUE, rng)
    return A4, colour


def _receipt(rng: np.random.Generator) -> Drawn:
    """A thermal receipt, pale print on a narrow strip."""
    size = (float(rng.choice((57.0, 80.0))), float(rng.uniform(95, 190)))
    colour = np.full((px(size[1]), px(size[0]), 3), 246, np.uint8)
    pen, canvas = _pen(colour)
    shade = int(rng.integers(50, 120))
    font, y = _font("Sans", "Regular", rng.uniform(8.5, 10) * POINT), float(px(6))
    while y < canvas.height - px(10):
        item = str(rng.choice(("门诊挂号费", "药品费", "检查费", "化验费", "材料费", "复印费", "合计", "收款员 何演示")))
        pen.text((px(4), y), item, (shade,) * 3, font)
        pen.text((canvas.width - px(4), y), f"{rng.uniform(1, 900):.2f}", (shade,) * 3, font, anchor="ra")
        y += font.size * 1.5
    return size, np.array(canvas)


# --- written ----------------------------------------------------------------------------------------------------------


def _pencil(rng: np.random.Generator) -> Drawn:
    """A printed head, filled in with a pencil down to a hard one lightly held."""
    sheet = _sheet((Title(str(rng.choice(FORMS))), Text(_sentences(rng, 2))), rng, A4, rng.uniform(10.5, 12))
    colour = _drawn(sheet)
    _scrawl(colour, rng, hand.PENCIL if rng.random() < 0.6 else hand.FAINT, lines=int(rng.integers(4, 9)), size=6.0, top=110)
    return A4, colour


def _handwriting(rng: np.random.Generator) -> Drawn:
    """By pen throughout, half of it on ruled paper."""
    colour = _paper(A4, rng)
    if rng.random() < 0.5:
        for y in range(px(25), colour.shape[0] - px(15), px(9)):
            cv2.line(colour, (px(15), y), (colour.shape[1] - px(15), y), (214, 196, 178), max(1, px(0.25)))
    pen = hand.BLUE if rng.random() < 0.6 else hand.BLACK
    _scrawl(colour, rng, pen, lines=int(rng.integers(8, 20)), size=rng.uniform(5, 7), top=28)
    return A4, colour


def _sparse(rng: np.random.Generator) -> Drawn:
    """Hardly anything: a page number, one line, or a signature. Not blank."""
    colour = _paper(A4, rng)
    way = int(rng.integers(3))
    if way == 2:
        _by_hand(colour, _name(rng), (130, 240), 9.0, hand.BLACK, rng)
        return A4, colour
    pen, canvas = _pen(colour)
    text, at = ("（以下空白）", (105, 40)) if way == 1 else (f"第 {rng.integers(2, 9)} 页　共 {rng.integers(9, 20)} 页", (105, 278))
    pen.text((px(at[0]), px(at[1])), text, (50, 48, 48), _font("Serif", "Regular", 11 * POINT), anchor="mm")
    return A4, np.array(canvas)


def _blank(rng: np.random.Generator) -> Drawn:
    return A4, _paper(A4, rng)


# --- cards ------------------------------------------------------------------------------------------------------------


def _card_front(rng: np.random.Generator) -> Drawn:
    """The portrait's side of an identity card; the portrait is a grey figure."""
    colour = _ground(CARD, rng, (236, 226, 214))
    pen, canvas = _pen(colour)
    label, value = _font("Sans", "Regular", 6 * POINT), _font("Sans", "Regular", 7.5 * POINT)
    female, birth = rng.random() < 0.5, (int(rng.integers(1950, 2005)), int(rng.integers(1, 13)), int(rng.integers(1, 29)))
    rows = (
        ("姓名", _name(rng)),
        ("性别", "女　民族　汉" if female else "男　民族　汉"),
        ("出生", f"{birth[0]} 年 {birth[1]} 月 {birth[2]} 日"),
        ("住址", "四川省示例市样板区"),
        ("", f"测试路{rng.integers(1, 200)}号{rng.integers(1, 9)}栋{rng.integers(101, 2500)}室"),
    )
    for n, (name, text) in enumerate(rows):
        pen.text((px(6), px(6 + 7.2 * n)), name, (150, 100, 60), label)
        pen.text((px(15), px(5.6 + 7.2 * n)), text, (36, 34, 34), value)
    pen.text((px(6), px(44.5)), "公民身份号码", (150, 100, 60), label)
    pen.text((px(28), px(44)), _number(rng), (30, 28, 28), _font("Sans", "Regular", 9 * POINT))
    pen.rectangle((px(56), px(7), px(79), px(39)), (216, 214, 212))
    pen.ellipse((px(62), px(12), px(73), px(26)), (150, 150, 156))
    pen.ellipse((px(58.5), px(27), px(76.5), px(52)), (96, 96, 104))
    pen.rectangle((px(56), px(39.2), px(79), px(52)), (236, 226, 214))
    pen.text((px(42), px(51)), "样本", (150, 140, 130), _font("Sans", "Regular", 5.5 * POINT), anchor="mm")
    return CARD, np.array(canvas)


def _card_back(rng: np.random.Generator) -> Drawn:
    """The emblem's side; the emblem is a red disc."""
    colour = _ground(CARD, rng, (232, 230, 222))
    pen, canvas = _pen(colour)
    pen.ellipse((px(7), px(6), px(25), px(24)), (60, 60, 196))
    pen.ellipse((px(11), px(10), px(21), px(20)), (90, 190, 226))
    pen.text((px(52), px(9)), "示 例 证 件 样 本", (36, 34, 34), _font("Sans", "Regular", 12 * POINT), anchor="ma")
    pen.text((px(52), px(18)), "居 民 身 份 证", (36, 34, 34), _font("Sans", "Bold", 17 * POINT), anchor="ma")
    year = int(rng.integers(2010, 2025))
    for y, name, text in ((37, "签发机关", "示例市公安局样板分局"), (44, "有效期限", f"{year}.05.12-{year + 20}.05.12")):
        pen.text((px(20), px(y)), name, (36, 34, 34), _font("Sans", "Bold", 7 * POINT))
        pen.text((px(36), px(y)), text, (36, 34, 34), _font("Sans", "Regular", 7.5 * POINT))
    return CARD, np.array(canvas)


KINDS: dict[str, Maker] = {
    "form": _form,
    "contract": _contract,
    "certificate": _certificate,
    "licence": _licence,
    "booklet": _booklet,
    "copy": _copy,
    "letter": _letter,
    "receipt": _receipt,
    "pencil": _pencil,
    "handwriting": _handwriting,
    "sparse": _sparse,
    "blank": _blank,
    "card_front": _card_front,
    "card_back": _card_back,
}
WRITTEN = tuple(kind for kind in KINDS if kind != "blank")
"""Kinds with something on them."""


# --- what they are made of --------------------------------------------------------------------------------------------


def px(millimetres: float) -> int:
    return round(millimetres / 25.4 * DPI)


def _sheet(parts: tuple[Part, ...], rng: np.random.Generator, size: tuple[float, float], points: float) -> Sheet:
    tone, warm = int(rng.integers(228, 252)), int(rng.integers(0, 9))
    return Sheet(parts, size, (tone, tone - warm // 2, tone - warm), body=points * POINT)


def _drawn(sheet: Sheet) -> Pixels:
    return np.asarray(cv2.cvtColor(draw(sheet), cv2.COLOR_RGB2BGR), np.uint8)


def _paper(size: tuple[float, float], rng: np.random.Generator) -> Pixels:
    return _drawn(Sheet(size=size, paper=_sheet((), rng, size, 11).paper))


def _ground(size: tuple[float, float], rng: np.random.Generator, tone: tuple[int, int, int]) -> Pixels:
    """A card's tinted ground with fine waves."""
    colour = np.empty((px(size[1]), px(size[0]), 3), np.uint8)
    colour[:] = np.clip(np.array(tone) + rng.integers(-6, 7), 0, 255)
    xs = np.arange(colour.shape[1])
    for n in range(0, colour.shape[0], px(1.5)):
        ys = (n + px(1) * np.sin(xs / px(9) + n)).round()
        cv2.polylines(colour, [np.stack((xs, ys), 1).astype(np.int32)], False, (226, 214, 208), 1, cv2.LINE_AA)
    return colour


def _pen(colour: Pixels) -> tuple[ImageDraw.ImageDraw, Image.Image]:
    """For drawing with Pillow in B, G, R: colours are given in that order."""
    canvas = Image.fromarray(colour)
    return ImageDraw.Draw(canvas), canvas


def _font(family: str, weight: str, millimetres: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"Noto{family}CJK-{weight}.ttc"), millimetres / 25.4 * DPI, index=SIMPLIFIED)


def _by_hand(colour: Pixels, text: str, at: tuple[float, float], size: float, tool: hand.Tool, rng: np.random.Generator) -> None:
    """In millimetres."""
    hand.write(colour, text, (px(at[0]), px(at[1])), px(size), tool, _font("Serif", "Regular", size), rng)


def _scrawl(
    colour: Pixels, rng: np.random.Generator, tool: hand.Tool, *, lines: int, size: float, top: float | None = None
) -> None:
    """Lines by hand from ``top`` down, or somewhere near the end."""
    high, wide = colour.shape[0] / DPI * 25.4, colour.shape[1] / DPI * 25.4
    y = top if top is not None else rng.uniform(high * 0.7, high * 0.85)
    for _ in range(lines):
        if y + 2 * size > high:
            break
        text = _sentences(rng, 1) if lines > 3 else f"{_name(rng)}　{_date(rng)}"
        _by_hand(colour, text[: int((wide - 45) / size / 1.05)], (18 + rng.uniform(0, 6), y), size, tool, rng)
        y += size * rng.uniform(1.45, 1.8)


def _name(rng: np.random.Generator) -> str:
    return str(rng.choice(list("刘陈张王李何江周温郭林吴"))) + str(rng.choice(GIVEN))


def _number(rng: np.random.Generator) -> str:
    return f"510100{rng.integers(1950, 2006)}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}{rng.integers(0, 1000):03d}*"


def _date(rng: np.random.Generator) -> str:
    return f"{rng.integers(2016, 2027)}年{rng.integers(1, 13)}月{rng.integers(1, 29)}日"


def _seal(rng: np.random.Generator, chance: float) -> str:
    return str(rng.choice(SEALS)) if rng.random() < chance else ""


def _sentences(rng: np.random.Generator, count: int) -> str:
    return "".join(str(rng.choice(SENTENCES)) for _ in range(count))


def _value(label: str, rng: np.random.Generator) -> str:
    if "号" in label:
        return _number(rng) if "证" in label or "身份" in label else f"028-0000{rng.integers(1000, 9999)}"
    if "日期" in label or "时间" in label:
        return _date(rng)
    if "姓名" in label or "人" in label:
        return _name(rng)
    return str(rng.choice(VALUES))


NUMERALS = "一二三四五六七八九十甲乙丙丁"
LABELS = (
    "姓名 性别 民族 出生日期 证件号码 联系电话号 参保地 就医地 户籍地址 现住址 工作单位 职业 文化程度 婚姻状况 开户银行 "
    "登记日期 起止时间 代办人 户主姓名 与户主关系 险种类型 备案类型 医疗机构 科室 申请事由 备注"
).split()
VALUES = "示例区样板街道 四川示例公司 汉族 已婚 大学本科 城乡居民 租住 技术员 无 示例中心医院".split()
GIVEN = "试安 测宁 示例 样本 演示 试港 测平".split()
SEALS = "示例区样板社区居委会 四川示例电子科技公司 示例市人力资源专用 示例医院医务部".split()
FORMS = "基本医疗保险异地就医备案登记表 社会保险待遇申请表 就业失业登记表 户口迁移申请表 公积金提取申请表 灵活就业登记表".split()
CONTRACTS = ("劳 动 合 同 书", "房屋租赁合同", "培训服务协议", "劳务派遣协议")
CERTIFICATES = ("居 住 证 明", "在 职 证 明", "无 违 法 记 录 证 明", "情 况 说 明", "亲 属 关 系 证 明", "毕 业 证 明")
LICENCES = ("营　业　执　照", "不 动 产 权 证 书", "职业资格证书", "结　婚　证")
OFFICES = ("示例市示例区样板社区居民委员会", "四川示例电子科技有限公司", "示例市人力资源和社会保障局", "示例市示例医院")
SENTENCES = (
    "因长期在外地居住，需在居住地就医并直接结算医疗费用。",
    "以上情况属实，如有不实，愿意承担相应的法律责任。",
    "甲方依法为乙方缴纳社会保险费，乙方应缴部分由甲方代扣代缴。",
    "自备案之日起生效，备案有效期内可在备案地定点医疗机构就医。",
    "乙方每日工作八小时，每周休息二日，加班按国家规定支付报酬。",
    "租金每月一千二百元，按季支付，押金在合同终止时无息退还。",
    "请在收到本通知之日起十五个工作日内携带原件到窗口核验。",
    "申请人应当如实提交有关材料和反映真实情况。",
    "经审查，申请材料齐全，符合法定形式，予以登记。",
    "本页内容涂改无效，复印件须加盖公章并注明与原件一致。",
)
ENGLISH = (
    "this is to certify that the above named person has been employed by our company since and his present annual salary "
    "amounts to we kindly request your office to grant every assistance address telephone number department university "
    "degree conferred registration validity insurance hospital treatment discharge summary enclosed please find statement"
)
