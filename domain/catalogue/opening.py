"""What a home place has opened for taking in elsewhere: one situation at a time, in its own words.

An :class:`Opening` says which way it can be done here, what proves each material, which form it wants, and how the result comes
back.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.catalogue.form import Field
from domain.catalogue.item import Bundle, English, Id, KioskRole, Text, Title
from domain.catalogue.party import Party

Proof = Literal["chip_read", "scan", "signed_form", "original_shown", "posted"]
"""What proves a material here: the chip was read; a scan suffices; the form is filled and signed on the terminal; the original
is shown at the window (a scan is taken along, and the receipt says it is still unproven); the paper itself is handed over and
posted."""

Assurance = Literal["1", "2", "3"]
"""How sure one must be of the person: 1 the chip was read, 2 a clerk compared the person with the document, 3 the person's
biometrics are taken. No terminal reaches 2 by itself: a hall visit to such an item ends 待窗口核验."""

DeliveryWay = Literal["pickup_intake", "post_applicant", "e_licence", "terminal_print", "pickup_home"]


class Online(Struct, frozen=True):
    """全程网办 (Art. 8(1)): the address at the provincial platform, what to prepare before, what to have at hand while doing it."""

    address: Annotated[str, Meta(pattern=r"^https://[^\s]{1,200}$")]
    prepare: tuple[Text, ...] = ()
    at_hand: tuple[Text, ...] = ()


class Opening(Struct, frozen=True):
    """What one home place has opened for one situation. ``way`` is what the terminal does; ``reason`` why that suffices, in the
    home place's words; ``result`` what the citizen gets in the end, as it is called. ``pure_electronic``: it needs no pre-check
    at the intake window. ``window_days``: work days within which it must have seen what is still unproven. Good from ``since``
    to ``until``, both days included. In a file ``form_of`` may name one of its forms instead of ``form``; once loaded it is
    always ``form``.
    """

    home: Id
    item: Id
    situation: Id
    reason: Text
    proofs: dict[Id, Proof]
    delivery: tuple[DeliveryWay, ...]
    result: Text
    form: tuple[Field, ...] = ()
    form_of: Id | None = None
    way: KioskRole = "full_intake"
    assurance: Assurance = "1"
    online: Online | None = None
    pure_electronic: bool = False
    implementing_code: str | None = None
    department: str | None = None
    window_days: Annotated[int, Meta(ge=1, le=60)] = 10
    since: date | None = None
    until: date | None = None
    batch: str | None = None
    english: English = {}


class NotOpen(Struct, frozen=True):
    """Why a situation is not open here, and where it is done instead: said to whoever looks for it (Art. 7)."""

    home: Id
    item: Id
    why: Text
    where: Text
    situation: Id | None = None
    english: English = {}


class Openings(Struct, frozen=True, forbid_unknown_fields=True):
    """A plain file of what all parties have opened. ``openings``: :class:`Opening`, unread; ``forms``: written once, named by
    openings."""

    version: Title
    demo: bool
    notice: Text
    parties: Annotated[tuple[Party, ...], Meta(min_length=1)]
    openings: tuple[msgspec.Raw, ...]
    not_open: tuple[NotOpen, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    forms: dict[Id, tuple[Field, ...]] = {}
    english: English = {}
