"""docs/regulation.md: no article is left out, and every test it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [line for line in (ROOT / "docs" / "regulation.md").read_text("utf-8").splitlines() if re.match(r"\| [^-]", line)]
NAMED = sorted({name for row in ROWS for name in re.findall(r"`([a-z]+/test_\w+\.py(?:::\w+)?)`", row)})


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    file, _, test = name.partition("::")
    source = (ROOT / "tests" / file).read_text("utf-8")
    assert not test or re.search(rf"^ *(?:async )?def {test}\(", source, re.MULTILINE)


def test_every_row_shows_a_test_or_says_that_there_is_none_yet() -> None:
    silent = [r for r in ROWS[1:] if not re.search(r"`[a-z]+/test_|[Nn]ot yet|no software effect|\| test \|", r)]
    assert silent == []


def test_no_article_is_left_out() -> None:
    rules = (ROOT / "domain" / "data" / "work_rules.txt").read_text("utf-8")
    count = len(re.findall(r"^第[一二三四五六七八九十]+条", rules, re.MULTILINE))
    assert count == 10
    told = {int(n) for r in ROWS if (found := re.match(r"\| (\d+)(?:\(\d\))? \|", r)) for n in found.groups()}
    assert told == set(range(1, count + 1))
