"""What can happen to a visit that a clerk drives at the window, beside what happens to any visit."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from kiosk.visit.intent import Intent
from kiosk.visit.state import Attendant


@dataclass(frozen=True, slots=True)
class Attended(Intent):
    """``intent`` as a clerk's touch."""

    by: Attendant
    intent: Intent


@dataclass(frozen=True, slots=True)
class Attend(Intent):
    """A clerk's: drive the visit that is on. Where another sign-in holds it this takes it over, and that one reads so."""


@dataclass(frozen=True, slots=True)
class LetGo(Intent):
    """A clerk's: the citizen goes on alone."""


@dataclass(frozen=True, slots=True)
class GoAlone(Intent):
    """The citizen's, while the clerk is away: I go on alone."""


class ClerkSeen(Struct, frozen=True):
    """The clerk of sign-in ``session`` is there, or is not: browser closed, badge pulled, time over."""

    session: str
    here: bool
