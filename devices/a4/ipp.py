"""One IPP conversation over HTTP (RFC 8010, RFC 8011): with the private cupsd on its socket, or with the printer itself.

Coded by the ``ippserver`` library; no answer is waited for longer than :data:`WHOLE` patiences, however it comes. What the
other side says is checked here: a value of an unexpected kind is no value.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ippserver.constants import SectionEnum, TagEnum
from ippserver.request import IppRequest

PATIENCE = 2.0
"""Seconds for an answer; a printer with a sleeping processor takes about one."""
WHOLE = 3
"""Patiences for the whole of an answer: one that comes byte by byte is none."""
PORT = 631
ANSWER_LIMIT = 1 << 20
"""Bytes of an answer. All attributes of a large office printer are some 100 kB."""
USER = "tongban"
"""``requesting-user-name`` of every job of ours, by which a printer tells our jobs from others'."""


class Operation(IntEnum):
    """RFC 8011 4.4.15."""

    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


NOT_FOUND = 0x0406
NOT_POSSIBLE = 0x0404
"""client-error-not-possible: a job that has ended cannot be cancelled."""
_OK = 0x0100
"""Statuses below are successful."""
_NUMBERS = (TagEnum.integer, TagEnum.enum)


class IppError(Exception):
    """The other side answered and would not; ``status`` of RFC 8011 appendix B, 0 when it was no IPP at all."""

    def __init__(self, status: int) -> None:
        super().__init__(f"IPP status {status:#06x}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Value:
    """One attribute of a question."""

    name: str
    tag: int
    value: bytes = field(repr=False)
    section: int = SectionEnum.operation


def number(name: str, value: int) -> Value:
    return Value(name, TagEnum.integer, struct.pack(">i", value))


def truth(name: str, value: bool) -> Value:
    return Value(name, TagEnum.boolean, bytes([value]))


def keyword(name: str, value: str) -> Value:
    return Value(name, TagEnum.keyword, value.encode())


def text(name: str, value: str) -> Value:
    return Value(name, TagEnum.name_without_language, value.encode())


@dataclass(frozen=True, slots=True)
class Answer:
    """Attributes of all groups by name. Those of several jobs stand one behind the other under one name."""

    values: dict[str, list[Any]] = field(repr=False)

    def numbers(self, name: str) -> list[int]:
        return [value for value in self.values.get(name, []) if type(value) is int]

    def number(self, name: str) -> int | None:
        return next(iter(self.numbers(name)), None)

    def words(self, name: str) -> list[str]:
        return [value for value in self.values.get(name, []) if isinstance(value, str)]

    def truth(self, name: str) -> bool | None:
        return next((value for value in self.values.get(name, []) if isinstance(value, bool)), None)


class Ipp:
    """Speaks to ``uri`` (``ipp://host[:port]/path``), through the Unix socket ``through`` when there is one.

    Raises ``OSError`` (nobody there, or lost), ``TimeoutError`` and :class:`IppError`. A connection lasts for one question.
    """

    def __init__(self, uri: str, *, through: Path | None = None, patience: float = PATIENCE) -> None:
        parts = urlsplit(uri)
        self.uri = uri
        self._host, self._port = parts.hostname or "", parts.port or PORT
        self._path = parts.path or "/"
        self._through = through
        self._patience = patience
        self._serial = 0

    def ask(self, operation: Operation, *values: Value, data: bytes = b"") -> Answer:
        """Ask about the printer at ``uri``."""
        self._serial = self._serial % 0x7FFFFFFF + 1
        return _decode(self._post(_encode(operation, self._serial, self.uri, values) + data), self._serial)

    def _post(self, body: bytes) -> bytes:
        line = _Line(self._host, self._port, self._patience, self._through)
        try:
            with contextlib.closing(line):
                line.request("POST", self._path, body, {"Content-Type": "application/ipp"})
                response = line.getresponse()
                said = response.read(ANSWER_LIMIT + 1)
        except http.client.HTTPException as error:
            raise ConnectionError(f"{self.uri}: {type(error).__name__}") from None
        if response.length and len(said) <= ANSWER_LIMIT:
            raise ConnectionError(f"{self.uri}: the answer was cut off")
        if response.status != http.client.OK or len(said) > ANSWER_LIMIT:
            raise IppError(0)
        return said


class _Timed(socket.socket):
    """Its time limit holds for each piece, and from the first piece on for all of them together."""

    until: float | None = None

    def recv_into(self, *arguments: Any) -> int:  # what http.client reads by
        patience = self.gettimeout() or PATIENCE
        now = time.monotonic()
        self.until = self.until or now + WHOLE * patience
        if now >= self.until:
            raise TimeoutError("the answer has no end")
        return super().recv_into(*arguments)


class _Line(http.client.HTTPConnection):
    """HTTP over TCP or over a Unix socket; the environment's proxies are nobody's business here."""

    def __init__(self, host: str, port: int, patience: float, through: Path | None) -> None:
        super().__init__(host, port, timeout=patience)
        self._through = through

    def connect(self) -> None:
        if self._through is None:
            super().connect()
            self.sock = _Timed(fileno=self.sock.detach())
            self.sock.settimeout(self.timeout)
            return
        self.sock = _Timed(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._through))


def _encode(operation: int, serial: int, uri: str, values: Iterable[Value]) -> bytes:
    """The codec sorts attributes by name, so charset and language come first, as RFC 8011 4.1.4 wants it."""
    always = (
        Value("attributes-charset", TagEnum.charset, b"utf-8"),
        Value("attributes-natural-language", TagEnum.natural_language, b"en"),
        Value("printer-uri", TagEnum.uri, uri.encode()),
        text("requesting-user-name", USER),
    )
    coded: dict[tuple[int, bytes, int], list[bytes]] = {}
    for value in (*always, *values):
        coded.setdefault((value.section, value.name.encode(), value.tag), []).append(value.value)
    request: bytes = IppRequest((1, 1), operation, serial, coded).to_string()
    return request


def _decode(said: bytes, serial: int) -> Answer:
    try:
        told = IppRequest.from_string(said)
    except Exception:  # the codec raises whatever comes: struct.error, TypeError, Exception
        raise IppError(0) from None
    if told.request_id != serial:
        raise IppError(0)
    if told.opid_or_status & 0xFFFF >= _OK:
        raise IppError(told.opid_or_status & 0xFFFF)
    values: dict[str, list[Any]] = {}
    for (_, name, tag), raw in told._attributes.items():
        values.setdefault(name.decode("utf-8", "replace"), []).extend(_value(tag, one) for one in raw)
    return Answer(values)


def _value(tag: int, raw: bytes) -> int | bool | str | None:
    if tag in _NUMBERS:
        return int.from_bytes(raw, "big", signed=True) if len(raw) == 4 else None
    if tag == TagEnum.boolean:
        return raw == b"\x01"
    return raw.decode("utf-8", "replace") if tag >= TagEnum.text_without_language else None
