"""A centre's data in one archive and back: consistent while it runs, whole or refused, and never over anything."""

from __future__ import annotations

import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from support.authority import authority
from support.centre_db import new_database, sqlite_only
from support.fleet import EPOCH, TERMINAL, TIME, centre_settings, taken, write_settings

from fleet.backup.archive import backup
from fleet.backup.contents import BackupError
from fleet.backup.restore import check, restore
from fleet.cli import centre
from fleet.documents import Documents
from fleet.drafts import Drafts
from fleet.intake import understand
from fleet.people import record, sessions
from fleet.settings import BrokerSettings
from fleet.store import Store
from mqtt import topics
from mqtt.events import event

pytestmark = sqlite_only

NOW = 1_800_000_000.0


class Standing:
    """A centre's folder with something of everything in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        authority(folder / "authority")
        self.settings = write_settings(folder / "centre.toml", centre_settings(folder, BrokerSettings()))
        self.store = Store(new_database(self.data / "centre.db"))
        self.documents = Documents(self.data / "documents")
        self.drafts = Drafts(self.data / "drafts", self.store, {})
        self.taken = count(1)
        self.case()
        self.drafts.keep(TERMINAL, sha256(b"code").hexdigest(), BytesIO(b"draft"), 5, NOW)
        with self.store.transaction() as db:
            record.write(db, NOW, "ops", "test")

    def case(self) -> int:
        """One more, with its document."""
        n = next(self.taken)
        body = f"sealed {n}".encode()
        digest = sha256(body).hexdigest()
        self.documents.take(TERMINAL, digest, BytesIO(body), len(body))
        self.store.document_stored(digest, len(body), NOW)
        raw = event(TERMINAL, EPOCH, n, TIME, taken(f"C{n}", (body,)))
        self.store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], NOW)
        return n


@pytest.fixture
def standing(tmp_path: Path) -> Standing:
    return Standing(tmp_path / "centre")


@pytest.fixture
def elsewhere(standing: Standing, tmp_path: Path) -> Path:
    """Settings of a new machine: the same, in an empty folder."""
    folder = tmp_path / "new"
    folder.mkdir()
    told = standing.settings.read_text("utf-8").replace(str(standing.folder), str(folder))
    (folder / "centre.toml").write_text(told, "utf-8")
    return folder / "centre.toml"


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".db" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(query).fetchall()


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(centre, [str(word) for word in words], catch_exceptions=False)


def test_all_of_it_comes_back_on_another_machine(standing: Standing, elsewhere: Path, tmp_path: Path) -> None:
    with standing.store.transaction() as db:
        db.execute("INSERT INTO people (login, name, password, totp, made) VALUES ('wang', '王', '-', '-', 0)")
        sessions.begin(db, "wang", NOW)
    archive = tmp_path / "a.tar"
    assert "已备份" in run("backup", standing.settings, archive).output
    assert archive.stat().st_mode & 0o777 == 0o600
    assert "备份完整" in run("restore", "--check", archive).output
    assert "已恢复" in run("restore", archive, elsewhere).output
    new = elsewhere.parent
    for part in ("data", "authority"):
        assert files(new / part) == files(standing.folder / part)
    for query in ("SELECT * FROM cases", "SELECT * FROM drafts", "SELECT * FROM people", "SELECT raw FROM events"):
        assert rows(new / "data" / "centre.db", query) == rows(standing.data / "centre.db", query)
    assert rows(new / "authority" / "authority.db", "SELECT * FROM certificates") == rows(
        standing.folder / "authority" / "authority.db", "SELECT * FROM certificates"
    )
    store = Store(new / "data" / "centre.db")
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM console_sessions").fetchone()[0] == 0
        assert record.broken(db) is None
        assert [line.act for line in record.lines(db, 1)] == ["restore"]
    assert store.next_bd() > 1_700_000_000, "above what terminals have heard"
    store.close()


def test_an_authority_within_the_data_comes_back_there(standing: Standing, tmp_path: Path) -> None:
    """As the guide lays it: the package has made the data's folder, and only that."""
    (standing.folder / "authority").rename(standing.data / "authority")
    told = standing.settings.read_text("utf-8").replace(f"{standing.folder}/authority", f"{standing.data}/authority")
    standing.settings.write_text(told, "utf-8")
    backup(standing.settings, tmp_path / "a.tar", NOW)
    standing.store.close()
    kept = standing.folder.rename(tmp_path / "lost")
    standing.data.mkdir(parents=True)
    restore(tmp_path / "a.tar", standing.settings, NOW, "ops")
    assert files(standing.folder) == files(kept)
    assert rows(standing.data / "authority" / "authority.db", "SELECT * FROM certificates") == rows(
        kept / "data" / "authority" / "authority.db", "SELECT * FROM certificates"
    )
    assert sorted(path.name for path in standing.folder.iterdir()) == ["centre.toml", "data"]


def test_settings_that_are_lost_come_from_the_archive(standing: Standing, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    backup(standing.settings, archive, NOW)
    standing.store.close()
    kept = standing.folder.rename(tmp_path / "lost")
    standing.folder.mkdir()
    restore(archive, standing.settings, NOW, "ops")
    assert standing.settings.read_bytes() == (kept / "centre.toml").read_bytes()
    assert files(standing.data) == files(kept / "data")


def test_what_is_taken_in_meanwhile_is_whole_in_the_archive_or_not_in_it(
    standing: Standing, elsewhere: Path, tmp_path: Path
) -> None:
    ended = threading.Event()
    begun = threading.Event()

    def work() -> None:
        while not ended.is_set():
            if standing.case() > 5:
                begun.set()

    worker = threading.Thread(target=work)
    worker.start()
    begun.wait(30)
    try:
        manifest = backup(standing.settings, tmp_path / "a.tar", NOW)
    finally:
        ended.set()
        worker.join()
    assert manifest.damaged == ()
    restore(tmp_path / "a.tar", elsewhere, NOW, "ops")
    database, documents = elsewhere.parent / "data" / "centre.db", Documents(elsewhere.parent / "data" / "documents")
    stored = [digest for (digest,) in rows(database, "SELECT digest FROM documents")]
    assert len(stored) >= 5
    assert all(sha256(documents.read(str(digest))).hexdigest() == digest for digest in stored)
    named = rows(database, "SELECT digest FROM case_documents WHERE digest NOT IN (SELECT digest FROM documents)")
    assert named == []


def test_a_draft_that_went_while_it_was_copied_leaves_no_row(standing: Standing, elsewhere: Path, tmp_path: Path) -> None:
    for path in (standing.data / "drafts").iterdir():
        path.unlink()  # as its expiry does, after the database was copied
    assert backup(standing.settings, tmp_path / "a.tar", NOW).damaged == ()
    restore(tmp_path / "a.tar", elsewhere, NOW, "ops")
    assert rows(elsewhere.parent / "data" / "centre.db", "SELECT * FROM drafts") == []


def _gone(path: Path) -> None:
    path.unlink()


def _spoilt(path: Path) -> None:
    path.write_bytes(b"other")


@pytest.mark.parametrize("harm", [_gone, _spoilt])
def test_a_document_that_is_missing_or_damaged_is_named_and_the_rest_is_kept(
    standing: Standing, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    digest = str(rows(standing.data / "centre.db", "SELECT digest FROM documents")[0][0])
    harm(standing.documents.local(digest))
    told = run("backup", standing.settings, tmp_path / "a.tar")
    assert (told.exit_code, digest in told.output) == (1, True)
    told = run("restore", "--check", tmp_path / "a.tar")
    assert (told.exit_code, "备份完整" in told.output, digest in told.output) == (1, True, True)


def test_nothing_is_ever_written_over(standing: Standing, elsewhere: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    backup(standing.settings, archive, NOW)
    with pytest.raises(BackupError, match="已经存在"):
        backup(standing.settings, archive, NOW)
    with pytest.raises(BackupError, match="不能放在"):
        backup(standing.settings, standing.data / "a.tar", NOW)
    (elsewhere.parent / "authority").mkdir()
    (elsewhere.parent / "authority" / "ca.pem").write_text("another")
    with pytest.raises(BackupError, match="不是空的"):
        restore(archive, elsewhere, NOW, "ops")
    assert not (elsewhere.parent / "data").exists()


def test_a_mount_point_is_refused_before_anything_is_put_back(standing: Standing, elsewhere: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    backup(standing.settings, archive, NOW)
    elsewhere.write_text(elsewhere.read_text().replace(f'"{elsewhere.parent / "data"}"', '"/dev/shm"'))
    assert "/dev/shm" in elsewhere.read_text()
    with pytest.raises(BackupError, match="/dev/shm 是挂载点"):
        restore(archive, elsewhere, NOW, "ops")
    assert not (elsewhere.parent / "authority").exists()


def _pieces(archive: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(archive) as tar:
        return [(member, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]


def _packed(path: Path, pieces: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for member, body in pieces:
            member.size = len(body)
            tar.addfile(member, BytesIO(body))
    return path


def _changed(member: tarfile.TarInfo, body: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return member, body + b"!" if member.name == "authority/ca.pem" else body


def _renamed(member: tarfile.TarInfo, body: bytes) -> tuple[tarfile.TarInfo, bytes]:
    if member.name == "authority/ca.pem":
        member.name = "data/../../evil"
    return member, body


def test_an_archive_that_was_changed_is_refused_and_nothing_is_left(standing: Standing, elsewhere: Path, tmp_path: Path) -> None:
    backup(standing.settings, tmp_path / "a.tar", NOW)
    whole = len(_pieces(tmp_path / "a.tar"))
    for name, pieces, said in (
        ("changed", [_changed(*piece) for piece in _pieces(tmp_path / "a.tar")], "与清单不符"),
        ("missing", [piece for piece in _pieces(tmp_path / "a.tar") if piece[0].name != "authority/ca.pem"], "与清单不符"),
        ("escaping", [_renamed(*piece) for piece in _pieces(tmp_path / "a.tar")], "不认识的文件名"),
        ("no-list", _pieces(tmp_path / "a.tar")[: whole - 1], "没有清单"),
    ):
        spoilt = _packed(tmp_path / f"{name}.tar", pieces)
        for act in (lambda: check(spoilt), lambda: restore(spoilt, elsewhere, NOW, "ops")):  # noqa: B023 called at once
            with pytest.raises(BackupError, match=said):
                act()
        assert [path.name for path in elsewhere.parent.iterdir()] == ["centre.toml"]
        assert not (tmp_path.parent / "evil").exists()


def test_an_archive_of_a_newer_program_is_refused_and_nothing_is_left(standing: Standing, elsewhere: Path, tmp_path: Path) -> None:
    with standing.store.transaction() as db:
        db.execute("UPDATE alembic_version SET version_num = '0999'")
    backup(standing.settings, tmp_path / "a.tar", NOW)
    with pytest.raises(BackupError, match="版本是 0999"):
        restore(tmp_path / "a.tar", elsewhere, NOW, "ops")
    assert [path.name for path in elsewhere.parent.iterdir()] == ["centre.toml"]


def test_a_torn_archive_is_refused_wherever_it_is_torn(standing: Standing, elsewhere: Path, tmp_path: Path) -> None:
    archive, torn = tmp_path / "a.tar", tmp_path / "torn.tar"
    backup(standing.settings, archive, NOW)
    body = archive.read_bytes()
    last = body.rstrip(b"\0").rindex(b"}") + 1

    @settings(max_examples=25)
    @given(at=st.integers(0, last - 1))
    def refused(at: int) -> None:
        torn.write_bytes(body[:at])
        with pytest.raises(BackupError, match=r"不完整|清单"):
            check(torn)

    refused()
    torn.write_bytes(body[: last // 2])
    with pytest.raises(BackupError):
        restore(torn, elsewhere, NOW, "ops")
    assert [path.name for path in elsewhere.parent.iterdir()] == ["centre.toml"]
