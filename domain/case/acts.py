"""Acts: what happens to a case after it was taken in, one after another, by whom it may be done at all.

An act says nothing that names a person: which act, when, by which role, codes of materials and points, days, counts, money, the
number of a parcel. Texts, names, decisions lie in sealed documents it lists by digest. The unions are apart by who may do them:
there is no act of the intake side that accepts (收件 is not 受理), and a type checker knows it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.catalogue.item import Id

Moment = Annotated[datetime, Meta(tz=True)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
Few = Annotated[int, Meta(ge=0, le=9999)]
Fen = Annotated[int, Meta(ge=0, le=10_000_000)]
"""Money in 分."""

IntakeRole = Literal["intake_officer", "dispatcher"]
"""收件人员, who pre-checks and sees originals; 转送人员, who sends and receives parcels."""
HomeRole = Literal["home_officer", "approver"]
"""专窗人员; 审批人员, who decides."""
Role = Literal["intake_officer", "dispatcher", "home_officer", "approver", "terminal", "clock"]

Awaited = Literal["person", "original", "paper"]
"""待窗口核验, as ``mqtt.events.Awaited``."""
Way = Literal["pickup_intake", "post_applicant", "e_licence", "terminal_print", "pickup_home"]
"""How a result comes back, as ``domain.case.content.Delivery.way``."""

DocumentKind = Literal["page", "paper", "list", "record", "note", "task", "result", "correction", "delivery", "withdrawal"]
"""A picture or signed form of a material; an official paper (告知书, 通知书, 决定书, 回证); a handover list; what the intake
window writes down (``window_record.py``); what the home department writes for itself; what a hall's terminal shows after the
card is read (``task.py``), and the pages of a result it prints; what the applicant signed there. Who reads which: ``rights.py``."""

RESULT = "result"
"""Stands where a material's code does, for the paper that the home department issued."""

PointCode = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}#[0-9]{1,3}$", max_length=44)]
"""A point of review: the material's code and which of its ``accept_points``, from 1; 0 is one of none of them, said in the
sealed notice. What is no material (the form, who applies) is ``form#0``, ``person#0``."""


def point(material: str, number: int = 0) -> str:
    return f"{material}#{number}"


def material_of(point: str) -> str:
    return point.partition("#")[0]


class Sealed(Struct, frozen=True):
    """A sealed document an act lists: SHA-256 and length of the sealed bytes."""

    digest: Digest
    size: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    kind: DocumentKind


class Piece(Struct, frozen=True, omit_defaults=True):
    """``count`` sheets or pieces of one material on paper. ``back``: an original, to be returned to the applicant."""

    material: Id
    count: Annotated[int, Meta(ge=1, le=9999)]
    back: bool = False


Pieces = Annotated[tuple[Piece, ...], Meta(max_length=200)]


class Discrepancy(Struct, frozen=True):
    """What was counted where a parcel came in, beside what its list says was sent."""

    material: Id
    sent: Few
    came: Few


class Parcel(Struct, frozen=True, omit_defaults=True):
    """寄递 of one leg. ``waybill`` 运单号, ``seal`` 封签号; ``cost`` as incurred: who sends pays (规程 Art. 8(3))."""

    carrier: Id
    waybill: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{6,40}$")]
    seal: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{0,40}$")] = ""
    cost: Fen | None = None


class _Act(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="act"):
    at: Moment
    documents: Annotated[tuple[Sealed, ...], Meta(max_length=400)] = ()


# -- the intake side -----------------------------------------------------------------------------------------------------------


class _OfIntake(_Act, frozen=True, kw_only=True, omit_defaults=True):
    by: IntakeRole


class Prechecked(_OfIntake, frozen=True, kw_only=True, omit_defaults=True, tag="prechecked"):
    """预审 (形式审查) against the home department's points. ``doubts``: points that do not seem met; they stop nothing."""

    doubts: Annotated[tuple[PointCode, ...], Meta(max_length=200)] = ()


class OriginalsSeen(_OfIntake, frozen=True, kw_only=True, omit_defaults=True, tag="originals_seen"):
    """核验原件, counted in against the slip. ``seen``: materials whose original was seen; ``kept``: what stays here to be sent;
    ``done``: what the case need no longer wait for."""

    seen: Annotated[tuple[Id, ...], Meta(max_length=200)] = ()
    kept: Pieces = ()
    done: Annotated[tuple[Awaited, ...], Meta(max_length=3)] = ()


class Mended(_OfIntake, frozen=True, kw_only=True, omit_defaults=True, tag="mended"):
    """当场更正 (行政许可法 32(3)): what could be put right at the window was, with the applicant there."""

    points: Annotated[tuple[PointCode, ...], Meta(min_length=1, max_length=200)]


class Dispatched(_OfIntake, frozen=True, kw_only=True, omit_defaults=True, tag="dispatched"):
    """转送 to the home desk: online where ``parcel`` is null, else with ``pieces`` of paper."""

    parcel: Parcel | None = None
    pieces: Pieces = ()


class Received(_OfIntake, frozen=True, kw_only=True, omit_defaults=True, tag="received"):
    """A parcel of the home desk came in at the window and was counted: result, originals."""

    waybill: Annotated[str, Meta(max_length=40)]
    pieces: Pieces = ()
    discrepancies: Annotated[tuple[Discrepancy, ...], Meta(max_length=200)] = ()


class Returned(_OfIntake, frozen=True, kw_only=True, omit_defaults=True, tag="returned"):
    """退还原件: given back to the applicant at the window."""

    pieces: Annotated[tuple[Piece, ...], Meta(min_length=1, max_length=200)]


class HandedOver(_OfIntake, frozen=True, kw_only=True, omit_defaults=True, tag="handed_over"):
    """The result was handed over at the window. ``proof``: by what it was seen who took it: the chip was read, or, where a document
    has none, the clerk compared it with the person."""

    proof: Literal["chip_read", "window_checked"]
    pieces: Pieces = ()


# -- the home side -------------------------------------------------------------------------------------------------------------


class _OfHome(_Act, frozen=True, kw_only=True, omit_defaults=True):
    by: HomeRole


class Arrived(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="arrived"):
    """签收清点: a parcel of the window was counted. ``on``: the day it came, where that is not today: the term counts from it."""

    waybill: Annotated[str, Meta(max_length=40)]
    pieces: Pieces = ()
    discrepancies: Annotated[tuple[Discrepancy, ...], Meta(max_length=200)] = ()
    on: date | None = None


Again = Literal["not_remedied", "new_fact", "law_changed", "overlooked"]
"""Why old points are noticed again: 补正不合格, 出现新情况, 法律依据变化, 前次遗漏; in words in the sealed notice."""


class CorrectionRequested(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="correction_requested"):
    """一次性告知: all points at once. ``again``: why, where one of them stood when a former notice was made."""

    points: Annotated[tuple[PointCode, ...], Meta(min_length=1, max_length=200)]
    again: Again | None = None


class Accepted(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="accepted"):
    """受理."""


class NotAccepted(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="not_accepted"):
    """不予受理: no application is needed, another body is competent, or what was noticed was not corrected."""

    why: Literal["not_needed", "not_competent", "not_corrected"]


Procedure = Literal["hearing", "tender", "auction", "inspection", "test", "quarantine", "appraisal", "expert_review"]
"""Special procedures whose time is not counted (行政许可法 45)."""


class Suspended(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="suspended"):
    """特别程序 begins; ``days`` it is expected to take, as the applicant was told."""

    procedure: Procedure
    days: Annotated[int, Meta(ge=1, le=999)] | None = None


class Resumed(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="resumed"):
    """特别程序 is over."""


class Extended(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="extended"):
    """延期 by so many working days (行政许可法 42), once, before the term has run out; with reasons to the applicant."""

    days: Annotated[int, Meta(ge=1, le=60)]


class Decided(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="decided"):
    """准予 or 不予."""

    result: Literal["granted", "refused"]


class ResultSent(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="result_sent"):
    """The decision (or 不予受理) goes out on ``way``; by ``parcel`` where there is paper to send, or it is posted."""

    way: Way
    parcel: Parcel | None = None
    pieces: Pieces = ()


class SentBack(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="sent_back"):
    """Originals go back to the window, apart from a result."""

    parcel: Parcel
    pieces: Annotated[tuple[Piece, ...], Meta(min_length=1, max_length=200)]


class CameBack(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="came_back"):
    """A parcel to the applicant was refused or could not be brought (退件): the result is to be sent anew."""

    waybill: Annotated[str, Meta(max_length=40)]


class Served(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="served"):
    """送达 as the home desk knows it: the courier's proof, its own counter, an e-licence. ``pieces``: given over its counter."""

    pieces: Pieces = ()


class Transferred(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="transferred"):
    """移送 to the competent body, with the paper that lay here."""

    to: Id
    pieces: Pieces = ()


class Closed(_OfHome, frozen=True, kw_only=True, omit_defaults=True, tag="closed"):
    """办结归档."""


# -- the applicant, at a terminal; the centre's clock ---------------------------------------------------------------------------


class _OfCitizen(_Act, frozen=True, kw_only=True, omit_defaults=True):
    """``heard``: when the centre heard of it, where the terminal was offline meanwhile; it says so, not the terminal."""

    by: Literal["terminal"] = "terminal"
    heard: Moment | None = None


class Corrected(_OfCitizen, frozen=True, kw_only=True, omit_defaults=True, tag="corrected"):
    """补正: what was handed in for these points of the notice."""

    points: Annotated[tuple[PointCode, ...], Meta(min_length=1, max_length=200)]


class Delivered(_OfCitizen, frozen=True, kw_only=True, omit_defaults=True, tag="delivered"):
    """The result was handed over at a terminal of the hall, after the card was read. ``way``: as the terminal did it."""

    way: Way = "terminal_print"
    pieces: Pieces = ()


class Withdrawn(_OfCitizen, frozen=True, kw_only=True, omit_defaults=True, tag="withdrawn"):
    """撤回申请."""


class DeemedAccepted(_Act, frozen=True, kw_only=True, omit_defaults=True, tag="deemed_accepted"):
    """逾期不告知即为受理 (行政许可法 32(4)), from the day the materials were received (``since``)."""

    by: Literal["clock"] = "clock"
    since: date


IntakeAct = Prechecked | OriginalsSeen | Mended | Dispatched | Received | Returned | HandedOver
HomeAct = (
    Arrived
    | CorrectionRequested
    | Accepted
    | NotAccepted
    | Suspended
    | Resumed
    | Extended
    | Decided
    | ResultSent
    | SentBack
    | CameBack
    | Served
    | Transferred
    | Closed
)
CitizenAct = Corrected | Delivered | Withdrawn
ClockAct = DeemedAccepted
Act = IntakeAct | HomeAct | CitizenAct | ClockAct
