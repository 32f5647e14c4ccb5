"""Events of the contract, what a terminal says once and for good, as msgspec types: CloudEvents 1.0 in structured mode (JSON) with
the extension attributes ``epoch`` and ``sequence``; the version of what they say is in their type.
``docs/decisions/cloudevents-structured.md`` says why so.

No event carries anything that identifies a person: a test holds every field against a reviewed list.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from mqtt.wire import MOST_COUNT, Code, CommandId, ContractError, Count, Digest, Epoch, Sequence, Short, Time, Wanted, encode, parse

Awaited = Literal["person", "original", "paper"]
"""待窗口核验: the person beside the document, an original whose scan was taken along, a paper to be handed over and posted."""


class DocumentRef(Struct, frozen=True):
    """One sealed document of a case: SHA-256 and length of the *sealed* bytes."""

    digest: Digest
    size: Count
    kind: Literal["case", "page"]


class CaseLimit(Struct, frozen=True, omit_defaults=True):
    """A time limit as the catalogue states it; null when none is fixed."""

    value: Annotated[int, Meta(ge=0, le=1000)] | None = None
    unit: Literal["workday", "calendar_day", "immediate"] | None = None


class CaseTerms(Struct, frozen=True, omit_defaults=True):
    """What the catalogue of that day said of the item: by it the centre counts. ``electronic``: no pre-check, no dispatch."""

    electronic: bool = False
    window_days: Annotated[int, Meta(ge=1, le=60)] = 10
    legal: CaseLimit = CaseLimit()
    promised: CaseLimit = CaseLimit()


class CaseTaken(Struct, frozen=True, tag_field="kind", tag="case.taken"):
    """A case was taken in (收件; not 受理). Everything that identifies the applicant is in the sealed documents."""

    case: Code
    item: Code
    item_name: Short
    situation: Code
    home: Code
    intake: Code
    taken_at: Time
    token: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22,64}$")]
    """Random token on the receipt's QR code."""
    documents: Annotated[tuple[DocumentRef, ...], Meta(min_length=1, max_length=400)]
    awaits: Annotated[tuple[Awaited, ...], Meta(max_length=3)] = ()
    """What the intake window must still see (待窗口核验原件) before the case is ready."""
    terms: CaseTerms | None = None
    clerks: Annotated[tuple[Code, ...], Meta(max_length=40)] = ()
    """工号 of whoever took it in at the window; nobody: the applicant did it alone."""


class AnswerRef(Struct, frozen=True):
    """One sealed document that came after the case: what the citizen signed, and the pages that go with it."""

    digest: Digest
    size: Count
    kind: Literal["correction", "delivery", "withdrawal", "page"]


AnswerDocuments = Annotated[tuple[AnswerRef, ...], Meta(min_length=1, max_length=400)]


class CaseCorrected(Struct, frozen=True, tag_field="kind", tag="case.corrected"):
    """补正: what was asked for was handed in at a terminal. ``task``: digest of the sealed task that asked; ``points``: of its
    notice, those answered here.
    """

    case: Code
    task: Digest
    points: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=40)]
    documents: AnswerDocuments
    corrected_at: Time


class CaseDelivered(Struct, frozen=True, tag_field="kind", tag="case.delivered"):
    """送达: the result was handed over after the card was read and the receipt signed; its pages came out whole."""

    case: Code
    task: Digest
    way: Literal["terminal"]
    documents: AnswerDocuments
    delivered_at: Time


class CaseWithdrawn(Struct, frozen=True, tag_field="kind", tag="case.withdrawn"):
    """撤回: the applicant, by their card, took the case back before it was accepted."""

    case: Code
    task: Digest
    documents: AnswerDocuments
    withdrawn_at: Time


class ServiceGiven(Struct, frozen=True, tag_field="kind", tag="service.given"):
    """A service without a case: 咨询, by its way. It names nobody, and can be rated. ``situation`` null: of the item as a whole."""

    service: Code
    item: Code
    item_name: Short
    situation: Code | None
    home: Code
    intake: Code
    way: Literal["online", "window", "pre_fill", "query_print", "elsewhere"]
    given_at: Time


class RatingGiven(Struct, frozen=True, tag_field="kind", tag="rating.given"):
    """好差评 of one service event (``domain/rating/service.py``): ``case`` is the number of the case, or of the service without
    one. ``level`` 5 非常满意 … 1 非常不满意; tags are the official codes of ``edition``. ``words``: digest of the sealed document
    of what was written; ``named``: that it holds a name and a telephone.
    """

    case: Code
    level: Annotated[int, Meta(ge=1, le=5)]
    tags: Annotated[tuple[int, ...], Meta(max_length=40)]
    by: Literal["screen", "pad"]
    given_at: Time
    of: Literal["intake", "consult", "correction", "delivery"] = "intake"
    side: Literal["intake", "home"] = "intake"
    task: Digest | None = None
    party: Code = ""
    edition: Code = "2020"
    words: Digest | None = None
    named: bool = False


class ReceiptEnded(Struct, frozen=True, tag_field="kind", tag="receipt.ended"):
    """What became of an attempt to print a receipt; ``outcome`` as ``devices.port.PrintOutcome``."""

    case: Code
    attempt: Annotated[int, Meta(ge=1, le=MOST_COUNT)]
    outcome: Literal["printed", "refused", "spoilt", "uncertain"]
    cause: Code | None = None


class CommandEnded(Struct, frozen=True, tag_field="kind", tag="command.ended"):
    """What became of a command (``mqtt/commands.py``). ``why``: code of what kept it from being done; ``detail``: in words."""

    command: CommandId
    op: Code
    state: Literal["succeeded", "failed", "rejected", "expired"]
    why: Code | None = None
    detail: Short | None = None


class DesiredReported(Struct, frozen=True, tag_field="kind", tag="desired.reported"):
    """What a terminal holds of what is wanted: ``applied``, ``waiting`` (for the end of a visit, for its time), ``refused``."""

    what: Wanted
    rev: Count
    state: Literal["applied", "waiting", "refused"]
    why: Code | None = None
    detail: Short | None = None


class OrderRefused(Struct, frozen=True, tag_field="kind", tag="order.refused"):
    """Orders that were not the centre's word, by the rule they broke; ``count`` since this was last told."""

    what: Literal["command", "desired"]
    rule: Short
    count: Annotated[int, Meta(ge=1, le=MOST_COUNT)]


ItemPart = Literal["conditions", "materials", "limit", "fee", "flow", "delivery", "contact", "online", "other"]
"""Where in a guide the error stands: conditions, materials, time limit, fee, flow, delivery, contact, the way online."""


class ItemError(Struct, frozen=True, tag_field="kind", tag="item.error"):
    """纠错: a window found an error in the catalogue; its owner is told. ``text``: words on the item, never on a person."""

    home: Code
    item: Code
    situation: Code | None
    part: ItemPart
    text: Annotated[str, Meta(min_length=2, max_length=200)]
    catalogue: Short
    reported_at: Time


class DeviceTrouble(Struct, frozen=True, tag_field="kind", tag="device.trouble"):
    """What is wrong with a device is now this; both null when nothing is. Telemetry: the history of a time without a link."""

    device: Code
    fault: Code | None = None
    warning: Code | None = None


EventData = (
    CaseTaken
    | CaseCorrected
    | CaseDelivered
    | CaseWithdrawn
    | ServiceGiven
    | RatingGiven
    | ReceiptEnded
    | CommandEnded
    | DesiredReported
    | OrderRefused
    | ItemError
    | DeviceTrouble
)
EVENT_TYPES: dict[str, type[Struct]] = {
    "cn.tongban.case.taken.v1": CaseTaken,
    "cn.tongban.case.corrected.v1": CaseCorrected,
    "cn.tongban.case.delivered.v1": CaseDelivered,
    "cn.tongban.case.withdrawn.v1": CaseWithdrawn,
    "cn.tongban.service.given.v1": ServiceGiven,
    "cn.tongban.rating.given.v1": RatingGiven,
    "cn.tongban.receipt.ended.v1": ReceiptEnded,
    "cn.tongban.command.ended.v1": CommandEnded,
    "cn.tongban.desired.reported.v1": DesiredReported,
    "cn.tongban.order.refused.v1": OrderRefused,
    "cn.tongban.item.error.v1": ItemError,
    "cn.tongban.device.trouble.v1": DeviceTrouble,
}
_NAMES = {kind: name for name, kind in EVENT_TYPES.items()}
_BASES = {name.rpartition(".v")[0] for name in EVENT_TYPES}


class Event(Struct, frozen=True):
    """One row of a terminal's outbox on the wire. ``source`` is ``/terminals/{id}``, ``id`` is ``{epoch}:{sequence}``: unique at
    the centre for ever.
    """

    specversion: Literal["1.0"]
    id: Code
    source: Short
    type: Short
    time: Time
    epoch: Epoch
    sequence: Sequence
    data: msgspec.Raw
    datacontenttype: Literal["application/json"] = "application/json"


def event(terminal: str, epoch: str, sequence: int, time: str, data: EventData) -> bytes:
    """The bytes of one event."""
    return encode(
        Event(
            specversion="1.0",
            id=event_id(epoch, sequence),
            source=event_source(terminal),
            type=_NAMES[type(data)],
            time=time,
            epoch=epoch,
            sequence=sequence,
            data=msgspec.Raw(encode(data)),
        )
    )


def event_source(terminal: str) -> str:
    return f"/terminals/{terminal}"


def event_id(epoch: str, sequence: int) -> str:
    return f"{epoch}:{sequence}"


def decode_event(payload: bytes) -> tuple[Event, EventData]:
    """The envelope and its typed data; :class:`ContractError` names what is wrong."""
    envelope: Event = parse(payload, Event)
    kind = EVENT_TYPES.get(envelope.type)
    if kind is None:
        known = envelope.type.rpartition(".v")[0] in _BASES
        raise ContractError("event version not known here" if known else "event type not known here")
    if envelope.id != event_id(envelope.epoch, envelope.sequence):
        raise ContractError("event id is not its epoch and sequence")
    return envelope, parse(bytes(envelope.data), kind)
