"""kill -9 of the centre at every step of a document's life in a bucket: bytes on the disk, each question to the storage, each
commit. No row names a document that is not there whole; what was begun goes on; what was to be deleted is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.centre_db import new_database
from support.object_storage import BUCKET, Kind, object_storage, s3

from fleet.documents import Documents, WrongOffsetError
from fleet.protection import deletions
from fleet.protection.clock import Retention
from fleet.storage.bucket import Bucket
from fleet.storage.s3 import S3
from fleet.store import Store

TERMINAL, NOW = "rs-hall-01", 1_800_000_000.0
KEPT, DELETED = os.urandom(1) + b"kept" * 60_000, os.urandom(1) + b"deleted" * 1000


def opened(folder: Path, address: str) -> tuple[Store, Documents, S3]:
    asked = s3(folder, address, prefix=f"{folder.name}/")
    return Store(folder / "c.db"), Documents(Bucket(asked, "documents/", folder / "cache"), folder / "writing"), asked


def life(folder: Path, address: str, kept: bytes, deleted: bytes) -> None:
    """One document is cut off and goes on, another is brought and deleted; both as ``fleet/http.py`` and the clock do it."""
    store, documents, asked = opened(folder, address)
    digest, other = (sha256(body).hexdigest() for body in (kept, deleted))
    if not documents.there(digest):
        held = documents.held(TERMINAL, digest)
        if not held:
            try:
                documents.take(TERMINAL, digest, BytesIO(kept[:100_000]), len(kept))
            except WrongOffsetError:
                held = documents.held(TERMINAL, digest)
        documents.take(TERMINAL, digest, BytesIO(kept[held:]), len(kept) - held, held)
    store.document_stored(digest, len(kept), NOW)
    with store.reading() as db:
        over = deletions.over(db, other)
    if not over:
        documents.take(TERMINAL, other, BytesIO(deleted), len(deleted))
        store.document_stored(other, len(deleted), NOW)
        Retention(store, documents).forget([(other, None)], "case", NOW)
    store.close()
    asked.close()


def _killed_at(step: int) -> None:
    left = step

    def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*words: Any, **more: Any) -> Any:
            nonlocal left
            for last in (False, True):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                if not last:
                    found = function(*words, **more)
            return found

        return called

    for kind, name in ((S3, "ask"), (Documents, "_append"), (Store, "document_stored")):
        setattr(kind, name, wrapped(getattr(kind, name)))
    deletions.gone = wrapped(deletions.gone)


def _main(folder: Path, address: str) -> int:
    kept, deleted = (folder / "kept").read_bytes(), (folder / "deleted").read_bytes()
    for step in count(1):
        place = folder / str(step)
        new_database(place / "c.db")
        child = os.fork()
        if child == 0:
            _killed_at(step)
            life(place, address, kept, deleted)
            os._exit(0)
        _, how = os.waitpid(child, 0)
        if how == 0:
            return step - 1
        assert how == signal.SIGKILL, how
    raise AssertionError


@pytest.mark.long
@pytest.mark.parametrize("kind", ["moto", "seaweedfs"])
def test_killed_at_every_step_and_started_again(kind: Kind, tmp_path: Path) -> None:
    with object_storage(kind, tmp_path / "server") as server:
        (tmp_path / "kept").write_bytes(KEPT)
        (tmp_path / "deleted").write_bytes(DELETED)
        paths = os.pathsep.join((str(Path(__file__).parents[1]), *sys.path))
        words = [sys.executable, __file__, str(tmp_path), server.address]
        done = subprocess.run(words, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        steps = int(done.stdout)
        assert steps > 30
        for step in range(1, steps + 1):
            folder = tmp_path / str(step)
            store, documents, asked = opened(folder, server.address)
            with store.reading() as db:
                named = [digest for (digest,) in db.execute("SELECT digest FROM documents")]
            assert all(sha256(documents.read(digest)).hexdigest() == digest for digest in named), step
            for key in listed(server.client, step):
                if "incoming" not in key:
                    assert documents.read(key.rpartition("/")[2]), "whole under its name"
            life(folder, server.address, KEPT, DELETED)
            Retention(store, documents).tick(NOW)
            with store.reading() as db:
                assert [digest for (digest,) in db.execute("SELECT digest FROM documents")] == [sha256(KEPT).hexdigest()]
                assert deletions.unfinished(db, ("case",)) == []
            assert documents.read(sha256(KEPT).hexdigest()) == KEPT
            whole = [key for key in listed(server.client, step) if "incoming" not in key]
            assert [key.rpartition("/")[2] for key in whole] == [sha256(KEPT).hexdigest()]
            assert [path for path in (folder / "writing").rglob("*") if path.is_file()] == []
            store.close()
            asked.close()


def listed(client: Any, step: int) -> list[str]:
    return [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET, Prefix=f"{step}/").get("Contents", ())]


if __name__ == "__main__":
    print(_main(Path(sys.argv[1]), sys.argv[2]))
