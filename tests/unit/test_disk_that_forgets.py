"""The disk of the power cuts (``support/machine/disk.py``): what a cut may take, and what it may not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.machine.disk import BLOCK, SECTOR, Disk

OLD, NEW = b"o" * BLOCK, b"n" * BLOCK


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    (tmp_path / "image").write_bytes(OLD * 8)
    one = Disk(tmp_path / "image")
    yield one
    one.close()


def test_what_was_written_is_read_and_the_image_stays_as_it_was(disk: Disk) -> None:
    disk.write(3 * SECTOR, b"n" * SECTOR)
    assert disk.read(2 * SECTOR, 3 * SECTOR) == b"o" * SECTOR + b"n" * SECTOR + b"o" * SECTOR
    disk.write(BLOCK - SECTOR, b"m" * 2 * SECTOR)
    assert disk.read(BLOCK - 2 * SECTOR, 4 * SECTOR) == b"o" * SECTOR + b"m" * 2 * SECTOR + b"o" * SECTOR
    assert disk.image.read_bytes() == OLD * 8


def test_what_was_flushed_or_written_through_outlives_every_cut(disk: Disk) -> None:
    for seed in range(50):
        disk.dead = False
        disk.write(0, NEW)
        disk.flush()
        disk.write(4 * BLOCK, NEW, through=True)
        disk.pull(random.Random(seed))
        assert disk.read(0, BLOCK) == disk.read(4 * BLOCK, BLOCK) == NEW


def test_of_what_was_not_flushed_some_is_kept_some_lost_and_some_torn(disk: Disk) -> None:
    seen = set()
    for seed in range(300):
        disk.dead = False
        disk.write(0, OLD)
        disk.flush()
        disk.write(0, NEW)
        pulled = disk.pull(random.Random(seed))
        found = disk.read(0, BLOCK)
        kept = found.count(b"n") // SECTOR
        assert found == NEW[: kept * SECTOR] + OLD[kept * SECTOR :], "a sector is whole or not there"
        assert (pulled.unflushed, pulled.lost) == (8, 8 - kept)
        seen.add("all" if kept == 8 else "torn" if kept else "none")
    assert seen == {"all", "torn", "none"}


def test_a_later_write_may_outlive_an_earlier_one(disk: Disk) -> None:
    outcomes = set()
    for seed in range(100):
        disk.dead = False
        for block in (0, 1):
            disk.write(block * BLOCK, OLD)
        disk.flush()
        disk.write(0, NEW)
        disk.write(BLOCK, NEW)
        disk.pull(random.Random(seed))
        outcomes.add((disk.read(0, BLOCK) == NEW, disk.read(BLOCK, BLOCK) == NEW))
    assert (False, True) in outcomes


def test_without_power_it_takes_nothing(disk: Disk) -> None:
    disk.pull(random.Random(1))
    with pytest.raises(OSError, match="no power"):
        disk.write(0, NEW)
    with pytest.raises(OSError, match="no power"):
        disk.flush()
    assert disk.read(0, BLOCK) == OLD
