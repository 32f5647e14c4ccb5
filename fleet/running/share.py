"""Which terminals an ingest worker stores for. All workers hear every terminal; no broker has to know of them."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Share:
    """Worker ``number`` (from 1) of ``of``. Any process, and any later one, says the same of a terminal."""

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ValueError(f"no share: {self.number} of {self.of}")

    def has(self, terminal: str) -> bool:
        return self.of == 1 or crc32(terminal.encode()) % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"
