"""Both desks' way to the centre: lists of cases, their ledgers, acts, and sealed documents, checked against their names.

An act is posted behind those that were read. Where somebody else was quicker nothing is written (:class:`MovedOnError`): read
again, look again, decide again. Posting the same act twice is harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

# httpx imports it at its first request, in whatever thread that is; while another compiles a template, Python 3.11's compiler
# loses count ("AST constructor recursion depth mismatch") and the import stays half done for good.
import httpcore  # noqa: F401
import httpx
import msgspec

from domain.calendar import Calendar
from domain.case.acts import DocumentKind, HomeAct, IntakeAct, Sealed
from domain.case.deadlines import Calendars
from domain.case.life import Life, Refusal, fold, step
from domain.case.lifewords import refusal
from domain.catalogue.party import DayOff
from mqtt import casework, resources
from mqtt.casework import ActPosted, ActRefused, CaseFile, OtherDay
from mqtt.resources import MAX_DOCUMENT, CaseList, Refused, Work
from mqtt.tls import Tls, context

_TIMEOUT = httpx.Timeout(15.0, connect=3.0)
_OVER = msgspec.json.encode(Refused("access_over"))
_T = TypeVar("_T")


class CentreError(Exception):
    """The centre gave no usable answer; the text (Chinese) is for the screen."""


class NotThereError(CentreError):
    """The centre has no such thing, or not for us."""


class DeletedError(CentreError):
    """It was there, until its time was over (``domain.protection.retention``)."""


class DamagedError(Exception):
    """What the centre gave is not the document its name promises; the text (Chinese) is for the screen."""


class RefusedActError(Exception):
    """The act may not be done now; the text (Chinese) is for the screen, ``code`` as in ``domain/case/lifewords.py``."""

    def __init__(self, code: str) -> None:
        super().__init__(refusal(code))
        self.code = code


class MovedOnError(Exception):
    """Somebody else acted on this case since it was read; nothing was written."""

    def __init__(self) -> None:
        super().__init__("这件办件刚才有了新的进展，请重新查看后再办。")


@dataclass(frozen=True)
class Ledger:
    """A case's file, as it was read, and what follows from it."""

    file: CaseFile

    @cached_property
    def life(self) -> Life:
        return fold(self.file.taken, (entry.act for entry in self.file.acts))

    @cached_property
    def calendars(self) -> Calendars:
        """By which the centre counts, too."""
        days = self.file.days
        return Calendars(Calendar(days.plans, _own(days.home)), Calendar(days.plans, _own(days.intake)))

    def after(self, act: IntakeAct | HomeAct) -> Life:
        """The life this act would lead to: what a paper that goes with it must say. :class:`RefusedActError`."""
        found = step(self.life, act, self.file.rules)
        if isinstance(found, Refusal):
            raise RefusedActError(found.code)
        return found


class Client:
    """Thread-safe. ``party`` is whose cases, ``desk`` in what part; ``token`` proves both."""

    def __init__(self, centre: str, desk: Literal["home", "intake"], party: str, token: str, ca: str | None = None) -> None:
        self.party = party
        self._list = resources.home_cases_path(party) if desk == "home" else casework.intake_cases_path(party)
        self._accounts = resources.home_accounts_path(party) if desk == "home" else resources.intake_accounts_path(party)
        self._client = httpx.Client(
            base_url=centre,
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT,
            verify=context(Tls(ca)) if ca is not None else True,
            follow_redirects=False,
        )

    def cases(self, before: str | None = None, *, running: bool = False) -> CaseList:
        """A page, newest first; ``running``: only what is not closed. :class:`CentreError`."""
        asked = {"open": "1"} if running else {}
        return self._read(self._list, CaseList, asked | ({"before": before} if before else {}))

    def all_cases(self, *, running: bool = False) -> Iterator[resources.HomeCase]:
        """Page after page; :class:`CentreError`."""
        page = self.cases(running=running)
        yield from page.cases
        while page.before is not None:
            page = self.cases(page.before, running=running)
            yield from page.cases

    def ledger(self, case: str) -> Ledger:
        """All that happened to a case; :class:`CentreError`."""
        return Ledger(self._read(casework.acts_path(case), CaseFile))

    def post(self, case: str, after: int, act: IntakeAct | HomeAct) -> Work:
        """How the case stands with this act, the next one after ``after``; its documents were put before.

        :class:`CentreError` (it may have been written: post the same again), :class:`RefusedActError`, :class:`MovedOnError`.
        """
        body = msgspec.json.encode(ActPosted(after, act))
        answer = self._send("POST", casework.acts_path(case), body, "application/json")
        if answer.status_code in (200, 201):
            stands: Work = _decoded(answer.content, Work)
            return stands
        if answer.status_code == 409:
            raise MovedOnError
        try:
            raise RefusedActError(msgspec.json.decode(answer.content, type=ActRefused).code)
        except msgspec.MsgspecError:
            raise _said(answer.status_code) from None

    def put(self, sealed: bytes, kind: DocumentKind) -> Sealed:
        """Store a sealed document, for an act to list. Doing it again is harmless. :class:`CentreError`."""
        digest = hashlib.sha256(sealed).hexdigest()
        answer = self._send("PUT", resources.document_path(digest), sealed, "application/octet-stream")
        if answer.status_code not in (200, 201):
            raise _said(answer.status_code)
        return Sealed(digest, len(sealed), kind)

    def tell(self, path: str, body: msgspec.Struct, kind: type[_T]) -> _T:
        """Post something that is no act; doing it again is harmless. :class:`CentreError`."""
        answer = self._send("POST", path, msgspec.json.encode(body), "application/json")
        if answer.status_code not in (200, 201):
            raise _said(answer.status_code)
        found: _T = _decoded(answer.content, kind)
        return found

    def document(self, digest: str) -> bytes:
        """The sealed bytes, whose SHA-256 is ``digest``; :class:`CentreError`, :class:`DamagedError`."""
        sealed = self._get(resources.document_path(digest))
        if hashlib.sha256(sealed).hexdigest() != digest:
            raise DamagedError("材料文件与登记的摘要不符，内容已损坏，没有打开。请联系中心。")
        return sealed

    def accounts(self) -> bytes:
        """Signed accounts of those who work here (``desired.AccountsBody``); :class:`CentreError`."""
        return self._get(self._accounts)

    def close(self) -> None:
        self._client.close()

    def _read(self, path: str, kind: type[_T], asked: dict[str, str] | None = None) -> _T:
        found: _T = _decoded(self._get(path, asked), kind)
        return found

    def _get(self, path: str, asked: dict[str, str] | None = None) -> bytes:
        try:
            with self._client.stream("GET", path, params=asked) as answer:
                if answer.status_code != 200:
                    answer.read()
                    raise _said(answer.status_code, answer.content)
                found = bytearray()
                for chunk in answer.iter_bytes():
                    found += chunk
                    if len(found) > MAX_DOCUMENT:
                        raise CentreError("中心给出的文件过大，没有打开。")
                return bytes(found)
        except httpx.HTTPError:
            raise CentreError("连不上中心，请检查网络后再试。") from None

    def _send(self, method: str, path: str, body: bytes, content: str) -> httpx.Response:
        try:
            return self._client.request(method, path, content=body, headers={"Content-Type": content})
        except httpx.HTTPError:
            raise CentreError("连不上中心，请检查网络后再试。") from None


def _said(status: int, body: bytes = b"") -> CentreError:
    if status == 403 and body == _OVER:
        return CentreError("本窗口查阅这件办件的期限已过，不能再打开。")
    if status in (401, 403):
        return CentreError("中心不认这个专窗的凭据，请联系中心核对登记。")
    if status == 410:
        return DeletedError("这件办件的材料已经按保存期限删除，打不开了。办件登记和办理经过还在。")
    if status == 404:
        return NotThereError("中心没有这份文件，可能还在途中。")
    return CentreError(f"中心暂时不能答复（{status}），请稍后再试。")


def _decoded(answer: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise CentreError("中心的答复读不懂，请联系中心。") from None


def _own(days: tuple[OtherDay, ...]) -> tuple[DayOff, ...]:
    return tuple(DayOff(other.day, "本地", other.works) for other in days)
