"""What is Chinese on a page that is read in another language."""

from __future__ import annotations

from html.parser import HTMLParser

from ui.words import HAN, SOURCE

EMPTY = {"img", "input", "meta", "link", "br", "wbr", "polygon", "rect", "circle"}
SAID = ("alt", "aria-label", "title", "placeholder", "data-below", "data-name")
"""Attributes that are read out or written on the page."""


class Page(HTMLParser):
    """``loose``: Chinese outside what says so; ``marked``: inside; ``said``: in an attribute, which cannot say so."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[tuple[str, str]] = []
        self.loose: list[str] = []
        self.marked: list[str] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in EMPTY:
            self.inside.append((tag, given.get("lang") or (self.inside[-1][1] if self.inside else "")))
        self.said += [text for name in SAID if HAN.search(text := given.get(name) or "")]

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        if HAN.search(text):
            says = self.inside and self.inside[-1][1] == SOURCE
            (self.marked if says else self.loose).append(text.strip())
