"""Opening a case: fetch, check, unseal, check that it is the case asked for. What is opened lives in memory, for a while."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from domain import sealing
from domain.case.acts import HomeRole
from domain.case.content import CaseContent, decode
from domain.case.life import Life
from domain.sealing import OpeningKey, SealError
from fleet.casework.client import Client, DamagedError
from fleet.desk.drafts import Draft
from fleet.desk.pictures import Master, master
from mqtt.resources import HomeCase

LASTS = 20 * 60.0
"""Seconds an opened case can be read; then a reason must be stated again."""
MOST_OPEN = 16
"""Cases open at one time; the oldest is closed for the next."""

_PDF = b"%PDF-"


class NotOursError(Exception):
    """Sealed to another party (or to a key this desk no longer holds); the text (Chinese) is for the screen."""


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A form that was filled in and signed on the terminal, as it was sealed."""

    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened case, and its inbox entry as it was then: ``missing`` are the pages still in transit. ``staff`` and ``role``: who
    opened it, and acts on it while it is open. ``name``: of this opening; ``line``: its place in the journal."""

    content: CaseContent = field(repr=False)
    entry: HomeCase
    until: float
    staff: str = ""
    role: HomeRole = "home_officer"
    name: str = field(default="", repr=False)
    line: int = 0

    @property
    def pages(self) -> tuple[str, ...]:
        return tuple(page.digest for material in self.content.materials for page in material.pages)

    @property
    def places(self) -> dict[str, str]:
        """Where each page stands, in words."""
        return {p.digest: f"{m.name}第 {n} 页" for m in self.content.materials for n, p in enumerate(m.pages, start=1)}


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft somebody looks at. ``life``: as the case stood when it was made. ``after``: its state then, in words."""

    id: str
    draft: Draft = field(repr=False)
    life: Life
    after: str


def open_case(case: HomeCase, inbox: Client, keys: Sequence[OpeningKey]) -> CaseContent:
    """The content of ``case``. :class:`NotOursError`, :class:`DamagedError`, :class:`fleet.casework.client.CentreError`."""
    heads = [ref for ref in case.documents if ref.kind == "case"]
    if len(heads) != 1:
        raise DamagedError("办件登记不完整：应当恰有一份办件表。请联系中心。")
    plain = unseal(inbox.document(heads[0].digest), keys)
    try:
        content = decode(plain)
    except (msgspec.MsgspecError, ValueError):
        raise DamagedError("办件表解开后读不懂，可能已损坏或版本不同。请联系中心。") from None
    named = {ref.digest for ref in case.documents if ref.kind == "page"}
    if content.case != case.case or not {p.digest for m in content.materials for p in m.pages} <= named:
        raise DamagedError("解开的内容与登记的办件不是同一件，没有显示。请联系中心。")
    return content


def open_page(digest: str, inbox: Client, keys: Sequence[OpeningKey]) -> Master | SignedForm:
    """One page; errors as :func:`open_case`."""
    page = unseal(inbox.document(digest), keys)
    return SignedForm(page) if page.startswith(_PDF) else master(page)


def unseal(sealed: bytes, keys: Sequence[OpeningKey]) -> bytes:
    """With whichever of ``keys`` the document names. :class:`NotOursError`, :class:`DamagedError`."""
    try:
        named = sealing.key_ids(sealed)
    except SealError:
        raise DamagedError("文件不是密封件，或封头已损坏。请联系中心。") from None
    key = next((key for key in keys if key.key_id in named), None)
    if key is None:
        raise NotOursError("这份材料不是密封给本专窗的，打不开。请联系中心核对业务属地。")
    try:
        return sealing.unseal(sealed, key)
    except SealError:
        raise DamagedError("密封件已损坏，或与本专窗的钥匙对不上，没有打开。请联系中心。") from None


class Openings:
    """What is open now, by a random id that only the page which opened it knows. In memory, never on a disk."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, Opened] = {}
        self._drafts: dict[str, Drafted] = {}
        self._lock = threading.Lock()

    def add(self, content: CaseContent, entry: HomeCase, staff: str = "", role: HomeRole = "home_officer", line: int = 0) -> str:
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._forget()
            while len(self._open) >= MOST_OPEN:
                del self._open[next(iter(self._open))]
            self._open[name] = Opened(content, entry, self._clock() + LASTS, staff, role, name, line)
        return name

    def get(self, name: str) -> Opened | None:
        with self._lock:
            self._forget()
            return self._open.get(name)

    def __len__(self) -> int:
        with self._lock:
            self._forget()
            return len(self._open)

    def close(self, name: str) -> None:
        with self._lock:
            self._open.pop(name, None)
            self._drafts.pop(name, None)

    def keep(self, name: str, draft: Draft, life: Life, after: str) -> str:
        """The one draft of this opening, made on ``life``; its id."""
        drafted = Drafted(secrets.token_urlsafe(24), draft, life, after)
        with self._lock:
            self._drafts[name] = drafted
        return drafted.id

    def draft(self, name: str, draft: str) -> Drafted | None:
        with self._lock:
            self._forget()
            found = self._drafts.get(name)
        return found if found is not None and found.id == draft else None

    def _forget(self) -> None:
        now = self._clock()
        self._open = {name: opened for name, opened in self._open.items() if opened.until > now}
        self._drafts = {name: drafted for name, drafted in self._drafts.items() if name in self._open}
