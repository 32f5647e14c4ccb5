"""Carries sealed documents to the centre and frees them once it has every document of their case.

The files live with the terminal's store (``Blobs``). A document that is not taken is kept and reported, never deleted.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from mqtt import resources
from mqtt.resources import CaseStanding
from mqtt.tls import Tls, context

_log = logging.getLogger(__name__)

DAMAGED = "document_damaged"
REFUSED = "upload_refused"
"""Fault codes of ``kiosk/faults.toml``: a document the centre will not take as it is; this terminal's certificate is refused."""

_CHUNK = 64 * 1024
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_FIRST_WAIT = 2.0
_MOST_WAIT = 300.0
_STANDING_WAIT = 2.0
"""Seconds before asking again for a case whose event has not arrived yet; it travels by MQTT and may be slower."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sealed document of a case the centre does not have whole. ``stored``: the centre took it once."""

    case: str
    digest: str
    path: Path
    stored: bool = False


class Blobs(Protocol):
    """The terminal's sealed documents. Called from the uploader's thread only."""

    def waiting(self) -> Iterable[Waiting]:
        """Every document of every case that is not whole at the centre, oldest case first."""

    def stored(self, digest: str) -> None:
        """The centre has this document on its disk, checked."""

    def whole(self, case: str) -> None:
        """The centre has every document of ``case``: its files may go."""


class Uploader:
    """One thread. ``ValueError`` for a centre that is not HTTPS."""

    def __init__(self, centre: str, tls: Tls, blobs: Blobs) -> None:
        parts = urlsplit(centre)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"centre {centre}: not an https address")
        self._centre = centre.rstrip("/")
        self._tls = tls
        self._blobs = blobs
        self._damaged: frozenset[str] = frozenset()
        self._unknown = False
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uploader", daemon=True)

    @property
    def fault(self) -> str | None:
        """``upload_refused``, ``document_damaged`` or ``None``; for the state report."""
        if self._unknown:
            return REFUSED
        return DAMAGED if self._damaged else None

    @property
    def damaged(self) -> frozenset[str]:
        """Digests the centre refused as damaged or too large. Kept, not sent again before the next start."""
        return self._damaged

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns within three seconds; an upload under way is cut and done again from its start another time."""
        self._ended.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(3.0)

    def wake(self) -> None:
        """Documents were added: call after the commit."""
        self._woken.set()

    def _run(self) -> None:
        failures = 0
        while not self._ended.is_set():
            self._woken.clear()
            try:
                settled = self._connected_round()
                failures = 0
                wait = None if settled else _STANDING_WAIT
            except _UnreachableError as error:
                failures += 1
                wait = min(_MOST_WAIT, _FIRST_WAIT * 2.0 ** min(failures - 1, 16))
                _log.info("documents wait: %s", error)
            except Exception:
                failures += 1
                wait = _MOST_WAIT
                _log.exception("uploader: a round failed")
            self._pause(wait)

    def _pause(self, seconds: float | None) -> None:
        self._woken.wait(None if seconds is None else seconds * random.uniform(0.5, 1.0))  # noqa: S311

    def _connected_round(self) -> bool:
        """A connection for each round: the certificate may have been renewed since the last."""
        try:
            trust = context(self._tls)
        except OSError as error:
            raise _UnreachableError(f"certificate: {error}") from error
        with httpx.Client(base_url=self._centre, timeout=_TIMEOUT, verify=trust) as client:
            return self._round(client)

    def _round(self, client: httpx.Client) -> bool:
        """One pass over everything that waits. True when nothing is left that asking again soon could settle."""
        settled = True
        for case, documents in _by_case(self._blobs.waiting()).items():
            if self._ended.is_set():
                return True
            here = [document for document in documents if document.digest not in self._damaged]
            for document in here:
                if not document.stored:
                    self._put(client, document)
            standing = self._standing(client, case)
            if standing is None:
                settled = False
            elif standing.whole and not standing.missing:
                self._blobs.whole(case)
            else:
                missing = [d for d in here if d.stored and d.digest in standing.missing and d.digest not in self._damaged]
                for document in missing:
                    self._put(client, document)
                settled = settled and not missing
        return settled

    def _put(self, client: httpx.Client, document: Waiting) -> None:
        try:
            size = document.path.stat().st_size
            source = document.path.open("rb")
        except OSError as error:
            self._spoilt(document, f"cannot be read here ({type(error).__name__})")
            return
        with source:
            answer = self._ask(client, "PUT", resources.document_path(document.digest), self._chunks(source), size)
        if answer.status_code in (200, 201):
            self._blobs.stored(document.digest)
        elif answer.status_code in (413, 422):
            self._spoilt(document, f"refused by the centre ({answer.status_code})")
        else:
            raise _UnreachableError(f"the centre answers {answer.status_code} to a document")

    def _chunks(self, source: BinaryIO) -> Iterator[bytes]:
        while not self._ended.is_set() and (chunk := source.read(_CHUNK)):
            yield chunk

    def _standing(self, client: httpx.Client, case: str) -> CaseStanding | None:
        answer = self._ask(client, "GET", resources.case_path(case))
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise _UnreachableError(f"the centre answers {answer.status_code} to a case")
        try:
            standing = msgspec.json.decode(answer.content, type=CaseStanding)
        except msgspec.MsgspecError as error:
            raise _UnreachableError("the centre's answer is not of the contract") from error
        if standing.case != case:
            raise _UnreachableError("the centre answers for another case")
        return standing

    def _ask(
        self, client: httpx.Client, method: str, path: str, body: Iterator[bytes] | None = None, size: int = 0
    ) -> httpx.Response:
        headers = {} if body is None else {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        try:
            answer = client.request(method, path, content=body, headers=headers)
        except (httpx.HTTPError, OSError) as error:
            raise _UnreachableError(f"{type(error).__name__}") from error
        self._unknown = answer.status_code in (401, 403)
        if self._unknown:
            raise _UnreachableError(f"this terminal is refused ({answer.status_code})")
        return answer

    def _spoilt(self, document: Waiting, why: str) -> None:
        _log.error("document %s of case %s: %s; kept, not sent again", document.digest[:12], document.case, why)
        self._damaged |= {document.digest}


class _UnreachableError(Exception):
    """The centre gives no usable answer now; everything is tried again later."""


def _by_case(waiting: Iterable[Waiting]) -> dict[str, list[Waiting]]:
    cases: dict[str, list[Waiting]] = {}
    for document in waiting:
        cases.setdefault(document.case, []).append(document)
    return cases
