"""Cases that are open at the window now: in memory, for a while, and no longer than the window may read them."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from domain.case.content import CaseContent
from domain.case.window_record import WindowRecord
from fleet.desk.opening import LASTS, MOST_OPEN


@dataclass(frozen=True, slots=True)
class Opened:
    """``staff`` opened it; ``records``: what was written here before, the oldest first; ``missing``: pages on their way.
    ``until``: monotonic seconds; ``access``: seconds since 1970 up to which the window may read it, where that is settled.
    ``line``: its place in the journal."""

    number: str
    staff: str
    content: CaseContent = field(repr=False)
    records: tuple[WindowRecord, ...] = field(repr=False)
    missing: frozenset[str]
    access: float | None
    until: float
    line: int = 0

    @property
    def pages(self) -> frozenset[str]:
        """Every page that may be looked at: those taken in, and those added here."""
        taken = {page.digest for material in self.content.materials for page in material.pages}
        return frozenset(taken | {digest for record in self.records for one in record.additions for digest in one.pages})

    @property
    def places(self) -> dict[str, str]:
        """Where each page stands, in words."""
        return {p.digest: f"{m.name}第 {n} 页" for m in self.content.materials for n, p in enumerate(m.pages, start=1)}


class Openings:
    """By a random name that only the page which opened it knows. Never on a disk."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time) -> None:
        self._monotonic = monotonic
        self._now = now
        self._open: dict[str, Opened] = {}
        self._lock = threading.Lock()

    def add(
        self,
        number: str,
        staff: str,
        content: CaseContent,
        records: tuple[WindowRecord, ...],
        missing: frozenset[str],
        access: float | None,
        line: int = 0,
    ) -> str:
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._forget()
            while len(self._open) >= MOST_OPEN:
                del self._open[next(iter(self._open))]
            self._open[name] = Opened(number, staff, content, records, missing, access, self._monotonic() + LASTS, line)
        return name

    def get(self, name: str) -> Opened | None:
        with self._lock:
            self._forget()
            return self._open.get(name)

    def wrote(self, name: str, record: WindowRecord, access: float | None) -> None:
        """What was written while it lies open stands on its page as well."""
        with self._lock:
            one = self._open.get(name)
            if one is not None:
                kept = (*one.records, record)
                self._open[name] = replace(one, records=kept, access=access)

    def __len__(self) -> int:
        with self._lock:
            self._forget()
            return len(self._open)

    def close(self, name: str) -> None:
        with self._lock:
            self._open.pop(name, None)

    def forget(self, number: str) -> None:
        """The window may read this case no longer."""
        with self._lock:
            self._open = {name: one for name, one in self._open.items() if one.number != number}

    def _forget(self) -> None:
        monotonic, now = self._monotonic(), self._now()
        self._open = {n: one for n, one in self._open.items() if one.until > monotonic and (one.access is None or one.access > now)}
