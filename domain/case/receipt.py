"""收件凭证 (申请材料接收凭证): what it must hold. It comes from the case, never from the attempt to print it.

行政许可法 32 asks for a dated proof of what was handed in; the seal and the acceptance are the home department's.
"""

from __future__ import annotations

import re

from msgspec import Struct

_CODE = re.compile(r"https?://[^\s]{1,200}/(?P<token>[A-Za-z0-9_-]{22,64})")
TITLE = "省内通办 收件凭证"
DISCLAIMER = "本凭证只证明收件地已收到以上材料，收件不等于受理。是否受理由业务属地的办理单位决定，并会告知您。"


class Line(Struct, frozen=True):
    """One material: ``how`` says original, copy or image, or how else it was proven; ``count`` in pages or pieces.
    Not ``received``: left out, or still to be handed over.
    """

    name: str
    how: str
    count: int
    received: bool = True


class Receipt(Struct, frozen=True):
    """Everything printed, identity already masked. ``pending`` lists what may be handed in later; ``unproven`` what the window
    must still see (待窗口核验原件), ``window`` where, ``hours`` when it is open and ``until`` the last day. Both may be empty.
    """

    case: str
    item: str
    situation: str
    home: str
    intake: str
    terminal: str
    people: tuple[tuple[str, str], ...]
    """Who applies, and who stood here instead: (in what part, name and number)."""
    taken_at: str
    lines: tuple[Line, ...]
    pending: tuple[str, ...]
    delivery: str
    token: str
    query: str
    hall_phone: str
    complaint_phone: str
    unproven: tuple[str, ...] = ()
    window: str = ""
    hours: str = ""
    until: str = ""

    def __repr__(self) -> str:
        return "Receipt(…)"


def query(address: str, token: str) -> str:
    """Where the holder of ``token`` reads how far the case is."""
    return f"{address}/{token}"


def token(code: str) -> str | None:
    """The token in what a receipt's QR code says, of whatever hall; ``None``: it is no receipt's."""
    found = _CODE.fullmatch(code)
    return found["token"] if found else None


def code(receipt: Receipt) -> str:
    """Content of the QR code: the address of the query and the random token; nothing that can be guessed or counted."""
    return query(receipt.query, receipt.token)
