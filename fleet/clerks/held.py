"""Clerks' accounts as a desk or a window holds them: asked of the centre every minute, believed only by its signature, kept on the
disk for the hours they are good without it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from cryptography import x509

from domain.staff import accounts
from domain.staff.accounts import BadAccountsError, Document
from fleet.casework.client import CentreError
from fleet.settings import SettingsError
from mqtt.desired import ACCOUNTS, MAX_SIGNED, body
from mqtt.signing import verify
from mqtt.wire import ContractError

_log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two looks: so soon a lock at the centre is one here."""


class Held:
    """``ask``: the body as the centre gives it; :class:`CentreError`. ``authority``: the fleet's, in PEM; without it nothing is
    believed. ``place``: as in the document. :class:`SettingsError` for an authority that is none.
    """

    def __init__(self, ask: Callable[[], bytes], authority: Path | None, folder: Path, place: str) -> None:
        self._ask = ask
        self._path = folder / "accounts.json"
        self.place = place
        self._authority = _certificate(authority) if authority is not None else None
        self.document: Document | None = None
        self._newest = 0
        self._lock = threading.Lock()
        if self._path.exists():
            self._take(self._path.read_bytes(), keep=False)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="accounts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def pull(self) -> None:
        """Ask once; what is held stays where nothing better comes. Any thread."""
        with self._lock, contextlib.suppress(CentreError):
            self._take(self._ask(), keep=True)

    def _take(self, data: bytes, *, keep: bool) -> None:
        try:
            if self._authority is None:
                raise ContractError("no authority is named here")
            signed = verify(body("accounts", data).signed.encode(), ACCOUNTS, self._authority, self._newest, most=MAX_SIGNED)
            found = accounts.read(signed.payload, self.place)
        except (ContractError, BadAccountsError) as error:
            _log.error("clerks' accounts were refused: %s", error)
            return
        if self.document is not None and found.issued < self.document.issued:
            _log.error("clerks' accounts were refused: %s", "older than those held")
            return
        if keep:
            _write(self._path, data)
        self._newest, self.document = signed.since, found

    def _run(self) -> None:
        wait = 0.0
        while not self._ended.wait(wait):
            wait = EVERY
            try:
                self.pull()
            except Exception:
                _log.exception("clerks' accounts could not be looked after")


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} 不是可用的证书（{type(error).__name__}）") from None


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, for its owner alone."""
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
