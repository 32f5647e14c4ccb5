"""What looking at something came to: a device tried, the machine checked. Unknown is a verdict of its own, neither good nor bad."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from kiosk import faults


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


WORDS = {Verdict.PASSED: "通过", Verdict.FAILED: "不通过", Verdict.UNKNOWN: "不清楚"}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Failed before unknown before passed; of nothing, unknown."""
    seen = set(verdicts)
    return next((v for v in (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED) if v in seen), Verdict.UNKNOWN)


class Finding(Struct, frozen=True):
    """One step. ``step`` is its stable name; ``fault`` a code of ``kiosk/faults.toml``; the rest Chinese, never of a person."""

    step: str
    title: str
    verdict: Verdict
    fault: str | None = None
    says: str = ""
    remedy: str = ""


class Outcome(Struct, frozen=True):
    """What an exercise says; the step's names are added by who runs it."""

    verdict: Verdict
    fault: str | None = None
    says: str = ""
    remedy: str = ""


def passed(says: str = "") -> Outcome:
    return Outcome(Verdict.PASSED, says=says)


def unknown(says: str) -> Outcome:
    return Outcome(Verdict.UNKNOWN, says=says)


def failed(code: str) -> Outcome:
    """With cause and remedy from the table of faults."""
    words = faults.fault(code)
    return Outcome(Verdict.FAILED, code, words.cause, words.staff)


class DeviceFindings(Struct, frozen=True):
    device: str
    name: str
    identity: str | None
    verdict: Verdict
    steps: tuple[Finding, ...]


class Report(Struct, frozen=True):
    """What ``tongban doctor --json`` prints. ``at`` is RFC 3339. A new field may come; a field never changes its meaning."""

    version: int
    terminal: str
    at: str
    attended: bool
    verdict: Verdict
    devices: tuple[DeviceFindings, ...]
