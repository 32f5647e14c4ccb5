"""A body comes from the real centre whole, or goes on where the line broke; only terminals may fetch it."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from support.authority import identity
from support.fleet import TERMINAL, Fleet

from fleet.documents import Documents
from kiosk.orders.fetch import DamagedError, NotFetchedError, fetch
from mqtt.desired import body_path

BODY = bytes(range(256)) * 1200
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def kept(fleet: Fleet) -> Fleet:
    Documents(fleet.folder / "data" / "desired").take("centre", DIGEST, BytesIO(BODY), len(BODY))
    return fleet


def get(fleet: Fleet, path: Path, sha256: str = DIGEST, size: int = len(BODY)) -> None:
    fetch(fleet.centre.api_address, identity(fleet.broker.authority, TERMINAL), sha256, size, path)


def test_it_comes_whole(kept: Fleet, tmp_path: Path) -> None:
    get(kept, tmp_path / "wanted" / "body.json")
    assert (tmp_path / "wanted" / "body.json").read_bytes() == BODY


@pytest.mark.parametrize("have", [1, 70_000, len(BODY) - 1, len(BODY)])
def test_half_delivered_it_goes_on_from_there(kept: Fleet, tmp_path: Path, have: int) -> None:
    (tmp_path / f"{DIGEST}.part").write_bytes(BODY[:have])
    get(kept, tmp_path / "body.json")
    assert (tmp_path / "body.json").read_bytes() == BODY
    assert not (tmp_path / f"{DIGEST}.part").exists()


def test_a_part_that_was_damaged_meanwhile_is_thrown_away_and_the_next_attempt_is_whole(kept: Fleet, tmp_path: Path) -> None:
    (tmp_path / f"{DIGEST}.part").write_bytes(b"x" * 1000)
    with pytest.raises(DamagedError):
        get(kept, tmp_path / "body.json")
    assert not (tmp_path / "body.json").exists()
    get(kept, tmp_path / "body.json")


@pytest.mark.parametrize("size", [len(BODY) - 1, len(BODY) + 1])
def test_a_body_of_another_length_than_was_signed_is_not_taken(kept: Fleet, tmp_path: Path, size: int) -> None:
    with pytest.raises((DamagedError, NotFetchedError)):
        get(kept, tmp_path / "body.json", size=size)
    assert not (tmp_path / "body.json").exists()


def test_what_the_centre_does_not_have_is_asked_for_another_time(kept: Fleet, tmp_path: Path) -> None:
    with pytest.raises(NotFetchedError, match="404"):
        get(kept, tmp_path / "body.json", sha256="0" * 64)


def test_a_centre_that_is_away_is_asked_another_time(kept: Fleet, tmp_path: Path) -> None:
    kept.centre.stop()
    with pytest.raises(NotFetchedError):
        get(kept, tmp_path / "body.json")
    kept.start()


def test_a_stranger_gets_nothing_and_a_range_that_is_none_is_refused_by_name(kept: Fleet) -> None:
    with kept.api(None) as stranger:
        assert stranger.get(body_path(DIGEST)).status_code == 401
    with kept.api() as terminal:
        answer = terminal.get(body_path(DIGEST), headers={"Range": f"bytes={len(BODY)}-"})
        assert (answer.status_code, answer.json()) == (416, {"refused": "wrong_range"})
        assert terminal.get(body_path("../x")).status_code == 404
