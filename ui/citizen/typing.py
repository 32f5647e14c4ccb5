"""Answers looked at while they are being written. The rules are the form's own; what was written is neither kept nor sent back."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.forms.checking import typing
from domain.forms.postal import PHONE
from kiosk.visit import path
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import Step
from ui.citizen.intents import BadFormError, Form, seen
from ui.words import translated

_MOST = 1000


def typing_error(glass: Glass, form: Form) -> str | None:
    """What to do about the one answer in ``form``; ``None`` when it can become right, or is not asked on this screen."""
    try:
        of, _ = seen(form)
    except BadFormError:
        return None
    visit = glass.snapshot().state.visit
    if visit is None or visit.id != of:
        return None
    opened = path.opening(visit, glass.catalogue)
    asked = {"phone": PHONE} if visit.step is Step.POSTAL else {}
    if visit.step is Step.FORM and opened is not None:
        asked = {f"answer.{field.field}": field for field in opened.form}
    today = datetime.now(UTC).astimezone().date()
    for name, value in form.items():
        if name in asked and len(value) <= _MOST:
            wrong = typing(asked[name], value.strip(), today)
            return translated(wrong) if wrong else None
    return None
