"""A hand on the glass: what :class:`support.walker.Walk` does over HTTP, done in Chromium by touch, key by key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, Locator, Page, sync_playwright
from support.hall import PATIENCE, until
from support.walker import CATALOGUE, Walk

from ui.words import speaking, translated

SIZE = (1080, 1920)
PUT_OFF = 5_000
"""Milliseconds a touch is tried for before the page is looked at again: what was to be touched may have been drawn anew."""
# The form that says just this, and the button that sends it.
FIND = """([intent, fields]) => {
  for (const one of document.querySelectorAll('[data-finger]')) delete one.dataset.finger;
  for (const form of document.querySelectorAll(`form[hx-post='/act/${intent}']`)) {
    const says = ([name, value]) => {
      const hidden = form.querySelector(`input[type=hidden][name='${name}']`);
      return hidden && name !== 'signature' ? hidden.value === value : form.elements[name] !== undefined;
    };
    const button = form.querySelector('button[type=submit]') ?? document.querySelector(`button[form='${form.id}']`);
    if (!button || !Object.entries(fields).every(says)) continue;
    [form.dataset.finger, button.dataset.finger] = ['form', 'button'];
    return true;
  }
  return false;
}"""

# A button's middle, in sight, if it is the button that a finger there would touch.
MIDDLE = """(button) => {
  button.scrollIntoView({ block: 'nearest' });
  const { x, y, width, height } = button.getBoundingClientRect();
  const at = [x + width / 2, y + height / 2];
  return button.contains(document.elementFromPoint(...at)) ? at : null;
}"""
# Told by the page once the next screen is there; asked for in every frame it would cost the page the time that is measured.
NEXT = """(most) => new Promise((shown, never) => {
  const there = () => document.querySelector('#live:not([data-old])') !== null;
  if (there()) return shown();
  const watch = new MutationObserver(() => there() && (watch.disconnect(), shown()));
  watch.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => never(new Error('no next screen')), most);
})"""


class GlassByTouch:
    """As ``support.hall.GlassByHttp``; ``page`` shows the terminal's own page, and before each touch it is ``looked`` at."""

    def __init__(self, page: Page, looked: Callable[[str], None] = lambda _screen: None) -> None:
        self.page = page
        self.looked = looked
        self.html = ""
        self._answers: list[int] = []
        page.on("response", lambda answer: self._answers.append(answer.status) if "/act/" in answer.url else None)

    @property
    def screen(self) -> str:
        found = re.search(r'class="screen screen--([a-z]+)', self.html)
        assert found, self.html[:300]
        return found.group(1)

    def look(self) -> str:
        """Name of the screen that can be touched now."""
        self.page.wait_for_selector("body:not(.settling) #screen")
        self.html = self.page.locator("#screen").evaluate("screen => screen.outerHTML")
        return self.screen

    def see(self, screen: str) -> GlassByTouch:
        until(lambda: self.look() == screen, f"screen {screen}")
        return self

    def do(self, intent: str, **fields: str) -> GlassByTouch:
        self.looked(self.look())
        until(lambda: self._done(intent, fields), f"{intent} by touch at {self.screen if self.html else '?'}", PATIENCE)
        self.page.wait_for_selector("#live:not([data-old])", state="attached")
        self.page.wait_for_load_state()  # at the end of a visit the page is a new one
        self.look()
        return self

    def _done(self, intent: str, fields: dict[str, str]) -> bool:
        self.look()
        if not self.page.evaluate(FIND, [intent, fields]):
            return False
        form, button = (self.page.locator(f"[data-finger={kind}]") for kind in ("form", "button"))
        try:
            for name, value in fields.items():
                self._give(form, name, value)
            if not button.is_visible():  # in a list that folds
                self.page.locator("details:has([data-finger=button]) > summary").tap(timeout=PUT_OFF)
            self._answers.clear()
            self.page.evaluate("() => { document.getElementById('live').dataset.old = ''; }")
            at = button.evaluate(MIDDLE)
            if at is None:
                return False
            self.page.touchscreen.tap(*at)
            self.page.evaluate(NEXT, PUT_OFF)
        except Error:
            return bool(self._answers)
        assert set(self._answers) <= {200}, (self._answers, intent, self.screen)
        return True

    def _give(self, form: Locator, name: str, value: str) -> None:
        if name == "signature":
            self._sign()
            return
        field = form.locator(f"[name='{name}']:not([type=hidden])")
        if not field.count():
            return
        kind = field.first.get_attribute("type") or field.first.evaluate("one => one.tagName")
        if kind == "SELECT":
            field.select_option(value, timeout=PUT_OFF)
        elif kind in ("radio", "checkbox"):
            chosen = f"[name='{name}'][value='{value}']"
            if not form.locator(chosen).is_checked():
                form.locator(f"label:has({chosen})").tap(timeout=PUT_OFF)
        elif field.input_value() != value:
            field.tap(timeout=PUT_OFF)
            field.fill("")
            for character in value:
                self._key(character)

    def _key(self, character: str) -> None:
        key = self.page.locator(f'.key[data-key="{character}"]')
        if key.count():
            key.first.tap(timeout=PUT_OFF)
        else:
            self.page.keyboard.insert_text(character)

    def _sign(self) -> None:
        """Two strokes with a finger, as Chromium gets them from a touch screen."""
        box = self.page.locator("#pad").bounding_box()
        assert box is not None
        client = self.page.context.new_cdp_session(self.page)
        for stroke in (((0.2, 0.3), (0.4, 0.7), (0.6, 0.4)), ((0.65, 0.2), (0.7, 0.5), (0.75, 0.8))):
            for n, (x, y) in enumerate(stroke):
                point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
                client.send("Input.dispatchTouchEvent", {"type": "touchMove" if n else "touchStart", "touchPoints": [point]})
            client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        client.detach()


@dataclass
class TouchWalk(Walk):
    """``page`` shows the terminal; ``looked`` is called at every screen, before each touch. ``language``: of the screens."""

    page: Page | None = None
    looked: Callable[[str], None] = lambda _screen: None
    language: str = "zh-CN"

    def __post_init__(self) -> None:
        assert self.page is not None
        self.glass = GlassByTouch(self.page, self.looked)  # type: ignore[assignment]

    def _at(self, screen: str) -> None:
        if screen in ("card", "ward"):  # where a card is laid and nothing touched
            self.looked(screen)
        super()._at(screen)

    def _said(self, text: str) -> str:
        with speaking(self.language, CATALOGUE):
            return translated(text)


@contextmanager
def touch_screen(profile: Path, url: str) -> Iterator[Page]:
    """Chromium as on a terminal: portrait, touch, a profile in memory."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox"],
            viewport={"width": SIZE[0], "height": SIZE[1]},
            has_touch=True,
            bypass_csp=True,  # for what looks at the page; the page itself asks for nothing that is not its own
        )
        page = context.pages[0]
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(url)
        yield page
        context.close()


def wear(page: Page, *, large: bool = False, language: str = "zh-CN") -> None:
    """Choose how the pages are shown, by touch, as whoever stands there would."""
    if language != "zh-CN":
        page.locator(f"form:has(input[name=change][value='{language}']) button").first.tap()
        page.wait_for_selector(f"#screen[lang='{language}']")
    if large:
        page.locator("[popovertarget=look]:not([popovertargetaction])").tap()
        page.locator("form:has(input[name=change][value=large]) button[role=switch]").tap()
        page.wait_for_selector(".screen--large #look:popover-open")
        page.locator("#look [popovertargetaction=hide]").tap()
