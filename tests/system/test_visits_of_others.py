"""Agents, guardians and documents without a chip through a whole hall: what arrives at the desk, and a draft from slip to case."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w
from support.citizen import ANSWERS, SIGNATURE, Upstream
from support.hall import GlassByHttp, Hall, hall, until
from support.planted import search

from domain.draft import read_code
from kiosk.demo import files
from kiosk.settings import load

OWN = {"answer.own-name": "埋名甲", "answer.own-number": "E76543210"}


def begun(one: Hall, item: str, situation: str) -> GlassByHttp:
    glass = one.glass()
    glass.see("welcome").do("begin").do("choose-place", party="demo-jia").do("choose-item", item=item)
    if glass.screen == "situation":
        glass.do("choose-situation", situation=situation)
    return glass.do("choose-channel", channel="here").do("next").do("agree")


def shot(one: Hall, glass: GlassByHttp, page: str = "residence") -> None:
    one.rig.camera().lay(page)
    glass.do("take-page").see("page").do("keep-page").do("next")
    one.rig.camera().clear_desk()


def laid(one: Hall, glass: GlassByHttp, card: str, then: str) -> None:
    one.rig.reader().lay(card)
    glass.see(then)
    one.rig.reader().lift()


def opened(one: Hall, case: str) -> str:
    """The case as the home desk reads it."""
    answer = one.clerk("desk-demo-jia").post(f"/cases/{case}/open", data={"reason": "材料预审"})
    assert answer.status_code == 200, answer.text
    return answer.text


def at_the_window(one: Hall) -> None:
    """The same terminal as the window's, where no clerk has a browser: with the window's key, after a restart."""
    stood(one, "window", window={"key_file": str(one.layout.secrets / f"key-{files.INTAKE}")})
    assert load(one.layout.base / "terminal.toml").window is not None


def stood(one: Hall, setting: str, **at: object) -> None:
    path = one.layout.base / "terminal.toml"
    tree = tomllib.loads(path.read_text("utf-8"))
    tree["terminal"]["setting"] = setting
    for part in ("clerk", "window"):
        tree.pop(part, None)
    path.write_text(tomli_w.dumps(tree | at))
    one.stop("terminal")
    one.start("terminal")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as one:
        yield one


def test_a_guardian_applies_for_a_child_with_two_cards_read_in_order(place: Hall) -> None:
    glass = begun(place, "SSC-APPLY", "SSC-APPLY-2")
    assert "监护人" in glass.html
    place.rig.reader().lay("he")
    until(lambda: "请先放监护人自己的" in (glass.look() and glass.html), "the child's card came first")
    place.rig.reader().lift()
    laid(place, glass, "liu", "identity")
    glass.do("next")
    assert glass.screen == "ward"
    place.rig.reader().lay("liu")
    until(lambda: "还是您自己的证件" in (glass.look() and glass.html), "the same card again")
    place.rig.reader().lift()
    laid(place, glass, "he", "behalf")
    assert "未满 14 周岁" in glass.html
    assert "何试童" not in glass.html
    glass.do("state-who", **{"answer.relation": "father"})
    assert glass.screen == "behalf"
    glass.do("state-who", **{"answer.relation": "father", "answer.consent": "yes"})
    assert glass.screen != "behalf"
    glass.do("leave").do("end").see("welcome")


def test_a_passport_ends_with_a_slip_and_the_window_makes_a_case_of_it(place: Hall) -> None:
    glass = begun(place, "MED-REMOTE", "MED-2")
    glass.do("no-card")
    assert glass.screen == "document"
    glass.do("choose-document", paper="passport").do("state-who", **OWN).do("weigh", waived="no")
    assert "护照" in glass.html
    shot(place, glass)
    shot(place, glass)
    glass.do("fill-form", **ANSWERS)
    assert glass.screen == "filled", glass.html
    assert "存到窗口" in glass.html
    glass.do("keep-draft").see("leaflet")
    code = until(lambda: _code(place), "the code in the visit on tmpfs")
    assert isinstance(code, str)
    upstream = Upstream(place)
    assert upstream.rows("SELECT count(*) FROM drafts") == [(1,)]
    until(lambda: any(p.cut for p in place.rig.printer().papers()), "the slip")
    glass.see("rating").do("next").do("end").see("welcome")
    place.rig.printer().tear()
    # Neither name, number nor code anywhere: not at the terminal, not at the centre, not on the way.
    secrets = ["埋名甲", "E76543210", code, "-".join(code[at : at + 4] for at in range(0, 24, 4))]
    assert search([place.layout.base, place.layout.runtime], secrets) == []

    at_the_window(place)
    glass = place.glass()
    glass.see("welcome").do("begin-draft")
    assert glass.screen == "draft"
    glass.do("fetch-draft", code=code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert "号码不对" in glass.html
    glass.do("fetch-draft", code=code.lower()).see("check")
    assert "埋名甲" not in glass.html
    assert "埋**" in glass.html
    glass.do("checked", by="1024").do("choose-delivery", way="pickup_intake").do("sign", signature=SIGNATURE)
    assert glass.screen == "review", glass.html
    glass.do("submit").see("receipt")
    until(lambda: upstream.rows("SELECT 1 FROM case_entries WHERE named = stored"), "the case with all it names")
    until(lambda: upstream.rows("SELECT count(*) FROM drafts") == [(0,)], "the draft done with")
    ((case,),) = upstream.rows("SELECT number FROM cases")
    page = opened(place, str(case))
    assert "埋名甲" in page
    assert "收件窗口已核对本人和证件原件" in page
    assert "1024" in page
    assert "护照" in page
    until(lambda: any(p.cut for p in place.rig.printer().papers()), "the receipt")
    glass.see("rating").do("next").do("end").see("welcome")
    place.rig.printer().tear()
    assert search([place.layout.base, place.layout.runtime], secrets) == []


@pytest.mark.long
def test_who_cannot_sign_at_the_machine_is_taken_up_at_the_window_with_all_but_the_signature(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        stood(one, "hall")
        glass = begun(one, "MED-REMOTE", "MED-2")
        laid(one, glass, "liu", "identity")
        glass.do("next").do("weigh", waived="no")
        shot(one, glass)
        glass.do("choose-delivery", way="pickup_intake").do("fill-form", **ANSWERS)
        assert glass.screen == "sign", glass.html
        assert "不方便签字" in glass.html
        glass.do("keep-draft").see("leaflet")
        code = str(until(lambda: _code(one), "the code in the visit on tmpfs"))
        upstream = Upstream(one)
        assert upstream.rows("SELECT (SELECT count(*) FROM drafts), (SELECT count(*) FROM cases)") == [(1, 0)]
        until(lambda: any(p.cut for p in one.rig.printer().papers()), "the slip")
        glass.see("rating").do("next").do("end").see("welcome")

        at_the_window(one)
        glass = one.glass()
        glass.see("welcome").do("begin-draft").do("fetch-draft", code=code).see("check")
        glass.do("checked", by="1024")
        assert glass.screen == "sign", "nothing is asked or taken again"
        glass.do("sign", signature=SIGNATURE).do("submit").see("receipt")
        until(lambda: upstream.rows("SELECT 1 FROM case_entries WHERE named = stored"), "the case with all it names")
        until(lambda: upstream.rows("SELECT count(*) FROM drafts") == [(0,)], "the draft done with")


def test_without_the_centre_it_is_said_before_and_at_the_end(place: Hall) -> None:
    place.stop("centre")
    place.stop("broker")
    glass = begun(place, "MED-REMOTE", "MED-2")
    glass.do("no-card")
    until(lambda: "现在网络不通" in (glass.look() and glass.html), "it is said before anything is filled in")
    glass.do("choose-document", paper="passport").do("state-who", **OWN).do("weigh", waived="no")
    shot(place, glass)
    shot(place, glass)
    glass.do("fill-form", **ANSWERS)
    glass.do("keep-draft").see("filled")
    assert "没有存下来" in glass.html
    glass.do("take-along", paper="yes").see("leaflet")
    until(lambda: any(p.cut for p in place.rig.printer().papers()), "the slip")
    glass.see("rating").do("next").do("end").see("welcome")
    place.rig.printer().tear()
    assert search([place.layout.base, place.layout.runtime], ["埋名甲", "E76543210"]) == []


def _code(one: Hall) -> str | None:
    found = re.search(r'"draft":\{"code":"([0-9A-Z]{24})"', (one.layout.runtime / "terminal" / "visit.json").read_text("utf-8"))
    return read_code(found.group(1)) if found else None
