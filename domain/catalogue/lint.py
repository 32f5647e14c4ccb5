"""The linter: everything wrong with a catalogue, or awkward in it, in Chinese, with the place and how to mend it.

A function, for the command and for the centre's console alike. What makes a catalogue unusable (``contradictions.py``) is among it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.finding import Finding
from domain.catalogue.linting import items, openings, parties, translation
from domain.catalogue.linting.rules import RULES

_ORDER = {"error": 0, "warning": 1, "hint": 2}


def lint(catalogue: Catalogue, today: date) -> tuple[Finding, ...]:
    """All findings, errors first, then by rule and place. ``catalogue`` may contradict itself (``build(check=False)``)."""
    found = {*catalogue.findings(), *_all(catalogue, today)}
    return tuple(sorted(found, key=lambda f: (_ORDER[f.severity], list(RULES).index(f.rule), f.where, f.what)))


def _all(catalogue: Catalogue, today: date) -> Iterator[Finding]:
    opened: dict[str, int] = {}
    homes = sorted(catalogue.opening_homes())
    for _, versions, several in catalogue.groups():
        for item in versions:
            yield from items.of(item, today)
            yield from translation.of(item.item_id, item)
        for opening in several:
            situation = f"{opening.item}/{opening.situation}"
            opened[situation] = opened.get(situation, 0) + 1
            yield from translation.of(f"{opening.home}/{situation}", opening)
            of = next((i for i in versions if i.situation(opening.situation)), None)
            if of is not None:
                yield from openings.of(opening, of, catalogue, today)
        yield from openings.unopened(versions, several, homes, catalogue)
    yield from parties.of(catalogue, today)
    yield from translation.beside(catalogue)
