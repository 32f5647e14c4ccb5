"""Asking S3-compatible storage, through botocore: every answer that is none is a :class:`StorageError` with its name.

A storage that does not answer must not take the centre's threads with it: each exchange has its time, no more than :data:`MOST`
wait at once, and after one that failed all others fail at once for a pause, when one is let through to see.
"""

from __future__ import annotations

import logging
import os
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore import exceptions
from botocore.config import Config

from fleet.settings import SettingsError, secret
from fleet.storage.port import StorageError, Trouble
from fleet.storage.settings import BucketSettings

_log = logging.getLogger(__name__)

MOST = 8
"""Exchanges at once. More do not make a storage faster, and each holds a thread of the centre's."""
_HOUR = 3600.0
_STOPPING = {"away", "busy", "failing", "certificate"}
_CODES: dict[str, Trouble] = {
    "NoSuchBucket": "no_bucket",
    "InvalidBucketName": "no_bucket",
    "RequestTimeTooSkewed": "clock",
    "RequestExpired": "clock",
    "SlowDown": "busy",
    "RequestTimeout": "busy",
    "TooManyRequests": "busy",
    "InsufficientStorage": "full",
    "XMinioStorageFull": "full",
    "QuotaExceeded": "full",
    "QuotaExceededException": "full",
    "BadDigest": "damaged",
    "InvalidDigest": "damaged",
    "XAmzContentSHA256Mismatch": "damaged",
    "XAmzContentChecksumMismatch": "damaged",
}
_STATUS: dict[int, Trouble] = {401: "refused", 403: "refused", 408: "busy", 429: "busy", 503: "busy", 507: "full"}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``connect``: until there is a connection, or a place; ``silence``: until the next bytes of an answer; an exchange is
    tried twice. ``pause``: in which nobody asks a storage that failed. ``fresh``: for which what was last seen of it stands.
    """

    connect: float = 2.0
    silence: float = 8.0
    pause: float = 5.0
    fresh: float = 15.0


class S3:
    """One bucket. Any thread may ask. ``SettingsError`` for a key or a certificate that cannot be read."""

    def __init__(self, settings: BucketSettings, patience: Patience | None = None) -> None:
        access, _, key = secret(settings.key_file).partition(":")
        if not access or not key:
            raise SettingsError(f"{settings.key_file} 应当是一行“访问密钥:私有密钥”")
        _readable(settings)
        self.settings = settings
        self._patience = patience or Patience()
        self._places = threading.BoundedSemaphore(MOST)
        self._lock = threading.Lock()
        self._trouble: StorageError | None = None
        self._seen = self._again = self._asked = float("-inf")
        self._versioned = False
        self._client = _session().create_client(
            "s3",
            endpoint_url=settings.endpoint,
            region_name=settings.region,
            aws_access_key_id=access,
            aws_secret_access_key=key,
            verify=str(settings.ca_file) if settings.ca_file is not None else True,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": settings.addressing, "payload_signing_enabled": True},
                connect_timeout=self._patience.connect,
                read_timeout=self._patience.silence,
                retries={"mode": "standard", "total_max_attempts": 2},
                max_pool_connections=MOST * 2,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                proxies={},
            ),
        )

        self._client.meta.events.register_last("before-call.s3", _at_once)

    def close(self) -> None:
        self._client.close()

    def ask(self, operation: str, **words: Any) -> dict[str, Any]:
        """The answer to one of botocore's operations. ``FileNotFoundError`` for a name that is none; :class:`StorageError`."""
        self._may()
        if not self._places.acquire(timeout=self._patience.connect):
            raise StorageError("busy", f"{MOST}")
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(Bucket=self.settings.name, **words)
        except exceptions.ClientError as error:
            found = _answered(operation, error)
            if found is None:
                self._stands(None)
                raise FileNotFoundError(words.get("Key", "")) from None
            self._stands(found)
            raise found from None
        except (exceptions.BotoCoreError, OSError, ValueError) as error:
            found = failed(error)
            self._stands(found)
            raise found from None
        finally:
            self._places.release()
        self._stands(None)
        return answer

    def need_single_versions(self) -> None:
        """What is removed is to be gone: a bucket that keeps old versions takes nothing. Asked once an hour; a storage that cannot
        be asked for it is believed.
        """
        if time.monotonic() - self._asked > _HOUR:
            try:
                self._versioned = self.ask("get_bucket_versioning").get("Status") == "Enabled"
            except StorageError as error:
                if error.trouble not in ("refused", "strange", "failing"):  # of these some know no versions at all
                    raise
                _log.warning("the storage does not say whether it keeps versions: %s", error)
            self._asked = time.monotonic()
        if self._versioned:
            raise StorageError("versioned")

    def trouble(self) -> StorageError | None:
        """What is wrong now; asks when nothing was heard lately."""
        if time.monotonic() - self._seen > self._patience.fresh:
            with suppress(StorageError):
                self.ask("head_bucket")
                self.need_single_versions()
        return self._trouble or (StorageError("versioned") if self._versioned else None)

    def _may(self) -> None:
        with self._lock:
            now = time.monotonic()
            if self._trouble is not None and self._trouble.trouble in _STOPPING:
                if now < self._again:
                    raise StorageError(self._trouble.trouble, self._trouble.said)
                self._again = now + self._patience.pause  # this one sees, and all others wait

    def _stands(self, trouble: StorageError | None) -> None:
        with self._lock:
            before, self._trouble = self._trouble, trouble
            self._seen = time.monotonic()
            self._again = self._seen + self._patience.pause
        if (before and before.trouble) != (trouble and trouble.trouble):
            _log.warning("the storage: %s", trouble or "in order")


@cache
def _session() -> botocore.session.Session:
    """Reads its descriptions of S3 once. What counts is the settings, and nothing that lies in somebody's home."""
    session = botocore.session.Session()
    for name in ("config_file", "credentials_file"):
        session.set_config_variable(name, os.devnull)
    return session


def _at_once(params: dict[str, Any], **_: object) -> None:
    """No ``Expect: 100-continue``: where a line breaks inside the answer to it, botocore 1.44 reads its end for ever."""
    params["headers"].pop("Expect", None)


def failed(error: Exception) -> StorageError:
    """An exchange that brought no answer."""
    name = type(error).__name__
    if isinstance(error, exceptions.SSLError):
        return StorageError("certificate", name)
    if isinstance(error, (exceptions.HTTPClientError, exceptions.ConnectionError, exceptions.IncompleteReadError, OSError)):
        return StorageError("away", name)
    return StorageError("strange", name)


def _answered(operation: str, error: exceptions.ClientError) -> StorageError | None:
    """``None``: there is no such thing. An answer to a HEAD has no body, and so no code of its own."""
    code = str(error.response.get("Error", {}).get("Code", ""))[:60]
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _CODES:
        return StorageError(_CODES[code], code)
    if status == 404:
        return StorageError("no_bucket", code) if operation == "head_bucket" else None
    if status in _STATUS:
        return StorageError(_STATUS[status], code)
    return StorageError("failing" if status >= 500 else "strange", code)


def _readable(settings: BucketSettings) -> None:
    if settings.ca_file is not None:
        try:
            ssl.create_default_context(cafile=settings.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(f"读不了 storage.bucket.ca_file {settings.ca_file}：{error}") from None
