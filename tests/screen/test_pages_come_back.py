"""Whatever happens to the service, every kind of page is back by itself, and what was typed is still there.

How long each takes is measured: ``python -m bench 恢复``.
"""

from __future__ import annotations

import pytest
from outages import OUTAGES, TYPED, Outage, killed, recover, stands
from playwright.sync_api import Browser


def comes_back(browser: Browser, outage: Outage) -> None:
    with stands(browser) as all_:
        steps = {kind: stand.glass.step for kind, stand in all_.items()}
        paths = {kind: stand.page.url for kind, stand in all_.items()}
        recover(list(all_.values()), outage)
        assert {kind: stand.glass.step for kind, stand in all_.items()} == steps
        assert {kind: stand.page.url for kind, stand in all_.items()} == paths
        assert all_["正在填写"].typed() == TYPED
        # And the stream is there again: news come without waiting for a beat, touches are no stale ones.
        all_["办理中"].page.get_by_role("button", name="返回").tap()
        all_["办理中"].page.wait_for_selector("#live[data-step='channel']", state="attached")


def test_after_a_short_outage_every_page_is_back_and_what_was_typed_is_still_there(browser: Browser) -> None:
    comes_back(browser, killed(1.5))


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", OUTAGES)
def test_in_every_cell_of_the_matrix(browser: Browser, name: str) -> None:
    comes_back(browser, OUTAGES[name])
