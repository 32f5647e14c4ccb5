"""Somebody who comes back to a terminal about a case: by card, to put right what was noticed, or to fetch the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from support.citizen import SIGNATURE
from support.hall import GlassByHttp, until

from devices.virtual.rig import Rig


class Terminal(Protocol):
    rig: Rig

    def glass(self) -> GlassByHttp: ...


@dataclass
class Returning:
    terminal: Terminal
    card: str = "liu"

    def __post_init__(self) -> None:
        self.glass = self.terminal.glass()

    def identified(self) -> Returning:
        """At the list of what there is for whoever holds the card."""
        self.glass.see("welcome").do("begin-followup").do("choose-how", by="card").do("agree").see("card")
        reader = self.terminal.rig.reader()
        seen = reader.looks
        until(lambda: reader.looks >= seen + 2, "the reader looks")
        reader.lay(self.card)
        self.glass.see("cases")
        reader.lift()
        until(lambda: self.glass.look() and "正在查" not in self.glass.html, "an answer")
        return self

    def corrects(self, page: str = "residence") -> str:
        """Exactly what was noticed, a page for each point; the number of what was handed in stands on the slip. What was asked."""
        self.glass.do("choose-task", task="0", doing="correct").see("points")
        asked = self.glass.html
        self.glass.do("next").see("scan")
        while self.glass.screen == "scan":
            self.terminal.rig.camera().lay(page)
            self.glass.do("take-page").see("page").do("keep-page").do("next")
            self.terminal.rig.camera().clear_desk()
        self.glass.see("sign").do("sign", signature=SIGNATURE).see("answer").do("submit").see("receipt")
        until(lambda: self.glass.look() and "请取走收件凭证" in self.glass.html, "a slip")
        self.glass.do("next")
        return asked

    def collects(self) -> None:
        """The result, signed for and printed; the hall's service is not rated, the department's handling is."""
        self.glass.do("choose-task", task="0", doing="collect").see("collect").do("next").see("sign")
        self.glass.do("sign", signature=SIGNATURE).see("handing")
        until(lambda: self.glass.look() == "rating" or "打好了" in self.glass.html, "the printed result")
        if self.glass.screen == "handing":
            self.glass.do("next")
        self.glass.see("rating").do("next").see("rating").do("rate", level="4").do("give-reason").see("farewell")
        assert "您已签收" in self.glass.html, self.glass.html

    def leaves(self) -> None:
        self.glass.do("end").see("welcome")
        self.terminal.rig.printer().tear()
