"""A centre whose database is on PostgreSQL in one archive, and back into an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from support import postgres
from support.authority import authority
from support.fleet import EPOCH, TERMINAL, TIME, centre_settings, taken, write_settings

from fleet.authority.keys import Folder
from fleet.backup.archive import backup
from fleet.backup.contents import BackupError
from fleet.backup.postgresql import program
from fleet.backup.restore import check, restore
from fleet.cli import centre
from fleet.documents import Documents
from fleet.drafts import Drafts
from fleet.intake import understand
from fleet.people import record, sessions
from fleet.settings import BrokerSettings, DatabaseSettings
from fleet.store import Store
from mqtt import topics
from mqtt.events import event

NOW = 1_800_000_000.0


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[tuple[Path, Store]]:
    """Settings and store of a centre with something of everything in it."""
    folder = tmp_path / "centre"
    authority(folder / "authority")
    with closing(Store(postgres.database_of(folder))) as store:
        body = b"sealed"
        documents, digest = Documents(folder / "data" / "documents"), sha256(body).hexdigest()
        documents.take(TERMINAL, digest, BytesIO(body), len(body))
        store.document_stored(digest, len(body), NOW)
        raw = event(TERMINAL, EPOCH, 1, TIME, taken("C1", (body,)))
        store.record([understand(topics.events(TERMINAL), raw, False, {TERMINAL})], NOW)
        drafts = Drafts(folder / "data" / "drafts", store, {})
        for code in (b"stays", b"goes"):
            drafts.keep(TERMINAL, sha256(code).hexdigest(), BytesIO(code), len(code), NOW)
        (folder / "data" / "drafts" / sha256(b"goes").hexdigest()).unlink()
        with store.transaction() as db:
            db.execute("INSERT INTO people (login, name, password, totp, made) VALUES ('wang', '王', '-', '-', 0)")
            db.execute("INSERT INTO notes (terminal, at, by, text) VALUES ('t', 1, 'wang', '注')")
            sessions.begin(db, "wang", NOW)
        yield _settings(folder, postgres.database_of(folder)), store


@pytest.fixture
def elsewhere(standing: tuple[Path, Store], tmp_path: Path) -> Path:
    """Settings of a new machine with an empty database of its own."""
    return _settings(tmp_path / "new", postgres.empty_database("b_" + sha256(str(tmp_path).encode()).hexdigest()[:20]))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(centre, [str(word) for word in words], catch_exceptions=False)


def test_all_of_it_comes_back_in_an_empty_database(standing: tuple[Path, Store], elsewhere: Path, tmp_path: Path) -> None:
    settings, store = standing
    archive = tmp_path / "a.tar"
    assert "已备份" in run("backup", settings, archive).output
    assert "备份完整" in run("restore", "--check", archive).output
    assert "已恢复" in run("restore", archive, elsewhere).output
    for part in ("data", "authority"):
        assert _files(elsewhere.parent / part) == _files(settings.parent / part)
    with closing(Store(_where(elsewhere))) as new, new.reading() as db, store.reading() as old:
        for query in ("SELECT * FROM cases", "SELECT * FROM people", "SELECT raw FROM events", "SELECT * FROM notes"):
            assert [tuple(row) for row in db.execute(query)] == [tuple(row) for row in old.execute(query)]
        assert [tuple(row) for row in db.execute("SELECT digest FROM drafts")] == [(sha256(b"stays").hexdigest(),)]
        assert db.execute("SELECT count(*) FROM console_sessions").fetchone()[0] == 0
        assert record.broken(db) is None
        assert [line.act for line in record.lines(db, 1)] == ["restore"]
    with closing(Store(_where(elsewhere))) as new:
        assert new.next_bd() > 1_700_000_000, "above what terminals have heard"
        with new.transaction() as db:
            db.execute("INSERT INTO notes (terminal, at, by, text) VALUES ('t', 2, 'wang', '又')")


def test_it_is_put_over_nothing_and_begun_again_where_it_was_broken_off(
    standing: tuple[Path, Store], elsewhere: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "a.tar"
    backup(standing[0], archive, NOW)
    with pytest.raises(BackupError, match="已经有一个中心"):
        restore(archive, _settings(tmp_path / "other", _where(standing[0])), NOW, "ops")
    taken_up = elsewhere.parent / "authority"
    (taken_up / "x").mkdir(parents=True)
    with pytest.raises(BackupError, match="不是空的"):
        restore(archive, elsewhere, NOW, "ops")
    (taken_up / "x").rmdir()
    taken_up.rmdir()
    taken_up.symlink_to("nowhere/at/all")  # only noticed when the folders take their places
    with pytest.raises(OSError, match="authority"):
        restore(archive, elsewhere, NOW, "ops")
    taken_up.unlink()
    restore(archive, elsewhere, NOW, "ops")
    with closing(Store(_where(elsewhere))) as new, new.reading() as db:
        assert [line.act for line in record.lines(db)].count("restore") == 1


def test_each_engines_archive_is_for_its_engine(standing: tuple[Path, Store], tmp_path: Path) -> None:
    archive, lite = tmp_path / "a.tar", _settings(tmp_path / "lite", None)
    backup(standing[0], archive, NOW)
    assert check(archive).revision
    with pytest.raises(BackupError, match="PostgreSQL 的"):
        restore(archive, lite, NOW, "ops")
    authority(lite.parent / "authority")
    (lite.parent / "data").mkdir()
    Store(lite.parent / "data" / "centre.db").close()
    backup(lite, tmp_path / "b.tar", NOW)
    with pytest.raises(BackupError, match="SQLite 的"):
        restore(tmp_path / "b.tar", _settings(tmp_path / "new", postgres.database_of(tmp_path / "new")), NOW, "ops")


def test_a_machine_without_the_programs_says_what_to_install() -> None:
    with pytest.raises(BackupError, match="apt install postgresql-client"):
        program("pg_nothing")


def _settings(folder: Path, where: str | None) -> Path:
    told = centre_settings(folder, BrokerSettings(), Folder(folder / "authority"))
    told = msgspec.structs.replace(told, database=DatabaseSettings(where) if where else None)
    return write_settings(folder / "centre.toml", told)


def _where(settings: Path) -> str:
    told = msgspec.toml.decode(settings.read_bytes())["database"]["conninfo"]
    assert isinstance(told, str)
    return told


def _files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".db" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
