"""Documents on a line that breaks: they go on where they were cut off, and what was spoilt on the way is sent whole."""

from __future__ import annotations

import os
import resource
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.broker import wait_until
from support.fleet import OTHER_TERMINAL, TERMINAL, Fleet, FolderBlobs, taken, terminal_end

from domain import sealing
from fleet.documents import MOST_PARTIAL, PARTIAL_KEPT, Documents, WrongContentError, WrongOffsetError
from fleet.storage.port import StorageError
from mqtt.resources import MAX_DOCUMENT, PARTIAL
from mqtt.uploads import Uploader, UploadPace

QUICK = UploadPace(first=0.05, most=0.1, standing=0.05, silence=5.0)
BODY = os.urandom(300_000)
DIGEST = sealing.digest(BODY)


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return Documents(tmp_path / "documents")


class Cut(BytesIO):
    """Gives ``until`` bytes, then breaks as a connection does."""

    def __init__(self, body: bytes, until: int) -> None:
        super().__init__(body[:until])

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size) or self._broken()

    def _broken(self) -> bytes:
        raise ConnectionResetError


def cut(documents: Documents, until: int, body: bytes = BODY, name: str = TERMINAL) -> None:
    with pytest.raises(ConnectionResetError):
        documents.take(name, sealing.digest(body), Cut(body, until), len(body))


def parts(folder: Path) -> list[Path]:
    """What lies there of documents that were cut off."""
    return [path for path in (folder / "incoming").rglob("*") if path.is_file()]


def test_what_came_stays_and_the_rest_makes_it_whole(documents: Documents) -> None:
    cut(documents, 100_000)
    assert (documents.held(TERMINAL, DIGEST), documents.there(DIGEST)) == (100_000, False)
    documents.take(TERMINAL, DIGEST, BytesIO(BODY[100_000:]), 200_000, 100_000)
    assert documents.read(DIGEST) == BODY
    assert documents.held(TERMINAL, DIGEST) == 0


def test_it_is_the_terminals_own_part(documents: Documents) -> None:
    cut(documents, 100_000)
    assert documents.held(OTHER_TERMINAL, DIGEST) == 0
    with pytest.raises(WrongOffsetError):
        documents.take(OTHER_TERMINAL, DIGEST, BytesIO(BODY[100_000:]), 200_000, 100_000)


@pytest.mark.parametrize("offset", [1, 99_999, 100_001, 300_000])
def test_only_where_it_ends_can_it_go_on(documents: Documents, offset: int) -> None:
    cut(documents, 100_000)
    with pytest.raises(WrongOffsetError):
        documents.take(TERMINAL, DIGEST, BytesIO(BODY[offset:]), len(BODY) - offset, offset)
    assert documents.held(TERMINAL, DIGEST) == 100_000


def test_a_part_spoilt_meanwhile_is_thrown_away(documents: Documents, tmp_path: Path) -> None:
    cut(documents, 100_000)
    (part,) = parts(tmp_path / "documents")
    part.write_bytes(bytes(100_000))  # a power cut may leave this
    with pytest.raises(WrongContentError):
        documents.take(TERMINAL, DIGEST, BytesIO(BODY[100_000:]), 200_000, 100_000)
    assert documents.held(TERMINAL, DIGEST) == 0
    documents.take(TERMINAL, DIGEST, BytesIO(BODY), len(BODY))


def test_a_connection_that_hangs_from_before_writes_nothing_more(documents: Documents) -> None:
    asked, go_on = threading.Event(), threading.Event()

    class Hanging(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() >= 128 * 1024:
                asked.set()
                assert go_on.wait(20)
            return super().read(size)

    ended: list[BaseException] = []

    def old() -> None:
        try:
            documents.take(TERMINAL, DIGEST, Hanging(BODY), len(BODY))
        except WrongOffsetError as error:
            ended.append(error)

    thread = threading.Thread(target=old)
    thread.start()
    assert asked.wait(20)
    held = documents.held(TERMINAL, DIGEST)
    go_on.set()
    thread.join(20)
    assert len(ended) == 1
    documents.take(TERMINAL, DIGEST, BytesIO(BODY[held:]), len(BODY) - held, held)
    assert documents.read(DIGEST) == BODY


def test_one_terminal_begins_no_more_than_so_many(documents: Documents, tmp_path: Path) -> None:
    bodies = [os.urandom(1000) for _ in range(MOST_PARTIAL + 3)]
    for n, body in enumerate(bodies):
        cut(documents, 500, body)
        (part,) = (path for path in parts(tmp_path / "documents") if path.name == sealing.digest(body))
        os.utime(part, (n, n))
    kept = [documents.held(TERMINAL, sealing.digest(body)) for body in bodies]
    assert kept == [0] * 3 + [500] * MOST_PARTIAL


def test_what_nobody_took_up_goes_after_a_while_and_survives_a_restart_before(documents: Documents, tmp_path: Path) -> None:
    cut(documents, 100_000)
    again = Documents(tmp_path / "documents")
    assert again.held(TERMINAL, DIGEST) == 100_000
    assert again.expire(time.time() + PARTIAL_KEPT - 60) == 0
    assert again.expire(time.time() + PARTIAL_KEPT + 60) == 1
    assert again.held(TERMINAL, DIGEST) == 0


def test_a_disk_that_refuses_is_not_taken_for_a_broken_line(documents: Documents, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(StorageError, match="full"):
            documents.take(TERMINAL, DIGEST, BytesIO(BODY), len(BODY))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in (tmp_path / "documents").rglob("*") if path.is_file()] == [], "what could not be written takes no room"
    documents.take(TERMINAL, DIGEST, BytesIO(BODY), len(BODY))


def test_over_http_as_any_client_could(fleet: Fleet) -> None:
    url = f"/v1/documents/{DIGEST}"
    with fleet.api() as api:
        assert api.head(url).headers["Upload-Offset"] == "0"
        with fleet.api() as breaking:
            breaking.head(url)  # with session tickets unread, closing would be a reset, and take along what is on its way
            with pytest.raises(ConnectionAbortedError):
                breaking.put(url, content=_breaking(BODY[:100_000]), headers={"Content-Length": str(len(BODY))})
        # Not asked by HEAD: that takes the document over, and what is still being read would count no more.
        wait_until(lambda: [part.name for part in parts(fleet.folder / "data" / "documents")] == [DIGEST], "the part is there")
        assert api.head(url).headers["Upload-Offset"] == "100000"
        headers = {"Content-Type": PARTIAL, "Upload-Complete": "?1"}
        rest = BODY[100_000:]
        for wrong in ({}, {"Upload-Offset": "-1"}, {"Upload-Offset": "x"}, {"Upload-Offset": "9" * 30}):
            assert api.patch(url, content=rest, headers=headers | wrong).status_code == 400
        assert api.patch(url, content=rest, headers=headers | {"Upload-Offset": "7"}).status_code == 409
        assert api.patch(url, content=rest, headers=headers | {"Upload-Offset": str(MAX_DOCUMENT)}).status_code == 413
        with fleet.api() as again:  # what is too large ends the part
            assert again.head(url).headers["Upload-Offset"] == "0"
            assert again.put(url, content=BODY).status_code == 201
            assert again.head(url).headers["Upload-Complete"] == "?1"
            assert again.patch(url, content=rest, headers=headers | {"Upload-Offset": "1"}).status_code == 200
            assert again.head("/v1/documents/none").status_code == 404
    with fleet.api(None) as anybody:
        assert anybody.head(url).status_code == 401
        assert anybody.patch(url, content=rest, headers=headers | {"Upload-Offset": "1"}).status_code == 401


def _breaking(body: bytes) -> Iterator[bytes]:
    yield body
    raise ConnectionAbortedError


class ShortLine:
    """A line between terminal and centre that breaks after so many bytes, each time. ``carried``: bytes towards the centre."""

    def __init__(self, port: int, breaks_after: int) -> None:
        self._to = port
        self._after = breaks_after
        self.carried = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._carry, args=(near, far, self._after), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, None), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, left: int | None) -> None:
        try:
            while (data := source.recv(65536)) and (left is None or left > 0):
                if left is not None:
                    data = data[:left]
                    left -= len(data)
                    self.carried += len(data)
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                end.close() if left is None else end.shutdown(socket.SHUT_RDWR) if end.fileno() >= 0 else None


@contextmanager
def short_line(fleet: Fleet, breaks_after: int) -> Iterator[ShortLine]:
    line = ShortLine(urlsplit(fleet.centre.api_address).port or 0, breaks_after)
    try:
        yield line
    finally:
        line.close()


def test_a_line_that_never_lasts_for_a_whole_document_brings_it_all_the_same(fleet: Fleet, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    body = os.urandom(3_000_000)
    blobs.keep("C1", [body])
    with short_line(fleet, 1_000_000) as line, terminal_end(fleet.broker) as terminal:
        uploader = Uploader(f"https://127.0.0.1:{line.port}", fleet.broker.tls(TERMINAL), blobs, QUICK)
        uploader.start()
        terminal.outbox.add(taken("C1", [body]))
        terminal.publisher.wake()
        wait_until(lambda: blobs.freed == ["C1"], "the case is whole")
        uploader.stop()
        assert uploader.fault is None
        assert line.carried < 2 * len(body)


def test_a_part_the_centre_lost_or_spoilt_is_no_damage_of_the_document(fleet: Fleet, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    blobs.keep("C1", [BODY])
    kept = fleet.centre.documents
    cut(kept, 150_000)
    (part,) = parts(fleet.folder / "data" / "documents")
    part.write_bytes(bytes(150_000))
    with terminal_end(fleet.broker) as terminal:
        uploader = Uploader(fleet.centre.api_address, fleet.broker.tls(TERMINAL), blobs, QUICK)
        uploader.start()
        terminal.outbox.add(taken("C1", [BODY]))
        terminal.publisher.wake()
        wait_until(lambda: blobs.freed == ["C1"], "the case is whole")
        uploader.stop()
        assert uploader.fault is None


def test_documents_are_never_whole_in_memory_at_either_end(fleet: Fleet, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    bodies = [bytes([n]) * 12_000_000 for n in range(4)]
    blobs.keep("C1", bodies)
    event = taken("C1", bodies)
    del bodies
    uploader = Uploader(fleet.centre.api_address, fleet.broker.tls(TERMINAL), blobs, QUICK)
    tracemalloc.start()
    try:
        with terminal_end(fleet.broker) as terminal:
            uploader.start()
            terminal.outbox.add(event)
            terminal.publisher.wake()
            wait_until(lambda: blobs.freed == ["C1"], "the case is whole")
            uploader.stop()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 6_000_000  # both ends run in this process: a document alone is twice that
