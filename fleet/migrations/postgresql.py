"""The schema on PostgreSQL: made whole as of revision 0025 (``postgresql.sql``), and from there by the revisions SQLite has too."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module, resources
from typing import TYPE_CHECKING

from fleet import database, migrations

if TYPE_CHECKING:
    from fleet.database.postgresql import Link

BASELINE = "0025"


def upgrade(db: Link) -> None:
    """In the caller's transaction, which nobody else writes beside. ``ValueError``, in Chinese, for what is none of ours."""
    if (found := revision(db)) is None:
        _make(db)
        found = BASELINE
    if found not in migrations.revisions():
        newest = migrations.revisions()[-1]
        raise ValueError(f"PostgreSQL 里的数据库版本是 {found}，本程序只认到 {newest}。没有改动它；请换用不旧于它的程序")
    carry_on(db, "fleet.migrations.versions", [name for name in revision_files() if found < name[:4]])


def carry_on(db: Link, package: str, names: Sequence[str]) -> None:
    """Revisions by the names of their modules, in the caller's transaction."""
    before = migrations.at_postgresql.set(db)
    try:
        for name in names:
            made = import_module(f"{package}.{name}")
            made.upgrade()
            db.execute("UPDATE alembic_version SET version_num = ?", (made.revision,))
    finally:
        migrations.at_postgresql.reset(before)


def revision_files() -> list[str]:
    """``0001_events``, …: modules in their order."""
    files = resources.files(migrations).joinpath("versions").iterdir()
    return sorted(file.name.removesuffix(".py") for file in files if file.name.endswith(".py") and file.name[:4].isdigit())


def revision(db: database.Connection) -> str | None:
    """``None``: nothing lies there yet. ``ValueError`` where something else does."""
    if db.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()[0]:
        (found,) = db.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(found)
    if db.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").fetchone()[0]:
        raise ValueError("这个 PostgreSQL 数据库里有别的表，不是通办中心的。没有改动它；请给通办单独建一个空的数据库")
    return None


def _make(db: Link) -> None:
    encoding = db.native.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ValueError(f"这个 PostgreSQL 数据库的编码是 {encoding}，要 UTF8。请重新建：CREATE DATABASE … ENCODING 'UTF8'")
    db.script(resources.files(migrations).joinpath("postgresql.sql").read_text(encoding="utf-8"))
