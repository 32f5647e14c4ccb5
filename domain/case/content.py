"""What a sealed case holds: the one document from which the home desk works. Nothing of it leaves unsealed."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Text = Annotated[str, Meta(max_length=400)]
Long = Annotated[str, Meta(max_length=2000)]
"""An answer of 500 characters with all their marks, or every option of a question in words."""


class _Private(Struct, frozen=True):
    """What must not be read off a log line or a traceback."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Applicant(_Private, frozen=True):
    """申请人. Dates are YYYY-MM-DD; ``valid_to`` null means 长期; empty is what the chip, or whoever stated it, does not say.

    ``name`` is the Chinese name, or the English one where the document has no other. ``address`` is the newest the chip has;
    ``printed_address`` the one on the card's face where that differs. ``newest_address`` null: it was not asked.
    """

    name: Text
    number: Text
    document: Literal[
        "resident",
        "hkmt",
        "foreign_2017",
        "foreign_2023",
        "foreign",
        "temporary",
        "old-foreign",
        "passport",
        "hm-permit",
        "tw-permit",
        "household",
        "birth",
    ]
    """The first four as the chip says; the others as stated (``domain/representation.py``)."""
    sex: Text
    nation: Text
    birth: Text
    address: Text
    authority: Text
    valid_from: Text
    valid_to: Text | None
    proof: Literal["chip_read", "stated", "window_checked"]
    """How the identity was proven here. A chip read says the card is genuine, not that its holder stands there; ``stated``: it was
    typed in here, with a picture of the document among the materials; ``window_checked``: a clerk compared it with the document.
    """
    english_name: Text = ""
    nationality: Text = ""
    permit: Text = ""
    former: Text = ""
    printed_address: Text = ""
    newest_address: Literal["same", "newer", "unread"] | None = None


class Acting(_Private, frozen=True):
    """Who stood here instead of the applicant: 受托人 (with ``matter``, ``scope`` and ``until`` of the 授权委托书; null until: this
    errand), 监护人 (``relation``; ``consent``: to the use of a child's sensitive information), or the 经办人 of a body."""

    role: Literal["agent", "guardian", "legal_person"]
    person: Applicant
    matter: Text = ""
    scope: Text = ""
    until: Text | None = None
    relation: Text = ""
    consent: bool = False


class Body(_Private, frozen=True):
    """The legal person a case is for, by its 统一社会信用代码, as stated here."""

    name: Text
    code: Text


Part = Annotated[int, Meta(ge=0, le=10_000)]
Box = tuple[Part, Part, Part, Part]
"""A place on a page: left, top, right, bottom in ten-thousandths of its width and height."""


class Finding(Struct, frozen=True, omit_defaults=True):
    """Something doubtful a page's picture shows: ``code`` of ``kiosk/faults.toml``, and where; no boxes: the page as a whole.

    ``same``: of a page that was taken before, the other one (its ref on the terminal, its digest in a sealed case).
    """

    code: Text
    boxes: Annotated[tuple[Box, ...], Meta(max_length=12)] = ()
    same: Text = ""


class ReadLine(_Private, frozen=True, array_like=True):
    """A line of text as it was read off a page, where it stands there, and how sure that is, 0..1. Advice: the page is evidence."""

    text: Text
    box: Box
    score: float


class Advice(_Private, frozen=True, omit_defaults=True):
    """What a page that was read tells (``domain/case/advice.py``): is it the document asked for (``title``), does it bear the
    applicant's name or number (``holder``), is it in date (``validity``), does the credit code's check character agree.

    Never a refusal: a person looks, and has the line it rests on. Without ``evidence``: no line says so.
    """

    question: Literal["title", "holder", "validity", "credit_code"]
    answer: Literal["yes", "no", "unsure"]
    evidence: ReadLine | None = None


class Page(Struct, frozen=True):
    """One scanned page: digest of its sealed picture, and what was found on it when it was taken.

    ``findings`` are the codes of ``found``, which desks of before 2026-11-26 read, and all that cases of before hold.
    ``read``: whether it was read before the case was handed in; if not, nothing is known of what stands on it. ``format``: a key of
    ``formats.NAMES``; empty where its size is none of them, or nobody knows it.
    """

    digest: Text
    findings: tuple[Text, ...] = ()
    found: tuple[Finding, ...] = ()
    read: bool = False
    lines: Annotated[tuple[ReadLine, ...], Meta(max_length=400)] = ()
    advice: Annotated[tuple[Advice, ...], Meta(max_length=4)] = ()
    format: Text = ""

    def doubts(self) -> tuple[Finding, ...]:
        """What was found, of whatever version the case is."""
        return self.found or tuple(Finding(code) for code in self.findings)


class Material(Struct, frozen=True):
    """材料. ``proof``: chip_read, scan, signed_form, original_shown (at the window, later), posted.

    ``left_out`` when the citizen did not bring an optional one; ``waived`` says why it need not be given, where the citizen
    declared that: it is for the home department to verify.
    """

    material: Text
    name: Text
    proof: Literal["chip_read", "scan", "signed_form", "original_shown", "posted"]
    copy: Text
    pages: tuple[Page, ...] = ()
    left_out: bool = False
    waived: Text = ""
    sides: Annotated[int, Meta(ge=1, le=2)] = 1
    """Pages that belong to one document: 2 for a card with a back."""


class Unproven(Struct, frozen=True):
    """待窗口核验: what the intake window must still do: compare the ``person`` with the document, see the ``original`` of a
    material, take a ``paper`` and post it.
    """

    kind: Literal["person", "original", "paper"]
    material: Text | None = None
    name: Text = ""


class Answer(_Private, frozen=True):
    """One field of the form; ``text`` is what the citizen confirmed. ``source``: by hand, from the card, or by hand though the card
    says something else."""

    field: Text
    label: Text
    value: Long
    text: Long
    source: Literal["hand", "card", "corrected"] = "hand"


class Delivery(_Private, frozen=True):
    """How the result comes back; only for the post are address and phone asked."""

    way: Literal["pickup_intake", "post_applicant", "e_licence", "terminal_print", "pickup_home"]
    address: Text | None = None
    phone: Text | None = None


class Point(Struct, frozen=True, array_like=True):
    """A point of a signature stroke: pixels of the pad, milliseconds since the first point."""

    x: float
    y: float
    t: float


class Signature(_Private, frozen=True):
    """手写签名 as strokes on a pad of ``width`` × ``height`` pixels."""

    width: int
    height: int
    strokes: tuple[tuple[Point, ...], ...]


How = Literal["pen", "thumbprint", "proxy"]
INKED: dict[How, str] = {"pen": "本人在表上签名", "thumbprint": "本人在表上按手印", "proxy": "他人代签"}


class Inked(_Private, frozen=True, omit_defaults=True):
    """纸上签: who could not sign on the glass signed the printed form, and ``clerk`` (工号) of the intake window saw it.

    ``pen``: the person's own name; ``thumbprint``: 按手印; ``proxy``: 代签, by whom (``name``, ``number`` of an identity card).
    """

    how: How
    clerk: Text
    name: Text = ""
    number: Text = ""


MAX_POINTS = 20_000
"""Points of one signature: two minutes of a 120 Hz touch screen; more is no signature."""


def signed(signature: Signature) -> bool:
    """Whether somebody wrote here: strokes inside the pad that span at least a twentieth of its width."""
    points = [p for stroke in signature.strokes for p in stroke]
    if not (2 <= len(points) <= MAX_POINTS and signature.width > 0 and signature.height > 0):
        return False
    if any(not (-1 <= p.x <= signature.width + 1 and -1 <= p.y <= signature.height + 1) for p in points):
        return False
    span = max(p.x for p in points) - min(p.x for p in points)
    rise = max(p.y for p in points) - min(p.y for p in points)
    return span + rise >= signature.width / 20


class CaseContent(_Private, frozen=True):
    """办件内容, version 1. When it was taken in stands on the receipt and in the event: this is sealed before the last tap."""

    v: Literal[1]
    case: Text
    item: Text
    item_name: Text
    situation: Text
    situation_name: Text
    home: Text
    intake: Text
    """Parties, by their codes."""
    purpose: Text
    """Purpose binding of the regulation's Art. 9(2): use for anything else needs the home department's written consent."""
    notice: Text
    """Version of the privacy notice the applicant agreed to."""
    catalogue: Text
    applicant: Applicant
    materials: tuple[Material, ...]
    form: tuple[Answer, ...]
    delivery: Delivery
    signature: Signature
    unproven: tuple[Unproven, ...] = ()
    """Not to be decided upon before the intake window has done these; it has ``window_days`` work days."""
    window_days: int | None = None
    acting: Acting | None = None
    """Null: the applicant stood here."""
    checked_by: Text = ""
    """Which clerk of the intake window compared the person with the document, where one did."""
    clerks: Annotated[tuple[Text, ...], Meta(max_length=40)] = ()
    """工号 of the clerks of the intake window who took it in; nobody: the applicant did it alone at the glass."""
    body: Body | None = None
    """Where the applicant is a legal person; ``applicant`` is then whoever acts for it, too."""
    inked: Inked | None = None
    """Signed on paper: the form stands among the materials as it was photographed, and ``signature`` has no stroke, for desks of
    before 2026-11-27 read no case without one."""


def encode(content: CaseContent) -> bytes:
    return msgspec.json.encode(content)


def decode(plain: bytes) -> CaseContent:
    """``ValueError`` (msgspec) when the bytes are no case of this version."""
    return msgspec.json.decode(plain, type=CaseContent)
