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

from kiosk.visit import events as ev
from ui.look import COOKIE

FLAWS = Path(__file__).with_name("flaws.js").read_text("utf-8")
"""A function for ``page.evaluate``: what is wrong with the screen, in words."""
KEYS = Path(__file__).with_name("keys.js").read_text("utf-8")
"""The same of the way four keys go through the screen; once a key has been pressed on it."""
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = """async () => {
  const only = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
  const found = await axe.run(document, { runOnly: only, resultTypes: ['violations'] });
  return found.violations.map((one) => `axe ${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
}"""
"""What axe-core finds, once ``AXE`` is in the page."""
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


SPACED = "spaced"
"""Of a mode: text as far apart as WCAG 1.4.12 lets a reader draw it, before they touch a field: it is touched anew."""
WEAR = """([names, spaced]) => {
  const screen = document.querySelector('.screen');
  for (const name of ['large', 'contrast', 'low']) screen.classList.toggle(`screen--${name}`, names.includes(name));
  const sheet = new CSSStyleSheet();
  if (names.includes(spaced))
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
      p + p { margin-top: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
  const field = document.activeElement;
  if (names.includes(spaced) && field.dataset.keys) document.querySelector('[data-key=done]').click();
  const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
  return new Promise((seen) => painted(() => { field.focus(); painted(seen); }));
}"""


def wear(page: Page, mode: Mode) -> None:
    """Show what is loaded in ``mode`` and wait until it is painted: by the classes the server would give (``test_look.py``)."""
    page.set_viewport_size({"width": mode.panel.width, "height": mode.panel.height})
    page.evaluate(WEAR, [list(mode.choices), SPACED])


def idling(page: Page) -> None:
    """Let the first screen, standing there, be the page of a terminal nobody is at (``test_idle_page.py``: after how long)."""
    page.evaluate("() => document.body.classList.add('idling')")


def leave(page: Page) -> None:
    """Before the glass goes on: of the end of a visit the page would load itself anew, and break off the next load."""
    page.goto("about:blank")


def every(glass: ScreenGlass) -> Iterator[str]:
    """Lead ``glass`` through every screen there is."""
    yield from chain(screens(glass), who(glass))
    glass.tell(ev.End())
    yield from screens_followup.screens(glass)
