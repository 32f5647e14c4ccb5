"""How the terminal stands towards whoever comes next: catalogue, hall, times, notices, and whether it serves at all.

One frozen value, replaced as a whole between two visits. It is made of the terminal's own settings and of what the centre wants.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace as struct_replace

from domain.catalogue.catalogue import Catalogue
from domain.rating import levels
from domain.staff.accounts import Document
from kiosk import faults
from kiosk.clock import CHINA
from kiosk.settings import Settings, TerminalSettings, VisitSettings
from kiosk.visit.outcome import Rules
from kiosk.visit.snapshot import Fault, Hall
from mqtt.desired import Notice, SettingsBody

OUT_OF_SERVICE = "out_of_service"
MAINTENANCE = "maintenance"
UPDATING = "updating"
_WRITTEN = date(2026, 1, 1)


class Standing(Struct, frozen=True):
    """``closed``: why no visit can begin at all."""

    catalogue: Catalogue
    terminal: TerminalSettings
    visit: VisitSettings
    notices: tuple[Notice, ...] = ()
    closed: Fault | None = None
    drafts: bool = False
    handover: bool = False
    words: bool = False
    edition: str = ""
    clerks: bool = False

    @property
    def rules(self) -> Rules:
        times = {name: getattr(self.visit, name) for name in self.visit.__struct_fields__}
        own = {"window": self.drafts, "handover": self.handover, "words": self.words, "clerks": self.clerks}
        return Rules(self.catalogue, edition=self.edition, **own, **times)

    @property
    def hall(self) -> Hall:
        own = self.terminal
        told, setting = tuple(one.text for one in self.notices), own.setting
        english = own.in_english() | {one.text: one.english for one in self.notices if one.english}
        return Hall(
            own.code,
            own.intake,
            own.hall,
            own.phone,
            own.complaint,
            own.query,
            told,
            setting,
            own.guides,
            own.place,
            drafts=self.drafts,
            handover=self.handover,
            words=self.words,
            clerks=self.clerks,
            english=english,
        )


class Stage(Protocol):
    """The middle, as those see it who change how the terminal stands."""

    @property
    def idle(self) -> bool:
        """Whether no visit runs."""

    def between(self, action: Callable[[], None]) -> bool:
        """Do ``action`` if no visit runs, while none can begin; whether it was done."""

    def stand(self, standing: Standing) -> None:
        """How the terminal stands from now on; inside :meth:`between` only."""


@dataclass
class Parts:
    """What a standing is made of. After the start changed on the dispatcher's thread only, between two visits.

    ``damaged``: why there is no catalogue. ``out_of_service``: notice and until when, while the centre says so. ``accounts``: of
    this terminal's clerks (``kiosk/staff/clerks.py``); these are changed at any moment, and no standing is made of them.
    ``maintenance``: staff are at it. ``updating``: this program is on trial.
    """

    own: Settings
    catalogue: Catalogue
    damaged: Fault | None = None
    wanted: SettingsBody | None = None
    notices: tuple[Notice, ...] = field(default_factory=tuple)
    out_of_service: tuple[str, str | None] | None = None
    accounts: Document | None = None
    maintenance: bool = False
    updating: bool = False

    def standing(self, now: datetime) -> Standing:
        terminal, visit = with_wanted(self.own, self.wanted)
        code = UPDATING if self.updating else MAINTENANCE if self.maintenance else None
        staff, at_window = faults.fault(code) if code else None, self.own.window is not None
        closed = staff or self.damaged or self._out_of_service()
        return Standing(
            self.catalogue.on(offered(now)),
            terminal,
            visit,
            shown(self.notices, now),
            closed,
            at_window,
            self.own.handover is not None,
            self.own.keys.ratings is not None,
            levels.edition(offered(now)).edition,
            self.own.clerk is not None,
        )

    def _out_of_service(self) -> Fault | None:
        if self.out_of_service is None:
            return None
        notice, until = self.out_of_service
        words = faults.fault(OUT_OF_SERVICE)
        ends = f"预计 {_in_words(until)} 恢复。" if until else ""
        return replace(words, citizen=f"{notice}{ends}")


def offered(now: datetime) -> date | None:
    """The day whose catalogue is offered; ``None``, the newest of everything, by a clock that stands before this was written."""
    day = now.astimezone(CHINA).date()
    return day if day >= _WRITTEN else None


def with_wanted(own: Settings, wanted: SettingsBody | None) -> tuple[TerminalSettings, VisitSettings]:
    """The terminal's own settings with what the centre wants of them. ``ValueError``: together they are none."""
    if wanted is None:
        return own.terminal, own.visit
    hall = {name: text for name in ("phone", "complaint", "query") if (text := getattr(wanted, name)) is not None}
    times = {name: value for name in wanted.visit.__struct_fields__ if (value := getattr(wanted.visit, name)) is not None}
    terminal, visit = struct_replace(own.terminal, **hall), struct_replace(own.visit, **times)
    # Made by replacing, and therefore not checked: by their own rules, as if read from the file.
    return (
        msgspec.convert(msgspec.to_builtins(terminal), TerminalSettings),
        msgspec.convert(msgspec.to_builtins(visit), VisitSettings),
    )


def shown(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    return tuple(one for one in notices if passed(one.since, now) and not passed(one.until, now))


def passed(moment: str, now: datetime) -> bool:
    """Whether ``moment`` (RFC 3339) has come; one no calendar knows never does."""
    try:
        return datetime.fromisoformat(moment) <= now
    except (ValueError, OverflowError):
        return False


def _in_words(moment: str) -> str:
    try:
        return f"{datetime.fromisoformat(moment).astimezone(CHINA):%m 月 %d 日 %H:%M}"
    except (ValueError, OverflowError):
        return moment
