"""The catalogue's own words: items 事项, situations 情形, materials 材料, parties 签约方, and what a party has opened here.

The item list (:class:`Item`) is the parties' joint catalogue (规程 Art. 6). It says nothing about terminals. An
:class:`Opening` is a home place's own word that it takes an item's situation in from elsewhere, what proves each
material, which form it wants and how it sends the result.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=400)]
Title = Annotated[str, Meta(min_length=1, max_length=120)]
"""What travels in messages to the centre as well; theirs is the limit."""
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}$")]

Proof = Literal["chip_read", "scan", "signed_form"]
"""What proves a material here: the chip was read, a scan suffices, the form is filled and signed on the terminal."""

DeliveryWay = Literal["pickup_intake", "post_applicant"]


class Material(Struct, frozen=True):
    """材料, with the national codes: ``necessity`` 1 必要 2 非必要 3 容缺后补; ``copy_kind`` 1 原件 2 复印件 3 原件核验后留影像."""

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
    waive_when: str | None = None
    template: str | None = None
    note: str | None = None


class Situation(Struct, frozen=True):
    """情形: ``question`` is what the citizen is asked, ``name`` what it is called on paper."""

    situation_id: Id
    name: Text
    question: Text
    materials: Annotated[tuple[Material, ...], Meta(min_length=1)]


class Limit(Struct, frozen=True):
    """A time limit as the catalogue states it; ``value`` null when none is fixed."""

    value: int | None = None
    unit: str | None = None
    note: str | None = None


class Item(Struct, frozen=True):
    """事项."""

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

    def situation(self, situation_id: str) -> Situation | None:
        return next((s for s in self.situations if s.situation_id == situation_id), None)


class Option(Struct, frozen=True):
    value: Id
    text: Text


class Field(Struct, frozen=True):
    """One question of the generated form. ``promise`` is a statement to be ticked (告知承诺); ``date`` is YYYY-MM-DD."""

    field: Id
    label: Text
    kind: Literal["choice", "date", "text", "digits", "promise"]
    required: bool = True
    options: tuple[Option, ...] = ()
    hint: str = ""
    max_length: Annotated[int, Meta(ge=1, le=200)] = 60


class Opening(Struct, frozen=True):
    """What one home place has opened for taking in elsewhere, one situation at a time."""

    home: Id
    item: Id
    situation: Id
    reason: Text
    """Why chip, scan and signature suffice for it, in the home place's words."""
    proofs: dict[Id, Proof]
    form: tuple[Field, ...]
    delivery: Annotated[tuple[DeliveryWay, ...], Meta(min_length=1)]
    result: Text
    """What the citizen gets in the end, as it is called."""


class Party(Struct, frozen=True):
    """签约方: a home place as the citizen chooses it. ``level`` as in use_level: 3 市（州）, 4 县."""

    party: Id
    name: Text
    level: Literal["2", "3", "4"]
    desk: Text
    phone: Text


class Openings(Struct, frozen=True, forbid_unknown_fields=True):
    version: Title
    demo: bool
    notice: Text
    parties: Annotated[tuple[Party, ...], Meta(min_length=1)]
    openings: tuple[Opening, ...]
