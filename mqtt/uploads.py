"""Carries sealed documents to the centre and frees them once it has every document of their case.

The files live with the terminal's store (``Blobs``). They are read as they are sent, a piece at a time. A document that is not
taken is kept and reported, never deleted; one that was cut off goes on where the centre's copy ends.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

# httpx imports it at its first request, in whatever thread that is; while another compiles a template, Python 3.11's compiler
# loses count ("AST constructor recursion depth mismatch") and the import stays half done for good.
import httpcore  # noqa: F401
import httpx
import msgspec
from msgspec import Struct

from mqtt import resources
from mqtt.resources import CaseStanding
from mqtt.tls import Tls, context

_log = logging.getLogger(__name__)

DAMAGED = "document_damaged"
REFUSED = "upload_refused"
"""Fault codes of ``kiosk/faults.toml``: a document the centre will not take as it is; this terminal's certificate is refused."""

AT_ONCE = 2
"""Documents under way at the same time: enough to fill the line while the centre checks one, too few to crowd a hall's network."""
_CHUNK = 64 * 1024
_WORTH_ASKING = 128 * 1024
"""Bytes from which it pays to ask first how much of a document the centre has."""


class UploadPace(Struct, frozen=True):
    """Seconds. ``first``, doubled at each failure up to ``most``, before the centre is tried again; ``standing`` before asking
    again for a case whose event has not arrived yet (it travels by MQTT and may be slower); ``silence`` until an exchange
    counts as dead.
    """

    first: float = 2.0
    most: float = 300.0
    standing: float = 2.0
    silence: float = 30.0


class Waiting(Struct, frozen=True):
    """A sealed document of a case the centre does not have whole. ``stored``: the centre took it once."""

    case: str
    digest: str
    size: int
    stored: bool = False


class Blobs(Protocol):
    """The terminal's sealed documents. Called from the uploader's threads only."""

    def cases(self) -> Sequence[str]:
        """Cases that are not whole at the centre, oldest first."""

    def documents(self, case: str) -> Sequence[Waiting]:
        """Every document of one of them."""

    def answers(self) -> Sequence[Waiting]:
        """Documents that came after their case, which may have been taken in elsewhere, and were not taken by the centre yet."""

    def open(self, document: Waiting) -> BinaryIO:
        """Its sealed bytes, from the start; ``OSError``."""

    def stored(self, digest: str) -> None:
        """The centre has this document on its disk, checked."""

    def whole(self, case: str) -> None:
        """The centre has every document of ``case``: its files may go."""


class _Sent(Enum):
    STORED = auto()
    SPOILT = auto()


class Uploader:
    """One thread, and ``AT_ONCE`` more while there is something to send. ``ValueError`` for a centre that is not HTTPS."""

    def __init__(self, centre: str, tls: Tls, blobs: Blobs, pace: UploadPace | None = None) -> None:
        parts = urlsplit(centre)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"centre {centre}: not an https address")
        self._centre = centre.rstrip("/")
        self._tls = tls
        self._blobs = blobs
        self._pace = pace or UploadPace()
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
        """Returns within three seconds; an upload under way is cut, and goes on from there another time."""
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
                wait = None if settled else self._pace.standing
            except _UnreachableError as error:
                failures += 1
                wait = min(self._pace.most, self._pace.first * 2.0 ** min(failures - 1, 16))
                _log.info("documents wait: %s", error)
            except Exception:
                failures += 1
                wait = self._pace.most
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
        timeout = httpx.Timeout(self._pace.silence, connect=min(5.0, self._pace.silence))
        with httpx.Client(base_url=self._centre, timeout=timeout, verify=trust) as client:
            with ThreadPoolExecutor(AT_ONCE, "upload") as pool:
                return self._round(client, pool)

    def _round(self, client: httpx.Client, pool: ThreadPoolExecutor) -> bool:
        """One pass over what came after its case, and over every case that waits. True when nothing is left that asking again
        soon could settle.
        """
        settled = True
        self._send(client, pool, [document for document in self._blobs.answers() if document.digest not in self._damaged])
        for case in self._blobs.cases():
            if self._ended.is_set():
                return True
            documents = [document for document in self._blobs.documents(case) if document.digest not in self._damaged]
            self._send(client, pool, [document for document in documents if not document.stored])
            standing = self._standing(client, case)
            if standing is None:
                settled = False
            elif standing.whole and not standing.missing:
                self._blobs.whole(case)
            else:
                missing = [d for d in documents if d.stored and d.digest in standing.missing]
                self._send(client, pool, missing)
                settled = settled and not missing
        return settled

    def _send(self, client: httpx.Client, pool: ThreadPoolExecutor, documents: Sequence[Waiting]) -> None:
        under_way = [(document, pool.submit(self._bring, client, document)) for document in documents]
        failed: Exception | None = None
        for document, sending in under_way:
            if sending.cancelled():
                continue
            try:
                sent = sending.result()
            except Exception as error:
                failed = failed or error
                for _, other in under_way:
                    other.cancel()  # those not begun; what is under way may still arrive
            else:
                if sent is _Sent.STORED:
                    self._blobs.stored(document.digest)
                else:
                    self._damaged |= {document.digest}
        if failed is not None:
            raise failed

    def _bring(self, client: httpx.Client, document: Waiting) -> _Sent:
        """From where the centre's copy ends. Only what was sent whole and refused is damaged."""
        try:
            source = self._blobs.open(document)
        except OSError as error:
            return _spoilt(document, f"cannot be read here ({type(error).__name__})")
        with source:
            held = self._held(client, document.digest) if document.size >= _WORTH_ASKING else 0
            if held is None:
                return _Sent.STORED
            if 0 < held < document.size:
                source.seek(held)
                if self._ask(client, document, source, held) in (200, 201):
                    return _Sent.STORED
                source.seek(0)
            status = self._ask(client, document, source)
        if status in (200, 201):
            return _Sent.STORED
        return _spoilt(document, f"refused by the centre ({status})")

    def _held(self, client: httpx.Client, digest: str) -> int | None:
        """How many bytes of it the centre has from us; ``None`` when it has it whole."""
        answer = self._answer(client, "HEAD", resources.document_path(digest))
        if answer.status_code != 204:
            raise _UnreachableError(f"the centre answers {answer.status_code} to a document")
        if answer.headers.get(resources.UPLOAD_COMPLETE) == "?1":
            return None
        said = answer.headers.get(resources.UPLOAD_OFFSET, "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else 0

    def _ask(self, client: httpx.Client, document: Waiting, source: BinaryIO, held: int = 0) -> int:
        """The answer's status to the rest of ``source``: taken, or refused for what it is."""
        headers = {"Content-Length": str(document.size - held), "Content-Type": "application/octet-stream"}
        if held:
            headers |= {"Content-Type": resources.PARTIAL, resources.UPLOAD_OFFSET: str(held), resources.UPLOAD_COMPLETE: "?1"}
        method = "PATCH" if held else "PUT"
        body = self._chunks(source, document.size - held)
        answer = self._answer(client, method, resources.document_path(document.digest), body, headers)
        if answer.status_code not in (200, 201, 413, 422) and not (held and answer.status_code == 409):
            raise _UnreachableError(f"the centre answers {answer.status_code} to a document")
        return answer.status_code

    def _chunks(self, source: BinaryIO, size: int) -> Iterator[bytes]:
        """``size`` bytes, also of a file that has become shorter or longer: its content is then refused, by the centre."""
        while size > 0:
            if self._ended.is_set():
                raise OSError("ending")
            chunk = source.read(min(_CHUNK, size)) or bytes(min(_CHUNK, size))
            size -= len(chunk)
            yield chunk

    def _standing(self, client: httpx.Client, case: str) -> CaseStanding | None:
        answer = self._answer(client, "GET", resources.case_path(case))
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

    def _answer(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        body: Iterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        try:
            answer = client.request(method, path, content=body, headers=headers)
        except (httpx.HTTPError, OSError) as error:
            raise _UnreachableError(f"{type(error).__name__}") from error
        self._unknown = answer.status_code in (401, 403)
        if self._unknown:
            raise _UnreachableError(f"this terminal is refused ({answer.status_code})")
        return answer


class _UnreachableError(Exception):
    """The centre gives no usable answer now; everything is tried again later."""


def _spoilt(document: Waiting, why: str) -> _Sent:
    _log.error("document %s of case %s: %s; kept, not sent again", document.digest[:12], document.case, why)
    return _Sent.SPOILT
