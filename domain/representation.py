"""Who applies for whom: what is asked of somebody who acts for another (受托人, 监护人, 经办人), or whose document has no chip.

Fields are data, as in any form; what holds between them, and between them and the card that was read, is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from domain import capacity, uscc
from domain.catalogue.form import Field, Option, When
from domain.catalogue.item import ApplicantKind
from domain.identity import Identity, age, document_name
from domain.idnumber import NumberFacts, NumberFault, NumberKind, check_number, plain_date


class Paper(StrEnum):
    """Documents whose chip no reader here reads, or that have none; and the cards, for who is not here to lay theirs."""

    RESIDENT = "resident"
    HK_MACAU_TAIWAN = "hkmt"
    FOREIGN = "foreign"
    TEMPORARY = "temporary"
    OLD_FOREIGN = "old-foreign"
    PASSPORT = "passport"
    HK_MACAU_PERMIT = "hm-permit"
    TAIWAN_PERMIT = "tw-permit"
    HOUSEHOLD = "household"
    BIRTH = "birth"


PAPERS: dict[Paper, str] = {
    Paper.RESIDENT: "居民身份证",
    Paper.HK_MACAU_TAIWAN: "港澳台居民居住证",
    Paper.FOREIGN: "外国人永久居留身份证",
    Paper.TEMPORARY: "临时居民身份证",
    Paper.OLD_FOREIGN: "外国人永久居留证（旧版）",
    Paper.PASSPORT: "护照",
    Paper.HK_MACAU_PERMIT: "港澳居民来往内地通行证",
    Paper.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
    Paper.HOUSEHOLD: "户口簿",
    Paper.BIRTH: "出生医学证明",
}
_PAPERS = {paper.value: paper for paper in Paper}
CHIPLESS = (Paper.TEMPORARY, Paper.PASSPORT, Paper.HK_MACAU_PERMIT, Paper.TAIWAN_PERMIT, Paper.OLD_FOREIGN, Paper.HOUSEHOLD)
"""What a person may identify themselves with at the window instead of a card, in the order they are offered."""
OF_A_CHILD = (Paper.HOUSEHOLD, Paper.BIRTH)
OF_A_PRINCIPAL = (
    Paper.RESIDENT,
    Paper.TEMPORARY,
    Paper.HK_MACAU_TAIWAN,
    Paper.FOREIGN,
    Paper.PASSPORT,
    Paper.HK_MACAU_PERMIT,
    Paper.TAIWAN_PERMIT,
)
RELATIONS = {"father": "父亲", "mother": "母亲", "grandparent": "祖父母、外祖父母", "sibling": "兄、姐", "other": "其他监护人"}
"""民法典第二十七条, in its order of guardians."""
SCOPES = {"submit": "只替他交材料", "submit-collect": "替他交材料，也替他取结果"}

CONSENT = "我是孩子的监护人，看过上面的说明，同意为办这件事使用孩子的信息"
_MOST_NUMBER = 30


def fields(kind: ApplicantKind, chipless: bool = False, ward_card: bool = False, sensitive: bool = True) -> tuple[Field, ...]:
    """What is asked of whoever stands here. ``chipless``: they could not be read from a chip. ``ward_card``: the child's card was
    read; ``sensitive``: its holder is under 14, or nobody knows.
    """
    own = (_name("own-name", "您的姓名"), _number("own-number", "证件号码")) if chipless else ()
    if kind == "guardian":
        return (*own, *(() if ward_card else _CHILD), _RELATION, *((_CONSENT,) if sensitive or not ward_card else ()))
    return (*own, *_OF[kind])


def group(field: str) -> str:
    """Which fields stand on a screen together: by whom they are of."""
    return "guardian" if field in ("relation", "consent") else field.partition("-")[0]


def errors(
    given: Mapping[str, str],
    kind: ApplicantKind,
    today: date,
    *,
    paper: Paper | None = None,
    holder: Identity | None = None,
    ward: Identity | None = None,
) -> dict[str, str]:
    """What holds between the answers, by field: the sentence says what to do. Each answer by itself was checked before.

    ``paper``: the document of whoever stands here, if no chip was read; ``holder``: by the chip; ``ward``: the child, by the chip.
    """
    found: dict[str, str | None] = {}
    own = holder.number if holder else given.get("own-number", "").upper()
    if paper is not None and own:
        found["own-number"] = number_error(paper, own, today)
    if kind == "agent":
        found |= _agent(given, own, today)
    elif kind == "guardian" and ward is None:
        found |= _child(given, own, today)
    elif kind == "legal_person" and not uscc.valid(given.get("body-code", "")):
        found["body-code"] = "代码不对，请对照营业执照上的 18 位统一社会信用代码再看一遍"
    return {name: text for name, text in found.items() if text}


def number_error(paper: Paper, number: str, today: date) -> str | None:
    """What is wrong with the number of such a document: exactly, where it has a check character; else by its shape."""
    wanted = _CHECKED.get(paper)
    if wanted is not None:
        facts = check_number(number, today)
        return None if isinstance(facts, NumberFacts) and facts.kind in wanted else f"号码不对，请对照{PAPERS[paper]}再看一遍"
    return None if _SHAPES[paper].fullmatch(number) else f"请对照{PAPERS[paper]}填写号码，字母和数字都要填全"


def birth_of(number: str, today: date) -> date | None:
    """The day of birth a number says, where it says one."""
    facts = check_number(number, today)
    return None if isinstance(facts, NumberFault) else facts.birth


def child_birth(given: Mapping[str, str], today: date) -> date | None:
    """The child's day of birth by its papers: as given, or as the number says."""
    return plain_date(given.get("ward-birth", "").replace("-", "")) or birth_of(given.get("ward-number", "").upper(), today)


def document_words(document: str, number: str) -> str:
    """What people call a document, read or stated."""
    known = {paper.value: text for paper, text in PAPERS.items()}
    read = document in ("resident", "hkmt", "foreign_2017", "foreign_2023")
    return document_name(document, number) if read else known.get(document, document)


def _agent(given: Mapping[str, str], own: str, today: date) -> dict[str, str | None]:
    number, document = given.get("principal-number", "").upper(), _PAPERS.get(given.get("principal-document", ""))
    found: dict[str, str | None] = {}
    if document is not None:
        found["principal-number"] = number_error(document, number, today)
    if number and number == own:
        found["principal-number"] = "这是您自己的号码，请填委托您的那个人的证件号码"
    until = plain_date(given.get("authority-until", "").replace("-", ""))
    if given.get("authority-term") == "until" and until is not None and until < today:
        found["authority-until"] = "委托书已经过了期限，请委托人重新写一份"
    return found


def _child(given: Mapping[str, str], own: str, today: date) -> dict[str, str | None]:
    number, document = given.get("ward-number", "").upper(), _PAPERS.get(given.get("ward-document", ""))
    found: dict[str, str | None] = {}
    if document is not None:
        found["ward-number"] = number_error(document, number, today)
    if number and number == own:
        found["ward-number"] = "这是您自己的号码，请填孩子的"
    birth = plain_date(given.get("ward-birth", "").replace("-", ""))
    said = birth_of(number, today)
    if birth is None or birth > today:
        found["ward-birth"] = "请选孩子的出生日期"
    elif said is not None and said != birth:
        found["ward-birth"] = "出生日期和号码里的不一样，请对照证件再看一遍"
    elif not capacity.has_guardian(age(birth, today)):
        found["ward-birth"] = "已经满 18 周岁，请由本人申请，或者带委托书代办"
    return found


def _name(field: str, label: str, hint: str = "") -> Field:
    return Field(field, label, "name", hint=hint, max_length=50)


def _number(field: str, label: str, hint: str = "照着证件填，字母也要填") -> Field:
    return Field(field, label, "text", hint=hint, max_length=_MOST_NUMBER)


def _choice(field: str, label: str, options: Mapping[str, str], hint: str = "") -> Field:
    return Field(field, label, "choice", options=tuple(Option(value, text) for value, text in options.items()), hint=hint)


_AGENT = (
    _name("principal-name", "委托人（您替谁办）的姓名"),
    _choice("principal-document", "委托人用哪种证件", {p.value: PAPERS[p] for p in OF_A_PRINCIPAL}),
    _number("principal-number", "委托人的证件号码"),
    Field("authority-matter", "委托书上写的是办什么事", "text", hint="照委托书写，比如“补办社会保障卡”", max_length=60),
    _choice("authority-scope", "委托书让您替他做什么", SCOPES),
    _choice("authority-term", "委托到什么时候", {"once": "办完这件事为止", "until": "委托书上写了日期"}),
    Field("authority-until", "委托书上写的最后一天", "date", when=When("authority-term", ("until",))),
)
_CHILD = (
    _choice("ward-document", "孩子用哪种证件", {p.value: PAPERS[p] for p in OF_A_CHILD}),
    _name("ward-name", "孩子的姓名"),
    _number("ward-number", "证件上孩子的号码", "户口簿填公民身份号码，出生医学证明填出生证编号"),
    Field("ward-birth", "孩子的出生日期", "date"),
)
_RELATION = _choice("relation", "您是孩子的", RELATIONS)
_CONSENT = Field("consent", CONSENT, "promise")
_OF: dict[ApplicantKind, tuple[Field, ...]] = {
    "self": (),
    "agent": _AGENT,
    "legal_person": (
        Field("body-name", "单位名称", "text", hint="照营业执照或登记证书填全称", max_length=60),
        Field("body-code", "统一社会信用代码", "uscc", hint="18 位，在营业执照或登记证书上", max_length=18),
    ),
}
_RESIDENT = (NumberKind.RESIDENT,)
_CHECKED: dict[Paper, tuple[NumberKind, ...]] = {
    Paper.RESIDENT: _RESIDENT,
    Paper.TEMPORARY: _RESIDENT,
    Paper.HOUSEHOLD: _RESIDENT,
    Paper.HK_MACAU_TAIWAN: (NumberKind.HK_MACAU_TAIWAN,),
    Paper.FOREIGN: (NumberKind.FOREIGN_2017, NumberKind.FOREIGN_2023),
    Paper.OLD_FOREIGN: (NumberKind.FOREIGN_2017,),
}
_SHAPES: dict[Paper, re.Pattern[str]] = {
    Paper.PASSPORT: re.compile(r"[A-Z0-9]{5,20}"),
    Paper.HK_MACAU_PERMIT: re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
    Paper.TAIWAN_PERMIT: re.compile(r"[0-9]{8}"),
    Paper.BIRTH: re.compile(r"[A-Z][0-9]{9}"),
}
"""Numbers without a check character of their own; the birth certificate's since 1996: a letter and nine digits."""
