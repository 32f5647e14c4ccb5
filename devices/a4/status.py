"""What a printer says of itself (RFC 8011 5.4.11 and 5.4.12, PWG 5100.9) → fault and warning of ``kiosk/faults.toml``.

``printer-state-reasons`` carry a severity: ``-report`` is no trouble, ``-warning`` stops nothing by itself, ``-error`` or
none stops it. A printer with several trays warns of an empty one while it goes on; once it *needs* paper it stands still.
"""

from __future__ import annotations

from msgspec import Struct

from devices.a4.ipp import Answer

ASKED = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-make-and-model")
_STOPPED = 5
_KINDS = {
    "media-jam": "a4_jam",
    "cover-open": "a4_cover_open",
    "door-open": "a4_cover_open",
    "interlock-open": "a4_cover_open",
    "input-tray-missing": "a4_paper_out",
    "media-empty": "a4_paper_out",
    "media-needed": "a4_paper_out",
    "toner-empty": "a4_toner_out",
    "marker-supply-empty": "a4_toner_out",
    "output-area-full": "a4_output_full",
    "output-tray-missing": "a4_output_full",
}
"""Which of several is told first: the order stands for what staff have to do first."""
_NEEDED = "media-needed"
_LOW = {"media-low": "a4_paper_low", "toner-low": "a4_toner_low", "marker-supply-low": "a4_toner_low"}
_SEVERITIES = ("error", "warning", "report")


class Condition(Struct, frozen=True):
    """``fault``: it cannot print. Both ``None``: it says that all is well."""

    fault: str | None = None
    warning: str | None = None


def condition(told: Answer) -> Condition | None:
    """What ``told`` says of the printer; ``None`` when it says nothing that can be understood."""
    state = told.number("printer-state")
    if state not in (3, 4, _STOPPED):
        return None
    fault, warning = None, None
    reasons = dict(_split(reason) for reason in told.words("printer-state-reasons"))
    for kind, code in _KINDS.items():
        if kind in reasons and (reasons[kind] in ("", "error") or (reasons[kind] == "warning" and _stands(kind, state))):
            fault = fault or code
    for kind, code in _LOW.items():
        if reasons.get(kind, "report") != "report":
            warning = warning or code
    if fault is None and (state == _STOPPED or told.truth("printer-is-accepting-jobs") is False):
        fault = "a4_error"
    return Condition(fault, warning)


def _stands(kind: str, state: int | None) -> bool:
    return kind == _NEEDED or state == _STOPPED


def _split(reason: str) -> tuple[str, str]:
    kind, _, severity = reason.rpartition("-")
    return (kind, severity) if severity in _SEVERITIES and kind else (reason, "")
