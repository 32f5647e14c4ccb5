"""Makes ``tests/support`` importable by every suite."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))


# How long an example takes is the machine's affair: times are measured in bench/ and asserted nowhere.
settings.register_profile("tongban", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tongban")


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder on tmpfs."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-test-") as folder:
        yield Path(folder)
