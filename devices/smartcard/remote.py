"""A security module asked over HTTPS.

No public interface exists: the province's is got by agreement, and an adapter to it takes this one's place, behind the same port.
What is spoken here is our own, small and versioned; bytes are hexadecimal::

    POST <url>   {"v": 1, "algorithm": 3, "history": …, "identifier": …, "card": {"source": …, "factor": …},
                  "host": {"source": …, "factor": …}}
    200          {"v": 1, "mac": …, "cryptogram": …}
    other        refused
"""

from __future__ import annotations

import logging
import ssl
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from devices.smartcard.security import REFUSED, UNREACHABLE, Question, Verdict

log = logging.getLogger(__name__)

VERSION = 1
SECONDS = 1.5
"""For a whole answer; the card waits meanwhile, and so does whoever holds it."""
MAX_ANSWER = 1024


class RemoteModule:
    """:class:`devices.smartcard.security.SecurityModule` at ``url``. Files are PEM; with ``certificate`` and ``key`` the terminal
    shows who it is (mutual TLS); ``ca`` is the only authority its server is believed by, in place of the system's."""

    def __init__(self, url: str, *, ca: Path | None = None, certificate: Path | None = None, key: Path | None = None) -> None:
        self._url = url
        self._ca = ca
        self._own = (certificate, key)

    def answer(self, question: Question) -> Verdict | str:
        """On a thread of its own, since a server that sends a byte a second keeps to every timeout of a client."""
        got: list[Verdict | str] = []
        thread = threading.Thread(target=lambda: got.append(self._ask(question)), name="security-module", daemon=True)
        thread.start()
        thread.join(SECONDS)
        return got[0] if got else UNREACHABLE

    def _ask(self, question: Question) -> Verdict | str:
        body = {"v": VERSION, **_plain(asdict(question))}
        try:
            tls = self._tls()
        except OSError as error:  # a file that is missing or no PEM keeps no terminal from starting
            log.warning("security module: its certificates cannot be read: %s", error)
            return UNREACHABLE
        try:
            with (
                httpx.Client(verify=tls, timeout=SECONDS, trust_env=False) as client,
                client.stream("POST", self._url, json=body) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    log.warning("security module: HTTP %d", response.status_code)
                    return REFUSED
                text = b""
                for piece in response.iter_bytes():
                    text += piece
                    if len(text) > MAX_ANSWER:
                        return REFUSED
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("security module: %s", type(error).__name__)
            return UNREACHABLE
        return _verdict(text)

    def _tls(self) -> ssl.SSLContext:
        """Read anew each time: certificates are renewed while the terminal runs."""
        context = ssl.create_default_context(cafile=self._ca)
        certificate, key = self._own
        if certificate is not None:
            context.load_cert_chain(certificate, key)
        return context


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _plain(each) if isinstance(each, dict) else each.hex() if isinstance(each, bytes) else each
        for name, each in value.items()
    }


def _verdict(text: bytes) -> Verdict | str:
    try:
        told = httpx.Response(200, content=text).json()
        verdict = Verdict(bytes.fromhex(told["mac"]), bytes.fromhex(told["cryptogram"]))
    except (ValueError, KeyError, TypeError):
        return REFUSED
    sound = told.get("v") == VERSION and len(verdict.mac) == len(verdict.cryptogram) == 8
    return verdict if sound else REFUSED
