"""What can happen to a visit: the citizen's intents, the devices' events translated, the store's answers, and time.

Intents come from the glass; everything else from the dispatcher. All are frozen values, refused when out of place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from domain.case.content import Finding, ReadLine, Signature
from domain.identity import Identity
from kiosk.visit.attending_events import ClerkSeen as ClerkSeen
from kiosk.visit.followup_events import Followed
from kiosk.visit.intent import Intent as Intent
from kiosk.visit.state import Noted, Printing, Step, Submitted, Visit


@dataclass(frozen=True, slots=True)
class Begin(Intent):
    """Touch the first screen, or 在这里办 on a guide: then with its choice made. ``visit`` is a fresh random id."""

    visit: str
    home: str | None = None
    item: str | None = None
    situation: str | None = None


@dataclass(frozen=True, slots=True)
class ChoosePlace(Intent):
    party: str


@dataclass(frozen=True, slots=True)
class ChooseItem(Intent):
    item: str


@dataclass(frozen=True, slots=True)
class ChooseSituation(Intent):
    situation: str


@dataclass(frozen=True, slots=True)
class AnswerQuestion(Intent):
    """One answer of the question on the screen, by its place; 0 is the first."""

    answer: int


@dataclass(frozen=True, slots=True)
class ListAll(Intent):
    """None of the answers fits: show every situation."""


@dataclass(frozen=True, slots=True)
class ChooseChannel(Intent):
    """线上全程网办 (``online``) or 在这里办 (``here``)."""

    channel: str


@dataclass(frozen=True, slots=True)
class Weigh(Intent):
    """Whether the waiver of the material on the screen applies: ``waived`` leaves it out knowingly."""

    waived: bool


@dataclass(frozen=True, slots=True)
class TakeAlong(Intent):
    """The way without a case is over: its list, slip or advice is taken along, printed or not."""

    paper: bool


@dataclass(frozen=True, slots=True)
class Next(Intent):
    """Go on from a screen that asks nothing else: 材料已备齐, 信息无误, 这份材料拍完了, 先不打印 …"""


@dataclass(frozen=True, slots=True)
class Agree(Intent):
    """同意 the privacy notice."""


@dataclass(frozen=True, slots=True)
class ForAnother(Intent):
    """The same errand, but in the situation in which ``applicant`` (``ApplicantKind``) stands here."""

    applicant: str


@dataclass(frozen=True, slots=True)
class NoCard(Intent):
    """There is no card that can be read: of the person who stands here, or of the child."""


@dataclass(frozen=True, slots=True)
class ChooseDocument(Intent):
    paper: str


@dataclass(frozen=True, slots=True)
class StateWho(Intent):
    """Who it is and for whom. ``today``: by the hall's calendar."""

    answers: dict[str, str] = field(repr=False)
    today: date


@dataclass(frozen=True, slots=True)
class ToWindow(Intent):
    """Not at this terminal: what was read and said is forgotten."""


@dataclass(frozen=True, slots=True)
class KeepDraft(Intent):
    """Keep what was filled in for the window. ``code`` is fresh and random."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BeginDraft(Intent):
    """At the window: take up a draft. ``visit`` is a fresh random id."""

    visit: str


@dataclass(frozen=True, slots=True)
class FetchDraft(Intent):
    """``code`` as typed or scanned, read."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Checked(Intent):
    """A clerk (``by``) has compared the person with the document."""

    by: str


@dataclass(frozen=True, slots=True)
class NotMe(Intent):
    """The identity shown is not the person's: lay another card."""


@dataclass(frozen=True, slots=True)
class TakePage(Intent):
    ref: str


@dataclass(frozen=True, slots=True)
class KeepPage(Intent):
    pass


@dataclass(frozen=True, slots=True)
class RetakePage(Intent):
    pass


@dataclass(frozen=True, slots=True)
class TurnPage(Intent):
    """Turn the page on the screen by 90° clockwise."""


@dataclass(frozen=True, slots=True)
class ChoosePage(Intent):
    """Look at one of the kept pages; null: back to the camera."""

    ref: str | None


@dataclass(frozen=True, slots=True)
class TakeInstead(Intent):
    """Take the chosen page anew."""


@dataclass(frozen=True, slots=True)
class GiveUpPage(Intent):
    """Remove the chosen page."""


@dataclass(frozen=True, slots=True)
class MovePage(Intent):
    """Put the chosen page ``by`` places further on."""

    by: int


@dataclass(frozen=True, slots=True)
class TakeUnasked(Intent):
    """自动拍摄：开 or 关."""

    on: bool


@dataclass(frozen=True, slots=True)
class NotYet(Intent):
    """先别拍: the count that runs is stopped."""


@dataclass(frozen=True, slots=True)
class LeaveOut(Intent):
    """The material on the screen is optional and was not brought."""


@dataclass(frozen=True, slots=True)
class ScanAgain(Intent):
    """From the review: collect one material anew."""

    material: str


@dataclass(frozen=True, slots=True)
class Edit(Intent):
    """From the review: go back to one step, at the form to one ``field`` of it, and return by itself."""

    step: Step
    field: str | None = None


@dataclass(frozen=True, slots=True)
class FillForm(Intent):
    """Answers by field, usually one; ``by_card``: fields for which what the card says is to stand. ``day``: today, by the
    terminal's clock."""

    answers: dict[str, str] = field(repr=False)
    by_card: tuple[str, ...] = ()
    day: date = date.max


@dataclass(frozen=True, slots=True)
class Sign(Intent):
    """``ref``: a fresh name for the documents this signature makes."""

    signature: Signature = field(repr=False)
    ref: str = "signed"


@dataclass(frozen=True, slots=True)
class ChooseDelivery(Intent):
    way: str


@dataclass(frozen=True, slots=True)
class GivePostal(Intent):
    """``address`` null: the address on the card."""

    address: str | None = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Submit(Intent):
    pass


@dataclass(frozen=True, slots=True)
class PrintAgain(Intent):
    pass


@dataclass(frozen=True, slots=True)
class Rate(Intent):
    level: int


@dataclass(frozen=True, slots=True)
class GiveReason(Intent):
    """Hand the rating in, with its reasons. ``name`` and ``phone``: for a call back, or empty."""

    tags: tuple[int, ...]
    text: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Back(Intent):
    pass


@dataclass(frozen=True, slots=True)
class Leave(Intent):
    """Ask to end the visit; asked back once."""


@dataclass(frozen=True, slots=True)
class Stay(Intent):
    """继续办理: the answer to the idle warning and to the question whether to leave."""


@dataclass(frozen=True, slots=True)
class End(Intent):
    """End the visit now: confirmed leaving, or the button of the last screen."""


class CardSeen(Struct, frozen=True):
    """A card answered and is being read."""


@dataclass(frozen=True, slots=True)
class CardTaken:
    """``age``: full years on the day the card was read; the middle always says it."""

    identity: Identity = field(repr=False)
    age: int = 18


class CardNotTaken(Struct, frozen=True):
    fault: str


class DeskSeen(Struct, frozen=True):
    """``still``: a page lies still and nothing is to be changed; ``lay`` as in :class:`devices.port.Sight`."""

    still: bool
    lay: int


class PageShown(Struct, frozen=True):
    ref: str
    findings: tuple[Finding, ...]
    format: str = ""


@dataclass(frozen=True, slots=True)
class PageRead:
    """What a program read on a page, whenever it came to it; ``today`` is the day it is judged by."""

    ref: str
    lines: tuple[ReadLine, ...] = field(repr=False)
    today: date


class PageNotTaken(Struct, frozen=True):
    ref: str
    fault: str


class PageSealed(Struct, frozen=True):
    """The kept page lies sealed on the disk."""

    ref: str
    digest: str
    size: int


class PageLost(Struct, frozen=True):
    """The kept page could not be written; it must be taken again."""

    ref: str
    fault: str


class CaseStored(Struct, frozen=True):
    """The case is durable."""

    visit: str
    submitted: Submitted


class CaseNotStored(Struct, frozen=True):
    visit: str
    fault: str


class DraftKept(Struct, frozen=True):
    """The centre has the draft, on its disk, until then."""

    visit: str
    until: str


class DraftNotKept(Struct, frozen=True):
    """Nothing is kept, anywhere."""

    visit: str
    fault: str


@dataclass(frozen=True, slots=True)
class DraftOpened:
    """``visit`` as it was when it was kept, its pages on this terminal's disk; ``asked``: the visit that asked for it."""

    asked: str
    visit: Visit = field(repr=False)
    hall: str
    made_at: str


class DraftNotOpened(Struct, frozen=True):
    asked: str
    fault: str


class ServiceNoted(Struct, frozen=True):
    """The service without a case is durable."""

    visit: str
    noted: Noted


class ServiceNotNoted(Struct, frozen=True):
    visit: str
    fault: str


class DocumentFound(Struct, frozen=True):
    """The document asked for is there, in memory, and can be printed."""

    visit: str


class DocumentNotFound(Struct, frozen=True):
    """Nothing is known of this person, or (``now`` false) nobody can tell at present."""

    visit: str
    now: bool


class SheetEnded(Struct, frozen=True):
    """The attempt to print the document has ended."""

    visit: str
    printing: Printing


class PrintingEnded(Struct, frozen=True):
    """``paper``: the number of the case or of the service whose slip it is."""

    paper: str
    printing: Printing


class PrinterReady(Struct, frozen=True):
    """The printer can print again: what was refused before a byte was sent may go now."""


class PadPressed(Struct, frozen=True):
    """A key of the rating pad; ``question`` as in ``services.question``."""

    question: str
    level: int


class Closed(Struct, frozen=True):
    """The terminal goes out of service for new visits (a fault code), or back into it (null)."""

    fault: str | None


class Tick(Struct, frozen=True):
    """Time passed."""


Looked = DeskSeen | PageShown | PageRead | PageNotTaken | PageSealed | PageLost
Stored = CaseStored | CaseNotStored | ServiceNoted | ServiceNotNoted | DraftKept | DraftNotKept | DraftOpened | DraftNotOpened
Papers = DocumentFound | DocumentNotFound | SheetEnded | PrintingEnded | PrinterReady
Event = Intent | CardSeen | CardTaken | CardNotTaken | Looked | Stored | Papers | Followed | ClerkSeen | PadPressed | Closed | Tick
