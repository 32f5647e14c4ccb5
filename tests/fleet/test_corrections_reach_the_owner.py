"""纠错 (规程 Art. 6(3)): an error a window found in an item is read by whoever owns it, and by the centre; by no other party."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import httpx
import pytest
from support.clerk_door import DESK, browsing
from support.desk import running_desk
from support.fleet import EPOCH, HOME, OTHER_HOME, TERMINAL, TIME, Fleet, bearer

from domain import sealing
from fleet import words
from fleet.intake import understand
from mqtt import topics
from mqtt.events import ItemError, ItemPart, event
from ui.public import pages

TOLD = "承诺时限已经改成 5 个工作日 <b>"


def tell(fleet: Fleet, sequence: int, home: str, text: str = TOLD) -> None:
    raw = event(TERMINAL, EPOCH, sequence, TIME, ItemError(home, "UNEMP-REG", "UNEMP-1", "limit", text, "demo-0.2", TIME))
    fleet.centre.store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], 1.0)


@pytest.fixture
def api(fleet: Fleet) -> Iterator[httpx.Client]:
    with fleet.api(None) as client:
        yield client


def test_the_owners_desk_reads_it_and_no_other_party_can(fleet: Fleet, api: httpx.Client, tmp_path: Path) -> None:
    tell(fleet, 1, HOME)
    tell(fleet, 1, HOME)  # sent again
    tell(fleet, 2, OTHER_HOME, "别家的")
    with (
        running_desk(tmp_path / "desk", fleet, sealing.new_key("mianzhu")[1]) as desk,
        browsing(desk, DESK, fleet.centre.store) as browser,
    ):
        page = browser.get("/corrections").text
    assert "5 个工作日 &lt;b&gt;" in page
    assert ("共 1 条" in page, "时限" in page, "别家的" in page) == (True, True, False)
    assert api.get(f"/v1/homes/{OTHER_HOME}/corrections", headers=bearer(HOME)).status_code == 404
    assert api.get(f"/v1/homes/{HOME}/corrections").status_code == 401


def test_the_centres_staff_read_all_of_them(fleet: Fleet) -> None:
    tell(fleet, 1, HOME)
    tell(fleet, 2, OTHER_HOME, "别家的")
    page = fleet.console("/corrections")
    assert ("共 2 条" in page, "别家的" in page, "demo-0.2" in page) == (True, True, True)


def test_a_clerk_the_owner_and_the_contract_name_the_same_parts() -> None:
    """The terminal never imports the centre, so the words stand at both; a part one lacks would be an empty cell or a refusal."""
    assert set(words.PARTS) == set(pages.PARTS) == set(get_args(ItemPart))
    assert words.PARTS == pages.PARTS
