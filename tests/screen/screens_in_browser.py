"""A page of the terminal in the browser a terminal runs, over a glass; shared by the tests that touch it."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect
from screens_glass import ScreenGlass
from screens_walk import walk
from shifts import WATCH

PORTRAIT = (1080, 1920)
WAIT = 15_000


class Terminal:
    """A page over a glass, and what its browser complained about."""

    def __init__(self, browser: Browser, address: str, size: tuple[int, int] = PORTRAIT) -> None:
        self.complaints: list[str] = []
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, has_touch=True)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(WAIT)
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.add_init_script(WATCH)
        self.page.goto(address)

    def shows(self, name: str) -> None:
        expect(self.page.locator("#live")).to_have_attribute("data-step", name, timeout=WAIT)

    def has(self, glass: ScreenGlass) -> None:
        """The page has come to where the glass is: the stream told it."""
        self.page.wait_for_selector(f'#live[data-serial="{glass.snapshot().serial}"]', state="attached")
        self.page.wait_for_load_state()  # a new visit is a new page: its style sheets are there too

    def settled(self) -> None:
        """What has just come up can be touched."""
        self.page.wait_for_selector("body:not(.settling) #screen")

    def tap(self, text: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).tap()

    def click(self, text: str) -> None:
        """After ``draw``: Chromium makes no click of a tap a few milliseconds behind another touch. No hand is that fast."""
        self.page.get_by_role("button", name=text, exact=True).click()


def lead(glass: ScreenGlass, name: str) -> None:
    next(reached for reached in walk(glass) if reached == name)
