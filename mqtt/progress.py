"""How far a case is, in a few words, for a terminal whose citizen shows its receipt or knows its number, wherever taken in."""

from __future__ import annotations

from msgspec import Struct

from mqtt.wire import Code, Short, Time


class CaseProgress(Struct, frozen=True):
    """``words`` as the progress page has them; nothing of a person, nor of what was decided. ``ratable``: whoever showed the
    receipt may rate the home department, which has decided, and was not rated twice.
    """

    case: Code
    item_name: Short
    home: Code
    words: Short
    at: Time
    ratable: bool = False


def receipt_progress_path(token: str) -> str:
    return f"/v1/receipts/{token}/progress"


def case_progress_path(case: str) -> str:
    return f"/v1/cases/{case}/progress"
