"""Days after dispatch the window can no longer open a case: the centre refuses its documents, and the process forgets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from support.fleet import bearer, running_fleet
from support.window import CLERK, WINDOW_TOKEN, Counter, now, running_counter

from domain.case.acts import Dispatched, Prechecked
from fleet.window.opened import Openings


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    base = tmp_path_factory.mktemp("expired")
    with running_fleet(base / "fleet") as fleet, running_counter(fleet, base / "window") as running:
        yield running


def dispatched_before(counter: Counter, number: str, days: float) -> None:
    """As the centre's ledger has it of a case that was passed on so many days ago."""
    counter.take(number, days=days + 1)
    store, at = counter.fleet.centre.store, now() - timedelta(days=days)
    with store.transaction() as db:
        for act in (Prechecked(at=at, by="intake_officer"), Dispatched(at=at, by="dispatcher")):
            store.ledger.write(db, number, act, at.timestamp())


def test_a_case_passed_on_long_ago_does_not_open_and_the_centre_gives_none_of_it(counter: Counter) -> None:
    dispatched_before(counter, "E1", 31)
    page = counter.browser.get("/cases/E1").text
    assert "不能再打开" in page
    assert "记录并打开" not in page
    answer = counter.browser.post("/cases/E1/open", data=CLERK)
    assert (answer.status_code, "测试甲" in answer.text, "转送满 30 天" in answer.text) == (410, False, True)
    (entry,) = counter.window.window.journal.entries("E1")
    assert entry.outcome == "expired"
    ledger = counter.window.window.ledger
    case = ledger.case("E1")
    assert case is not None
    with httpx.Client(base_url=counter.fleet.centre.api_address, verify=ledger._client._transport._pool._ssl_context) as raw:  # type: ignore[attr-defined]
        refused = raw.get(f"/v1/documents/{case.entry.documents[0].digest}", headers=bearer(WINDOW_TOKEN))
    assert (refused.status_code, refused.json()) == (403, {"refused": "access_over"})


def test_within_the_days_it_opens(counter: Counter) -> None:
    dispatched_before(counter, "E2", 29)
    assert "测试甲" in counter.browser.post("/cases/E2/open", data=CLERK).text


def test_what_lies_open_is_forgotten_the_moment_the_access_ends() -> None:
    wall, clock = [1000.0], [0.0]
    openings = Openings(lambda: clock[0], lambda: wall[0])
    name = openings.add("E3", "王", object(), (), frozenset(), 1010.0)  # type: ignore[arg-type]
    other = openings.add("E4", "王", object(), (), frozenset(), None)  # type: ignore[arg-type]
    assert openings.get(name) is not None
    wall[0] = 1010.0
    assert openings.get(name) is None
    assert openings.get(other) is not None
    clock[0] = 20 * 60.0 + 1
    assert openings.get(other) is None
