"""Identity numbers and the identity a chip gives (GB 11643-1999, ISO 7064 MOD 11-2, ICAO 9303 check digits).

Checks here are exact and need no area tables: old and merged area codes are still on people's cards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from msgspec import Struct

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_FOREIGN_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")
_LONG_TERM = "长期"
OWN_APPLICANT = 16
"""Years from which a person applies alone at a terminal; younger ones come to a window with their guardian (民法典 18–20)."""

SEX = {"0": "未知", "1": "男", "2": "女", "9": "未说明"}
"""GB/T 2261.1. Anything but 1 is *not* female."""

# GB/T 3304; 97 and 98 as cards carry them.
_NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
).split()
NATION = {f"{code:02d}": name for code, name in enumerate(_NATIONS, start=1)} | {"97": "其他", "98": "外国血统中国籍人士"}


class NumberKind(StrEnum):
    RESIDENT = "resident18"
    RESIDENT_OLD = "resident15"
    HK_MACAU_TAIWAN = "hkmt18"
    FOREIGN_2023 = "foreign18"
    FOREIGN_2017 = "foreign15"


class NumberFault(StrEnum):
    """Why a number is none. The values are for logs: they never contain the number."""

    SHAPE = "shape"
    DATE = "date"
    FUTURE = "future"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What a valid number says. ``sex`` is 1 or 2 as in :data:`SEX`; ``None`` where the number does not say."""

    kind: NumberKind
    birth: date
    sex: str | None


def check_number(number: str, today: date) -> NumberFacts | NumberFault:
    """Judge one number. A lower-case x is accepted; full-width digits are not."""
    text = number[:-1] + "X" if number.endswith("x") else number
    if _EIGHTEEN.fullmatch(text):
        return _eighteen(text, today)
    if _FIFTEEN.fullmatch(text):
        birth = _date(f"19{text[6:12]}", today)
        return birth if isinstance(birth, NumberFault) else NumberFacts(NumberKind.RESIDENT_OLD, birth, _sex(text[14]))
    if _FOREIGN_2017.fullmatch(text):
        return _foreign_2017(text, today)
    return NumberFault.SHAPE


def check_character(seventeen: str) -> str:
    """The 18th character for the first seventeen digits (ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(d) * w for d, w in zip(seventeen, _WEIGHTS, strict=True)) % 11]


class Identity(Struct, frozen=True):
    """申请人 as read from the chip of a resident identity card. ``valid_to`` null means 长期."""

    name: str
    number: str
    sex: str
    nation: str
    birth: date
    address: str
    authority: str
    valid_from: date
    valid_to: date | None

    def __repr__(self) -> str:
        return "Identity(…)"


class IdentityFault(StrEnum):
    """Why a card that was read is not taken; the values are codes of ``kiosk/faults.toml``."""

    UNREADABLE = "card_unreadable"
    BAD_NUMBER = "card_bad_number"
    EXPIRED = "card_expired"


def resident(
    *,
    name: str,
    sex: str,
    nation: str,
    birth: str,
    address: str,
    number: str,
    authority: str,
    valid_from: str,
    valid_to: str,
    today: date,
) -> Identity | IdentityFault:
    """Judge the text of a resident card: number, its agreement with birth date and sex, and the period of validity.

    The frame's XOR misses paired flips, so the chip's own redundancy is checked too.
    """
    facts = check_number(number, today)
    if isinstance(facts, NumberFault) or facts.kind is not NumberKind.RESIDENT:
        return IdentityFault.BAD_NUMBER
    if birth != facts.birth.strftime("%Y%m%d") or (sex in ("1", "2") and sex != facts.sex):
        return IdentityFault.BAD_NUMBER
    start, end = _plain_date(valid_from), _plain_date(valid_to)
    if not name.strip() or sex not in SEX or start is None or (end is None and valid_to.strip() != _LONG_TERM):
        return IdentityFault.UNREADABLE
    if start > today or (end is not None and end < today):
        return IdentityFault.EXPIRED
    return Identity(
        name=name.strip(),
        number=number.upper(),
        sex=SEX[sex],
        nation=NATION.get(nation, "其他"),
        birth=facts.birth,
        address=address.strip(),
        authority=authority.strip(),
        valid_from=start,
        valid_to=end,
    )


def age(birth: date, today: date) -> int:
    """Full years (民法典 199: counted by birthdays)."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _eighteen(text: str, today: date) -> NumberFacts | NumberFault:
    if check_character(text[:17]) != text[17]:
        return NumberFault.CHECK
    if text[0] == "9":
        # 9 + province of acceptance (2) + country (3) + birth (8) + sequence (3) + check
        kind = NumberKind.FOREIGN_2023
    else:
        kind = NumberKind.HK_MACAU_TAIWAN if text[:6] in ("810000", "820000", "830000") else NumberKind.RESIDENT
    birth = _date(text[6:14], today)
    return birth if isinstance(birth, NumberFault) else NumberFacts(kind, birth, _sex(text[16]))


def _foreign_2017(text: str, today: date) -> NumberFacts | NumberFault:
    values = [int(c, 36) for c in text[:14]]
    if sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10 != int(text[14]):
        return NumberFault.CHECK
    # Two digits for the year: the youngest reading that is not in the future.
    young = _date(f"20{text[7:13]}", today)
    birth = _date(f"19{text[7:13]}", today) if isinstance(young, NumberFault) else young
    return birth if isinstance(birth, NumberFault) else NumberFacts(NumberKind.FOREIGN_2017, birth, None)


def _sex(digit: str) -> str:
    return "1" if int(digit) % 2 else "2"


def _date(yyyymmdd: str, today: date) -> date | NumberFault:
    day = _plain_date(yyyymmdd)
    if day is None:
        return NumberFault.DATE
    return NumberFault.FUTURE if day > today else day


def _plain_date(yyyymmdd: str) -> date | None:
    if not re.fullmatch(r"[0-9]{8}", yyyymmdd):
        return None
    try:
        return date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:]))
    except ValueError:
        return None
