"""A whole centre with its documents in a bucket: storage that goes away and comes back, is killed, stays away; processes killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.broker import wait_until
from support.fleet import TERMINAL, Fleet, FolderBlobs, running_fleet, taken, terminal_end
from support.object_storage import Line, bucket_settings, line, object_storage

from domain import sealing
from fleet.storage.settings import StorageSettings
from mqtt.uploads import Uploader, UploadPace

QUICK = UploadPace(first=0.05, most=0.2, standing=0.05, silence=30.0)


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Line]:
    with object_storage("moto", tmp_path / "moto") as server, line(server.address) as wire:
        yield wire


def settings(folder: Path, address: str) -> StorageSettings:
    return StorageSettings(place="bucket", bucket=bucket_settings(folder, address))


def readiness(fleet: Fleet) -> dict[str, str]:
    """Name → reason of every check that is not in order."""
    told = httpx.get(f"{fleet.centre.console_address}/health/ready").json()
    return {check["name"]: check["reason"] for check in told["checks"] if not check["ok"]}


def test_a_case_waits_at_its_terminal_while_the_storage_is_away_and_staff_are_told_what_to_do(wire: Line, tmp_path: Path) -> None:
    bodies = [os.urandom(200_000), os.urandom(1000)]
    wire.becomes("refuses")  # it was away before the centre started
    with running_fleet(tmp_path, settings(tmp_path, wire.address)) as fleet, terminal_end(fleet.broker) as terminal:
        blobs = FolderBlobs(tmp_path / "blobs")
        blobs.keep("C1", bodies)
        uploader = Uploader(fleet.centre.api_address, fleet.broker.tls(TERMINAL), blobs, QUICK)
        terminal.outbox.add(taken("C1", bodies))
        terminal.publisher.wake()
        uploader.start()
        wait_until(lambda: "文件存储连不上" in readiness(fleet).get("storage", ""), "it stands on the page of the machine's health")
        assert "恢复后终端会自动接着传" in readiness(fleet)["storage"]
        assert (blobs.freed, uploader.fault, len(blobs.waiting())) == ([], None, 2)
        wire.becomes("none")
        wait_until(lambda: blobs.freed == ["C1"], "the case is whole")
        assert "storage" not in readiness(fleet)
        uploader.stop()
        with fleet.api() as api:
            for body in bodies:
                assert api.head(f"/v1/documents/{sealing.digest(body)}").headers["Upload-Complete"] == "?1"


@pytest.mark.long
def test_a_storage_killed_again_and_again_while_documents_come_loses_none(tmp_path: Path) -> None:
    with object_storage("seaweedfs", tmp_path / "weed") as server:
        with running_fleet(tmp_path, settings(tmp_path, server.address)) as fleet, terminal_end(fleet.broker) as terminal:
            blobs = FolderBlobs(tmp_path / "blobs")
            cases = {f"C{n}": [os.urandom(100_000 + n) for _ in range(4)] for n in range(12)}
            uploader = Uploader(fleet.centre.api_address, fleet.broker.tls(TERMINAL), blobs, QUICK)
            uploader.start()
            for n, (case, bodies) in enumerate(cases.items()):
                blobs.keep(case, bodies)
                terminal.outbox.add(taken(case, bodies))
                terminal.publisher.wake()
                uploader.wake()
                if n % 4 == 1:
                    wait_until(lambda: bool(blobs.freed), "some are through")
                    server.kill()
                    server.start()
            wait_until(lambda: sorted(blobs.freed) == sorted(cases), "every case is whole", 120)
            uploader.stop()
            every = {body for bodies in cases.values() for body in bodies}
            assert all(fleet.centre.documents.read(sealing.digest(body)) == body for body in every)
            assert len(server.listed()) == len(every)


def test_a_centre_that_starts_without_its_storage_serves_everything_else(tmp_path: Path) -> None:
    with running_fleet(tmp_path, settings(tmp_path, "http://127.0.0.1:9")) as fleet:
        with fleet.api() as api:
            assert api.put(f"/v1/documents/{sealing.digest(b'x')}", content=b"x").status_code == 503
            assert api.get("/v1/cases/C1").status_code == 404
        assert TERMINAL in fleet.console()
