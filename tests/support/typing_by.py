"""The real engine, and what it offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kiosk.typing.typist import COMMAND, Typist

PATIENT = 20.0
"""Seconds; how long an engine may take on a machine that does other things is not what is tested."""


@contextmanager
def engine(
    news: Callable[[], None] = lambda: None, command: tuple[str, ...] = COMMAND, patience: float = PATIENT
) -> Iterator[Typist]:
    typist = Typist(news, command=command, patience=patience)
    try:
        yield typist
    finally:
        typist.close()


def typed(typist: Typist, letters: str, visit: str = "visit", first: int = 0) -> tuple[str, ...]:
    return typist.spell(visit, "words", letters, first).words
