"""What a driverless A4 printer says over IPP (RFC 8011, IPP Everywhere PWG 5100.14), coded and served by ``ippserver``.

What lives here is the wire: attributes, operations, one HTTP server that can be unplugged. What the printer does is in
``devices/virtual/a4.py``.
"""

from __future__ import annotations

import contextlib
import struct
import threading
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from typing import Any, Protocol

from ippserver.constants import SectionEnum, TagEnum
from ippserver.request import IppRequest
from ippserver.server import IPPRequestHandler, IPPServer

from devices.virtual.wire import LONGEST, Tap, nobody

OK, NOT_FOUND, NOT_POSSIBLE, UNSUPPORTED = 0x0000, 0x0406, 0x0404, 0x0501
PRINT_JOB, VALIDATE, CREATE_JOB, SEND_DOCUMENT, CANCEL, GET_JOB, GET_JOBS, GET_PRINTER = 2, 4, 5, 6, 8, 9, 10, 11
_MARGIN = 423
"""Hundredths of a millimetre no laser prints on."""

Attributes = dict[tuple[int, bytes, int], list[bytes]]


class PaperJob(Protocol):
    """A job as the wire tells of it."""

    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def user(self) -> str: ...

    @property
    def state(self) -> int: ...

    @property
    def reason(self) -> str: ...

    @property
    def impressions(self) -> int: ...

    @property
    def ended(self) -> bool: ...


class Mechanism(Protocol):
    """The printer behind the wire."""

    def told(self) -> tuple[int, list[str]]:
        """``printer-state`` and ``printer-state-reasons``."""

    def silent(self) -> bool:
        """Whether it takes connections and says nothing."""

    def take(self, name: str, user: str, document: bytes | None) -> PaperJob: ...

    def document(self, job: int, document: bytes) -> PaperJob | None: ...

    def cancel(self, job: int) -> bool: ...

    def jobs(self) -> list[PaperJob]:
        """Newest first."""


class IppPort:
    """Serves ``mechanism`` at ``host:port`` while plugged in."""

    def __init__(self, host: str, port: int, mechanism: Mechanism, tap: Tap = nobody) -> None:
        self._where = (host, port)
        self.tap = tap
        self._mechanism = mechanism
        self._server: IPPServer | None = None
        self.hung_up = threading.Event()

    @property
    def port(self) -> int:
        return self._where[1]

    @property
    def uri(self) -> str:
        return f"ipp://{self._where[0]}:{self._where[1]}/ipp/print"

    def plug(self) -> None:
        """``OSError`` when the port is taken. A free one is kept from then on."""
        if self._server is not None:
            return
        self.hung_up.clear()
        server = IPPServer(self._where, _Handler, self)
        server.daemon_threads = True
        self._where = server.server_address[:2]
        threading.Thread(target=server.serve_forever, args=(0.02,), name="virtual-a4-port", daemon=True).start()
        self._server = server

    def unplug(self) -> None:
        server, self._server = self._server, None
        self.hung_up.set()
        if server is not None:
            server.shutdown()
            server.server_close()

    # --- what was asked -----------------------------------------------------------------------------------------------

    def answer(self, asked: IppRequest, document: bytes) -> bytes | None:
        """``None``: say nothing and hang up."""
        if self._mechanism.silent():
            self.hung_up.wait()
        if self.hung_up.is_set():
            return None
        match asked.opid_or_status:
            case 0x000B:  # GET_PRINTER
                return _coded(OK, asked, self._printer())
            case 0x0004:
                return _coded(OK, asked, {})
            case 0x0002 | 0x0005:
                job = self._mechanism.take(
                    _operation(asked, b"job-name", TagEnum.name_without_language).decode("utf-8", "replace"),
                    _operation(asked, b"requesting-user-name", TagEnum.name_without_language).decode("utf-8", "replace"),
                    document if asked.opid_or_status == PRINT_JOB else None,
                )
                return _coded(OK, asked, self._job(job))
            case 0x0006:
                found = self._mechanism.document(_job_id(asked), document)
                return _coded(OK, asked, self._job(found)) if found else _coded(NOT_FOUND, asked, {})
            case 0x0008:
                known = any(job.id == _job_id(asked) for job in self._mechanism.jobs())
                done = self._mechanism.cancel(_job_id(asked))
                return _coded(OK if done else NOT_POSSIBLE if known else NOT_FOUND, asked, {})
            case 0x0009:
                one = next((job for job in self._mechanism.jobs() if job.id == _job_id(asked)), None)
                return _coded(OK, asked, self._job(one)) if one else _coded(NOT_FOUND, asked, {})
            case 0x000A:
                return self._list(asked)
        return _coded(UNSUPPORTED, asked, {})

    def _list(self, asked: IppRequest) -> bytes:
        """Each job is a group of its own, which the codec cannot say: its groups are put one behind the other."""
        ended = _operation(asked, b"which-jobs", TagEnum.keyword) == b"completed"
        user = _operation(asked, b"requesting-user-name", TagEnum.name_without_language).decode("utf-8", "replace")
        mine = _operation(asked, b"my-jobs", TagEnum.boolean) == b"\x01"
        limit = int.from_bytes(_operation(asked, b"limit", TagEnum.integer) or b"\x7f", "big")
        jobs = [job for job in self._mechanism.jobs() if job.ended == ended and (not mine or job.user == user)][:limit]
        whole = _coded(OK, asked, {})
        groups = [_coded(OK, asked, self._job(job), alone=True)[8:-1] for job in jobs]
        return whole[:-1] + b"".join(groups) + whole[-1:]

    def _job(self, job: PaperJob) -> Attributes:
        section = SectionEnum.job
        return {
            (section, b"job-id", TagEnum.integer): [_int(job.id)],
            (section, b"job-uri", TagEnum.uri): [f"{self.uri}/{job.id}".encode()],
            (section, b"job-name", TagEnum.name_without_language): [job.name.encode()],
            (section, b"job-originating-user-name", TagEnum.name_without_language): [job.user.encode()],
            (section, b"job-state", TagEnum.enum): [_int(job.state)],
            (section, b"job-state-reasons", TagEnum.keyword): [job.reason.encode()],
            (section, b"job-impressions-completed", TagEnum.integer): [_int(job.impressions)],
        }

    def _printer(self) -> Attributes:
        state, reasons = self._mechanism.told()
        section = SectionEnum.printer
        words: dict[str, tuple[int, list[str]]] = {
            "printer-uri-supported": (TagEnum.uri, [self.uri]),
            "uri-authentication-supported": (TagEnum.keyword, ["requesting-user-name"]),
            "uri-security-supported": (TagEnum.keyword, ["none"]),
            "printer-name": (TagEnum.name_without_language, ["a4"]),
            "printer-make-and-model": (TagEnum.text_without_language, ["Tongban Virtual A4"]),
            "printer-info": (TagEnum.text_without_language, ["Tongban Virtual A4"]),
            "ipp-versions-supported": (TagEnum.keyword, ["1.1", "2.0"]),
            "ipp-features-supported": (TagEnum.keyword, ["ipp-everywhere"]),
            "charset-configured": (TagEnum.charset, ["utf-8"]),
            "charset-supported": (TagEnum.charset, ["utf-8"]),
            "natural-language-configured": (TagEnum.natural_language, ["en"]),
            "generated-natural-language-supported": (TagEnum.natural_language, ["en"]),
            "document-format-default": (TagEnum.mime_media_type, ["application/pdf"]),
            "document-format-supported": (TagEnum.mime_media_type, ["application/pdf"]),
            "compression-supported": (TagEnum.keyword, ["none"]),
            "pdl-override-supported": (TagEnum.keyword, ["attempted"]),
            "printer-state-reasons": (TagEnum.keyword, reasons or ["none"]),
            "media-default": (TagEnum.keyword, ["iso_a4_210x297mm"]),
            "media-ready": (TagEnum.keyword, ["iso_a4_210x297mm"]),
            "media-supported": (TagEnum.keyword, ["iso_a4_210x297mm"]),
            "media-type-supported": (TagEnum.keyword, ["stationery"]),
            "media-source-supported": (TagEnum.keyword, ["main"]),
            "output-bin-supported": (TagEnum.keyword, ["face-down"]),
            "sides-default": (TagEnum.keyword, ["one-sided"]),
            "sides-supported": (TagEnum.keyword, ["one-sided"]),
            "print-color-mode-default": (TagEnum.keyword, ["monochrome"]),
            "print-color-mode-supported": (TagEnum.keyword, ["monochrome"]),
            "job-creation-attributes-supported": (TagEnum.keyword, ["copies", "media", "sides"]),
        }
        coded: Attributes = {(section, n.encode(), tag): [v.encode() for v in values] for n, (tag, values) in words.items()}
        operations = (PRINT_JOB, VALIDATE, CREATE_JOB, SEND_DOCUMENT, CANCEL, GET_JOB, GET_JOBS, GET_PRINTER)
        margins = {f"media-{side}-margin-supported": _MARGIN for side in ("top", "bottom", "left", "right")}
        numbers = {"queued-job-count": sum(not job.ended for job in self._mechanism.jobs()), "printer-up-time": 1, **margins}
        coded |= {(section, name.encode(), TagEnum.integer): [_int(value)] for name, value in numbers.items()}
        coded |= {
            (section, b"printer-state", TagEnum.enum): [_int(state)],
            (section, b"operations-supported", TagEnum.enum): [_int(code) for code in operations],
            (section, b"printer-is-accepting-jobs", TagEnum.boolean): [b"\x01"],
            (section, b"color-supported", TagEnum.boolean): [b"\x00"],
            (section, b"multiple-document-jobs-supported", TagEnum.boolean): [b"\x00"],
            (section, b"copies-supported", TagEnum.range_of_integer): [struct.pack(">ii", 1, 99)],
            (section, b"printer-resolution-default", TagEnum.resolution): [struct.pack(">iib", 600, 600, 3)],
            (section, b"printer-resolution-supported", TagEnum.resolution): [struct.pack(">iib", 600, 600, 3)],
        }
        return coded


class _Handler(IPPRequestHandler):  # type: ignore[misc]
    """The library's, which answers ``Expect: 100-continue`` late and takes documents with Print-Job only."""

    def handle_expect_100(self) -> bool:
        return BaseHTTPRequestHandler.handle_expect_100(self)

    def handle_www(self) -> None:
        self.send_error(404)

    def handle_ipp(self) -> None:
        port: Any = self.server.behaviour
        length = self.headers.get("Content-Length")
        body = BytesIO(self.rfile.read(int(length)) if length else self.rfile.read())
        port.tap(True, body.getbuffer()[:LONGEST].tobytes(), body.getbuffer().nbytes)
        asked = IppRequest.from_file(body)
        said = port.answer(asked, body.read())
        if said is None:
            return
        port.tap(False, said)
        with contextlib.suppress(OSError):  # whoever asked has gone
            self.send_headers(status=200, content_type="application/ipp", content_length=len(said))
            self.wfile.write(said)


def _coded(status: int, asked: IppRequest, attributes: Attributes, *, alone: bool = False) -> bytes:
    always: Attributes = {
        (SectionEnum.operation, b"attributes-charset", TagEnum.charset): [b"utf-8"],
        (SectionEnum.operation, b"attributes-natural-language", TagEnum.natural_language): [b"en"],
    }
    said: bytes = IppRequest((1, 1), status, asked.request_id, attributes if alone else {**always, **attributes}).to_string()
    return said


def _operation(asked: IppRequest, name: bytes, tag: int) -> bytes:
    found: list[bytes] = asked._attributes.get((SectionEnum.operation, name, tag), [b""])
    return found[0]


def _job_id(asked: IppRequest) -> int:
    return int.from_bytes(_operation(asked, b"job-id", TagEnum.integer), "big")


def _int(value: int) -> bytes:
    return struct.pack(">i", value)
