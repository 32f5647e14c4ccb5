"""Storage in a bucket of S3-compatible storage. What is put there is checked by the storage, or read back."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError

from fleet.storage.folder import refusing
from fleet.storage.port import Entry, StorageError
from fleet.storage.s3 import S3, failed

_CHUNK = 64 * 1024
_PAGE = 1000
_PATIENCE = 60.0
"""Seconds one document may take to be read: 16 MiB at 280 kB a second."""
_CACHED = 24 * 3600.0
"""Seconds a copy on this machine stays that nobody asked for."""


class Bucket:
    """Names below ``under`` (``documents/``). ``cache``: a folder for copies of what is asked for often."""

    def __init__(self, s3: S3, under: str, cache: Path) -> None:
        self._s3 = s3
        self._under = f"{s3.settings.prefix}{under}"
        self._cache = cache

    def put(self, name: str, file: Path, sha256: str) -> None:
        self._s3.need_single_versions()
        told = base64.b64encode(bytes.fromhex(sha256)).decode()
        more = {"ServerSideEncryption": self._s3.settings.encryption} if self._s3.settings.encryption else {}
        with refusing(), file.open("rb") as body:
            size = os.fstat(body.fileno()).st_size
            answer = self._s3.ask(
                "put_object", Key=self._key(name), Body=body, ContentLength=size, ChecksumSHA256=told, ContentType=_TYPE, **more
            )
        if answer.get("ChecksumSHA256") != told and self._digest(name) != sha256:
            raise StorageError("damaged" if "ETag" in answer else "strange", "PutObject")
        file.unlink(missing_ok=True)

    def size(self, name: str) -> int | None:
        try:
            return _length(self._s3.ask("head_object", Key=self._key(name)))
        except FileNotFoundError:
            return None

    def open(self, name: str) -> _Stream:
        answer = self._s3.ask("get_object", Key=self._key(name))
        try:
            return _Stream(answer["Body"], _length(answer))
        except StorageError:
            answer["Body"].close()
            raise

    def local(self, name: str) -> Path:
        """Names are digests, so that a copy never grows old; what does not fit its name is none."""
        copy = self._cache / name
        if copy.is_file():
            with suppress(OSError):
                os.utime(copy)
            return copy
        opened, seen = self.open(name), hashlib.sha256()
        aside = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}.part")
        try:
            with refusing():
                copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with aside.open("xb") as file:
                    while chunk := opened.read(_CHUNK):
                        seen.update(chunk)
                        file.write(chunk)
            if seen.hexdigest() != copy.name:
                raise StorageError("damaged", copy.name[:12])
            aside.rename(copy)
        finally:
            opened.close()
            aside.unlink(missing_ok=True)
        return copy

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                self._s3.ask("delete_object", Key=self._key(name))
            (self._cache / name).unlink(missing_ok=True)

    def names(self, under: str) -> Iterator[Entry]:
        prefix = self._key(f"{under}/" if under else "")
        more: dict[str, str] = {}
        while True:
            answer = self._s3.ask("list_objects_v2", Prefix=prefix, MaxKeys=_PAGE, **more)
            try:
                found = [(one["Key"], int(one["Size"]), one["LastModified"].timestamp()) for one in answer.get("Contents", ())]
                more = {"ContinuationToken": answer["NextContinuationToken"]} if answer.get("IsTruncated") else {}
            except KeyError as error:
                raise StorageError("strange", f"no {error.args[0]}") from None
            yield from (Entry(key.removeprefix(self._under), size, at) for key, size, at in found)
            if not more:
                return

    def tidy(self, now: float) -> None:
        for copy in self._cache.rglob("*"):
            with suppress(FileNotFoundError):
                if copy.is_file() and not 0 <= now - copy.stat().st_mtime < _CACHED:
                    copy.unlink()

    def trouble(self) -> StorageError | None:
        return self._s3.trouble()

    def _key(self, name: str) -> str:
        return f"{self._under}{name}"

    def _digest(self, name: str) -> str:
        opened, seen = self.open(name), hashlib.sha256()
        try:
            while chunk := opened.read(_CHUNK):
                seen.update(chunk)
        finally:
            opened.close()
        return seen.hexdigest()


def _length(answer: dict[str, Any]) -> int:
    """Of an answer that broke off between its lines nothing may be there."""
    if not isinstance(found := answer.get("ContentLength"), int):
        raise StorageError("strange", "no ContentLength")
    return found


_TYPE = "application/octet-stream"


class _Stream:
    """One that drips ends after :data:`_PATIENCE`."""

    def __init__(self, body: Any, size: int) -> None:
        self._body = body
        self._until = time.monotonic() + _PATIENCE
        self.size = size

    def read(self, size: int, /) -> bytes:
        if time.monotonic() > self._until:
            raise StorageError("busy", "slow")
        try:
            found: bytes = self._body.read(size)
        except (BotoCoreError, OSError, ValueError) as error:
            raise failed(error) from None
        return found

    def close(self) -> None:
        with suppress(Exception):
            self._body.close()
