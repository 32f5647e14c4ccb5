"""kill -9 of the terminal at every step of who applies and of a draft: the place is found again, and there is one draft."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.citizen import ANSWERS, Upstream
from support.hall import GlassByHttp, Hall, hall, until

pytestmark = pytest.mark.long
OWN = {"answer.own-name": "埋名甲", "answer.own-number": "E76543210"}


def killed(one: Hall, glass: GlassByHttp, comes_back_to: str | None = None) -> None:
    screen = glass.look()
    one.kill("terminal")
    one.start("terminal")
    glass.see(comes_back_to or screen)


def begun(one: Hall, item: str, situation: str) -> GlassByHttp:
    glass = one.glass().see("welcome")
    glass.do("begin").do("choose-place", party="demo-jia").do("choose-item", item=item).do("choose-situation", situation=situation)
    return glass.do("choose-channel", channel="here").do("next").do("agree")


def remembered(one: Hall, pattern: str) -> bool:
    return bool(re.search(pattern, (one.layout.runtime / "terminal" / "visit.json").read_text("utf-8")))


def test_a_guardian_finds_the_place_again(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        glass = begun(one, "SSC-APPLY", "SSC-APPLY-2")
        killed(one, glass)
        one.rig.reader().lay("liu")
        glass.see("identity")
        one.rig.reader().lift()
        glass.do("next")
        assert glass.screen == "ward"
        killed(one, glass)
        one.rig.reader().lay("he")
        glass.see("behalf")
        one.rig.reader().lift()
        killed(one, glass)
        glass.do("state-who", **{"answer.relation": "father", "answer.consent": "yes"})
        assert glass.screen != "behalf"
        killed(one, glass)
        glass.do("back")
        assert glass.screen == "behalf"


def test_a_passport_keeps_one_draft(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        glass = begun(one, "MED-REMOTE", "MED-2")
        glass.do("no-card")
        killed(one, glass)
        glass.do("choose-document", paper="passport")
        killed(one, glass)
        glass.do("state-who", **OWN).do("weigh", waived="no")
        killed(one, glass)
        for _ in range(2):
            one.rig.camera().lay("residence")
            glass.do("take-page").see("page").do("keep-page")
            until(lambda: not remembered(one, r'"digest":null'), "the page sealed and remembered")
            killed(one, glass)
            glass.do("next")
        glass.do("fill-form", **ANSWERS)
        assert glass.screen == "filled"
        killed(one, glass)
        # Right after the tap: it goes on by itself, under the same code.
        glass.do("keep-draft")
        one.kill("terminal")
        one.start("terminal")
        until(lambda: glass.look() in ("leaflet", "rating", "filled"), "the draft's answer")
        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT count(*) FROM drafts") == [(1,)], "one draft at the centre")
        assert upstream.rows("SELECT count(*) FROM cases") == [(0,)]
        glass.do("leave").do("end").see("welcome")
        assert not [path for path in (one.layout.base / "terminal" / "pages").glob("*/*") if path.is_file()]
