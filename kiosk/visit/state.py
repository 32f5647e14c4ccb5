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
    CHANNEL = "channel"
    GUIDE = "guide"
    PREPARE = "prepare"
    NOTICE = "notice"
    CARD = "card"
    IDENTITY = "identity"
    WAIVE = "waive"
    SCAN = "scan"
    PAGE = "page"
    DELIVERY = "delivery"
    POSTAL = "postal"
    FORM = "form"
    SIGN = "sign"
    REVIEW = "review"
    FILLED = "filled"
    QUERY = "query"
    SUBMITTING = "submitting"
    NOTING = "noting"
    RECEIPT = "receipt"
    LEAFLET = "leaflet"
    RATING = "rating"
    REASON = "reason"
    FAREWELL = "farewell"


class Stage(StrEnum):
    """The stages of a visit as a citizen understands them; a way has some of them."""

    CHOOSE = "choose"
    IDENTIFY = "identify"
    MATERIALS = "materials"
    FORM = "form"
    DELIVERY = "delivery"
    SUBMIT = "submit"
    SLIP = "slip"
    QUERY = "query"
    GUIDE = "guide"
    RATE = "rate"


class CardPhase(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    FAILED = "failed"
    """A card failed; the reader goes on looking for the next one."""


Channel = Literal["online", "here", "window"]
"""线上全程网办, 在这里办, and what becomes of *here* where this terminal cannot: 到窗口, with a prepared list."""


class QueryPhase(StrEnum):
    """How far 查询打印 is. What it found is printed from memory; ``Visit.sheet`` says what became of the paper."""

    ASKING = "asking"
    FOUND = "found"
    NOT_FOUND = "not_found"
    NOT_NOW = "not_now"


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


class Noted(Struct, frozen=True):
    """The service given without a case (咨询), as it lies in the store: ``number`` is on the slip. ``draft``: the code under which
    what was filled in waits for the window, where a draft was kept.
    """

    number: str
    noted_at: str
    draft: str | None = None


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
    trail: tuple[str, ...] = ()
    """Questions of the item's tree that were reached, behind its first."""
    listed: bool = False
    """The citizen prefers the list of situations to the questions."""
    channel: Channel | None = None
    prepared: bool = False
    agreed: bool = False
    card: CardPhase = CardPhase.WAITING
    card_fault: str | None = None
    identity: Identity | None = None
    confirmed: bool = False
    weighed: tuple[str, ...] = ()
    """Materials of which the citizen said whether their waiver (免交) applies."""
    waived: tuple[str, ...] = ()
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
    query: QueryPhase | None = None
    sheet: Printing | None = None
    """What became of the A4 document."""
    on_paper: bool = False
    """The slip of a service without a case is wanted on paper."""
    noted: Noted | None = None
    printing: Printing | None = None
    rated: Rated | None = None

    def __repr__(self) -> str:
        return f"Visit(step={self.step}, …)"


class State(Struct, frozen=True):
    """``version`` grows with every change a screen could show. ``closed`` is the fault that keeps the terminal out of service."""

    version: int = 0
    visit: Visit | None = None
    closed: str | None = None
