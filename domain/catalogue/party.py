"""Parties 签约方 of any level and any number (规程 Art. 3), their windows 窗口, opening hours, holidays, contacts 联络人 (Art.
5) and keys."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.catalogue.item import English, Id, Text, Title

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Hours(Struct, frozen=True):
    """Open from ``begins`` to ``ends`` (China time) on these ISO weekdays, 1 Monday to 7 Sunday. Work days are the party's
    calendar's."""

    weekdays: Annotated[tuple[Annotated[int, Meta(ge=1, le=7)], ...], Meta(min_length=1)]
    begins: Clock
    ends: Clock


class Window(Struct, frozen=True):
    """A window, or a hall with windows. ``intake``: takes in for other places; ``home_desk``: the home place's own 专窗."""

    window: Id
    name: Text
    address: Text
    phone: Text
    hours: tuple[Hours, ...] = ()
    intake: bool = True
    home_desk: bool = False
    english: English = {}


class Contact(Struct, frozen=True):
    """One line of the joint contact table (Art. 5(4)), good from ``since`` to ``until``. Windows see all, the public only
    ``public`` ones."""

    name: Text
    duty: Text
    phone: Text
    since: date
    until: date | None = None
    public: bool = False


class DayOff(Struct, frozen=True):
    """A day that differs from the province's calendar here: 火把节, 彝族年; ``works``: a day worked instead."""

    day: date
    name: Text
    works: bool = False


class PartyKey(Struct, frozen=True):
    """``seal``: an age recipient cases are sealed to; ``approve``: an Ed25519 key (hex) its item administrators sign with."""

    use: Literal["seal", "approve"]
    key_id: Id
    public: Annotated[str, Meta(min_length=32, max_length=200)]
    since: date
    until: date | None = None


class Party(Struct, frozen=True):
    """签约方. ``level`` as in use_level: 2 省, 3 市（州）, 4 县（市、区）, 5 镇（乡、街道）, 6 村（社区）. ``division``: GB/T
    2260, where it has one (development zones have none). ``uscc``: 统一社会信用代码 of its management body 政务服务管理机构.
    ``desk`` and ``phone`` are the home desk's; ``parent`` the party above it."""

    party: Id
    name: Title
    level: Literal["2", "3", "4", "5", "6"]
    desk: Text
    phone: Text
    division: str | None = None
    uscc: str | None = None
    body: str | None = None
    parent: Id | None = None
    windows: tuple[Window, ...] = ()
    contacts: tuple[Contact, ...] = ()
    days_off: tuple[DayOff, ...] = ()
    keys: tuple[PartyKey, ...] = ()
    english: English = {}
