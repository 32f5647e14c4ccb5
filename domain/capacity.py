"""What a person of so many years may do here: one table, each line with the law it rests on. Years are ``domain.identity.age``."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Capacity(StrEnum):
    """民事行为能力, by age alone: that somebody of age lacks it (民法典 21, 22) no chip says, and a window has to find out."""

    NONE = "none"
    LIMITED = "limited"
    FULL = "full"


class Bound(Struct, frozen=True):
    """From ``years`` full years on ``then`` holds, ``below`` before. ``law``: where it stands; a rule of our own is called so."""

    years: int
    below: str
    then: str
    law: str


ACTS = Bound(8, "无民事行为能力，由法定代理人代理", "限制民事行为能力，可以做与年龄、智力相适应的事", "民法典第十九条、第二十条")
SENSITIVE = Bound(
    14, "个人信息是敏感个人信息，须监护人同意，按专门规则处理", "按一般规则处理", "个人信息保护法第二十八条、第三十一条"
)
ALONE = Bound(
    16,
    "由监护人申请",
    "可以自己在终端申请",
    "民法典第十八条第二款；未满十六周岁由监护人申请，是各事项目录和本终端的规则",
)
OF_AGE = Bound(18, "未成年人，由法定代理人代理或者同意；不作受托人、监护人", "成年人，完全民事行为能力", "民法典第十七条、第十八条")
TABLE = (ACTS, SENSITIVE, ALONE, OF_AGE)


def capacity(years: int) -> Capacity:
    if years < ACTS.years:
        return Capacity.NONE
    return Capacity.LIMITED if years < OF_AGE.years else Capacity.FULL


def applies_alone(years: int) -> bool:
    """Whether a person applies for themselves at a terminal, with nobody beside them."""
    return years >= ALONE.years


def acts_for_another(years: int) -> bool:
    """Whether a person may be 受托人, 监护人 or 经办人 here."""
    return years >= OF_AGE.years


def has_guardian(years: int) -> bool:
    """Whether a guardian may apply for this person: a minor."""
    return years < OF_AGE.years


def is_sensitive(years: int) -> bool:
    """Whether everything about this person is sensitive personal information."""
    return years < SENSITIVE.years
