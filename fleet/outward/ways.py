"""Two ways out, as settings and as what they do: a folder somebody else empties, and a POST to somebody else's address.

Neither is any supplier's interface: they are what a supplier's adapter is put behind, described in ``docs/guides/outside.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import msgspec
from msgspec import Struct

from domain.durable import write_durably
from fleet.outward.sender import LaterError, RefusedError
from fleet.settings import SettingsError, secret
from mqtt.broker import is_loopback
from mqtt.tls import Tls, context

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_MOST_ANSWER = 64 * 1024
"""Bytes of an answer."""
_MOST_WAIT = 3600.0
"""Seconds the other side may ask us to wait."""


class FileWay(Struct, frozen=True, forbid_unknown_fields=True, tag_field="way", tag="file"):
    """``folder``: each message becomes ``<id>.json`` there; whoever sends it on takes the file away. Nobody else may look in."""

    folder: Path


class HttpWay(Struct, frozen=True, forbid_unknown_fields=True, tag_field="way", tag="http"):
    """``url``: HTTPS, or HTTP on this machine. ``token_file``: a bearer token. ``ca``: whom to believe, if not the system's."""

    url: str
    token_file: Path | None = None
    ca: str | None = None


Way = FileWay | HttpWay


class Carrier(Protocol):
    """Hands one message over. The same ``id`` again is the same message: the other side takes it once."""

    def send(self, id: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """What was answered. :class:`LaterError`, :class:`RefusedError`."""

    def close(self) -> None: ...


def carrier(way: Way) -> Carrier:
    """:class:`SettingsError`."""
    return FileDrop(way.folder) if isinstance(way, FileWay) else Poster(way)


class FileDrop:
    """A file is whole or not there, and on the disk when it counts as handed over. What is being written ends in ``.part``."""

    def __init__(self, folder: Path) -> None:
        try:
            mode = folder.stat().st_mode
        except OSError as error:
            raise SettingsError(f"投递文件夹 {folder} 用不了：{error.strerror}") from None
        if not folder.is_dir() or mode & 0o007:
            raise SettingsError(f"投递文件夹 {folder} 应当是文件夹，且不准其他人进入（chmod o-rwx）：里面的文件有手机号等信息")
        self._folder = folder

    def send(self, id: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """``headers`` go into ``<id>.headers``, before the message."""
        try:
            if headers:
                write_durably(self._folder / f"{id}.headers", msgspec.json.encode(headers), 0o640)
            write_durably(self._folder / f"{id}.json", body, 0o640)
        except OSError:
            raise LaterError("folder_unusable") from None
        return b""

    def close(self) -> None:
        pass


class Poster:
    """``POST url`` with the message as JSON and its id as ``Idempotency-Key``. Any 2xx: taken. 409: it was taken before. 408, 425,
    429 and 5xx: later (``Retry-After`` in seconds is kept). Every other answer is a refusal; a redirect is none of ours to follow.
    401, 403 and 404 say that the address or the token is wrong, not the message: it waits."""

    def __init__(self, way: HttpWay) -> None:
        parts = urlsplit(way.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise SettingsError(f"{way.url} 不是 https 地址（本机可用 http）")
        headers = {"Content-Type": "application/json"}
        if way.token_file is not None:
            headers["Authorization"] = f"Bearer {secret(way.token_file)}"
        try:
            trust = context(Tls(way.ca)) if way.ca is not None else True
        except OSError as error:
            raise SettingsError(f"读不了证书 {way.ca}：{error}") from None
        self._url = way.url
        self._client = httpx.Client(headers=headers, timeout=_TIMEOUT, verify=trust, follow_redirects=False)

    def send(self, id: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        try:
            with self._client.stream("POST", self._url, content=body, headers={"Idempotency-Key": id, **(headers or {})}) as answer:
                status = answer.status_code
                found = bytearray()
                for chunk in answer.iter_bytes(_MOST_ANSWER):
                    found += chunk
                    if len(found) > _MOST_ANSWER:
                        raise LaterError("answer_too_long")
        except httpx.HTTPError:
            raise LaterError("unreachable") from None
        if 200 <= status < 300 or status == 409:
            return bytes(found)
        if status in (401, 403, 404, 408, 425, 429) or status >= 500:
            raise LaterError(f"http_{status}", _seconds(answer.headers.get("Retry-After", "")))
        raise RefusedError(f"http_{status}")

    def close(self) -> None:
        self._client.close()


def _seconds(text: str) -> float:
    return min(float(text), _MOST_WAIT) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0
