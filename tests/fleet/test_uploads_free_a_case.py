from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.broker import wait_until
from support.fleet import TERMINAL, Fleet, FolderBlobs, sealed_case, taken, terminal_end

from domain import sealing
from mqtt.tls import Tls
from mqtt.uploads import DAMAGED, REFUSED, Uploader

RECIPIENT, _ = sealing.new_key("mianzhu")


@contextmanager
def uploading(fleet: Fleet, blobs: FolderBlobs) -> Iterator[Uploader]:
    uploader = Uploader(fleet.centre.api_address, fleet.broker.tls(TERMINAL), blobs)
    uploader.start()
    try:
        yield uploader
    finally:
        uploader.stop()


def test_a_case_is_freed_once_the_centre_has_its_event_and_every_document(fleet: Fleet, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    sealed = sealed_case("C1", RECIPIENT)
    with terminal_end(fleet.broker) as terminal, uploading(fleet, blobs) as uploader:
        blobs.keep("C1", sealed)
        uploader.wake()
        wait_until(lambda: all(d.stored for d in blobs.waiting()), "the documents are there, the event is not yet")
        assert blobs.freed == []
        terminal.outbox.add(taken("C1", sealed))
        terminal.publisher.wake()
        wait_until(lambda: blobs.freed == ["C1"], "the case is whole")
    assert list((tmp_path / "blobs").iterdir()) == []
    assert uploader.fault is None


def test_a_document_damaged_here_is_reported_and_kept_and_holds_nothing_else_up(fleet: Fleet, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    spoilt, sound = sealed_case("C1", RECIPIENT), sealed_case("C2", RECIPIENT)
    blobs.keep("C1", spoilt)
    blobs.keep("C2", sound)
    hurt = tmp_path / "blobs" / sealing.digest(spoilt[1])
    hurt.write_bytes(b"rust")
    with terminal_end(fleet.broker) as terminal, uploading(fleet, blobs) as uploader:
        terminal.outbox.add(taken("C1", spoilt))
        terminal.outbox.add(taken("C2", sound))
        terminal.publisher.wake()
        wait_until(lambda: blobs.freed == ["C2"], "the sound case is whole")
        assert (uploader.fault, uploader.damaged) == (DAMAGED, {hurt.name})
    assert hurt.read_bytes() == b"rust"


def test_a_certificate_the_centre_refuses_is_a_fault_of_its_own(fleet: Fleet, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    blobs.keep("C1", [b"sealed"])
    fleet.centre.authority.revoke(TERMINAL)
    with uploading(fleet, blobs) as uploader:
        wait_until(lambda: uploader.fault == REFUSED, "the refusal is seen")


@pytest.mark.parametrize("centre", ["http://centre.example", "http://127.0.0.1", "ftp://127.0.0.1", "centre", "https://"])
def test_a_centre_without_tls_is_refused(centre: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="https"):
        Uploader(centre, Tls("ca.pem", "identity.pem"), FolderBlobs(tmp_path))
