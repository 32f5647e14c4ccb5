"""屏幕: what the judge of the page's beats found (``kiosk/glass_watch.py``). Looking here keeps no browser."""

from __future__ import annotations

from kiosk.glass_watch import GlassJudge
from kiosk.verdict import Outcome, failed, passed, unknown
from kiosk.visit.pulse import GlassState


class Glass:
    code = "glass"
    title = "屏幕画面"

    def __init__(self, judge: GlassJudge) -> None:
        self._judge = judge

    def look(self) -> Outcome:
        if code := self._judge.fault:
            return failed(code)
        return passed("画面是活的") if self._judge.state is GlassState.ALIVE else unknown("还没有等到画面")
