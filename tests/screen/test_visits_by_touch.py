"""Whole visits tapped through in Chromium, normal and large, in both languages, over a real hall; every screen is looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from modes import AXE, FLAWS, LANGUAGES, RULES
from playwright.sync_api import Page
from support.hall import Hall, hall
from support.touching import TouchWalk, touch_screen, wear
from support.walker import CATALOGUE

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

WAYS = (
    ("demo-jia", "MED-2", "here"),  # a page under the camera, and whatever is asked for
    ("demo-jia", "ROAD-1", "here"),  # by post, with an original still to be shown
    ("demo-jia", "SSC-APPLY-2", "here"),  # a guardian and a child
    ("demo-qi", "HUKOU-1", "here"),  # filled in for the window
    ("demo-jia", "SSC-APPLY-1", "online"),  # a list to take along
    ("demo-jia", "SI-CERT-1", "here"),  # a document printed at once
)
SCREENS = frozenset(
    "welcome place item situation channel guide prepare notice card identity ward behalf waive scan page delivery postal form sign"
    " review filled query receipt leaflet rating reason farewell".split()
)
"""What a finger meets on these ways. What nobody touches (being handed in, being kept) ``test_screens_in_modes.py`` looks at."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "broker", "centre", "queue", "terminal") as one:
        yield one


@pytest.fixture(scope="module")
def page(place: Hall) -> Iterator[Page]:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as profile, touch_screen(Path(profile), place.url("terminal")) as shown:
        yield shown


class Look:
    """What is wrong with every screen that is met, once for each question."""

    def __init__(self, page: Page, large: bool, language: str) -> None:
        self.page, self.large, self.language = page, large, language
        self.found: dict[str, list[str]] = {}
        self.met: set[str] = set()

    def __call__(self, screen: str) -> None:
        self.met.add(screen)
        question = self.page.evaluate("() => document.querySelector('[data-question]')?.dataset.question ?? ''")
        at = f"{screen} {question}"
        if at in self.found:
            return
        self.page.wait_for_selector("#desk canvas, #screen:not(:has(#desk))")
        if not self.page.evaluate("() => 'axe' in window"):  # the end of a visit is a new page
            self.page.evaluate(AXE.read_text("utf-8"))
        self.found[at] = self.page.evaluate(FLAWS) + self.page.evaluate(RULES)
        worn = self.page.locator(f"#screen.screen{'--large' if self.large else ':not(.screen--large)'}[lang='{self.language}']")
        if not worn.count():
            self.found[at].append("not shown as it was chosen")


@pytest.mark.parametrize(("large", "language"), list(product((False, True), LANGUAGES)), ids=str)
def test_every_way_is_tapped_through_to_its_end_and_no_screen_is_wanting(
    place: Hall, page: Page, large: bool, language: str
) -> None:
    look = Look(page, large, language)
    for home, situation, channel in WAYS:
        opened = next(o for o in CATALOGUE._openings.values() if (o.home, o.situation) == (home, situation))
        page.wait_for_selector("#screen.screen--welcome")
        wear(page, large=large, language=language)
        TouchWalk(place, opened, channel=channel, page=page, looked=look, language=language).go()
        place.rig.printer().tear()
    assert {at: wrong for at, wrong in look.found.items() if wrong} == {}
    assert look.met >= SCREENS, SCREENS - look.met
