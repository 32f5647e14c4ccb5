"""The centre's API over casework without a network: the real application on a real store, asked as each side asks it."""

from __future__ import annotations

import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace
from support.authority import authority, enrolled
from support.cases import path_to
from support.centre_db import new_database
from support.fleet import EPOCH, HOME, INTAKE, OTHER_HOME, OTHER_TERMINAL, TERMINAL, TIME, bearer, taken, token

from domain import sealing
from domain.case.acts import Act, DocumentKind, Sealed
from domain.case.rights import State
from fleet.authority.authority import Authority
from fleet.cases.ledger import Ledger
from fleet.documents import Documents
from fleet.drafts import Drafts
from fleet.http import create_api
from fleet.intake import understand
from fleet.store import Store
from fleet.tokens import token_hash
from kiosk.enrolment.files import IdentityFiles
from mqtt import casework, topics
from mqtt.casework import CaseFile
from mqtt.events import EventData, event
from mqtt.resources import document_path

FLEET = frozenset({TERMINAL, OTHER_TERMINAL})
WINDOW, OTHER_WINDOW = f"{INTAKE}-window", f"{OTHER_HOME}-window"
"""Whose token an intake window shows (in ``support.fleet``, too); ``HOME`` and ``OTHER_HOME`` are the home desks'."""


@dataclass
class Casework:
    """``now`` is the wall clock's: the application asks it."""

    folder: Path
    ledger: Ledger = field(default_factory=lambda: Ledger(halls={TERMINAL: "hall", OTHER_TERMINAL: "other"}))
    documents: Documents | None = None

    def __post_init__(self) -> None:
        self.store = Store(new_database(self.folder / "centre.db"), self.ledger)
        weakref.finalize(self, self.store.close)  # where a test does not
        self.shown: bytes | None = None
        self.numbers = count(1)
        self.events = count(1)
        documents, bodies = self.documents or Documents(self.folder / "documents"), Documents(self.folder / "desired")
        keys = authority(self.folder / "authority")
        books = Authority(keys, FLEET)
        held = {name: enrolled(keys, name, IdentityFiles(self.folder / name)) for name in sorted(FLEET)}
        self.certificates = {name: one.certificate.public_bytes(Encoding.DER) for name, one in held.items()}
        homes = {party: token_hash(token(party)) for party in (HOME, OTHER_HOME)}
        windows = {INTAKE: token_hash(token(WINDOW)), OTHER_HOME: token_hash(token(OTHER_WINDOW))}
        drafts = Drafts(self.folder / "drafts", self.store, {})
        self._books = books
        self.http = create_api(self.store, documents, bodies, drafts, books, homes, lambda: self.shown, windows).test_client()

    def close(self) -> None:
        self.store.close()
        self._books.close()

    def ask(self, who: str | None, method: str, path: str, body: bytes | None = None) -> Any:
        """As a desk by its token's name, as a terminal by its own name, as nobody."""
        self.shown = self.certificates.get(who or "")
        headers = bearer(who) if who is not None and who not in FLEET else {}
        return self.http.open(path, method=method, data=body, headers=headers, buffered=True)

    def post(self, who: str | None, case: str, after: int, act: Act) -> Any:
        """Also an act that the type of its side has no place for."""
        body = msgspec.json.encode({"after": after, "act": msgspec.to_builtins(act)})
        return self.ask(who, "POST", casework.acts_path(case), body)

    def acted(self, who: str, case: str, act: Act) -> None:
        """An act that must be taken."""
        answer = self.post(who, case, len(self.file(who, case).acts), act)
        assert answer.status_code == 201, answer.get_data()

    def file(self, who: str, case: str) -> CaseFile:
        return msgspec.json.decode(self.ask(who, "GET", casework.acts_path(case)).get_data(), type=CaseFile)

    def position(self, case: str) -> int:
        with self.store.reading() as db:
            return int(db.execute("SELECT position FROM lives WHERE number = ?", (case,)).fetchone()[0])

    def put(self, who: str, sealed: bytes, kind: DocumentKind = "paper") -> Sealed:
        found = Sealed(sealing.digest(sealed), len(sealed), kind)
        assert self.ask(who, "PUT", document_path(found.digest), sealed).status_code in (200, 201)
        return found

    def tell(self, data: EventData, terminal: str = TERMINAL) -> None:
        """An event of a terminal, as it comes in."""
        raw = event(terminal, EPOCH, next(self.events), TIME, data)
        assert self.store.record([understand(topics.events(terminal), raw, False, FLEET)], time.time())

    def take(self, sealed: Sequence[bytes] = (b"case", b"page"), number: str | None = None, **more: Any) -> str:
        """A case that was just taken in at ``TERMINAL``, its documents brought."""
        number = number or f"C{next(self.numbers)}"
        own = tuple(body + number.encode() for body in sealed)
        said = {"taken_at": stamp(time.time() - 3600), **more}
        self.tell(replace(taken(number, own), **said))
        for body in own:
            self.put(TERMINAL, body)
        return number

    def standing_in(self, state: State, **more: Any) -> str:
        """A case that stands there, by acts of the last minute."""
        number, now = self.take((b"case",), **more), time.time()
        with self.store.transaction() as db:
            for act in path_to(state, datetime.fromtimestamp(now - 60, UTC)):
                self.store.ledger.write(db, number, act, now)
        return number


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def just_now(ago: float = 0.0) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=ago)
