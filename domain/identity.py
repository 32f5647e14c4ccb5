"""Who a document's chip says its holder is, and whether what it says can be taken.

The frame's XOR misses paired flips, so the chip's own redundancy is checked too: number, birth date and sex must agree.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from domain.idnumber import NumberFault, NumberKind, check_number, former_number, plain_date

_LONG_TERM = "长期"

SEX = {"0": "未知", "1": "男", "2": "女", "9": "未说明"}
"""GB/T 2261.1. Anything but 1 is *not* female."""

# GB/T 3304; 97 and 98 as cards carry them.
_NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
).split()
NATION = {f"{code:02d}": name for code, name in enumerate(_NATIONS, start=1)} | {"97": "其他", "98": "外国血统中国籍人士"}


class Document(StrEnum):
    """What a person proved their identity with."""

    RESIDENT = "resident"
    HK_MACAU_TAIWAN = "hkmt"
    FOREIGN_2017 = "foreign_2017"
    FOREIGN_2023 = "foreign_2023"


_NUMBERS = {
    Document.RESIDENT: NumberKind.RESIDENT,
    Document.HK_MACAU_TAIWAN: NumberKind.HK_MACAU_TAIWAN,
    Document.FOREIGN_2017: NumberKind.FOREIGN_2017,
    Document.FOREIGN_2023: NumberKind.FOREIGN_2023,
}
_FOREIGN = (Document.FOREIGN_2017, Document.FOREIGN_2023)


class NewestAddress(StrEnum):
    """What the chip said beside the printed address."""

    SAME = "same"
    """None, or the printed one."""
    NEWER = "newer"
    UNREAD = "unread"
    """It could not be read: the printed one may be out of date."""


class Identity(Struct, frozen=True):
    """申请人 as read from the chip of a document. ``valid_to`` null means 长期; empty is what the chip does not have.

    ``name`` is the Chinese name, which a foreigner need not have (then ``english_name`` is there). ``address`` is the one to use;
    where the chip holds a newer one than is printed, that one, and ``printed_address`` is the other. ``nationality``: three
    letters (ISO 3166-1). ``permit``: number of the travel permit. ``former``: a foreigner's number before 2023.
    """

    name: str
    number: str
    sex: str
    nation: str
    birth: date
    address: str
    authority: str
    valid_from: date
    valid_to: date | None
    document: Document = Document.RESIDENT
    english_name: str = ""
    nationality: str = ""
    permit: str = ""
    former: str = ""
    printed_address: str = ""
    newest_address: NewestAddress | None = None
    """Null where it was not asked: a document without an address."""

    def __repr__(self) -> str:
        return "Identity(…)"

    @property
    def shown_name(self) -> str:
        """The name a person is called by here: the Chinese one if the document has one."""
        return self.name or self.english_name


class ClaimedIdentity(Struct, frozen=True):
    """Who somebody says to be, by a card that anybody could have made. Never an :class:`Identity`: nothing is opened by it."""

    name: str
    number: str
    birth: date

    def __repr__(self) -> str:
        return "ClaimedIdentity(…)"


class IdentityFault(StrEnum):
    """Why a card that was read is not taken; the values are codes of ``kiosk/faults.toml``."""

    UNREADABLE = "card_unreadable"
    BAD_NUMBER = "card_bad_number"
    EXPIRED = "card_expired"


def judge(
    document: Document,
    *,
    number: str,
    sex: str,
    birth: str,
    valid_from: str,
    valid_to: str,
    today: date,
    name: str = "",
    english_name: str = "",
    nation: str = "",
    nationality: str = "",
    address: str = "",
    newest_address: str | None = None,
    authority: str = "",
    permit: str = "",
    former: str = "",
) -> Identity | IdentityFault:
    """Judge the text of a chip: number, its agreement with birth date and sex, and the period of validity.

    ``newest_address`` null: could not be read. Names are kept as given.
    """
    facts = check_number(number, today)
    if isinstance(facts, NumberFault) or facts.kind is not _NUMBERS[document]:
        return IdentityFault.BAD_NUMBER
    born = plain_date(birth)
    # A number of 2017 has two digits of the year: the century is the chip's.
    written = "%y%m%d" if document is Document.FOREIGN_2017 else "%Y%m%d"
    if born is None or born > today or born.strftime(written) != facts.birth.strftime(written):
        return IdentityFault.BAD_NUMBER
    if sex in ("1", "2") and facts.sex not in (None, sex):
        return IdentityFault.BAD_NUMBER
    start, end = plain_date(valid_from), plain_date(valid_to)
    named = english_name if document in _FOREIGN else name
    if not named.strip() or sex not in SEX or start is None or (end is None and valid_to.strip() != _LONG_TERM):
        return IdentityFault.UNREADABLE
    if start > today or (end is not None and end < today):
        return IdentityFault.EXPIRED
    address, newest = address.strip(), (newest_address or "").strip()
    newer = bool(newest) and newest != address
    return Identity(
        name=name.strip(" "),
        number=number.upper(),
        sex=SEX[sex],
        nation=NATION.get(nation, "其他") if document is Document.RESIDENT else "",
        birth=born,
        address=newest if newer else address,
        authority=authority.strip(),
        valid_from=start,
        valid_to=end,
        document=document,
        english_name=english_name.strip(" "),
        nationality=nationality,
        permit=permit,
        former=former_number(nationality, number, former) or "",
        printed_address=address if newer else "",
        newest_address=_newest(newest_address, newer) if address else None,
    )


def document_name(document: str, number: str) -> str:
    """What people call the document."""
    if document == Document.HK_MACAU_TAIWAN:
        return "台湾居民居住证" if number.startswith("83") else "港澳居民居住证"
    return "外国人永久居留身份证" if document in _FOREIGN else "居民身份证"


def claimed(*, name: str, number: str, birth: str, today: date) -> ClaimedIdentity | IdentityFault:
    """Judge what a social security card says: its number by itself, and its agreement with the birth date where one is given."""
    facts = check_number(number, today)
    if isinstance(facts, NumberFault) or (birth and birth != facts.birth.strftime("%Y%m%d")):
        return IdentityFault.BAD_NUMBER
    if not name.strip():
        return IdentityFault.UNREADABLE
    return ClaimedIdentity(name=name.strip(), number=number.upper(), birth=facts.birth)


def age(birth: date, today: date) -> int:
    """Full years (民法典 199: counted by birthdays)."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _newest(given: str | None, newer: bool) -> NewestAddress:
    if given is None:
        return NewestAddress.UNREAD
    return NewestAddress.NEWER if newer else NewestAddress.SAME
