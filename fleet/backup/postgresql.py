"""The database on PostgreSQL in an archive: ``pg_dump`` in the custom format, put back by ``pg_restore``; both come with Debian's
``postgresql-client``."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fleet import database, migrations
from fleet.backup.contents import BackupError, Manifest
from fleet.backup.settling import settle, told
from fleet.migrations import postgresql
from fleet.people import record

_HOW = ("--no-owner", "--no-privileges", "--no-password")


@contextmanager
def dumped(conninfo: str, to: Path) -> Iterator[database.Connection]:
    """``to`` holds the database of one moment when the block begins; in it, the same moment can be read. :class:`BackupError`."""
    from fleet.database.postgresql import connect

    with closing(connect(conninfo)) as db:
        db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if postgresql.revision(db) is None:
            raise BackupError("PostgreSQL 的这个数据库里还没有中心")
        (moment,) = db.execute("SELECT pg_export_snapshot()").fetchall()[0]
        _run("pg_dump", conninfo, "--format=custom", f"--snapshot={moment}", f"--file={to}")
        yield db


def put_back(dump: Path, conninfo: str, archive: str, manifest: Manifest, drafts: Collection[str], now: float, by: str) -> None:
    """Into an empty database, all or nothing; ``drafts``: those there are files of. Done before, it is not done again."""
    from fleet.database.postgresql import LOCK, connect

    with closing(connect(conninfo)) as db:
        if postgresql.revision(db) is not None:
            if _newest(db) != told(archive, manifest):
                raise BackupError("PostgreSQL 的这个数据库里已经有一个中心；恢复只放进空的数据库")
            return  # and what came after it was broken off
        _run("pg_restore", conninfo, "--single-transaction", "--exit-on-error", str(dump))
        db.execute("BEGIN")
        db.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
        if postgresql.revision(db) not in migrations.revisions():
            raise BackupError(f"备份里数据库的版本是 {manifest.revision}，本程序只认到 {migrations.revisions()[-1]}")
        settle(db, archive, manifest, now, by)
        for (name,) in db.execute("SELECT name FROM drafts").fetchall():
            if name not in drafts:
                db.execute("DELETE FROM drafts WHERE name = ?", (name,))
        db.execute("COMMIT")


def _newest(db: database.Connection) -> tuple[str, str] | None:
    lines = record.lines(db, 1)
    return (lines[0].what, lines[0].result) if lines and lines[0].act == "restore" else None


def _run(which: str, conninfo: str, *words: str) -> None:
    """The password goes by the environment: others on the machine see what a program was started with."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    said = conninfo_to_dict(conninfo)
    password = said.pop("password", None)
    where = os.environ | ({"PGPASSWORD": str(password)} if password is not None else {}) | {"LC_ALL": "C.UTF-8"}
    command = [program(which), *_HOW, f"--dbname={make_conninfo(**said)}", *words]  # type: ignore[arg-type]
    done = subprocess.run(command, env=where, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise BackupError(f"{which} 没有成功：{' '.join(done.stderr.split())[:500]}")


def program(name: str) -> str:
    """The newest installed: an older one refuses a newer server. :class:`BackupError` where there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parent.parent.name))
    found = str(installed[-1]) if installed else shutil.which(name)
    if found is None:
        raise BackupError(f"这台机器上没有 {name}，备份和恢复 PostgreSQL 要用它。请安装：apt install postgresql-client")
    return found
