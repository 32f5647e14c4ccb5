"""Fetches a body the centre wants this terminal to have: in parts where the line breaks, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import httpx

from kiosk.store.files import sync_folder
from mqtt.desired import body_path
from mqtt.tls import Tls, context

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_CHUNK = 64 * 1024


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
        _more(centre, tls, sha256, size, part, have)
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    if part.stat().st_size != size or digest != sha256:
        part.unlink()
        raise DamagedError
    part.rename(path)
    sync_folder(path.parent)


def _more(centre: str, tls: Tls, sha256: str, size: int, part: Path, have: int) -> None:
    part.touch(0o600)
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with httpx.Client(base_url=centre, verify=context(tls), timeout=_TIMEOUT, trust_env=False) as client:
            with client.stream("GET", body_path(sha256), headers=headers) as answer:
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
    if came < size:
        raise NotFetchedError("the line broke")
