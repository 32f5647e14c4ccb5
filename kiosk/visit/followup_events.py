"""What can happen to a visit that is about a case taken in before, beside what happens to any visit."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from kiosk.visit.intent import Intent
from kiosk.visit.state import Answered, CaseProgress, FoundTask


@dataclass(frozen=True, slots=True)
class BeginFollowup(Intent):
    """查进度、补材料、取结果. ``visit`` is a fresh random id."""

    visit: str


@dataclass(frozen=True, slots=True)
class ChooseHow(Intent):
    """``card``, ``receipt`` or ``number``."""

    by: str


@dataclass(frozen=True, slots=True)
class AskNumber(Intent):
    """A case's number as it was typed, and the last four of the document, or nothing."""

    number: str
    tail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LookAgain(Intent):
    """Ask the centre once more."""


@dataclass(frozen=True, slots=True)
class ChooseTask(Intent):
    """Do something about one of the tasks shown, counted from 0."""

    task: int
    doing: str


@dataclass(frozen=True, slots=True)
class RateHome(Intent):
    """Rate the home department of one of the cases shown, counted from 0."""

    case: int


@dataclass(frozen=True, slots=True)
class AskRight(Intent):
    """查阅、复制、更正、删除: of one of the cases shown, counted from 0."""

    case: int


@dataclass(frozen=True, slots=True)
class ChooseRight(Intent):
    """A kind of ``domain.protection.rights``; empty: back to the cases."""

    kind: str


@dataclass(frozen=True, slots=True)
class ReceiptShown:
    """A receipt's code lies under the camera: its random token."""

    token: str = field(repr=False)


class TasksFound(Struct, frozen=True):
    """``fault``: something that is no answer to the question, and is told beside it (a task that cannot be opened)."""

    visit: str
    progress: tuple[CaseProgress, ...]
    found: tuple[FoundTask, ...]
    fault: str | None = None


class TasksNotFound(Struct, frozen=True):
    visit: str
    fault: str


class RightFiled(Struct, frozen=True):
    """The centre has what was asked; the home desk answers until ``due`` (YYYY-MM-DD)."""

    visit: str
    due: str


class RightNotFiled(Struct, frozen=True):
    visit: str
    fault: str


class AnswerStored(Struct, frozen=True):
    """What was done about the case is durable."""

    visit: str
    answered: Answered


class AnswerNotStored(Struct, frozen=True):
    visit: str
    fault: str


Followed = ReceiptShown | TasksFound | TasksNotFound | RightFiled | RightNotFiled | AnswerStored | AnswerNotStored
