"""What is done where somebody cannot sign on the glass, and the printed form is signed at the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from domain.case.content import How
from kiosk.visit.intent import Intent


@dataclass(frozen=True, slots=True)
class SignOnPaper(Intent):
    """``name`` and ``number``: of who signs for another. ``day``: today."""

    how: How
    name: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    day: date = date.max


@dataclass(frozen=True, slots=True)
class SignOnGlass(Intent):
    """After all."""


@dataclass(frozen=True, slots=True)
class PrintForm(Intent):
    """The form that is to be photographed next. ``day`` stands on it."""

    day: date = date.max
