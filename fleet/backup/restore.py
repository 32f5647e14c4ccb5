"""An archive put back where the settings say, all or nothing: it is unpacked aside and looked through before it takes its place."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import msgspec

from domain.durable import sync_folder
from fleet import migrations
from fleet.backup import postgresql
from fleet.backup.contents import DATABASE, MANIFEST, MOST_MANIFEST, SETTINGS, BackupError, Entry, Manifest, checked, places
from fleet.backup.settling import settle
from fleet.settings import CentreSettings, read

_CHUNK = 1024 * 1024
_ASIDE = ".restoring"

Place = Callable[[str], Path | None]
"""Where a member of this name goes; ``None``: it is read and let go."""


def check(archive: Path) -> Manifest:
    """Read all of it; :class:`BackupError` unless every file is there and is what the list says."""
    return _read(archive, lambda _name: None)


def restore(archive: Path, settings_file: Path, now: float, by: str) -> Manifest:
    """Put it back. Settings that are not there come from the archive; where they say something lies already, nothing is done.

    Every session at the console ends. :class:`BackupError`, ``SettingsError``, ``OSError``.
    """
    with _settings(archive, settings_file) as settings:
        found = places(settings)
        for folder in (found["data"], found["authority"]):
            if folder.is_mount():  # nothing can take its place
                raise BackupError(f"{folder} 是挂载点，换不下来；在设置里写它里面的一个目录，如 {folder / 'centre'}，再恢复")
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise BackupError(f"{folder} 不是空的；恢复只放进空目录")
        for name, path in found.items():
            if name.startswith("secrets/") and path.exists():
                raise BackupError(f"{path} 已经存在")
        aside = _aside(found)
        try:
            manifest = _read(archive, lambda name: _target(name, aside))
            _look_through(aside["data"], settings, archive.name, manifest, now, by)
            for name in sorted(found, reverse=True):  # the data last: with it a centre starts
                if name != "data" and aside[name].exists() and _holder(found, name) is None:
                    _settle(aside[name], found[name])
            _settle(aside["data"], found["data"])
        finally:
            for path in aside.values():
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return manifest


def _read(archive: Path, place: Place) -> Manifest:
    seen: list[Entry] = []
    try:
        with tarfile.open(archive, "r|") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isreg() else None
                if file is None:
                    raise BackupError(f"备份里的 {member.name[:80]!r} 不是文件")
                if member.name == MANIFEST:
                    return _compared(_manifest(file, member.size), seen)
                name = checked(member.name)
                seen.append(Entry(name, member.size, _unpacked(file, place(name), member.mode)))
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"备份不完整或已损坏：{error}") from None
    raise BackupError("备份不完整：没有清单，制作时中断了")


def _manifest(file: IO[bytes], size: int) -> Manifest:
    try:
        return msgspec.json.decode(file.read(min(size, MOST_MANIFEST)), type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupError(f"备份的清单看不懂：{error}") from None


def _compared(manifest: Manifest, seen: list[Entry]) -> Manifest:
    for said, found in zip(manifest.files, seen, strict=False):
        if said != found:
            raise BackupError(f"{found.name} 与清单不符，备份已损坏")
    if len(manifest.files) != len(seen):
        raise BackupError("文件数与清单不符，备份已损坏")
    return manifest


def _unpacked(file: IO[bytes], to: Path | None, mode: int) -> str:
    digest = hashlib.sha256()
    out: IO[bytes] | None = None
    if to is not None:
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        out = os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode & 0o755), "wb")
    try:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if out is not None:
                out.write(chunk)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    finally:
        if out is not None:
            out.close()
    return digest.hexdigest()


def _holder(found: dict[str, Path], name: str) -> str | None:
    """In whose folder the place lies: the authority's may be within the data's, and a key within either."""
    tops = [top for top in ("authority", "data") if name not in (top, "data") and found[name].is_relative_to(found[top])]
    return tops[0] if tops else None


def _aside(found: dict[str, Path]) -> dict[str, Path]:
    aside: dict[str, Path] = {}
    for name in sorted(found, key=lambda name: (name != "data", name)):
        top = _holder(found, name)
        within = aside[top] / found[name].relative_to(found[top]) if top is not None else None
        aside[name] = within or found[name].with_name(found[name].name + _ASIDE)
    return aside


def _target(name: str, aside: dict[str, Path]) -> Path | None:
    top, _, rest = name.partition("/")
    if name == SETTINGS:
        return None
    if top == "secrets":
        return aside.get(name)  # a setting that is not used any more
    path = aside[top] / rest
    # What lies within has members of its own.
    inner = [one for one in aside.values() if one != aside[top] and one.is_relative_to(aside[top])]
    return None if any(path.is_relative_to(one) for one in inner) else path


def _look_through(data: Path, settings: CentreSettings, archive: str, manifest: Manifest, now: float, by: str) -> None:
    """The copy is whole and of a version this program knows; what must not go on from before ends."""
    file, dump = data / "centre.db", data / "centre.pgdump"
    if settings.database is not None:
        if not dump.exists():
            raise BackupError("备份里的数据库是 SQLite 的：请先在设置里去掉 [database] 恢复，再用 move-to-postgresql 搬")
        drafts = {path.name for path in (data / "drafts").glob("*")}
        postgresql.put_back(dump, str(settings.where), archive, manifest, drafts, now, by)
        dump.unlink()
        return
    if dump.exists():
        raise BackupError("备份里的数据库是 PostgreSQL 的：设置里要有 [database]，指向一个空的数据库")
    if not file.exists():
        raise BackupError(f"备份里没有 {DATABASE}")
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        if (said := db.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise BackupError(f"备份里的数据库已损坏：{said}")
        if migrations.revision(db) not in migrations.revisions():
            raise BackupError(f"备份里数据库的版本是 {manifest.revision}，本程序只认到 {migrations.revisions()[-1]}")
        db.execute("BEGIN")
        settle(db, archive, manifest, now, by)
        db.execute("COMMIT")


def _settle(aside: Path, final: Path) -> None:
    if final.is_dir():
        final.rmdir()
    final.parent.mkdir(parents=True, exist_ok=True)
    if aside.is_dir():
        aside.chmod(0o700)
        for folder, _, _ in os.walk(aside):
            sync_folder(Path(folder))
    aside.rename(final)
    sync_folder(final.parent)


@contextmanager
def _settings(archive: Path, path: Path) -> Iterator[CentreSettings]:
    """Those at ``path``; those of the archive, which stay there only when all goes well."""
    if path.exists():
        yield read(path, CentreSettings)
        return
    try:
        _read(archive, lambda name: path if name == SETTINGS else None)
        yield read(path, CentreSettings)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
