"""From the folder into a bucket and back while the centre works, by the command; what a backup holds then."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from support.authority import authority
from support.centre_db import new_database, sqlite_only
from support.fleet import TERMINAL, centre_settings, write_settings
from support.object_storage import BUCKET, ObjectStorage, bucket_settings

from fleet.cli import centre
from fleet.documents import Documents
from fleet.protection import deletions
from fleet.settings import BrokerSettings, CentreSettings
from fleet.storage.both import Both
from fleet.storage.chosen import Stores
from fleet.storage.copying import copy
from fleet.storage.folder import Folder
from fleet.storage.port import Entry, Reading
from fleet.storage.settings import StorageSettings
from fleet.store import Store

NOW = 1_800_000_000.0


class Moving:
    """A centre's data and settings, with a bucket beside."""

    def __init__(self, folder: Path, server: ObjectStorage) -> None:
        server.emptied()
        self.server = server
        self.folder = folder
        authority(folder / "authority")
        self.store = Store(new_database(folder / "data" / "centre.db"))
        self.bucket = bucket_settings(folder / "key", server.address)
        self.settles("folder")

    def settles(self, place: str, both: bool = False) -> None:
        """As the operator writes it, and starts again."""
        said = StorageSettings(place, both, self.bucket)  # type: ignore[arg-type]
        plain = centre_settings(self.folder, BrokerSettings())
        self.settings: CentreSettings = msgspec.structs.replace(plain, storage=said)
        self.file = write_settings(self.folder / "centre.toml", self.settings)

    def documents(self) -> Documents:
        return Stores(self.settings).documents()

    def stored(self, *bodies: bytes) -> None:
        stores = Stores(self.settings)
        for body in bodies:
            digest = sha256(body).hexdigest()
            stores.documents().take(TERMINAL, digest, BytesIO(body), len(body))
            self.store.document_stored(digest, len(body), NOW)
        stores.close()

    def deleted(self, body: bytes) -> None:
        """As the clock over what is due does it."""
        digest, stores = sha256(body).hexdigest(), Stores(self.settings)
        with self.store.transaction() as db:
            deletions.write(db, [digest], "case", None, NOW)
            db.execute("DELETE FROM documents WHERE digest = ?", (digest,))
        stores.documents().remove([digest])
        stores.close()

    def there(self, *bodies: bytes) -> list[bool]:
        stores = Stores(self.settings)
        try:
            return [stores.documents().there(sha256(body).hexdigest()) for body in bodies]
        finally:
            stores.close()

    def run(self, *words: str | Path) -> Result:
        return CliRunner().invoke(centre, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def moving(tmp_path: Path, object_server: ObjectStorage) -> Iterator[Moving]:
    one = Moving(tmp_path / "centre", object_server)
    yield one
    one.store.close()


def key(body: bytes) -> str:
    digest = sha256(body).hexdigest()
    return f"documents/{digest[:2]}/{digest}"


def test_all_of_it_moves_without_a_moment_in_which_one_cannot_be_read(moving: Moving) -> None:
    bodies = [f"sealed {n}".encode() for n in range(5)]
    moving.stored(*bodies[:3])
    told = moving.run("storage", "copy", moving.file, "--to", "bucket")
    assert (told.exit_code, "抄了 3 份" in told.output) == (0, True)
    moving.stored(bodies[3])  # between the copy and the switch
    moving.settles("bucket", both=True)
    moving.stored(bodies[4])
    assert moving.there(*bodies) == [True] * 5
    told = moving.run("storage", "copy", moving.file, "--to", "bucket", "--verify")
    assert "密封材料：抄了 1 份" in told.output
    assert "已有 3 份，都在" in told.output
    moving.settles("bucket")
    assert moving.there(*bodies) == [True] * 5
    assert sorted(moving.server.listed()) == sorted(key(body) for body in bodies)
    assert "抄了 1 份" in moving.run("storage", "copy", moving.file, "--to", "folder").output
    moving.settles("folder")
    assert moving.there(*bodies) == [True] * 5


def test_what_is_deleted_in_the_meantime_comes_back_from_nowhere(moving: Moving) -> None:
    one, other = b"first", b"second"
    moving.stored(one, other)
    assert moving.run("storage", "copy", moving.file, "--to", "bucket").exit_code == 0
    moving.deleted(one)  # by a centre that does not know of the bucket yet
    assert key(one) in moving.server.listed()
    moving.settles("bucket", both=True)
    assert "清掉到期已删的 1 份" in moving.run("storage", "copy", moving.file, "--to", "bucket").output
    moving.deleted(other)  # in both places
    assert (moving.there(one, other), moving.server.listed()) == ([False, False], [])


def test_one_that_is_deleted_while_it_is_copied_is_not_left_over(tmp_path: Path) -> None:
    source, target = Folder(tmp_path / "from"), Folder(tmp_path / "to")
    Documents(tmp_path / "from").take(TERMINAL, sha256(b"x").hexdigest(), BytesIO(b"x"), 1)

    class Deleting(Folder):
        """The centre deletes it from both when it has been read."""

        def open(self, name: str) -> Reading:  # type: ignore[override]
            opened = super().open(name)
            Both(target, source).remove([name])
            return opened

    copy(Deleting(tmp_path / "from"), target, tmp_path / "writing", False, lambda _: None)
    assert list(target.names("")) == []


def test_a_damaged_one_is_named_and_not_copied_and_the_rest_is(moving: Moving) -> None:
    moving.stored(b"good", b"bad")
    digest = sha256(b"bad").hexdigest()
    (moving.folder / "data" / "documents" / digest[:2] / digest).write_bytes(b"other")
    told = moving.run("storage", "copy", moving.file, "--to", "bucket")
    assert (told.exit_code, digest in told.output, "1 份不对" in told.output) == (1, True, True)
    assert moving.server.listed() == [key(b"good")]
    moving.server.client.put_object(Bucket=BUCKET, Key=key(b"good"), Body=b"evil")
    told = moving.run("storage", "copy", moving.file, "--to", "bucket", "--verify")
    assert (told.exit_code, sha256(b"good").hexdigest() in told.output) == (1, True)


def test_the_check_says_what_will_do_and_what_to_do(moving: Moving) -> None:
    told = moving.run("storage", "check", moving.file)
    assert (told.exit_code, told.output.count("通过"), moving.server.listed()) == (0, 4, [])
    moving.bucket = msgspec.structs.replace(moving.bucket, name="elsewhere")
    moving.settles("bucket")
    told = moving.run("storage", "check", moving.file)
    assert (told.exit_code, "没有设置写的桶" in told.output or "不认中心的密钥" in told.output) == (1, True)
    moving.bucket = msgspec.structs.replace(moving.bucket, name=BUCKET, endpoint="http://127.0.0.1:9")
    moving.settles("bucket")
    assert "文件存储连不上" in moving.run("storage", "check", moving.file).output
    moving.bucket.key_file.chmod(0o644)
    assert "chmod 600" in moving.run("storage", "check", moving.file).output
    moving.settings = msgspec.structs.replace(moving.settings, storage=StorageSettings("bucket"))
    write_settings(moving.file, moving.settings)
    assert "[storage.bucket]" in moving.run("storage", "copy", moving.file, "--to", "bucket").output


@sqlite_only
def test_a_backup_holds_the_key_and_says_where_the_documents_are(moving: Moving, tmp_path: Path) -> None:
    moving.settles("bucket")
    moving.stored(b"one", b"two")
    told = moving.run("backup", moving.file, tmp_path / "a.tar")
    assert (told.exit_code, "密封材料不在这份备份里" in told.output, BUCKET in told.output) == (0, True, True)
    new = tmp_path / "new"
    new.mkdir()
    moved = moving.file.read_text().replace(str(moving.folder), str(new))
    (new / "centre.toml").write_text(moved)
    told = moving.run("restore", tmp_path / "a.tar", new / "centre.toml")
    assert (told.exit_code, "密封材料不在这份备份里" in told.output) == (0, True)
    assert (new / "key" / "s3.key").read_bytes() == moving.bucket.key_file.read_bytes()
    assert list((new / "data").glob("documents/*/*")) == []
    with closing(sqlite3.connect(new / "data" / "centre.db")) as db:
        assert db.execute("SELECT count(*) FROM documents").fetchone() == (2,)
    moving.server.client.delete_object(Bucket=BUCKET, Key=key(b"one"))
    told = moving.run("backup", moving.file, tmp_path / "b.tar")
    assert (told.exit_code, key(b"one") in told.output) == (1, True)


def test_a_backup_beside_a_storage_that_is_away_is_made_and_says_that_nobody_looked(moving: Moving, tmp_path: Path) -> None:
    moving.settles("bucket")
    moving.stored(b"one")
    moving.bucket = msgspec.structs.replace(moving.bucket, endpoint="http://127.0.0.1:9")
    moving.settles("bucket")
    told = moving.run("backup", moving.file, tmp_path / "a.tar")
    assert (told.exit_code, "没有核对" in told.output) == (1, True)
    assert moving.run("restore", "--check", tmp_path / "a.tar").output.startswith("备份完整")


def test_a_name_lies_in_one_place_only_when_both_are_listed(tmp_path: Path) -> None:
    one, other = Folder(tmp_path / "one"), Folder(tmp_path / "other")
    for folder, name in ((one, "a"), (one, "b"), (other, "b"), (other, "c")):
        file = tmp_path / "file"
        file.write_bytes(b"x")
        folder.put(name, file, "")
    found: list[Entry] = list(Both(one, other).names(""))
    assert sorted(entry.name for entry in found) == ["a", "b", "c"]
