"""What the centre wants of a terminal: catalogue, settings, notices, clerks' accounts, program. A small signed pointer comes by
MQTT, the body by HTTPS.

The pointer (:class:`Desired`) names a revision, size and digest; it is bound to one terminal and signed (``mqtt/signing.py``), and
so is the body, by its digest. Revisions only grow: what was wanted before is never believed again. The terminal reports
(``messages.DesiredReported``) what it holds.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from mqtt.resources import MAX_DOCUMENT
from mqtt.wire import VERSION, Code, ContractError, Count, Digest, Terminal, Time, Wanted

PURPOSE: Literal["tongban-desired"] = "tongban-desired"
KINDS: tuple[Wanted, ...] = get_args(Wanted)
MAX_BODY = MAX_DOCUMENT
ACCOUNTS: Literal["tongban-accounts"] = "tongban-accounts"
MAX_SIGNED = 384 * 1024
"""Characters of signed accounts: 256 kB in base64url, a certificate and a signature."""

Name = Annotated[str, Meta(min_length=1, max_length=80)]
Seconds = Annotated[float, Meta(gt=0, le=86400)]


class Desired(Struct, frozen=True):
    """``made``: the centre's clock, seconds since 1970. ``since``: not to be used before; ``None``: at once. ``settled``: this
    terminal has told the centre that it holds or refused this revision; where that is not so, it tells again.
    """

    v: int
    what: Wanted
    terminal: Terminal
    rev: Count
    made: Count
    sha256: Digest
    size: Annotated[int, Meta(ge=1, le=MAX_BODY)]
    since: Time | None = None
    settled: bool = False


class PackBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A catalogue in which every part is signed by its owner, as it is (``domain/catalogue/pack.py``)."""

    v: int
    pack: msgspec.Raw


class CatalogueBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The two plain files of a catalogue that nobody signed, as they are; a terminal takes a demonstration so, and nothing else."""

    v: int
    items: msgspec.Raw
    openings: msgspec.Raw


class VisitTimes(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Seconds; what is not named stays as the terminal's own settings have it."""

    idle_warning: Seconds | None = None
    idle_end: Seconds | None = None
    total: Seconds | None = None
    extension: Seconds | None = None
    farewell: Seconds | None = None
    receipt_shown: Seconds | None = None


class SettingsBody(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The settings a centre may want, and no other: none of them says where a device is, whom to trust, or whom to seal to."""

    v: int
    phone: Name | None = None
    complaint: Name | None = None
    query: Name | None = None
    visit: VisitTimes = VisitTimes()


class Notice(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """公告: shown before a visit, from ``since`` to ``until``; ``english`` on the English screens, where there is one."""

    id: Code
    text: Annotated[str, Meta(min_length=1, max_length=200)]
    since: Time
    until: Time
    english: Annotated[str, Meta(max_length=400)] = ""


class NoticesBody(Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    notices: Annotated[tuple[Notice, ...], Meta(max_length=8)]


class AccountsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Clerks' accounts of this terminal (``domain/staff/accounts.py``). ``signed``: JWS in compact form (``mqtt/signing.py``), of
    purpose ``tongban-accounts``: it is believed by itself, wherever it lies.
    """

    v: int
    signed: Annotated[str, Meta(min_length=1, max_length=MAX_SIGNED, pattern=r"^[A-Za-z0-9_.-]+$")]


class ProgramBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A program to run. ``signed``: manifests of one version (``domain/program/manifest.py``), each for another kind of machine, by
    the publisher and not by the centre; none: the factory's program again. The archive one names is :func:`archive_path`.
    """

    v: int
    signed: Annotated[tuple[Annotated[str, Meta(max_length=16 * 1024, pattern=r"^[A-Za-z0-9_.-]+$")], ...], Meta(max_length=8)]


_BODIES: dict[Wanted, tuple[type[Struct], ...]] = {
    "catalogue": (PackBody, CatalogueBody),
    "settings": (SettingsBody,),
    "notices": (NoticesBody,),
    "accounts": (AccountsBody,),
    "program": (ProgramBody,),
}


def body(what: Wanted, data: bytes) -> Any:
    """``data`` as the body of this kind. :class:`ContractError` names what is wrong, and never quotes."""
    if len(data) > MAX_BODY:
        raise ContractError(f"larger than {MAX_BODY} bytes")
    found: Any = None
    for kind in _BODIES[what]:
        try:
            found = msgspec.json.decode(data, type=kind)
            break
        except RecursionError:
            raise ContractError("nested too deeply") from None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            refused = ContractError(str(error).split("'", 1)[0].split(" (byte", 1)[0][:100])
    if found is None:
        raise refused
    if found.v != VERSION:
        raise ContractError("version not known here")
    return found


def body_path(digest: str) -> str:
    """``GET`` by a terminal's certificate, also in parts (Range)."""
    return f"/v1/desired/{digest}"


def archive_path(digest: str) -> str:
    """``GET`` by a terminal's certificate, in parts (Range): a program's archive."""
    return f"/v1/programs/{digest}"
