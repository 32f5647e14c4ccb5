"""Making an archive while the centre runs.

First a copy of each database (SQLite's online backup, or pg_dump: one moment, nobody waits), then the files. A document is on
the disk before a database names it and is not removed, so every one the copy names is found; a draft may have gone meanwhile, and
its row goes too.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import sqlite3
import tarfile
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

import msgspec

from domain.durable import sync_folder
from fleet import database
from fleet.backup import postgresql
from fleet.backup.beyond import Beyond
from fleet.backup.contents import DATABASE, DUMP, MANIFEST, SETTINGS, BackupError, Entry, Manifest, checked, places
from fleet.migrations import revision
from fleet.settings import CentreSettings, read

_SQLITE = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal", ".part")
_LEFT_OUT = {"incoming", "writing", "cache"}
"""What was cut off on its way, or is on it: its terminal sends it again. Copies of what lies in a bucket."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def backup(settings_file: Path, archive: Path, now: float) -> Manifest:
    """Make ``archive`` (0600), whole and on the disk when this returns. ``OSError``, ``SettingsError``, :class:`BackupError`."""
    settings = read(settings_file, CentreSettings)
    found = places(settings)
    if settings.database is None and not (found["data"] / "centre.db").exists():
        raise BackupError(f"{found['data']} 里没有中心的数据库")
    if archive.exists():
        raise BackupError(f"{archive} 已经存在")
    if any(archive.resolve().is_relative_to(folder.resolve()) for folder in found.values()):
        raise BackupError(f"备份不能放在它要备份的目录里：{archive}")
    part = archive.with_name(archive.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=archive.parent) as folder, os.fdopen(_private(part), "wb") as file:
            with (
                tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar,
                closing(Beyond(settings, Path(folder))) as beyond,
            ):
                made = _write(_Writer(tar, Path(folder), now, beyond), settings_file, settings, found)
            file.flush()
            os.fsync(file.fileno())
        part.rename(archive)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(archive.parent)
    return made


@dataclass
class _Writer:
    """``folder``: for copies of databases. Notes what was written."""

    tar: tarfile.TarFile
    folder: Path
    now: float
    beyond: Beyond
    files: list[Entry] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            self._add(checked(name), file, state.st_size, state.st_mode & 0o755)
        if _DIGEST.fullmatch(path.name) and path.parent.name == path.name[:2] and self.files[-1].sha256 != path.name:
            self.damaged.append(name)

    def end(self, revision: str) -> Manifest:
        made = datetime.fromtimestamp(self.now, UTC).isoformat(timespec="seconds")
        manifest = Manifest(1, made, revision, tuple(self.files), tuple(self.damaged), self.beyond.where, self.beyond.looked)
        body = msgspec.json.encode(manifest)
        self._add(MANIFEST, io.BytesIO(body), len(body), 0o600)
        return manifest

    def _add(self, name: str, file: IO[bytes], size: int, mode: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, mode, int(self.now)
        source = _Hashing(file)
        self.tar.addfile(member, cast(IO[bytes], source))  # it reads, and does nothing else
        self.files.append(Entry(name, size, source.seen.hexdigest()))


class _Hashing:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seen = hashlib.sha256()

    def read(self, size: int) -> bytes:
        chunk = self._file.read(size)
        self.seen.update(chunk)
        return chunk


def _write(out: _Writer, settings_file: Path, settings: CentreSettings, found: dict[str, Path]) -> Manifest:
    copies: dict[str, Path] = {}
    elsewhere = settings.database is not None
    for top in ("data", "authority"):
        for path in _below(found[top]):
            name = f"{top}/{path.relative_to(found[top])}"
            if _is_database(path) and not (elsewhere and name == DATABASE):  # it was moved, and is of yesterday
                copies[name] = _copied(path, out.folder / str(len(copies)))
    if elsewhere:
        copies[DUMP] = out.folder / "dump"
        with postgresql.dumped(str(settings.where), copies[DUMP]) as db:
            _files(out, settings_file, found, copies)
            version = str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])
            _missing(db, out)
    else:
        _files(out, settings_file, found, copies)
        version = _settle(copies[DATABASE], out)
    for name, copy in copies.items():
        out.add(name, copy)
    return out.end(version)


def _files(out: _Writer, settings_file: Path, found: dict[str, Path], copies: Collection[str]) -> None:
    out.add(SETTINGS, settings_file)
    for top, folder in found.items():
        for path in _below(folder) if folder.is_dir() else [folder]:
            name = top if path == folder else f"{top}/{path.relative_to(folder)}"
            if name not in copies and not _is_database(path):
                try:
                    out.add(name, path)
                except FileNotFoundError:
                    if not name.startswith("data/"):
                        raise


def _settle(copy: Path, out: _Writer) -> str:
    """Drafts that went meanwhile go; documents that are missing are named. The copy's revision."""
    held = {entry.name for entry in out.files}
    with closing(sqlite3.connect(copy)) as db:
        version = revision(db) or ""
        with db:
            for (name,) in db.execute("SELECT name FROM drafts").fetchall():
                if f"data/drafts/{name}" not in held:
                    db.execute("DELETE FROM drafts WHERE name = ?", (name,))
        _missing(db, out)
    return version


def _missing(db: database.Connection, out: _Writer) -> None:
    held = {entry.name for entry in out.files}
    out.beyond.list()
    for folder, digests in (("documents", "SELECT digest FROM documents"), ("desired", "SELECT DISTINCT sha256 FROM desired")):
        for (digest,) in db.execute(digests):
            name = f"data/{folder}/{digest[:2]}/{digest}"
            if name not in held and not out.beyond.has(name):
                out.damaged.append(name)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if not _LEFT_OUT.intersection(inside) and not path.name.endswith(_BESIDE) and path.is_file() and not path.is_symlink():
            yield path


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except FileNotFoundError:
        return False


def _copied(of: Path, to: Path) -> Path:
    with (
        closing(sqlite3.connect(f"{of.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
    return to


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
