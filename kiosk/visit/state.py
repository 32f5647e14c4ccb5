"""The state of a terminal: at most one visit, and where it stands. Frozen values; changed only by ``machine.step``.

The whole state can be written as JSON. It may be kept in memory and on tmpfs, never on a disk: it holds identity.
Times are monotonic seconds of this boot, so that a restart of the service can take the visit up again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from domain.case.content import Advice, Finding, Inked, ReadLine, Signature
from domain.case.task import Task
from domain.identity import Identity

SCHEMA = 2


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
    DOCUMENT = "document"
    IDENTITY = "identity"
    WARD = "ward"
    BEHALF = "behalf"
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
    KEEPING = "keeping"
    NOTING = "noting"
    RECEIPT = "receipt"
    LEAFLET = "leaflet"
    RATING = "rating"
    REASON = "reason"
    FAREWELL = "farewell"
    RETURN = "return"
    """About a case taken in before: by card, by the receipt's code or by its number. So are the following."""
    SHOW = "show"
    NUMBER = "number"
    CASES = "cases"
    POINTS = "points"
    COLLECT = "collect"
    UNDO = "undo"
    ANSWER = "answer"
    HANDING = "handing"
    DRAFT = "draft"
    """At the window: the code of a draft."""
    CHECK = "check"
    """At the window: the clerk compares the person with the document."""


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
    FIND = "find"
    SIGN = "sign"
    PRINT = "print"


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


class Reading(Struct, frozen=True):
    """What a program read on a page, and what that may tell."""

    lines: tuple[ReadLine, ...]
    advice: tuple[Advice, ...]


class KeptPage(Struct, frozen=True):
    """A page the citizen kept. ``digest`` and ``size`` of the sealed picture are null until it lies sealed on the disk. ``format``:
    what size of paper it is, by name (``domain/case/formats.py``).

    ``reading`` is null until it was read, and stays so when it is handed in before, or nothing here reads.
    """

    ref: str
    findings: tuple[Finding, ...] = ()
    digest: str | None = None
    size: int | None = None
    reading: Reading | None = None
    format: str = ""


class Collected(Struct, frozen=True):
    """What was collected for one material to be scanned; ``done`` when the citizen said it is complete or left it out."""

    material: str
    pages: tuple[KeptPage, ...] = ()
    done: bool = False


class ShownPage(Struct, frozen=True):
    """A straightened page on the screen, waiting for *keep* or *again*; ``turns``: quarter turns clockwise the citizen gave it."""

    ref: str
    findings: tuple[Finding, ...] = ()
    turns: int = 0
    reading: Reading | None = None
    format: str = ""


class Scan(Struct, frozen=True):
    """The camera's part: ``taking`` is the request under way, ``fault`` why the last one gave no page. ``chosen``: the kept page
    that is looked at; ``instead``: the one the next picture takes the place of.
    """

    taking: str | None = None
    fault: str | None = None
    shown: ShownPage | None = None
    chosen: str | None = None
    instead: str | None = None


class Hold(StrEnum):
    """What must happen before a page is taken by itself again; see ``unasked.py``."""

    NONE = "none"
    MOVE = "move"
    CHANGE = "change"


class Unasked(Struct, frozen=True):
    """Taking pictures by itself. ``on``: the citizen's choice, null: as the terminal is set. ``still`` and ``lay``: what the camera
    last said of the desk. ``since``: when the count began. ``shots``: pictures taken so, for their names.
    """

    on: bool | None = None
    hold: Hold = Hold.NONE
    still: bool = False
    lay: int = 0
    since: float | None = None
    shots: int = 0


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
    """The service given without a case (咨询), as it lies in the store: ``number`` is on the slip."""

    number: str
    noted_at: str


class HeldDraft(Struct, frozen=True):
    """A draft (草稿) and the code that opens it. ``until``: the centre has it, so long; null: not yet, or not any more."""

    code: str
    until: str | None = None

    def __repr__(self) -> str:
        return "HeldDraft(…)"


By = Literal["card", "receipt", "number"]
"""How somebody who comes back asks for a case."""
Doing = Literal["correct", "collect", "withdraw"]


class CaseProgress(Struct, frozen=True):
    """How far a case is, in words for whoever has its number. ``as_of``: the centre could not be asked; this was known then.
    ``rates``: the place that has decided, where whoever stands here may rate it.
    """

    case: str
    item: str
    home: str
    words: str
    as_of: str | None = None
    rates: str | None = None


class FoundTask(Struct, frozen=True):
    """A task of whoever stands here, and its digest. ``here``: this terminal can seal to the home desk it came from."""

    digest: str
    task: Task
    here: bool = True


class Answered(Struct, frozen=True):
    """What was done about the case, as it lies in the store. ``paper``: what its slip is known by."""

    paper: str
    at: str


class AskedRight(Struct, frozen=True):
    """What somebody asks of their own information in ``case``: a kind of ``domain.protection.rights``, once it is chosen. ``due``:
    it is filed, and answered until then."""

    case: str
    kind: str | None = None
    due: str | None = None
    fault: str | None = None


class Followup(Struct, frozen=True):
    """The part of a visit that is about a case taken in before. ``token``: of the receipt; ``number``, ``tail``: of the case, and
    the last four characters of the document, where they were typed. ``chosen``: the task's digest; ``read``: what it says was read.
    """

    by: By | None = None
    token: str | None = None
    number: str | None = None
    tail: str = ""
    looking: bool = False
    fault: str | None = None
    progress: tuple[CaseProgress, ...] = ()
    found: tuple[FoundTask, ...] = ()
    chosen: str | None = None
    doing: Doing | None = None
    read: bool = False
    answered: Answered | None = None
    rating: CaseProgress | None = None
    """The case whose home department is rated now, with nothing else to be done about it."""
    right: AskedRight | None = None

    def __repr__(self) -> str:
        return "Followup(…)"

    @property
    def task(self) -> Task | None:
        return next((one.task for one in self.found if one.digest == self.chosen), None)


class Rated(Struct, frozen=True):
    """A rating as it was given. ``edition``: of the levels and tags. ``text``, ``name`` and ``phone``: what was left, or empty."""

    level: int
    by: Literal["screen", "pad"]
    tags: tuple[int, ...] = ()
    edition: str = ""
    text: str = ""
    name: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return "Rated(…)"


class Attendant(Struct, frozen=True):
    """The clerk who drives a visit at the window. ``session`` names their sign-in and is no secret; ``number``: 工号; ``here``:
    their browser was heard of lately.
    """

    session: str
    number: str
    name: str = ""
    here: bool = True


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
    no_chip: bool = False
    """Whoever stands here has no card that can be read."""
    paper: str | None = None
    """The document without a chip, one of ``domain.representation.CHIPLESS``."""
    identity: Identity | None = None
    """Whoever stands here, by the chip."""
    confirmed: bool = False
    ward: Identity | None = None
    """The child a guardian acts for, by its chip; ``ward_age`` in full years on that day."""
    ward_age: int = 0
    ward_paper: bool = False
    """The child has no card."""
    stated: dict[str, str] = {}
    """What was said of who it is and for whom (``domain.representation.fields``)."""
    who_stated: bool = False
    who_at: str | None = None
    """Which group of it is on the screen (``domain.representation.group``)."""
    checked: str | None = None
    """Which clerk has compared the person with the document, at the window."""
    weighed: tuple[str, ...] = ()
    """Materials of which the citizen said whether their waiver (免交) applies."""
    waived: tuple[str, ...] = ()
    collected: tuple[Collected, ...] = ()
    scan: Scan = Scan()
    unasked: Unasked = Unasked()
    answers: dict[str, str] = {}
    """What the person answered by hand, empty for what they left empty; what the card says is not in here."""
    asking: str | None = None
    """The field on the screen where it is another than the first that is not answered."""
    signature: Signature | None = None
    inked: Inked | None = None
    """How the printed form is signed instead, at the window."""
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
    draft: HeldDraft | None = None
    opening: bool = False
    """A draft is on its way from the centre."""
    printing: Printing | None = None
    rated: Rated | None = None
    """Begun on the screen, and not handed in: no rating yet."""
    ratings: tuple[Rated | None, ...] = ()
    """By the services in their order (``services.services``): what was given; null, not rated."""
    followup: Followup | None = None
    """Null: a new case, or a service without one."""
    attendant: Attendant | None = None
    """Who drives it at the window (``attending.py``); null: the citizen does, alone."""
    attended: tuple[str, ...] = ()
    """工号 of every clerk who drove it, in order."""

    def __repr__(self) -> str:
        return f"Visit(step={self.step}, …)"


class State(Struct, frozen=True):
    """``version`` grows with every change a screen could show. ``closed`` is the fault that keeps the terminal out of service."""

    version: int = 0
    visit: Visit | None = None
    closed: str | None = None
