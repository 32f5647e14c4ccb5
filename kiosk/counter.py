"""The intake window a citizen of this terminal is sent to: where it is, when it is open, and until when to come."""

from __future__ import annotations

from datetime import datetime

from domain.calendar import Calendar
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.windows import intake, open_hours
from kiosk.settings import TerminalSettings


def where(terminal: TerminalSettings, catalogue: Catalogue) -> str:
    """Name and address; the hall's name where the catalogue knows no window of this place."""
    window = intake(catalogue.party(terminal.place))
    return f"{window.name}，{window.address}" if window is not None else f"{terminal.hall}“省内通办”窗口"


def hours(terminal: TerminalSettings, catalogue: Catalogue) -> str:
    window = intake(catalogue.party(terminal.place))
    return open_hours(window) if window is not None else ""


def until(taken_at: str, days: int, terminal: TerminalSettings, catalogue: Catalogue) -> str:
    """The last of ``days`` work days of this place after the intake, said to be an estimate where it is one."""
    party = catalogue.party(terminal.place)
    calendar = Calendar.of(party) if party is not None else Calendar()
    return str(calendar.after(datetime.fromisoformat(taken_at).date(), days))
