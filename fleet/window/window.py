"""What the pages of an intake window work with: the ledger at the centre, the book beside it, what lies open, and the clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from domain import sealing
from domain.calendar import CHINA
from domain.case import window_record
from domain.case.acts import DocumentKind, IntakeAct, Sealed
from domain.case.content import CaseContent
from domain.case.deadlines import Timer, access_until, timers
from domain.case.life import Life, Refusal, step
from domain.case.lifewords import refusal
from domain.case.window_record import WindowRecord
from domain.casepapers.handover_list import HandoverList
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Situation
from domain.press.press import Press
from domain.sealing import OpeningKey
from fleet.casework.client import CentreError, DamagedError, DeletedError
from fleet.desk.journal import Journal
from fleet.desk.opening import NotOursError, open_case, unseal
from fleet.window.book import Book, Work
from fleet.window.ledger import Case, Ledger
from fleet.window.opened import Openings
from fleet.window.sending import Sender
from fleet.window.settings import WindowSettings
from fleet.window.work import FormError

log = logging.getLogger(__name__)


class StaleError(Exception):
    """Something was done with the case since the page was shown."""


class ExpiredError(Exception):
    """The window may not open this case any more; the text (Chinese) is for the screen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it stands with what waits here to be sent. ``waiting``: how many acts; ``until``: when the window's access ends."""

    case: Case
    life: Life
    waiting: int
    until: datetime | None

    @property
    def number(self) -> str:
        return self.case.number


class Window:
    """Thread-safe."""

    def __init__(self, settings: WindowSettings, ledger: Ledger, keys: Sequence[OpeningKey], catalogue: Catalogue) -> None:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.settings = settings
        self.ledger = ledger
        self.catalogue = catalogue
        self.press = Press()
        self.openings = Openings()
        self.journal = Journal(Path(settings.data) / "openings.db")
        self.book = Book(Path(settings.data) / "window.db")
        self.sender = Sender(ledger, self.book)
        self._keys = keys
        self._places = {**settings.parties, settings.party: settings.name}

    def close(self) -> None:
        self.sender.stop()
        self.ledger.close()
        self.journal.close()
        self.book.close()

    def now(self) -> datetime:
        return datetime.now(CHINA).replace(microsecond=0)

    def place(self, party: str) -> str:
        return self._places.get(party, party)

    # --- reading ------------------------------------------------------------------------------------------------------

    def standings(self, *, closed: bool = False) -> tuple[Standing, ...]:
        """Every case of this window that is not closed, or all; :class:`fleet.casework.client.CentreError`."""
        waiting = self.book.waiting()
        cases = self.ledger.every() if closed else self.ledger.running()
        return tuple(self._standing(case, [w for w in waiting if w.number == case.number]) for case in cases)

    def standing(self, number: str) -> Standing | None:
        case = self.ledger.case(number)
        return self._standing(case, [w for w in self.book.waiting() if w.number == number]) if case is not None else None

    def timers(self, standing: Standing) -> tuple[Timer, ...]:
        return timers(standing.life, standing.case.file.calendars, self.now().date(), standing.case.rules)

    def situation(self, case: Case) -> Situation | None:
        item = self.catalogue.item(case.entry.item)
        return item.situation(case.entry.situation) if item else None

    def material(self, case: Case, material: str) -> str:
        """Its name; its code where the catalogue no longer has it."""
        situation = self.situation(case)
        found = next((m.name for m in situation.materials if m.material_id == material), None) if situation else None
        return "办理结果" if material == "result" else found or material

    def open(self, standing: Standing, staff: str, reason: str) -> str:
        """For a stated reason, written down first. The name of what is open now.

        :class:`ExpiredError`, :class:`NotOursError`, :class:`DamagedError`, :class:`CentreError`.
        """
        entry = self.journal.opening(standing.number, staff, reason, time.time())
        try:
            self._need_access(standing)
            content = open_case(standing.case.entry, self.ledger, self._keys)
            records = self._records(standing.case)
        except (ExpiredError, NotOursError, DamagedError, CentreError) as error:
            outcomes = {NotOursError: "not_ours", DamagedError: "damaged", ExpiredError: "expired", DeletedError: "deleted"}
            outcome = outcomes.get(type(error), "unreachable")
            self.journal.ended(entry, outcome, time.time())
            log.warning("case %s was not opened: %s", standing.number, outcome)
            raise
        self.journal.ended(entry, "opened", time.time())
        if records:
            self.journal.read(entry, "papers", "records", time.time())
        access = standing.until.timestamp() if standing.until else None
        return self.openings.add(standing.number, staff, content, records, frozenset(standing.case.entry.missing), access, entry)

    def document(self, digest: str) -> bytes:
        """Unsealed, in memory. Errors as :meth:`open`."""
        return unseal(self.ledger.document(digest), self._keys)

    # --- writing ------------------------------------------------------------------------------------------------------

    def sealed(self, home: str, plain: bytes, kind: DocumentKind) -> tuple[Sealed, bytes]:
        """For the home desk, this window and the recovery key. :class:`FormError`: there is no key of this home place."""
        if home not in self.settings.keys.homes:
            raise FormError(f"本窗口的设置里没有{self.place(home)}的公钥，什么也没有记下。请联系技术人员。")
        body = sealing.seal(plain, self.settings.keys.recipients(home))
        return Sealed(sealing.digest(body), len(body), kind), body

    def record(self, content: CaseContent, written: WindowRecord) -> tuple[Sealed, bytes]:
        return self.sealed(content.home, window_record.encode(written), "record")

    def check(self, standing: Standing, position: int, *acts: IntakeAct) -> None:
        """:class:`StaleError`, :class:`FormError`: one would be refused, and why; nothing has been written then."""
        life = standing.life
        if life.position != position:
            raise StaleError
        for act in acts:
            after = step(life, act, standing.case.rules)
            if isinstance(after, Refusal):
                raise FormError(refusal(after.code))
            life = after

    def do(
        self,
        staff: str,
        works: Sequence[tuple[Standing, Sequence[IntakeAct]]],
        sealed: Sequence[bytes] = (),
        parcel: HandoverList | None = None,
    ) -> bool:
        """Durable first, then sent; whether the centre has it already."""
        acts = [(standing.number, standing.life.position + n, act) for standing, several in works for n, act in enumerate(several)]
        self.book.write(staff, acts, sealed, time.time(), parcel)
        done = self.sender.flush()
        if not done:
            self.sender.wake()
        return done

    def _standing(self, case: Case, waiting: Sequence[Work]) -> Standing:
        life = case.life
        for work in waiting:
            after = step(life, work.act, case.rules)
            life = life if isinstance(after, Refusal) else after
        return Standing(case, life, len(waiting), access_until(life, case.rules))

    def _need_access(self, standing: Standing) -> None:
        if standing.until is not None and standing.until <= self.now():
            self.openings.forget(standing.number)
            if standing.life.electronic:
                raise ExpiredError("全程电子办理的办件直接到业务属地，不经窗口，本窗口不能打开。")
            day = standing.until.astimezone(CHINA)
            until, days = f"{day.year}年{day.month}月{day.day}日", standing.case.rules.access
            raise ExpiredError(f"这件办件本窗口已经不能打开：转送满 {days} 天（{until}）。有事请联系业务属地专窗。")

    def _records(self, case: Case) -> tuple[WindowRecord, ...]:
        found = []
        for act in case.acts:
            for one in act.documents:
                if isinstance(act, IntakeAct) and one.kind == "record":
                    try:
                        found.append(window_record.decode(self.document(one.digest)))
                    except (msgspec.MsgspecError, ValueError):
                        raise DamagedError("窗口以前写的记录读不懂，可能已损坏。请联系中心。") from None
        return tuple(found)
