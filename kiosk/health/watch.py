"""Asks every check, each at its own pace, on one thread; what it found last is what is believed until the next look."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from kiosk.health.boots import Boots
from kiosk.staff.port import Checked
from kiosk.verdict import Outcome, Verdict, unknown, worst

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two looks."""
OTHERWISE: Mapping[str, float] = {"storage": 3600.0, "power": 1.0}
"""Of checks that wear what they check, and of what is told for two seconds only (``kiosk/health/power.py``)."""
_MACHINE = frozenset(("power", "data", "storage", "lock", "boots", "clock", "heat", "memory", "network"))
"""What nobody else reports: devices, glass and room have a voice of their own."""


class Check(Protocol):
    """``code`` is its stable name, ``title`` Chinese."""

    code: str
    title: str

    def look(self) -> Outcome: ...


class HealthWatch:
    """``news`` is called when ``faults`` have changed. ``monotonic`` gives seconds."""

    def __init__(
        self, checks: tuple[Check, ...], monotonic: Callable[[], float], news: Callable[[], None], boots: Boots | None = None
    ) -> None:
        self._checks = checks
        self._boots = boots
        self._monotonic = monotonic
        self._news = news
        self._found: dict[str, Outcome] = {}
        self._due: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def start(self) -> None:
        if self._boots is not None:
            self._boots.begin()
        self._thread.start()

    def stop(self) -> None:
        """In order: what ends otherwise is counted as cut off."""
        self._stopping.set()
        self._thread.join(5)
        if self._boots is not None:
            self._boots.end()

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the machine itself, in the order of the checks."""
        return tuple(one.fault for code, one in self._outcomes() if code in _MACHINE and one.fault)

    @property
    def failed(self) -> tuple[str, ...]:
        """Codes of the checks that failed, in their order."""
        return tuple(code for code, one in self._outcomes() if one.verdict is Verdict.FAILED)

    def findings(self) -> tuple[Checked, ...]:
        """Every check as it was found last, in their order."""
        titles = {check.code: check.title for check in self._checks}
        return tuple(Checked(titles[code], found.verdict.value, found.says, found.remedy) for code, found in self._outcomes())

    def verdict(self) -> Verdict:
        return worst(found.verdict for _, found in self._outcomes())

    def look(self) -> None:
        """Ask whatever is due."""
        before, now = self.faults, self._monotonic()
        for check in self._checks:
            if now < self._due.get(check.code, now):
                continue
            self._due[check.code] = now + OTHERWISE.get(check.code, EVERY)
            try:
                self._found[check.code] = check.look()
            except Exception:
                # One check that breaks is not to blind the others, and what it would have said is not known.
                log.exception("check %s broke", check.code)
                self._found[check.code] = unknown("检查本身出错，见日志")
        if self.faults != before:
            self._news()

    def _outcomes(self) -> tuple[tuple[str, Outcome], ...]:
        return tuple((check.code, self._found.get(check.code) or unknown("还没有检查过")) for check in self._checks)

    def _run(self) -> None:
        while True:
            self.look()
            if self._stopping.wait(min(OTHERWISE.values())):
                return
