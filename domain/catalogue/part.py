"""A catalogue in parts, each with an owner: the joint list 事项目录, and one part a party: its record, windows, contacts, openings.

A part is read in two steps: its head at once, the items and openings in it only as bytes, typed when they are asked for. For people
it is a JSON file; what is signed and sent is the same with items and openings in compressed blocks (:func:`pressed`).
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from domain.calendar import Year
from domain.catalogue.form import Field
from domain.catalogue.item import Bundle, English, Id, Text
from domain.catalogue.lazy import Block, packed
from domain.catalogue.opening import NotOpen
from domain.catalogue.party import Party

JOINT = "joint"
"""The joint list's name among the parts; no party is called so."""


class DamagedError(ValueError):
    """Not a part; the text is Chinese."""


class Joint(Struct, frozen=True, forbid_unknown_fields=True):
    """The joint list. ``parties``: who signed, in the order they are shown; each has a part. ``holidays``: plans of years beyond
    those the program brings. ``items``: :class:`Item`, unread; or in ``blocks``.
    """

    demo: bool
    notice: Text
    items: tuple[msgspec.Raw, ...] = ()
    blocks: tuple[bytes, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    holidays: tuple[Year, ...] = ()
    parties: tuple[Id, ...] = ()
    english: English = {}


class Share(Struct, frozen=True, forbid_unknown_fields=True):
    """A party's part. ``openings``: :class:`Opening`, unread; or in ``blocks``. ``forms``: written once, named by its openings."""

    party: Party
    openings: tuple[msgspec.Raw, ...] = ()
    blocks: tuple[bytes, ...] = ()
    not_open: tuple[NotOpen, ...] = ()
    forms: dict[Id, tuple[Field, ...]] = {}


def blocks(part: Joint | Share) -> tuple[Block, ...]:
    """What lies in a part, however it lies there."""
    plain = part.items if isinstance(part, Joint) else part.openings
    return (*(Block(plain=(raw,)) for raw in plain), *(Block(one) for one in part.blocks))


def pressed(name: str, body: bytes) -> bytes:
    """A part as it is signed and sent. :class:`DamagedError`."""
    if name == JOINT:
        joint: Joint = decode(name, body, Joint)
        return msgspec.json.encode(msgspec.structs.replace(joint, items=(), blocks=joint.blocks + packed(joint.items)))
    share: Share = decode(name, body, Share)
    return msgspec.json.encode(msgspec.structs.replace(share, openings=(), blocks=share.blocks + packed(share.openings)))


def decode(where: str, data: bytes | msgspec.Raw, kind: Any) -> Any:
    """``data`` as ``kind``; :class:`DamagedError` names ``where`` it lies."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(f"{where} 已损坏：{error}") from None


def split(items: bytes, openings: bytes) -> dict[str, bytes]:
    """The parts of a catalogue in two plain files, by name; each party gets its own openings, reasons and the forms they name."""
    listed = decode("事项", items, dict[str, msgspec.Raw])
    opened = decode("开通", openings, dict[str, Any])
    joint = {"demo": opened["demo"], "notice": opened["notice"], "bundles": opened.get("bundles", [])}
    joint["english"] = opened.get("english", {})
    joint["parties"] = [party["party"] for party in opened["parties"]]
    parts = {JOINT: msgspec.json.encode({**joint, "items": msgspec.json.decode(listed["items"])})}
    for party in opened["parties"]:
        own = [o for o in opened["openings"] if o["home"] == party["party"]]
        named = {o.get("form_of") for o in own}
        parts[party["party"]] = msgspec.json.encode(
            {
                "party": party,
                "openings": own,
                "not_open": [n for n in opened.get("not_open", ()) if n["home"] == party["party"]],
                "forms": {name: form for name, form in opened.get("forms", {}).items() if name in named},
            }
        )
    return parts
