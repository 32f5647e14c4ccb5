"""What comes to the citizen from elsewhere, in their language: a fault, what it calls its device, what a form found."""

from __future__ import annotations

from kiosk.visit.snapshot import Fault, Glass
from ui.words import _, translated


def fault(glass: Glass, code: str | None) -> str:
    """What to do about the fault ``code``; nothing where there is none."""
    return translated(glass.fault(code).citizen) if code else ""


def about(fault: Fault, device: str) -> str:
    """What to do about ``fault``. Faults any device can have call it 设备: here it is called ``device``."""
    return translated(fault.citizen).replace(_("设备"), device)


def errors(found: dict[str, str]) -> dict[str, str]:
    """What is wrong, by field."""
    return {field: translated(text) for field, text in found.items()}
