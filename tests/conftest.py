"""Makes ``tests/support`` importable by every suite."""

from __future__ import annotations

import gc
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import argon2
import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

gc.disable()


def pytest_collection_finish() -> None:
    """Nine thousand tests are not looked through for garbage again and again: a fifth of the collection's time, and afterwards
    seconds in which no device of ours would answer."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="module")
def garbage_taken_out() -> Iterator[None]:
    """What a file leaves lying is found in its own last test, and what stays is looked through no more: in a process of eight
    hundred megabytes each look holds every device of ours up."""
    yield
    gc.collect()
    gc.freeze()


# Ended from outside, what was started ends as well: fixtures are left as after Ctrl-C.
signal.signal(signal.SIGTERM, signal.default_int_handler)


# How long an example takes is the machine's affair: times are measured in bench/ and asserted nowhere.
settings.register_profile("tongban", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tongban")

# A password costs a quarter of a second to try, as it should (``test_people_at_the_console.py`` holds it), but not at every test.
_hashing = argon2.PasswordHasher.__init__
_hashing.__defaults__ = (1, 8, 1, *(_hashing.__defaults__ or ())[3:])


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder on tmpfs."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-test-") as folder:
        yield Path(folder)
