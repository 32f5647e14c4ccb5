"""kill -9 of the terminal at every step of one visit: the citizen finds the place again, and it ends well, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.citizen import ANSWERS, SIGNATURE, Upstream
from support.hall import GlassByHttp, Hall, hall, until


class Stumbling:
    """A visit whose terminal is killed after every touch."""

    def __init__(self, one: Hall) -> None:
        self.hall = one
        self.glass: GlassByHttp = one.glass()
        self.killed_at: list[str] = []

    def killed(self, *, comes_back_to: str | None = None) -> Stumbling:
        """Kill, start again, and see the same screen (or the one that says what has to be done again)."""
        screen = self.glass.look()
        self.killed_at.append(screen)
        self.hall.kill("terminal")
        self.hall.start("terminal")
        self.glass.see(comes_back_to or screen)
        return self

    def do(self, intent: str, **fields: str) -> Stumbling:
        self.glass.do(intent, **fields)
        return self


@pytest.mark.timeout(400)  # a start of the service for every step: on a busy machine more than the usual two minutes
def test_the_citizen_finds_the_same_place_after_every_kill_and_the_case_arrives_once(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        visit = Stumbling(one)
        visit.glass.see("welcome")
        visit.killed()
        for intent, fields in (
            ("begin", {}),
            ("choose-place", {"party": "demo-jia"}),
            ("choose-item", {"item": "MED-REMOTE"}),
            ("choose-situation", {"situation": "MED-2"}),
            ("choose-channel", {"channel": "here"}),
            ("next", {}),
            ("agree", {}),
        ):
            visit.do(intent, **fields).killed()
        one.rig.reader().lay("liu")
        visit.glass.see("identity")
        visit.killed()
        one.rig.reader().lift()
        one.rig.camera().lay("residence")
        visit.do("next").killed()
        visit.do("weigh", waived="no").killed()
        visit.do("take-page")
        visit.glass.see("page")
        # The picture was in memory only: it is taken again.
        visit.killed(comes_back_to="scan")
        visit.do("take-page")
        visit.glass.see("page").do("keep-page")
        until(lambda: _remembered(one), "the page sealed and remembered")
        visit.killed()
        assert "已拍" in visit.glass.html
        visit.do("next").killed()
        visit.do("choose-delivery", way="post_applicant").killed()
        visit.do("give-postal", where="card", phone="13800001234").killed()
        visit.do("fill-form", **{"answer.care-place": "510100"}).killed()
        visit.do("fill-form", **ANSWERS).killed()
        visit.do("sign", signature=SIGNATURE).killed()
        visit.do("submit")
        visit.glass.see("receipt")
        until(lambda: any(p.cut for p in one.rig.printer().papers()), "the receipt")
        until(lambda: "请取走" in (visit.glass.look() and visit.glass.html) or visit.glass.screen == "rating", "printed")
        visit.glass.see("rating")
        visit.killed()
        visit.do("rate", level="2").killed()
        visit.do("give-reason", tag="207").killed()
        visit.do("end")
        visit.glass.see("welcome")
        assert visit.killed_at[0] == "welcome"
        assert len(set(visit.killed_at)) == 20, visit.killed_at

        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT 1 FROM ratings WHERE level = 2"), "the rating")
        until(lambda: len(upstream.rows("SELECT 1 FROM documents")) == 3, "case, page and form")
        assert upstream.rows("SELECT count(*) FROM cases") == [(1,)]
        assert upstream.rows("SELECT count(*) FROM ratings") == [(1,)]
        assert len([p for p in one.rig.printer().papers() if p.cut and p.height_mm > 100]) == 1


def _remembered(one: Hall) -> bool:
    """The visit on tmpfs knows its page's digest."""
    return '"digest":"' in (one.layout.runtime / "terminal" / "visit.json").read_text("utf-8")
