"""Two storages while what lies in one is moved to the other: new things go to the first, what is asked for is found in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from fleet.storage.port import Entry, Reading, Storage, StorageError


class Both:
    """``before``: where things lay."""

    def __init__(self, now: Storage, before: Storage) -> None:
        self._now, self._before = now, before

    def put(self, name: str, file: Path, sha256: str) -> None:
        self._now.put(name, file, sha256)

    def size(self, name: str) -> int | None:
        found = self._now.size(name)
        return found if found is not None else self._before.size(name)

    def open(self, name: str) -> Reading:
        try:
            return self._now.open(name)
        except FileNotFoundError:
            return self._before.open(name)

    def local(self, name: str) -> Path:
        try:
            return self._now.local(name)
        except FileNotFoundError:
            return self._before.local(name)

    def remove(self, names: Iterable[str]) -> None:
        """From where it lay first: a copy under way then finds that it has gone (``copying.py``)."""
        named = list(names)
        self._before.remove(named)
        self._now.remove(named)

    def names(self, under: str) -> Iterator[Entry]:
        seen = set()
        for one in self._now.names(under):
            seen.add(one.name)
            yield one
        yield from (one for one in self._before.names(under) if one.name not in seen)

    def tidy(self, now: float) -> None:
        self._now.tidy(now)
        self._before.tidy(now)

    def trouble(self) -> StorageError | None:
        return self._now.trouble() or self._before.trouble()
