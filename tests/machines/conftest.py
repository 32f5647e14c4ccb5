"""One virtual machine for the tests of a file. Emulated, it takes minutes to start: `make system-test`, one at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.machine.place import Place, place


@pytest.fixture(scope="module")
def hall() -> Iterator[Place]:
    """Its machine is off, and was never on."""
    with place() as one:
        yield one
