"""The terminal's store: every durable effect of a visit is one transaction here, and doing it twice is harmless."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import IntEnum
from pathlib import Path
from typing import Literal

from msgspec import Struct

from domain import sealing
from domain.case import number as case_number
from domain.durable import is_temporary
from kiosk.clock import Clock
from kiosk.store import audit
from kiosk.store.db import Database
from kiosk.store.files import write_durably
from kiosk.visit.state import Noted, Submitted
from mqtt.events import (
    Awaited,
    CaseCorrected,
    CaseTaken,
    CaseTerms,
    DeviceTrouble,
    DocumentRef,
    EventData,
    RatingGiven,
    ServiceGiven,
)
from mqtt.wire import encode, parse


class NewCase(Struct, frozen=True):
    """What the store needs of a visit to make it a case. ``content`` is asked once the number is known."""

    visit: str
    item: str
    item_name: str
    situation: str
    home: str
    intake: str
    pages: tuple[str, ...]
    content: Callable[[str], bytes]
    recipients: tuple[sealing.Recipient, ...]
    awaits: tuple[Awaited, ...] = ()
    terms: CaseTerms | None = None
    clerks: tuple[str, ...] = ()
    """工号 of those who took it in at the window."""


ServiceWay = Literal["online", "window", "pre_fill", "query_print", "elsewhere"]


class NewService(Struct, frozen=True):
    """What the store needs of a visit that leaves no case; nothing of the person."""

    visit: str
    item: str
    item_name: str
    situation: str | None
    home: str
    intake: str
    way: ServiceWay


class DrawnUp(Struct, frozen=True):
    """A case's content sealed ahead, for the number it will get if nothing comes between. ``plain``: SHA-256 of what was sealed."""

    number: str
    plain: bytes
    sealed: bytes


class Numbering(Struct, frozen=True):
    """The parts of a case number that belong to the terminal: intake division (6 digits) and terminal (3 characters)."""

    division: str
    terminal: str


class Store:
    """Used from the clerk's thread; reading and confirming by the publisher and the uploader goes through their own views."""

    def __init__(self, database: Database, pages: Path, numbering: Numbering, clock: Clock) -> None:
        self.database = database
        self._pages = pages
        self._numbering = numbering
        self._clock = clock
        ((self.epoch,),) = database.rows("SELECT epoch FROM terminal")

    def next_bd(self) -> int:
        """One more than ever before, durably: the number of the next birth."""
        with self.database.transaction() as db:
            (bd,) = db.execute("UPDATE terminal SET bd = bd + 1 RETURNING bd").fetchone()
            return int(bd)

    def now(self) -> datetime:
        return self._clock.now()

    def page_path(self, digest: str) -> Path:
        return self._pages / digest[:2] / f"{digest}.sealed"

    def keep_page(self, visit: str, sealed: bytes) -> str:
        """A sealed page on the disk; its digest. Until the visit is handed in it belongs to nobody and can be dropped."""
        digest = sealing.digest(sealed)
        write_durably(self.page_path(digest), sealed)
        try:
            with self.database.transaction() as db:
                db.execute(
                    "INSERT OR IGNORE INTO document (digest, visit, kind, size) VALUES (?, ?, 'page', ?)",
                    (digest, visit, len(sealed)),
                )
        except BaseException:
            self.page_path(digest).unlink(missing_ok=True)  # on a full disk it would only take room
            raise
        return digest

    def drop_pages(self, digests: Iterable[str]) -> int:
        """Remove pages that belong to no case; how many there were. A page of a case is never touched."""
        with self.database.transaction() as db:
            gone = [d for d in digests if db.execute("DELETE FROM document WHERE digest = ? AND number IS NULL", (d,)).rowcount]
        for digest in gone:
            self.page_path(digest).unlink(missing_ok=True)
        return len(gone)

    def draw_up(self, new: NewCase) -> DrawnUp:
        """Seal the content for the next number: sealing takes longer than the commit, and need not wait for the last tap."""
        with self.database.transaction() as db:
            number = self._next_number(db, self._clock.now().date())
        return _sealed(new, number)

    def take_case(self, new: NewCase, drawn: DrawnUp | None = None) -> Submitted:
        """收件: the case, its sealed content, its audit line and its outbox row, in one transaction.

        ``drawn`` is used if it still is this content and number. The second time for the same visit gives the first answer.
        ``OverflowError`` when the day's numbers are used up, ``ContractError`` for a case the centre would refuse.
        """
        with self.database.transaction() as db:
            known = db.execute("SELECT number, token, taken_at FROM office_case WHERE visit = ?", (new.visit,)).fetchone()
            if known:
                return Submitted(*known)
            now = self._clock.now()
            submitted = Submitted(self._next_number(db, now.date()), secrets.token_urlsafe(18), now.isoformat())
            if drawn is None or (drawn.number, drawn.plain) != (submitted.case, _plain(new, submitted.case)):
                drawn = _sealed(new, submitted.case)
            self._insert_case(db, new, submitted, drawn.sealed)
            return submitted

    def note_service(self, new: NewService) -> Noted:
        """咨询: the service, its audit line and its outbox row, in one transaction. The second time for the same visit gives
        the first answer. ``OverflowError`` when the day's numbers are used up.
        """
        with self.database.transaction() as db:
            known = db.execute("SELECT number, given_at FROM service WHERE visit = ?", (new.visit,)).fetchone()
            if known:
                return Noted(*known)
            now = self._clock.now()
            prefix = self._prefix(now.date())
            shared = case_number.service_prefix(prefix)
            (last,) = db.execute("SELECT max(number) FROM service WHERE number BETWEEN ? AND ?", (shared, shared + "~")).fetchone()
            number = case_number.service(prefix, case_number.sequence(last) + 1 if last else 1)
            db.execute("INSERT INTO service VALUES (?, ?, ?)", (number, new.visit, now.isoformat()))
            data = ServiceGiven(
                service=number,
                item=new.item,
                item_name=new.item_name,
                situation=new.situation,
                home=new.home,
                intake=new.intake,
                way=new.way,
                given_at=now.isoformat(),
            )
            enqueue(db, now, data)
            audit.record(db, now, "service_given", number=number, item=new.item, home=new.home, way=new.way)
            return Noted(number, now.isoformat())

    def end_visit(self, visit: str, reason: str, submitted: bool, pictures: int, left: tuple[str, ...]) -> None:
        """The store's part of the wipe: pages of a visit not handed in are removed; the counts, and what is left, are recorded."""
        rows = self.database.rows("SELECT digest FROM document WHERE visit = ? AND number IS NULL", visit)
        pages = self.drop_pages(str(digest) for (digest,) in rows)
        if self.database.rows("SELECT 1 FROM document WHERE visit = ? AND number IS NULL", visit):
            left = (*left, "pages")
        self.note("visit_ended", reason=reason, submitted=submitted, pages=pages, pictures=pictures, left=",".join(left))

    def note(self, event: str, **detail: str | int | bool | None) -> None:
        """An audit line of its own."""
        with self.database.transaction() as db:
            audit.record(db, self._clock.now(), event, **detail)

    def remove_residue(self, visit: str | None) -> None:
        """At start: pages of visits that are no more (all but ``visit``). What else lies among the files is swept later."""
        rows = self.database.rows("SELECT digest FROM document WHERE number IS NULL AND visit IS NOT ?", visit)
        pages = self.drop_pages(str(digest) for (digest,) in rows)
        if pages:
            self.note("residue_removed", pages=pages, files=0)

    def folders(self) -> list[Path]:
        """Where pages lie, 256 at most."""
        return sorted(self._pages.iterdir()) if self._pages.exists() else []

    def sweep(self, folder: Path) -> None:
        """Remove half-written files and files nobody names from one of :meth:`folders`. Only from the thread that keeps pages: a
        page is written before it is named. A folder at a time: a terminal that was long alone has tens of thousands of files.
        """
        with os.scandir(folder) as entries:
            found = [Path(entry.path) for entry in entries]
        names = self.database.rows(
            "SELECT digest FROM document WHERE digest BETWEEN ?1 AND ?2"
            " UNION ALL SELECT digest FROM answer_document WHERE digest BETWEEN ?1 AND ?2",
            folder.name,
            folder.name + "~",
        )
        named = {digest for (digest,) in names}
        strays = [path for path in found if is_temporary(path) or path.stem not in named]
        for path in strays:
            path.unlink()
        if strays:
            self.note("residue_removed", pages=0, files=len(strays))

    def _next_number(self, db: sqlite3.Connection, day: date) -> str:
        """The day's numbers of this database differ in their sequence only, so the largest is the last."""
        prefix = self._prefix(day)
        (last,) = db.execute("SELECT max(number) FROM office_case WHERE number BETWEEN ? AND ?", (prefix, prefix + "~")).fetchone()
        return case_number.mint(prefix, case_number.sequence(last) + 1 if last else 1)

    def _prefix(self, day: date) -> str:
        return case_number.prefix(self._numbering.division, day, self._numbering.terminal, str(self.epoch))

    def _insert_case(self, db: sqlite3.Connection, new: NewCase, submitted: Submitted, sealed: bytes) -> None:
        now = datetime.fromisoformat(submitted.taken_at)
        digest = sealing.digest(sealed)
        db.execute(
            "INSERT INTO office_case (number, visit, item, home, token, taken_at) VALUES (?, ?, ?, ?, ?, ?)",
            (submitted.case, new.visit, new.item, new.home, submitted.token, submitted.taken_at),
        )
        db.execute(
            "INSERT INTO document (digest, visit, number, kind, size, body) VALUES (?, ?, ?, 'case', ?, ?)",
            (digest, new.visit, submitted.case, len(sealed), sealed),
        )
        documents = [DocumentRef(digest=digest, size=len(sealed), kind="case")]
        for page in new.pages:
            (size,) = db.execute(
                "UPDATE document SET number = ? WHERE digest = ? AND visit = ? RETURNING size", (submitted.case, page, new.visit)
            ).fetchone()
            documents.append(DocumentRef(digest=page, size=size, kind="page"))
        data = CaseTaken(
            case=submitted.case,
            item=new.item,
            item_name=new.item_name,
            situation=new.situation,
            home=new.home,
            intake=new.intake,
            taken_at=submitted.taken_at,
            token=submitted.token,
            documents=tuple(documents),
            awaits=new.awaits,
            terms=new.terms,
            clerks=new.clerks,
        )
        sequence = enqueue(db, now, data)
        db.execute("UPDATE office_case SET sequence = ? WHERE number = ?", (sequence, submitted.case))
        db.execute(
            "INSERT INTO intake VALUES (?, 1, ?) ON CONFLICT (day) DO UPDATE SET cases = cases + 1, bytes = bytes + excluded.bytes",
            (now.date().isoformat(), sum(document.size for document in documents)),
        )
        audit.record(db, now, "case_taken", number=submitted.case, item=new.item, home=new.home, pages=len(new.pages))


def _sealed(new: NewCase, number: str) -> DrawnUp:
    return DrawnUp(number, _plain(new, number), sealing.seal(new.content(number), new.recipients))


def _plain(new: NewCase, number: str) -> bytes:
    return hashlib.sha256(new.content(number)).digest()


class Priority(IntEnum):
    """Which rows of the outbox go first. Only telemetry may ever be given up."""

    CASE = 0
    RESULT = 1
    TELEMETRY = 2


_PRIORITY: dict[type, Priority] = {
    CaseTaken: Priority.CASE,
    CaseCorrected: Priority.CASE,
    RatingGiven: Priority.CASE,
    ServiceGiven: Priority.CASE,
    DeviceTrouble: Priority.TELEMETRY,
}
"""Whatever is not named here is a result: never given up."""


def enqueue(db: sqlite3.Connection, at: datetime, data: EventData) -> int:
    """One outbox row, in the caller's transaction; its sequence. ``ContractError`` for what the centre would refuse: it must not
    be promised.
    """
    raw = encode(data)
    parse(raw, type(data))
    row = (type(data).__name__, at.isoformat(), raw, _PRIORITY.get(type(data), Priority.RESULT))
    sequence = db.execute("INSERT INTO outbox (type, time, data, priority) VALUES (?, ?, ?, ?)", row).lastrowid
    assert sequence is not None
    return sequence
