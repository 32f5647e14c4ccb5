"""Whether the centre lives, and whether it can do its work: each check says what is wrong, in words."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from cryptography import x509
from msgspec import Struct

from fleet.presence import Hearing
from fleet.storage.port import StorageError
from fleet.store import Store

LEAST_FREE = 1024**3
"""Bytes of the disk below which the centre is not ready: what terminals hold would not find room."""
LEAST_LIFE = 7 * 86400.0
"""Seconds a certificate of the centre must have left; it is renewed months before."""


class Check(Struct, frozen=True):
    """``reason``: in Chinese; empty while it is ``ok``."""

    name: str
    ok: bool
    reason: str = ""


class Readiness(Struct, frozen=True):
    """``ready``: every check is in order."""

    ready: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """What is looked at. ``data``: the folder on the disk; ``certificates``: name → file; ``working``: what must run → does it?
    ``storage``: what is wrong with where documents lie.
    """

    store: Store
    data: Path
    hearing: Callable[[], Hearing]
    certificates: dict[str, Path]
    working: dict[str, Callable[[], bool]]
    storage: Callable[[], StorageError | None] = lambda: None


def readiness(machine: Machine, now: float) -> Readiness:
    checks = (
        Check("database", *_said(_database(machine.store))),
        Check("broker", *_said("与消息代理断开，收不到终端" if machine.hearing().since is None else "")),
        Check("disk", *_said(_disk(machine.data))),
        Check("storage", *_said(str(trouble) if (trouble := machine.storage()) is not None else "")),
        Check("authority", *_said(_certificates(machine.certificates, now))),
        Check("work", *_said(_working(machine.working))),
    )
    return Readiness(all(one.ok for one in checks), checks)


def expiries(certificates: dict[str, Path]) -> dict[str, float | None]:
    """When each ends, seconds since 1970; ``None``: it cannot be read."""
    return {name: _expiry(path) for name, path in certificates.items()}


def _said(reason: str) -> tuple[bool, str]:
    return not reason, reason


def _database(store: Store) -> str:
    try:
        with store.reading() as db:
            db.execute("SELECT 1 FROM counters").fetchone()
        with store.transaction():
            pass  # the way of every write is free; nothing is written
    except (sqlite3.Error, OSError) as error:  # PostgreSQL's are of the latter
        return f"数据库不能读写：{error}"
    return ""


def _disk(data: Path) -> str:
    try:
        free = shutil.disk_usage(data).free
    except OSError as error:
        return f"数据目录看不了：{error.strerror}"
    return f"磁盘只剩 {free / 1024**2:.0f} MB" if free < LEAST_FREE else ""


def _certificates(files: dict[str, Path], now: float) -> str:
    ends = expiries(files)
    if unread := [name for name, end in ends.items() if end is None]:
        return f"证书读不了：{'、'.join(unread)}"
    if old := [name for name, end in ends.items() if end is not None and end - now < LEAST_LIFE]:
        return f"证书快过期或已过期，没有换成：{'、'.join(old)}"
    return ""


def _working(working: dict[str, Callable[[], bool]]) -> str:
    stopped = [name for name, runs in working.items() if not runs()]
    return f"停了：{'、'.join(stopped)}" if stopped else ""


def _expiry(path: Path) -> float | None:
    try:
        found: Sequence[x509.Certificate] = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return None
    return min(one.not_valid_after_utc for one in found).replace(tzinfo=UTC).timestamp() if found else None
