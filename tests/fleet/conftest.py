from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.centre_db import new_database
from support.fleet import Fleet, running_fleet
from support.object_storage import Kind, ObjectStorage, object_storage

from fleet.store import Store


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """A broker and a centre, running."""
    with running_fleet(tmp_path) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A centre's store alone, new."""
    opened = Store(new_database(tmp_path / "centre.db"))
    yield opened
    opened.close()


@pytest.fixture(scope="session", params=["moto", pytest.param("seaweedfs", marks=pytest.mark.long)])
def object_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStorage]:
    """S3-compatible storage that is not ours, for as long as the session; empty it before it is used."""
    kind: Kind = request.param
    with object_storage(kind, tmp_path_factory.mktemp(kind) / "data") as one:
        yield one
