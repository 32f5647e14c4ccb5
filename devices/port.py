"""What a device is to the rest of the terminal: its state, what it reports, and one narrow port per kind.

Rules every driver keeps:

- one thread owns the device; it never calls back into the terminal except through ``emit`` with a frozen value;
- a fault is a *value* (a code of ``kiosk/faults.toml``), not an exception; *unknown* is never reported as good or bad;
- methods called by others only leave a note for the owning thread and return at once;
- a device that vanishes is opened again by its own supervisor, without a restart and without disturbing the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from devices.sight import Advice as Advice
from devices.sight import Edge as Edge
from devices.sight import Sight as Sight
from devices.slip import Block as Block
from devices.slip import Code as Code
from devices.slip import Heading as Heading
from devices.slip import PageJob as PageJob
from devices.slip import Pair as Pair
from devices.slip import Paragraph as Paragraph
from devices.slip import PrintJob as PrintJob
from devices.slip import Rule as Rule
from devices.slip import Slip as Slip


class Life(StrEnum):
    """Where a device stands in the one life all devices share (``devices/supervisor.py``)."""

    ABSENT = "absent"
    OPENING = "opening"
    IDENTIFYING = "identifying"
    READY = "ready"
    BUSY = "busy"
    FAULTED = "faulted"
    BACK_OFF = "back_off"
    UNKNOWN = "unknown"
    """Open, and nothing recent proves that it works."""


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One device as staff see it. ``fault`` and ``warning`` are codes of ``kiosk/faults.toml``."""

    device: str
    life: Life
    fault: str | None = None
    warning: str | None = None
    identity: str | None = None
    """What the device says it is (SAM id, printer model); never anything of a person."""
    proof_at: float | None = None
    """Monotonic seconds of the last answer that proves it alive; ``None`` if it never answered."""

    @property
    def usable(self) -> bool:
        """It may be given work. One that can prove nothing (a rating pad) may, too: its life is ``UNKNOWN``, never ``READY``."""
        return self.life in (Life.READY, Life.BUSY, Life.UNKNOWN) and self.fault is None


class DeviceChanged(Struct, frozen=True):
    """A device's state is now this. Sent on change only."""

    state: DeviceState


class CardFound(Struct, frozen=True):
    """A card answered and is being read; ``at`` is the monotonic time of the first byte of that answer."""

    at: float


class DocumentKind(StrEnum):
    """Whose layout a chip has: resident card, residence permit (flag J), the two foreigners' cards (flags I and Y)."""

    RESIDENT = "resident"
    HK_MACAU_TAIWAN = "hkmt"
    FOREIGN_2017 = "foreign_2017"
    FOREIGN_2023 = "foreign_2023"


@dataclass(frozen=True, slots=True)
class CardDocument:
    """Text fields of an identity document as its chip gives them, trimmed of padding, nothing judged.

    Empty is what the document's chip does not have, or has nothing in. ``birth``, ``valid_from``, ``valid_to`` are YYYYMMDD
    (``valid_to`` may be ``长期``); ``sex`` and ``nation`` are the chip's codes (GB/T 2261.1, GB/T 3304), ``nationality`` three
    letters. ``permit`` and ``issues``: travel-permit number and number of issues; ``former``: three characters that link to the
    former number. ``newest_address``: empty when the chip says it has none, ``None`` when that could not be read or was not asked.
    """

    kind: DocumentKind
    name: str = field(default="", repr=False)
    english_name: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    nation: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)
    birth: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    newest_address: str | None = field(default=None, repr=False)
    number: str = field(default="", repr=False)
    authority: str = field(default="", repr=False)
    valid_from: str = field(default="", repr=False)
    valid_to: str = field(default="", repr=False)
    permit: str = field(default="", repr=False)
    issues: str = field(default="", repr=False)
    renewals: str = field(default="", repr=False)
    former: str = field(default="", repr=False)
    version: str = field(default="", repr=False)
    office: str = field(default="", repr=False)


class CardRead(Struct, frozen=True):
    """A card was read whole. ``at``: monotonic seconds."""

    document: CardDocument
    at: float


class CardFailed(Struct, frozen=True):
    """A card was there and could not be read; ``fault`` says why (card_removed, card_unreadable, card_not_supported …)."""

    fault: str


class CardRemoved(Struct, frozen=True):
    """The card that was read is gone."""


class Proof(StrEnum):
    """What a card's data is worth."""

    CLAIMED = "claimed"
    """The card says so; anybody can make a card that does."""
    AUTHENTICATED = "authenticated"
    """A security module has found the card genuine."""


@dataclass(frozen=True, slots=True)
class SocialHolder:
    """The holder as a social security card gives it, trimmed, nothing judged. Codes and dates as in :class:`CardDocument`."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    sex: str = field(repr=False)
    nation: str = field(repr=False)
    birth: str = field(repr=False)


class SocialDocument(Struct, frozen=True):
    """A social security card. ``generation``: 1, 2, 3 or ?; ``region``: six digits of the issuing place; dates YYYYMMDD or empty.

    ``holder`` is ``None`` where the card did not give it, and ``unread`` then says why (a code of ``kiosk/faults.toml``).
    """

    generation: str
    region: str
    issued: str
    expires: str
    proof: Proof
    holder: SocialHolder | None = None
    unread: str | None = None


class SocialCardRead(Struct, frozen=True):
    """A social security card was read as far as it lets itself be read. ``at``: monotonic seconds."""

    document: SocialDocument
    at: float


class ChipCardRemoved(Struct, frozen=True):
    """The card that was read in the chip card reader is gone, or may be: pcscd or the reader went away meanwhile."""


class CardOutOfSight(Struct, frozen=True):
    """Whether the card that was read still lies there cannot be known any more."""


@dataclass(frozen=True, slots=True)
class CardPhoto:
    """The photo of the card read last, unpacked; it may come a moment after :class:`CardRead`, or never."""

    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadgeShown:
    """A staff badge lies there: its DER certificate as the card gave it, nothing judged, and the tries its PIN has left."""

    certificate: bytes = field(repr=False)
    left: int


@dataclass(frozen=True, slots=True)
class BadgeProven:
    """The badge took its PIN and signed what was asked: DER, ECDSA. Nothing is verified yet."""

    signature: bytes = field(repr=False)


class BadgeDeclined(Struct, frozen=True):
    """The badge, or what lies there in its place, did not do what was asked. ``left``: tries of the PIN, where the card said."""

    fault: str
    left: int | None = None


class BadgeGone(Struct, frozen=True):
    """The badge is no longer there, or nobody can tell any more (``fault``: absent, mute …): whoever was let in by it is out."""

    fault: str


class RatingKey(Struct, frozen=True):
    """A key of the rating pad, already mapped to the official level: 5 非常满意 … 1 非常不满意."""

    question: str
    level: int


class PrintOutcome(StrEnum):
    """What became of a slip. Only ``PRINTED`` claims paper in the citizen's hand; only ``REFUSED`` claims none."""

    PRINTED = "printed"
    REFUSED = "refused"
    SPOILT = "spoilt"
    UNCERTAIN = "uncertain"


class PrintEnded(Struct, frozen=True):
    """One attempt to print a slip has ended. ``cause`` is a fault code unless printed."""

    job: str
    attempt: int
    outcome: PrintOutcome
    cause: str | None = None


Box = tuple[int, int, int, int]
"""A place on a page: left, top, right, bottom in ten-thousandths of its width and height."""


class Finding(Struct, frozen=True):
    """Something doubtful a page's picture shows: ``code`` of ``kiosk/faults.toml`` (page_blurred, page_cut_off …), and where; no
    boxes: the page as a whole. ``same``: the request of the kept page that this one repeats."""

    code: str
    boxes: tuple[Box, ...] = ()
    same: str = ""


@dataclass(frozen=True, slots=True)
class PageTaken:
    """A page was found and straightened. ``jpeg`` is the master: colour, tones untouched, quality ≥ 80; ``small`` a small one."""

    request: str
    jpeg: bytes = field(repr=False)
    width: int
    height: int
    findings: tuple[Finding, ...] = ()
    small: bytes = field(default=b"", repr=False)
    likeness: bytes = field(default=b"", repr=False)
    """What the page is known by when it is taken again; nothing can be read off it. For :meth:`DocumentCamera.take`."""
    format: str = ""
    """The size it has by name (``domain/case/formats.py``); empty where it is another one, or not known."""


class PageRefused(Struct, frozen=True):
    """No page could be taken; ``fault`` says why (page_not_found, page_cut_off, camera_mute …)."""

    request: str
    fault: str


@dataclass(frozen=True, slots=True)
class LivePicture:
    """One frame of the desk as the citizen sees it; no two of a driver have one ``serial``."""

    serial: int
    jpeg: bytes = field(repr=False)
    width: int
    height: int
    sight: Sight


class DeskSeen(Struct, frozen=True):
    """Something of :class:`Sight` is other than it was, the places apart."""

    advice: Advice | None
    still: bool
    lay: int


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of a page as it was read, ``score`` 0..1. Nobody has checked it: it is what a program thinks stands there."""

    text: str = field(repr=False)
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page was read, top to bottom; without lines: nothing that looks like print stands on it."""

    request: str
    lines: tuple[ReadLine, ...] = field(repr=False)


class PageUnread(Struct, frozen=True):
    """A page stays unread; ``fault`` says why (reading_slow, reading_missing …)."""

    request: str
    fault: str


CardEvent = CardFound | CardRead | SocialCardRead | CardFailed | CardRemoved | ChipCardRemoved | CardOutOfSight | CardPhoto
BadgeEvent = BadgeShown | BadgeProven | BadgeDeclined | BadgeGone
ReadingEvent = PageRead | PageUnread
DeviceEvent = DeviceChanged | CardEvent | BadgeEvent | RatingKey | PrintEnded | DeskSeen | PageTaken | PageRefused | ReadingEvent
Emit = Callable[[DeviceEvent], None]


class Device(Protocol):
    """What the composition root needs of every device."""

    @property
    def name(self) -> str: ...

    def start(self, emit: Emit) -> None: ...

    def stop(self) -> None:
        """End the owning thread and close the device; returns within two seconds."""

    def state(self) -> DeviceState: ...

    def review(self) -> None:
        """Tell others if the state reads otherwise than last told, for instance because the owning thread hangs. Any thread."""

    def restart(self) -> None:
        """Close the device and open it anew; returns at once."""

    @property
    def restarting(self) -> bool:
        """From :meth:`restart` until the device is ready again."""


class IdentityReader(Device, Protocol):
    """Reads a card only while armed, so that a card left lying is never read for the next person."""

    def arm(self) -> None: ...

    def disarm(self) -> None: ...


class BadgeReader(Protocol):
    """Reads staff badges only while asked to. Tells of a badge, has it prove itself, and says when it is gone."""

    def ask_badge(self) -> None:
        """From now on a badge laid down, or one that lies there and was not dealt with yet, is told of."""

    def prove(self, pin: bytearray, digest: bytes) -> None:
        """Give the badge shown last its PIN and have it sign ``digest``; ``pin`` is wiped, whatever comes of it."""

    def leave_badge(self) -> None:
        """Nobody asks for badges any more; one that lies there is still told of when it goes."""


class RatingPad(Device, Protocol):
    """Gives at most one rating for each question asked, and none when none was asked."""

    def ask(self, question: str) -> None: ...

    def withdraw(self) -> None: ...


class ReceiptPrinter(Device, Protocol):
    """Prints slips one at a time. The journal is told before the first byte leaves and after the end."""

    def print(self, job: PrintJob) -> None: ...


class PagePrinter(Device, Protocol):
    """Prints A4 pages one job at a time; a job that cannot print now is thrown out, never left for later."""

    def print(self, job: PageJob) -> None: ...


class PrintJournal(Protocol):
    """Durable memory of printing: both calls return only when the line is on the disk."""

    def sending(self, job: str, attempt: int) -> None: ...

    def ended(self, job: str, attempt: int, outcome: PrintOutcome, cause: str | None) -> None: ...


class DocumentCamera(Device, Protocol):
    """Looks at the desk only while watching, and says what it sees there by :class:`DeskSeen`."""

    def watch(self) -> None: ...

    def rest(self) -> None:
        """Stop looking, and forget every picture held."""

    def live(self, after: int = 0, timeout: float = 0.0) -> LivePicture | None:
        """The newest picture once its serial is not ``after``, or whatever there is after ``timeout`` seconds. Any thread."""

    def take(self, request: str, kept: tuple[tuple[str, bytes], ...] = ()) -> None:
        """Answered by PageTaken or PageRefused. ``kept``: requests and likenesses of the pages that this one may repeat."""


class PageReader(Protocol):
    """Reads what is printed on pages, behind everything else. No device: without it pages stay unread, and that is all."""

    @property
    def fault(self) -> str | None:
        """Why pages stay unread; ``None`` while they do not, or none was there to read."""

    def start(self, emit: Emit) -> None: ...

    def stop(self) -> None: ...

    def read(self, request: str, jpeg: bytes) -> None:
        """Answered by exactly one PageRead or PageUnread, unless ``drop`` or ``forget`` come before."""

    def drop(self, request: str) -> None:
        """Nobody wants to know of this page any more."""

    def forget(self) -> None:
        """Every page. When this returns none is held here, and the process that held one is killed."""

    def holding(self) -> int:
        """Pages that wait or are being read."""
