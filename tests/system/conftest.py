"""One hall for the visits that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.hall import Hall, hall


@pytest.fixture(scope="module")
def quiet_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as one:
        yield one
