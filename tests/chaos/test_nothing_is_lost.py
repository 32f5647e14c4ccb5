"""Terminal, broker and centre killed, links cut, disks filled, clocks moved: in any combination at any point.

In network namespaces of an unprivileged user. A run that fails prints its seed and its faults; ``python -m chaos --help``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chaos import namespaces, rivals

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module", autouse=True)
def _namespaces() -> None:
    if (why := namespaces.possible()) is not None:
        pytest.skip(why)


def chaos(*words: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "chaos", *words],
        cwd=TESTS.parent,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def whole(runs: list[dict[str, Any]], count: int) -> None:
    assert [run for run in runs if run["problems"]] == []
    assert len(runs) == count
    assert {kind for run in runs for kind in run["kinds"]} == {"kill", "cut", "full", "clock"}
    assert sum(run["promised"] for run in runs) > 10 * count


def test_in_thirty_runs_every_case_rating_and_page_is_at_the_centre_once_and_nothing_unconfirmed_was_deleted() -> None:
    whole(chaos("--runs", "32", "--worlds", "6"), 32)


def test_the_same_judge_sees_rows_that_are_deleted_too_early() -> None:
    assert sum(run["forgotten"] for run in chaos("--runs", "8", "--worlds", "4", "--rival", rivals.QUEUE)) > 0


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_nor_in_a_thousand() -> None:
    whole(chaos("--seed", "1000", "--runs", "1000", "--worlds", "8"), 1000)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rival", rivals.KINDS)
def test_on_the_same_runs_an_outbox_cleared_on_puback_and_pahos_own_queue_lose(rival: str) -> None:
    assert sum(run["lost"] for run in chaos("--seed", "1000", "--runs", "200", "--worlds", "8", "--rival", rival)) > 0
