"""What a person may ask of their own information (PIPL 44–47): look it up, get a copy, have it put right, have it deleted.

Only the home desk can open a case, so only it answers, within working days, on paper, handed over as a result is. A request names
the case and what it is about in codes: the centre passes on what identifies nobody.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.case.rights import State
from domain.protection.groups import Group

Kind = Literal["access", "copy", "correct", "delete"]
By = Literal["receipt", "window", "terminal"]
Outcome = Literal["granted", "refused"]
DAYS = 15
"""Working days for the answer. The law says 及时; GB/T 35273-2020, 8.7: within thirty days."""
KINDS: dict[Kind, str] = {"access": "查阅", "copy": "复制", "correct": "更正", "delete": "删除"}
LAW = "《中华人民共和国个人信息保护法》"
ARTICLES: dict[Kind, str] = {
    "access": "第四十五条第一款",
    "copy": "第四十五条第一款",
    "correct": "第四十六条",
    "delete": "第四十七条第一款",
}


class Cannot(Struct, frozen=True):
    """Why something can no longer be done, as the applicant reads it. ``states``: where it holds; empty: anywhere."""

    code: str
    kinds: frozenset[Kind]
    words: str
    states: frozenset[State] = frozenset()


_DECIDED = frozenset({State.DECIDED, State.RESULT_SENT, State.DELIVERED, State.CLOSED})
_RUNNING = frozenset(State) - {State.CLOSED}
CANNOT: tuple[Cannot, ...] = (
    Cannot(
        "decided",
        frozenset({"correct"}),
        "办理单位已经根据当时提交的内容作出决定，申请材料是决定的依据，不能再改；结果有误的，可以申请变更或者换发",
        _DECIDED,
    ),
    Cannot(
        "signed",
        frozenset({"correct"}),
        "您签名确认的表单和材料是办件的原始记录，不能改动；更正内容已经另附说明，与原件一起保存",
        frozenset(),
    ),
    Cannot("card", frozenset({"correct"}), "身份信息由证件芯片读出，与证件一致；证件本身有误的，请向签发机关申请更正", frozenset()),
    Cannot("running", frozenset({"delete"}), "办件正在办理，处理目的还没有实现；可以先撤回申请，办结归档后按期删除", _RUNNING),
    Cannot(
        "kept",
        frozenset({"delete"}),
        "法律、行政法规规定的保存期限没有届满，到期由程序删除；期满以前只保存，不作其他处理",
        frozenset(),
    ),
    Cannot(
        "person", frozenset({"access", "copy", "correct", "delete"}), "不能确认提出请求的是信息的本人或者他的代理人", frozenset()
    ),
)
REASONS = {one.code: one.words for one in CANNOT}
DELETED = "deleted"
"""The one answer the centre gives by itself: nothing is kept any more."""


def reasons(kind: Kind, state: State) -> tuple[Cannot, ...]:
    """Why a request of this kind may be refused where a case stands."""
    return tuple(one for one in CANNOT if kind in one.kinds and (not one.states or state in one.states))


class Asked(Struct, frozen=True):
    """What somebody said at the window, sealed to the home desk. ``by``: the clerk who wrote it down."""

    v: Literal[1]
    case: Annotated[str, Meta(max_length=64)]
    kind: Kind
    groups: tuple[Group, ...]
    text: Annotated[str, Meta(max_length=2000)]
    by: Annotated[str, Meta(max_length=40)]
    at: Annotated[str, Meta(max_length=40)]

    def __repr__(self) -> str:
        return "Asked(…)"


def encode(asked: Asked) -> bytes:
    return msgspec.json.encode(asked)


def decode(plain: bytes) -> Asked:
    """``ValueError`` (msgspec) when the bytes are none."""
    return msgspec.json.decode(plain, type=Asked)
