"""Documents in a bucket: the promises of the folder, on S3 servers that are not ours, over lines that misbehave."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from support.broker import wait_until
from support.casework import Casework
from support.fleet import HOME, OTHER_TERMINAL, TERMINAL, taken
from support.object_storage import BUCKET, Line, ObjectStorage, line, s3

from domain import sealing
from fleet.documents import MOST_PARTIAL, PARTIAL_KEPT, Documents, WrongContentError, WrongOffsetError
from fleet.storage.bucket import Bucket
from fleet.storage.port import TROUBLES, StorageError, Trouble
from fleet.storage.s3 import S3
from mqtt.resources import document_path

BODY = os.urandom(300_000)
DIGEST = sealing.digest(BODY)
NAME = f"{DIGEST[:2]}/{DIGEST}"


@pytest.fixture
def server(object_server: ObjectStorage) -> ObjectStorage:
    object_server.emptied()
    return object_server


@pytest.fixture(scope="module")
def asking(object_server: ObjectStorage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[S3, Line]]:
    """One client for all: it takes its time to be made."""
    with line(object_server.address) as wire:
        asked = s3(tmp_path_factory.mktemp("key"), wire.address)
        yield asked, wire
        asked.close()


@pytest.fixture
def wire(server: ObjectStorage, asking: tuple[S3, Line]) -> Line:
    asked, wire = asking
    wire.becomes("none")
    wait_until(lambda: asked.trouble() is None, "the storage is there again")
    return wire


Open = Callable[..., Bucket]


@pytest.fixture
def bucket() -> Iterator[Open]:
    opened: list[S3] = []

    def one(folder: Path, address: str, **more: object) -> Bucket:
        opened.append(s3(folder, address, **more))
        return Bucket(opened[-1], "documents/", folder / "cache")

    yield one
    for each in opened:
        each.close()


@pytest.fixture
def documents(wire: Line, asking: tuple[S3, Line], tmp_path: Path) -> Documents:
    return Documents(Bucket(asking[0], "documents/", tmp_path / "cache"), tmp_path / "writing")


def take(documents: Documents, body: bytes = BODY) -> None:
    documents.take(TERMINAL, sealing.digest(body), BytesIO(body), len(body))


def cut(documents: Documents, until: int, body: bytes = BODY) -> None:
    with pytest.raises(WrongOffsetError):
        documents.take(TERMINAL, sealing.digest(body), BytesIO(body[:until]), len(body))


def left(folder: Path) -> list[Path]:
    return [path for path in (folder / "writing").rglob("*") if path.is_file()]


def test_it_lies_there_whole_once_it_is_said_to_be_stored_and_is_read_back(
    documents: Documents, server: ObjectStorage, tmp_path: Path
) -> None:
    assert not documents.there(DIGEST)
    take(documents)
    take(documents)
    assert server.listed() == [f"documents/{NAME}"]
    assert (documents.there(DIGEST), documents.read(DIGEST), documents.open(DIGEST).size) == (True, BODY, len(BODY))
    assert server.client.get_object(Bucket=BUCKET, Key=f"documents/{NAME}")["Body"].read() == BODY
    assert left(tmp_path) == []
    documents.remove([DIGEST, sealing.digest(b"none")])
    assert (documents.there(DIGEST), server.listed()) == (False, [])
    with pytest.raises(FileNotFoundError):
        documents.open(DIGEST)


def test_what_was_cut_off_goes_on_at_another_process_on_another_machine(
    documents: Documents, wire: Line, server: ObjectStorage, bucket: Open, tmp_path: Path
) -> None:
    cut(documents, 100_000)
    other = Documents(bucket(tmp_path / "other", wire.address), tmp_path / "other" / "writing")
    assert (other.held(TERMINAL, DIGEST), other.held(OTHER_TERMINAL, DIGEST)) == (100_000, 0)
    with pytest.raises(WrongOffsetError):
        other.take(TERMINAL, DIGEST, BytesIO(BODY[1:]), len(BODY) - 1, 1)
    other.take(TERMINAL, DIGEST, BytesIO(BODY[100_000:]), 200_000, 100_000)
    assert (documents.read(DIGEST), server.listed()) == (BODY, [f"documents/{NAME}"])


def test_what_does_not_match_its_name_is_refused_and_a_spoilt_part_thrown_away(documents: Documents, server: ObjectStorage) -> None:
    with pytest.raises(WrongContentError):
        documents.take(TERMINAL, DIGEST, BytesIO(BODY[:-1] + b"x"), len(BODY))
    cut(documents, 100_000)
    server.client.put_object(Bucket=BUCKET, Key=f"documents/incoming/{TERMINAL}/{DIGEST}", Body=bytes(100_000))
    with pytest.raises(WrongContentError):
        documents.take(TERMINAL, DIGEST, BytesIO(BODY[100_000:]), 200_000, 100_000)
    assert server.listed() == []


def test_parts_are_few_and_go_after_a_while(documents: Documents, server: ObjectStorage) -> None:
    for _ in range(MOST_PARTIAL + 2):
        cut(documents, 500, os.urandom(1000))
    assert len(server.listed()) == MOST_PARTIAL
    assert documents.expire(time.time() + PARTIAL_KEPT - 600) == 0
    assert documents.expire(time.time() + PARTIAL_KEPT + 600) == MOST_PARTIAL
    assert server.listed() == []


def test_what_many_ask_for_is_fetched_once_and_kept_on_this_machine_for_a_day(
    documents: Documents, wire: Line, tmp_path: Path
) -> None:
    take(documents)
    assert documents.local(DIGEST).read_bytes() == BODY
    wire.becomes("refuses")
    assert documents.local(DIGEST).read_bytes() == BODY
    wire.becomes("none")
    documents.expire(time.time() + 25 * 3600)
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
    assert documents.local(DIGEST).read_bytes() == BODY
    documents.remove([DIGEST])
    with pytest.raises(FileNotFoundError):
        documents.local(DIGEST)


def test_old_versions_would_stay_so_a_bucket_with_them_takes_nothing(server: ObjectStorage, bucket: Open, tmp_path: Path) -> None:
    name = "versioned"
    client = server.client
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    storage = bucket(tmp_path, server.address, name=name)
    with pytest.raises(StorageError, match="versioned"):
        take(Documents(storage, tmp_path / "writing"))
    trouble = storage.trouble()
    assert trouble is not None
    assert "版本控制" in str(trouble)
    assert "Contents" not in client.list_objects_v2(Bucket=name)


AWAY: tuple[tuple[str, dict[str, object], Trouble], ...] = (
    ("refuses", {}, "away"),
    ("cuts the request", {"after": 5000}, "away"),
    ("cuts the answer", {"after": 20}, "strange"),
    ("says", {"status": 503, "code": "SlowDown"}, "busy"),
    ("says", {"status": 507, "code": "XMinioStorageFull"}, "full"),
    ("says", {"status": 403, "code": "SignatureDoesNotMatch"}, "refused"),
    ("not S3", {}, "strange"),
)
MORE: tuple[tuple[str, dict[str, object], Trouble], ...] = (
    ("silent", {}, "away"),
    ("cuts the answer", {"after": 5}, "away"),
    ("says", {"status": 503, "code": "ServiceUnavailable"}, "busy"),
    ("says", {"status": 500, "code": "InternalError"}, "failing"),
    ("says", {"status": 400, "code": "QuotaExceeded"}, "full"),
    ("says", {"status": 403, "code": "InvalidAccessKeyId"}, "refused"),
    ("says", {"status": 403, "code": "RequestTimeTooSkewed"}, "clock"),
    ("says", {"status": 404, "code": "NoSuchBucket"}, "no_bucket"),
    ("says", {"status": 400, "code": "AuthorizationHeaderMalformed"}, "strange"),
)


@pytest.mark.parametrize(("fault", "more", "trouble"), [*AWAY, *(pytest.param(*one, marks=pytest.mark.long) for one in MORE)])
def test_a_storage_that_does_not_store_is_named_loses_nothing_and_is_used_again_when_it_is_back(
    documents: Documents, wire: Line, server: ObjectStorage, tmp_path: Path, fault: str, more: dict[str, object], trouble: Trouble
) -> None:
    take(documents, b"before")
    wire.becomes(fault, **more)  # type: ignore[arg-type]
    with pytest.raises(StorageError) as told:
        take(documents)
    assert told.value.trouble == trouble
    assert all(said in str(told.value) for said in TROUBLES[trouble])
    assert left(tmp_path) == []
    wire.becomes("none")

    def stored() -> bool:
        try:
            take(documents)
        except StorageError:
            return False
        return True

    wait_until(stored, "it is tried again")
    assert documents.read(DIGEST) == BODY
    assert documents._storage.trouble() is None


def test_a_byte_that_changes_on_the_way_is_noticed_before_anybody_is_told_stored(
    documents: Documents, wire: Line, server: ObjectStorage
) -> None:
    wire.becomes("spoils the request")
    with pytest.raises(StorageError):
        take(documents)
    wire.becomes("none")
    wait_until(lambda: documents._storage.trouble() is None, "the line is good again")
    take(documents)
    assert documents.read(DIGEST) == BODY


@pytest.mark.parametrize("fault", ["cuts the answer", "silent"])
def test_a_document_that_breaks_off_while_it_is_read_is_an_error_and_never_a_short_one(
    documents: Documents, wire: Line, fault: str
) -> None:
    take(documents)
    wire.becomes(fault, after=150_000)  # type: ignore[arg-type]
    with pytest.raises(StorageError):
        documents.read(DIGEST)
    with pytest.raises(StorageError):
        documents.local(DIGEST)


def test_while_it_is_away_it_is_asked_now_and_then_and_everybody_else_is_answered_at_once(documents: Documents, wire: Line) -> None:
    take(documents)
    wire.becomes("refuses")
    asked = wire.asked
    for _ in range(200):
        with pytest.raises(StorageError, match="away"):
            documents.there(DIGEST)
    assert wire.asked - asked <= 20


def test_a_storage_that_drips_holds_few_threads_and_others_are_told_to_come_later(wire: Line, bucket: Open, tmp_path: Path) -> None:
    storage = bucket(tmp_path, wire.address)
    wire.becomes("drips")
    said: list[str] = []

    def asks() -> None:
        try:
            storage.size(NAME)
        except StorageError as error:
            said.append(error.trouble)

    threads = [threading.Thread(target=asks, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(said) >= 12, "more than eight are answered")
    assert set(said) == {"busy"}
    wire.becomes("none")
    for thread in threads:
        thread.join(20)


def test_the_key_is_in_no_error_no_name_and_no_log(documents: Documents, wire: Line, caplog: pytest.LogCaptureFixture) -> None:
    wire.becomes("says", status=403, code="SignatureDoesNotMatch")
    with pytest.raises(StorageError) as told:
        take(documents)
    for text in (str(told.value), repr(told.value), caplog.text, repr(documents._storage)):
        assert not re.search(r"access|secret-of", text.replace("accessKey", ""))


def test_a_terminal_is_told_to_come_later_and_a_desk_reads_what_is_there(documents: Documents, wire: Line, tmp_path: Path) -> None:
    casework = Casework(tmp_path, documents=documents)
    path = document_path(DIGEST)
    try:
        wire.becomes("refuses")
        for method, body in (("PUT", BODY), ("HEAD", None), ("PUT", BODY)):
            told = casework.ask(TERMINAL, method, path, body)
            assert (told.status_code, told.headers["Retry-After"]) == (503, "30")
        assert told.get_json() == {"refused": "come_later"}
        with casework.store.reading() as db:
            assert db.execute("SELECT count(*) FROM documents").fetchone()[0] == 0
        wire.becomes("says", status=507, code="XMinioStorageFull")
        wait_until(lambda: casework.ask(TERMINAL, "PUT", path, BODY).status_code == 507, "full is another thing")
        wire.becomes("none")
        wait_until(lambda: casework.ask(TERMINAL, "PUT", path, BODY).status_code == 201, "the storage is back")
        assert casework.ask(TERMINAL, "HEAD", path).headers["Upload-Complete"] == "?1"
        casework.tell(taken("C1", [BODY]))
        found = casework.ask(HOME, "GET", path)
        assert (found.status_code, found.data, found.content_length) == (200, BODY, len(BODY))
        wire.becomes("refuses")
        assert casework.ask(HOME, "GET", path).status_code == 503
    finally:
        casework.close()


def test_names_are_listed_page_by_page(
    server: ObjectStorage, bucket: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.storage.bucket._PAGE", 3)
    for n in range(8):
        server.client.put_object(Bucket=BUCKET, Key=f"documents/x/{n}", Body=b"")
    storage = bucket(tmp_path, server.address)
    assert [one.name for one in storage.names("x")] == [f"x/{n}" for n in range(8)]
    assert [one.name for one in storage.names("none")] == []
