"""A citizen who reads each screen of a real terminal and does what it asks for, to the end of whatever they came for."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from support.answering import STATED, answer, leads
from support.citizen import SIGNATURE
from support.hall import GlassByHttp, Hall, until

from domain.catalogue.catalogue import load
from domain.catalogue.opening import Opening

CATALOGUE = load()
MOST = 80
"""Screens of one visit; more is a circle."""
_PAUSES = {"submitting", "noting", "keeping"}


@dataclass
class Walk:
    """``opened``: what they came for; ``channel``: here or online; ``waive``: leave out whatever a waiver allows."""

    hall: Hall
    opened: Opening
    channel: str = "here"
    card: str = "liu"
    waive: bool = False
    seen: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.glass: GlassByHttp = self.hall.glass()

    def go(self) -> Walk:
        """From the first screen to the last one, and out."""
        self.glass.see("welcome").do("begin")
        for _ in range(MOST):
            screen = self._settled()
            self.seen.append(screen)
            self.texts[screen] = html.unescape(re.sub(r"<[^>]+>", " ", self.glass.html))
            if screen == "farewell":
                self.glass.do("end").see("welcome")
                return self
            self._at(screen)
        raise AssertionError(f"without end: {self.seen[-8:]}")

    def _settled(self) -> str:
        """The screen, once the terminal waits for the citizen again."""
        until(lambda: self.glass.look() not in _PAUSES and not self._waiting(), "a screen that waits for the citizen")
        return self.glass.screen

    def _waiting(self) -> bool:
        """Paper or an answer is on its way."""
        if self.glass.screen in ("receipt", "leaflet"):
            return not re.search(r'/act/next"[^>]*><button class="button button--first', self.glass.html)
        return self.glass.screen == "query" and "/act/take-along" not in self.glass.html

    def _at(self, screen: str) -> None:
        do, opened = self.glass.do, self.opened
        match screen:
            case "place":
                do("choose-place", party=opened.home)
            case "item":
                do("choose-item", item=opened.item)
            case "situation":
                self._situation()
            case "channel":
                do("choose-channel", channel=self.channel)
            case "prepare" | "identity":
                do("next")
            case "notice":
                do("agree")
            case "card":
                reader = self.hall.rig.reader()
                reader.lay(self.card)
                self.glass.see("identity")
                reader.lift()
            case "ward":
                reader = self.hall.rig.reader()
                reader.lay("he")
                until(lambda: self.glass.look() == "behalf", "the child's card")
                reader.lift()
            case "behalf":
                names = set(re.findall(r'name="answer\.([a-z-]+)"', self.glass.html))
                do("state-who", **{f"answer.{name}": value for name, value in STATED.items() if name in names})
            case "waive":
                do("weigh", waived="yes" if self.waive else "no")
            case "scan":
                self.hall.rig.camera().lay("residence")
                do("take-page").see("page").do("keep-page").do("next")
                self.hall.rig.camera().clear_desk()
            case "form":
                self._answer()
            case "sign":
                do("sign", signature=SIGNATURE)
            case "delivery":
                do("choose-delivery", way=opened.delivery[0])
            case "postal":
                do("give-postal", where="card", phone="13800001234")
            case "review":
                do("submit")
            case "guide":
                do("take-along", paper="yes")
            case "filled":
                # With the centre in reach what was filled in is kept for the window.
                do("keep-draft") if "/act/keep-draft" in self.glass.html else do("take-along", paper="yes")
            case "query":
                yes = re.search(r'/act/take-along"[^>]*><input[^>]*value="yes"', self.glass.html)
                do("take-along", paper="yes" if yes else "no")
            case "receipt" | "leaflet":
                do("next")
            case "rating":
                do("rate", level="5")
            case "reason":
                do("give-reason")
            case _:
                raise AssertionError(f"no citizen knows what to do at {screen}")

    def _situation(self) -> None:
        """The answer on the way to what they came for, found by its words; or the sentence from the list."""
        item = CATALOGUE.item(self.opened.item)
        asked = (
            next((q for q in item.questions if f">{html.escape(self._said(q.text))}</h1>" in self.glass.html), None)
            if item
            else None
        )
        place = leads(CATALOGUE, self.opened.item, asked.question, self.opened.situation) if asked else None
        if place is None:
            self.glass.do("choose-situation", situation=self.opened.situation)
        else:
            self.glass.do("answer-question", answer=str(place))

    def _said(self, text: str) -> str:
        """``text`` as it stands on the screen."""
        return text

    def _answer(self) -> None:
        asked = re.search(r'data-question="([^"]+)"', self.glass.html)
        assert asked
        (one,) = (f for f in self.opened.form if f.field == asked.group(1))
        name, value = f"answer.{one.field}", answer(one)
        if one.kind == "date":
            year, month, day = value.split("-")
            self.glass.do("fill-form", **{f"{name}.year": year, f"{name}.month": month, f"{name}.day": day})
        else:
            self.glass.do("fill-form", **{name: value})
