"""The support bundle: what technical support needs to know of a terminal, and nothing of a person, no key and no secret.

A zip of JSON and text, made in memory. It is made of what is named here, never of whole files or folders: settings without keys,
versions, states, counts, audit events by their name, and the last lines of the program's own log (which carries nothing of a person
by its own rule). It travels like a document, by ``PUT`` under its digest; unsealed: the centre's staff are to read it.
"""

from __future__ import annotations

import hashlib
import io
import logging
import platform
import zipfile
from collections import deque
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Protocol

import httpx
import msgspec

from devices.port import DeviceState
from kiosk.clock import Clock
from kiosk.settings import Settings
from kiosk.store.db import Database
from mqtt import resources
from mqtt.tls import Tls, context

_LINES = 500
_LIBRARIES = ("tongban", "cryptography", "flask", "httpx", "msgspec", "paho-mqtt", "pillow", "pyserial", "waitress")
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_SHOWN = ("terminal", "paths", "glass", "devices", "visit", "catalogue", "maintenance")
"""Sections of the settings that hold no key. Of ``keys`` only the names of the keys are told, of ``centre`` only the addresses."""


class LogTail(logging.Handler):
    """The last lines of the log, in memory."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._lines: deque[str] = deque(maxlen=_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record)[:2000])

    def text(self) -> str:
        return "\n".join(tuple(self._lines)) + "\n"


class Tail(Protocol):
    """The log as it may be told."""

    def text(self) -> str: ...


class Bundle:
    """Makes and uploads. ``states``: of the devices; ``trouble``: what is wrong beside them, by code."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        states: Callable[[], Mapping[str, DeviceState]],
        trouble: Callable[[], str | None],
        log: Tail,
        clock: Clock,
        tls: Tls,
        more: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """``more``: further files and their text, made when the bundle is."""
        self._settings = settings
        self._database = database
        self._states = states
        self._trouble = trouble
        self._log = log
        self._clock = clock
        self._tls = tls
        self._more = more

    def __call__(self) -> str:
        """The digest under which it lies at the centre now. ``OSError``: it does not."""
        data = self.made()
        digest = hashlib.sha256(data).hexdigest()
        try:
            with httpx.Client(
                base_url=self._settings.centre.documents, verify=context(self._tls), timeout=_TIMEOUT, trust_env=False
            ) as client:
                answer = client.put(resources.document_path(digest), content=data)
        except httpx.HTTPError as error:
            raise OSError(type(error).__name__) from error
        if answer.status_code not in (200, 201):
            raise OSError(f"answer {answer.status_code}")
        return digest

    def made(self) -> bytes:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, tree in {
                "settings.json": shown_settings(self._settings),
                "versions.json": versions(),
                "states.json": {name: msgspec.to_builtins(state) for name, state in self._states().items()},
                "terminal.json": {"at": self._clock.now().isoformat(), "trouble": self._trouble(), **self._counts()},
            }.items():
                bundle.writestr(name, msgspec.json.format(msgspec.json.encode(tree), indent=1))
            for name, text in {"log.txt": self._log.text(), **self._more()}.items():
                bundle.writestr(name, text)
        return whole.getvalue()

    def _counts(self) -> dict[str, object]:
        rows = self._database.rows
        return {
            "audit": {str(event): count for event, count in rows("SELECT event, count(*) FROM audit GROUP BY event")},
            "outbox": {str(kind): count for kind, count in rows("SELECT type, count(*) FROM outbox GROUP BY type")},
            "documents": [list(row) for row in rows("SELECT kind, stored, count(*) FROM document GROUP BY kind, stored")],
            "print_jobs": [list(row) for row in rows("SELECT state, cause, count(*) FROM print_job GROUP BY state, cause")],
            "commands": [list(row) for row in rows("SELECT op, state, result, count(*) FROM command GROUP BY op, state, result")],
            "wanted": [list(row) for row in rows("SELECT what, rev, stage, held FROM wanted")],
            "orders_refused": [list(row) for row in rows("SELECT what, rule, count FROM order_refused")],
        }


def shown_settings(settings: Settings) -> dict[str, object]:
    """Sections without keys; of the keys only their names."""
    whole = msgspec.to_builtins(settings, enc_hook=str)
    keys, centre = settings.keys, settings.centre
    ratings = keys.ratings.key_id if keys.ratings is not None else None
    return {
        **{name: whole[name] for name in _SHOWN},
        "centre": {"broker": centre.broker, "documents": centre.documents},
        "keys": {
            "intake": keys.intake.key_id,
            "recovery": keys.recovery.key_id,
            "homes": sorted(keys.homes),
            "ratings": ratings,
        },
    }


def versions() -> dict[str, str]:
    found = {name: metadata.version(name) for name in _LIBRARIES}
    return {**found, "python": platform.python_version(), "kernel": platform.release(), "machine": platform.machine()}
