"""What the machine asks for. *Effects* happen once, in order; *wants* hold as long as the state holds and are derived from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from domain.rating.service import Service
from kiosk.visit.services import question
from kiosk.visit.state import Answered, Noted, Rated, State, Step, Submitted, Visit


class TakePicture(Struct, frozen=True):
    ref: str


class TurnPicture(Struct, frozen=True):
    """Turn the picture ``ref``, not yet sealed, by 90° clockwise."""

    ref: str


class ReadPage(Struct, frozen=True):
    """Have the picture ``ref`` read, if anything here reads; answered by PageRead some time, or never."""

    ref: str


class SealPage(Struct, frozen=True):
    """Seal the picture ``ref`` to the home desk and keep it; answered by PageSealed or PageLost."""

    visit: str
    ref: str
    home: str


@dataclass(frozen=True, slots=True)
class SetForm:
    """Set the signed form ``material`` as a document and seal it; answered by PageSealed or PageLost with ``ref``."""

    visit: Visit = field(repr=False)
    ref: str
    material: str


@dataclass(frozen=True, slots=True)
class PrintForm:
    """The form ``material`` on A4, filled in and not signed; answered by SheetEnded."""

    visit: Visit = field(repr=False)
    material: str
    attempt: int
    day: date


class DropPages(Struct, frozen=True):
    """Pictures and sealed pages that belong to no case any more."""

    refs: tuple[str, ...]
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawUp:
    """The review is on the screen: seal the content now, so that handing in is only a commit. Not answered."""

    visit: Visit = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoreCase:
    """One transaction: case, content, audit, outbox. Idempotent by the visit's id; answered by CaseStored or CaseNotStored."""

    visit: Visit = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    visit: Visit = field(repr=False)
    submitted: Submitted
    attempt: int


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """Seal the visit to the hall's window and give it to the centre; answered by DraftKept or DraftNotKept."""

    visit: Visit = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """Fetch a draft and open it; answered by DraftOpened or DraftNotOpened to ``visit``."""

    visit: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DropDraft:
    """It has become a case. Not answered; where it cannot be told it goes by itself."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoteService:
    """One transaction: the record of a service without a case, and its outbox row. Nothing of the person is in it. Idempotent by
    the visit's id; answered by ServiceNoted or ServiceNotNoted."""

    visit: Visit = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintLeaflet:
    """The slip of a service without a case."""

    visit: Visit = field(repr=False)
    noted: Noted
    attempt: int


@dataclass(frozen=True, slots=True)
class AskDocument:
    """查询: answered by DocumentFound or DocumentNotFound. What is found stays in memory."""

    visit: Visit = field(repr=False)


class PrintDocument(Struct, frozen=True):
    """The document that was found, on A4; answered by SheetEnded."""

    visit: str
    attempt: int


@dataclass(frozen=True, slots=True)
class FindTasks:
    """What there is for whoever comes back; answered by TasksFound or TasksNotFound."""

    visit: Visit = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileRight:
    """Ask the home desk about one's own information; answered by RightFiled or RightNotFiled. Twice is once."""

    visit: Visit = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoreAnswer:
    """One transaction: what was done about a case, audit, outbox. Idempotent by the visit's id; answered by AnswerStored or
    AnswerNotStored."""

    visit: Visit = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintAnswer:
    """补正材料收件凭证, or that of a withdrawal."""

    visit: Visit = field(repr=False)
    answered: Answered
    attempt: int


@dataclass(frozen=True, slots=True)
class StoreRating:
    """One transaction: the rating, its sealed words, its outbox row. Idempotent by the service. ``home``: the place that decides.
    Not answered."""

    service: Service
    home: str | None
    rated: Rated = field(repr=False)


class Wipe(Struct, frozen=True):
    """The visit is over: forget everything of it. ``submitted``: its sealed pages belong to a case."""

    visit: str
    reason: str
    submitted: bool


Effect = (
    TakePicture
    | TurnPicture
    | ReadPage
    | SealPage
    | SetForm
    | PrintForm
    | DropPages
    | DrawUp
    | StoreCase
    | PrintReceipt
    | KeepDraft
    | OpenDraft
    | DropDraft
    | NoteService
    | PrintLeaflet
    | AskDocument
    | PrintDocument
    | FindTasks
    | FileRight
    | StoreAnswer
    | PrintAnswer
    | StoreRating
    | Wipe
)


class Wants(Struct, frozen=True):
    """What the devices should be doing now. Re-applied after any restart, of a device or of the service."""

    reader: bool = False
    camera: bool = False
    receipt: bool = False
    """A receipt's code is waited for under the camera."""
    question: str | None = None


def wants(state: State) -> Wants:
    visit = state.visit
    if visit is None:
        return Wants()
    return Wants(
        reader=visit.step in (Step.CARD, Step.WARD),
        camera=visit.step in (Step.SCAN, Step.PAGE),
        receipt=visit.step is Step.SHOW,
        question=question(visit) if visit.step is Step.RATING else None,
    )
