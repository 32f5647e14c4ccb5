"""Fetches what the centre wants this terminal to have, and a program's archive: in parts where the line breaks, whole or not."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from domain.durable import sync_folder
from mqtt.desired import archive_path, body_path
from mqtt.tls import Tls, context

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_CHUNK = 64 * 1024
PIECE = 2 * 1024 * 1024
"""Bytes of an archive that are asked for at once."""


class NotFetchedError(Exception):
    """Not now; what came so far is kept, and the next attempt goes on from there."""


class DamagedError(Exception):
    """All of it came, and it is not what was signed; it is thrown away."""


def fetch(centre: str, tls: Tls, sha256: str, size: int, path: Path) -> None:
    """The body under ``path``, on the disk when this returns. :class:`NotFetchedError`, :class:`DamagedError`, ``OSError``."""
    part = path.with_name(f"{sha256}.part")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    if have < size:
        _more(centre, tls, body_path(sha256), size, part, have)
    _whole(part, size, sha256, path)


def _whole(part: Path, size: int, sha256: str, path: Path) -> None:
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    if part.stat().st_size != size or digest != sha256:
        part.unlink()
        raise DamagedError
    part.rename(path)
    sync_folder(path.parent)


def fetch_archive(centre: str, tls: Tls, sha256: str, size: int, path: Path, rate: int, wait: Callable[[float], bool]) -> None:
    """A program's archive under ``path``, like :func:`fetch`; ``rate``: bytes a second. It is asked for in pieces, with pauses in
    between: neither the hall's line nor a thread at the centre is held for as long as all of it takes. ``wait`` waits so many
    seconds; true: no more is wanted.
    """
    part = path.with_name(f"{sha256}.part")
    while (have := part.stat().st_size if part.exists() else 0) < size:
        began = time.monotonic()
        _more(centre, tls, archive_path(sha256), size, part, have, PIECE)
        came = part.stat().st_size - have
        if came + have < size and wait(came / rate - (time.monotonic() - began)):
            raise NotFetchedError("no more is wanted")
    _whole(part, size, sha256, path)


def _more(centre: str, tls: Tls, at: str, size: int, part: Path, have: int, most: int | None = None) -> None:
    """From ``have`` on; with ``most``: so many bytes and no more, if the centre gives parts."""
    part.touch(0o600)
    end = "" if most is None else str(have + most - 1)
    headers = {"Range": f"bytes={have}-{end}"} if have or end else {}
    try:
        with httpx.Client(base_url=centre, verify=context(tls), timeout=_TIMEOUT, trust_env=False) as client:
            with client.stream("GET", at, headers=headers) as answer:
                if answer.status_code not in (200, 206):
                    raise NotFetchedError(f"answer {answer.status_code}")
                goes_on = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
                if answer.status_code == 206 and not goes_on:
                    raise NotFetchedError("answer with another part")
                with part.open("ab" if goes_on else "wb") as file:
                    for chunk in answer.iter_raw(_CHUNK):
                        file.write(chunk)
                        if file.tell() > size:
                            break
    except (httpx.HTTPError, OSError) as error:
        raise NotFetchedError(f"{type(error).__name__}") from error
    came = part.stat().st_size
    if came < (size if most is None else min(size, have + most)):
        raise NotFetchedError("the line broke")
