"""Messages of the contract as msgspec types. No message carries anything that identifies a person: a test holds every field
against a reviewed list. The documents for integrators (``docs/contract``) are generated from these types.

Unknown fields are tolerated (a newer peer may add some); an unknown type or version is refused by name.
Events are CloudEvents 1.0 in structured mode (JSON) with the extension attributes ``epoch`` and ``sequence``; the version of
what they say is in their type. ``docs/decisions/cloudevents-structured.md`` says why so.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

VERSION = 1
REPORT_VERSION = 2
"""Of the state report; 1 is still understood by the centre."""
MAX_PAYLOAD = 48 * 1024
"""Bytes of one MQTT payload; larger ones are refused before they are parsed. A case of 400 documents is 45 KB;
the broker itself cuts at 64 KiB."""

Terminal = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,31}$")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
Time = Annotated[
    str,
    Meta(
        max_length=40,
        pattern=r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        examples=["2026-11-20T09:30:00+08:00"],
    ),
]
"""RFC 3339, always with its offset."""
Short = Annotated[str, Meta(max_length=120)]
Code = Annotated[str, Meta(max_length=64)]
MOST_CODES = 16
Codes = Annotated[tuple[Code, ...], Meta(max_length=MOST_CODES)]
MOST_COUNT = 2**63 - 1
"""Largest number SQLite holds; a larger one would stop the batch of everybody it came with."""
Count = Annotated[int, Meta(ge=0, le=MOST_COUNT)]
Epoch = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$", max_length=16)]
"""Made with a terminal's database: sequences of two databases never collide."""
CommandId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$", max_length=32)]
Wanted = Literal["catalogue", "settings", "notices", "accounts", "program"]
"""Kinds of what the centre may want (``mqtt/desired.py``)."""
MOST_SEQUENCE = 2**31 - 1
"""Largest Integer of CloudEvents; at a thousand events a day it lasts 5,000 years."""
Sequence = Annotated[int, Meta(ge=1, le=MOST_SEQUENCE)]


class ContractError(ValueError):
    """A message that breaks the contract; the text names the rule and never quotes the payload."""


class Birth(Struct, frozen=True, tag_field="s", tag="up"):
    """Birth document, retained on the state topic. ``bd`` grows by one at every connect of this terminal's database."""

    v: int
    bd: Count
    boot: Code
    app: Short
    catalogue: Short
    place: Short
    ts: Time


class Lost(Struct, frozen=True, tag_field="s", tag="lost"):
    """The will. Only the one whose ``bd`` equals the current birth's counts."""

    v: int
    bd: Count


class Left(Struct, frozen=True, tag_field="s", tag="off"):
    """Clean leaving with its reason: shutdown, night, update; another one is shown to staff as it is."""

    v: int
    bd: Count
    why: Code


TerminalState = Birth | Lost | Left


class CentreUp(Struct, frozen=True, tag_field="s", tag="up"):
    """The centre's birth, retained on ``topics.CENTRE_STATE``; its will there is :class:`Lost`, its leaving :class:`Left`."""

    v: int
    bd: Count
    ts: Time


CentreState = CentreUp | Lost | Left


class DeviceReport(Struct, frozen=True):
    """``life`` as in ``devices.port.Life``; ``fault`` and ``warning`` are codes; ``proof_age`` in seconds, null if never. A life of
    ``unknown`` without a fault: the device can prove nothing."""

    life: Code
    fault: Code | None = None
    warning: Code | None = None
    proof_age: float | None = None


class Backlog(Struct, frozen=True):
    """What waits on the terminal, beyond how much. ``days``: how long it can go on taking cases in while nothing leaves, by the
    room on its disk and what the last days brought; null while that is not known. ``set_aside``: rows of the outbox its program
    cannot read; ``dropped``: telemetry given up since its database was made.
    """

    days: float | None = None
    set_aside: Count = 0
    dropped: Count = 0


class HelpWanted(Struct, frozen=True):
    """Whoever stands at the terminal asked for somebody to come (请人帮忙). ``since``: when; ``step``: at which step of a visit, or
    ``welcome``. Nothing of who it is.
    """

    since: Time
    step: Code


class Health(Struct, frozen=True):
    """What a terminal is like now: devices, what still waits, whether it serves. ``oldest`` is the age in seconds. On the wire:
    version 1 of the state report, which was always whole.
    """

    v: int
    bd: Count
    devices: dict[Code, DeviceReport]
    serving: bool
    unconfirmed: Count
    oldest: float | None
    pages_waiting: Count
    ts: Time
    fault: Code | None = None
    """Why it does not serve, when it does not (catalogue_damaged, …); else what is wrong beside the devices (clock_wrong, …)."""
    backlog: Backlog | None = None
    help: HelpWanted | None = None
    also: Codes = ()
    """What else is wrong beside the devices, worst first."""


class Report(Struct, frozen=True, omit_defaults=True):
    """State report, version 2. ``n`` counts the reports of one ``bd``. A report with ``of`` equal to ``n`` is whole; any other
    names only what is not as in the whole one that ``of`` names. So a lost difference is made good by the next, and one without
    any field is a heartbeat. A device that is named is named with all its fields. ``mqtt/report.py`` makes and merges them.
    """

    v: int
    bd: Count
    n: Count
    of: Count
    ts: Time
    devices: dict[Code, DeviceReport] = {}
    serving: bool | UnsetType = UNSET
    unconfirmed: Count | UnsetType = UNSET
    oldest: float | UnsetType | None = UNSET
    pages_waiting: Count | UnsetType = UNSET
    fault: Code | UnsetType | None = UNSET
    backlog: Backlog | UnsetType | None = UNSET
    help: HelpWanted | UnsetType | None = UNSET
    also: Codes | UnsetType = UNSET


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
UNKNOWN_VERSION = "version not known here"


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


class StorageReceipt(Struct, frozen=True):
    """The centre's word, after its commit, that these sequences of this epoch are stored. Ranges are inclusive."""

    v: int
    e: Epoch
    r: Annotated[tuple[tuple[int, int], ...], Meta(max_length=500)]


class _Version(Struct):
    v: int


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


def encode(message: Struct) -> bytes:
    return msgspec.json.encode(message)


def decode(payload: bytes, kind: Any) -> Any:
    """``payload`` as ``kind``, a message with a version; :class:`ContractError` when it is too large, no JSON, of another
    version or shape.
    """
    if version_of(payload) != VERSION:
        raise ContractError(UNKNOWN_VERSION)
    return parse(payload, kind)


def decode_report(payload: bytes) -> Health | Report:
    """A state report of either version; :class:`ContractError`."""
    version = version_of(payload)
    if version not in (VERSION, REPORT_VERSION):
        raise ContractError(UNKNOWN_VERSION)
    report: Health | Report = parse(payload, Health if version == VERSION else Report)
    if isinstance(report, Report) and report.of > report.n:
        raise ContractError("state report names a whole one that is still to come")
    if isinstance(report, Report) and report.of == report.n and UNSET in (report.serving, report.unconfirmed, report.pages_waiting):
        raise ContractError("state report calls itself whole and is not")
    return report


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


def version_of(payload: bytes) -> int:
    found: _Version = parse(payload, _Version)
    return found.v


def parse(payload: bytes, kind: Any) -> Any:
    """``payload`` as ``kind``, whatever its version; :class:`ContractError`."""
    if len(payload) > MAX_PAYLOAD:
        raise ContractError(f"larger than {MAX_PAYLOAD} bytes")
    try:
        return msgspec.json.decode(payload, type=kind)
    except RecursionError:
        raise ContractError("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ContractError(_without_values(str(error))) from None


def _without_values(text: str) -> str:
    """msgspec names the field and the expected type; a quoted value could be somebody's data and is cut. So is the byte's
    number: refusals are counted by their text, and there must not be as many texts as bytes.
    """
    rule = text.split("'", 1)[0] if "Invalid value" in text else text
    return rule.split(" (byte", 1)[0][:160]
