"""The ways a screen can be shown, and the screens that are hardest to show so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path

import screens_followup
from playwright.sync_api import Page
from screens_glass import ScreenGlass
from screens_ways import screens
from screens_who import who

from ui.look import COOKIE

FLAWS = Path(__file__).with_name("flaws.js").read_text("utf-8")
"""A function for ``page.evaluate``: what is wrong with the screen, in words."""
HARDEST = ("prepare", "notice", "scan-kept", "postal-errors", "form-own-address", "sign", "review", "receipt-refused")
"""Most text, most kinds of parts, a keyboard, a picture, a pad: where these hold, the others do."""


@dataclass(frozen=True, slots=True)
class Panel:
    width: int
    height: int

    @property
    def portrait(self) -> bool:
        return self.height > self.width


STANDING, LYING, SMALL = Panel(1080, 1920), Panel(1920, 1080), Panel(1280, 800)


@dataclass(frozen=True, slots=True)
class Mode:
    panel: Panel
    choices: tuple[str, ...]

    def __str__(self) -> str:
        return "-".join((f"{self.panel.width}x{self.panel.height}", *(self.choices or ("normal",))))


MODES = tuple(
    Mode(panel, tuple(choice for choice in (large, contrast, low) if choice))
    for panel, large, contrast, low in product((STANDING, LYING, SMALL), ("", "large"), ("", "contrast"), ("", "low"))
    if not low or panel.portrait
)


LANGUAGES = ("zh-CN", "en")


def load(page: Page, address: str, language: str = "zh-CN") -> None:
    """The screen the glass stands at, whole, as whoever chose ``language`` sees it."""
    page.context.add_cookies([{"name": COOKIE, "value": f"{language}.", "url": address}])
    page.goto(address)
    page.wait_for_selector("#desk canvas, #screen:not(:has(#desk))")


def wear(page: Page, mode: Mode) -> None:
    """Show what is loaded in ``mode`` and wait until it is painted: by the classes the server would give (``test_look.py``)."""
    page.set_viewport_size({"width": mode.panel.width, "height": mode.panel.height})
    page.evaluate(
        "(names) => { const screen = document.querySelector('.screen');"
        " for (const name of ['large', 'contrast', 'low']) screen.classList.toggle(`screen--${name}`, names.includes(name));"
        " return new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))); }",
        list(mode.choices),
    )


def leave(page: Page) -> None:
    """Before the glass goes on: of the end of a visit the page would load itself anew, and break off the next load."""
    page.goto("about:blank")


def every(glass: ScreenGlass) -> Iterator[str]:
    """Lead ``glass`` through every screen there is."""
    yield from chain(screens(glass), who(glass), screens_followup.screens(glass))
