"""A terminal that has been alone for a week starts and serves as an empty one, and drains its cases first while visits go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.week import SUBMITS, Figures, Size, measure


def _drained(figures: Figures, size: Size) -> None:
    cases, ratings, documents, refused = figures.stored
    visits = len(figures.live)
    assert (cases, refused) == (size.cases + SUBMITS + visits, 0)
    assert ratings >= size.cases
    assert documents >= size.cases * (size.pages + 1) + SUBMITS + visits
    assert figures.early <= 100, "telemetry came before cases"


@pytest.mark.timeout(600)
def test_a_small_week_arrives_with_its_cases_first_while_visits_go_on(tmp_path: Path) -> None:
    size = Size(cases=60, pages=2, page=20_000, reports=2000)
    _drained(measure(tmp_path, size), size)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_so_does_a_whole_one(tmp_path: Path) -> None:
    size = Size()
    _drained(measure(tmp_path, size), size)
