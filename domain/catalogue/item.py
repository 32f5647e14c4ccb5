"""The joint catalogue's own words (规程 Art. 6): items 事项, their situations 情形, and the materials 材料 a situation needs.

Field names and codes follow the national implementation list (实施清单; 国家政务服务平台 element tables). Codes stay strings:
local lists differ. It says nothing about terminals; that is an opening's business (``opening.py``).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=400)]
Title = Annotated[str, Meta(min_length=1, max_length=120)]
"""What travels in messages to the centre as well; theirs is the limit."""
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}$")]

English = dict[Text, Text]
"""A thing's own Chinese sentences → the same in English (``english.py``)."""

ApplicantKind = Literal["self", "agent", "guardian", "legal_person"]
"""Who stands at the terminal in this situation: 本人, 受托人 (授权委托书), 监护人, 法人的经办人."""

HandlingMode = Literal["online", "proxy_intake", "multi_site", "onsite"]
"""全程网办, 异地代收代办, 多地联办, 须本人到场 (国办发〔2020〕35号)."""

KioskRole = Literal["full_intake", "pre_fill", "query_print", "online_only", "none"]
"""What a terminal can truthfully do: 收件, 预填后到窗口, 查询打印, 只作网办引导, 不提供."""


class Material(Struct, frozen=True):
    """材料, with the national codes: ``necessity`` 1 必要 2 非必要 3 容缺后补; ``material_kind`` 1 证件证书证明 2 申请表格文书
    3 其他; ``copy_kind`` 1 原件 2 复印件 3 原件核验后留影像; ``medium`` 1 纸质 2 电子 3 两者; ``source`` 10 自备 20
    政府部门核发 99 其他.

    ``accept_points`` are the home department's points of review (受理标准), shown to whoever pre-checks. ``waive_when``: in
    which case it need not be given (政务数据共享条例). ``sides``: pictures one document takes, 2 for a card with a back.
    ``title_words``: what stands at its head.
    """

    material_id: Id
    name: Text
    necessity: Literal["1", "2", "3"]
    material_kind: Literal["1", "2", "3"]
    copy_kind: Literal["1", "2", "3"]
    medium: Literal["1", "2", "3"]
    copies: Annotated[int, Meta(ge=1, le=20)]
    source: Text
    original_must_be_checked: bool
    issuing_dept: str | None = None
    e_licence_substitute: str | None = None
    waive_when: str | None = None
    template: str | None = None
    note: str | None = None
    accept_points: tuple[Text, ...] = ()
    sample: Id | None = None
    title_words: tuple[Text, ...] = ()
    sides: Annotated[int, Meta(ge=1, le=2)] = 1
    sheet: Literal["application", "promise"] = "application"
    """By which template it is set, where it is filled in and signed on the terminal."""
    english: English = {}


class Situation(Struct, frozen=True):
    """情形: ``question`` is what the citizen is asked, ``name`` what it is called on paper. An override replaces the item's
    value."""

    situation_id: Id
    name: Text
    question: Text
    materials: Annotated[tuple[Material, ...], Meta(min_length=1)]
    applicant: ApplicantKind = "self"
    note: str | None = None
    handling_modes_override: tuple[HandlingMode, ...] | None = None
    kiosk_role_override: KioskRole | None = None
    fee_override: Annotated[int, Meta(ge=0)] | None = None
    english: English = {}


class Answer(Struct, frozen=True):
    """One answer of the tree, and where it leads: to another question or to a situation, never to both."""

    text: Text
    question: Id | None = None
    situation: Id | None = None


class Question(Struct, frozen=True):
    """A fork of the situation tree (情形树). The item's first question is its root; an item without questions lists its
    situations."""

    question: Id
    text: Text
    answers: Annotated[tuple[Answer, ...], Meta(min_length=1, max_length=8)]
    english: English = {}


class Limit(Struct, frozen=True):
    """A time limit as the catalogue states it; ``value`` null when none is fixed. ``unit``: workday, calendar_day, immediate."""

    value: int | None = None
    unit: str | None = None
    note: str | None = None


class Fee(Struct, frozen=True):
    """收费项目; ``when``: the situations it belongs to, none for all."""

    name: Text
    amount_yuan: Annotated[int, Meta(ge=0)]
    basis: Text
    when: tuple[Id, ...] = ()


class Express(Struct, frozen=True):
    """寄递: whether materials and results may travel by parcel. Each leg is paid by who sends it (规程 Art. 8(3))."""

    materials: bool
    result: bool
    cost_borne_by: Text


class Result(Struct, frozen=True):
    """办理结果."""

    name: Text
    type: Text
    electronic: bool
    validity: str | None = None


class Item(Struct, frozen=True):
    """事项. A version is good from ``since`` to ``until``, both days included; ``changed`` says what is new in it, ``batch``
    with which list it was released (分批公布, Art. 4). ``owner``: the party that answers for it; null for the joint list.
    ``keywords``: what people call it. ``pinyin``: how ``name``, ``short_name`` and each keyword are read, in this order, syllables
    parted by spaces, ü as v.
    """

    item_id: Id
    name: Title
    short_name: Text
    topic: Text
    basic_code_demo: Text
    implementing_dept_role: Text
    promised_limit: Limit
    is_charged: bool
    on_site_visits: int
    situations: Annotated[tuple[Situation, ...], Meta(min_length=1)]
    acceptance_conditions: tuple[str, ...] = ()
    item_type: str = "20"
    service_objects: tuple[str, ...] = ("1",)
    project_type: str = "2"
    exercise_levels: tuple[str, ...] = ()
    statutory_limit: Limit = Limit()
    special_procedures: tuple[str, ...] = ()
    fees: tuple[Fee, ...] = ()
    on_site_reason: str | None = None
    handling_modes: tuple[HandlingMode, ...] = ()
    cross_region_scope: str = "3"
    express: Express | None = None
    delivery_ways: tuple[str, ...] = ()
    kiosk_role: KioskRole = "full_intake"
    agent_allowed: bool = False
    minor_rule: str | None = None
    flow: tuple[str, ...] = ()
    result: Result | None = None
    legal_basis: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    version: Annotated[int, Meta(ge=1)] = 1
    since: date | None = None
    until: date | None = None
    changed: str | None = None
    batch: str | None = None
    owner: Id | None = None
    keywords: tuple[Text, ...] = ()
    pinyin: tuple[Text, ...] = ()
    english: English = {}

    def situation(self, situation_id: str) -> Situation | None:
        return next((s for s in self.situations if s.situation_id == situation_id), None)


class Bundle(Struct, frozen=True):
    """一件事: items that one occasion in life needs together, in the order they are done."""

    bundle: Id
    name: Title
    occasion: Text
    items: Annotated[tuple[Id, ...], Meta(min_length=2)]
    english: English = {}
