"""The state of a terminal: at most one visit, and where it stands. Frozen values; changed only by ``machine.step``.

The whole state can be written as JSON. It may be kept in memory and on tmpfs, never on a disk: it holds identity.
Times are monotonic seconds of this boot, so that a restart of the service can take the visit up again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from domain.case.content import Signature
from domain.identity import Identity

SCHEMA = 1


class Step(StrEnum):
    """Where the citizen stands; one question a screen. The order of ``PATH`` is the order of a visit."""

    PLACE = "place"
    ITEM = "item"
    SITUATION = "situation"
    PREPARE = "prepare"
    NOTICE = "notice"
    CARD = "card"
    IDENTITY = "identity"
    SCAN = "scan"
    PAGE = "page"
    DELIVERY = "delivery"
    POSTAL = "postal"
    FORM = "form"
    SIGN = "sign"
    REVIEW = "review"
    SUBMITTING = "submitting"
    RECEIPT = "receipt"
    RATING = "rating"
    REASON = "reason"
    FAREWELL = "farewell"


class CardPhase(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    FAILED = "failed"
    """A card failed; the reader goes on looking for the next one."""


class KeptPage(Struct, frozen=True):
    """A page the citizen kept. ``digest`` and ``size`` of the sealed picture are null until it lies sealed on the disk."""

    ref: str
    findings: tuple[str, ...] = ()
    digest: str | None = None
    size: int | None = None


class Collected(Struct, frozen=True):
    """What was collected for one material to be scanned; ``done`` when the citizen said it is complete or left it out."""

    material: str
    pages: tuple[KeptPage, ...] = ()
    done: bool = False


class ShownPage(Struct, frozen=True):
    """A straightened page on the screen, waiting for *keep* or *again*."""

    ref: str
    findings: tuple[str, ...] = ()


class Scan(Struct, frozen=True):
    """The camera's part: ``taking`` is the request under way, ``fault`` why the last one gave no page."""

    taking: str | None = None
    fault: str | None = None
    shown: ShownPage | None = None


class PrintState(StrEnum):
    PRINTING = "printing"
    PRINTED = "printed"
    REFUSED = "refused"
    SPOILT = "spoilt"
    UNCERTAIN = "uncertain"


class Printing(Struct, frozen=True):
    state: PrintState
    attempt: int
    cause: str | None = None


class Submitted(Struct, frozen=True):
    """The case as it lies in the store. ``token`` is on the receipt's QR code."""

    case: str
    token: str
    taken_at: str


class Rated(Struct, frozen=True):
    level: int
    by: Literal["screen", "pad"]
    tags: tuple[int, ...] = ()


class Visit(Struct, frozen=True):
    """One visit. Everything after ``home`` is null until the citizen came to it."""

    id: str
    step: Step
    began: float
    touched: float
    until: float
    """End of the total time unless the citizen extends it."""
    entered: float
    """Since when the step, or what it shows of the printing, is as it is."""
    warned: bool = False
    leaving: bool = False
    """The citizen asked to leave and has not confirmed it yet."""
    home: str | None = None
    item: str | None = None
    situation: str | None = None
    prepared: bool = False
    agreed: bool = False
    card: CardPhase = CardPhase.WAITING
    card_fault: str | None = None
    identity: Identity | None = None
    confirmed: bool = False
    collected: tuple[Collected, ...] = ()
    scan: Scan = Scan()
    answers: dict[str, str] = {}
    """What the person answered by hand, empty for what they left empty; what the card says is not in here."""
    asking: str | None = None
    """The field on the screen where it is another than the first that is not answered."""
    signature: Signature | None = None
    delivery: str | None = None
    address: str | None = None
    phone: str | None = None
    errors: dict[str, str] = {}
    """Field → what to do about it, in Chinese; of the last form posted."""
    submit_fault: str | None = None
    submitted: Submitted | None = None
    printing: Printing | None = None
    rated: Rated | None = None

    def __repr__(self) -> str:
        return f"Visit(step={self.step}, …)"


class State(Struct, frozen=True):
    """``version`` grows with every change a screen could show. ``closed`` is the fault that keeps the terminal out of service."""

    version: int = 0
    visit: Visit | None = None
    closed: str | None = None
