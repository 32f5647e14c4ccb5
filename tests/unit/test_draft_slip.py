"""The slip of a draft, in plain words: what waits, where, until when, the code; that it is no receipt; and nobody in full."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace
from support.visits import ANSWERS, Walk

from devices.port import Block, Code, Heading, Pair, Paragraph, Slip
from domain.code import grouped
from domain.draft import new_code, read_code
from kiosk import draft_slip
from kiosk.leaflet import leaflet
from kiosk.settings import TerminalSettings
from kiosk.visit import drafting
from kiosk.visit import events as ev
from kiosk.visit.state import HeldDraft, Noted, Visit

CODE = new_code(b"fifteen bytes!!")
NOTED = Noted("K01000700X", "2026-11-26T09:00:00+08:00")
TERMINAL = TerminalSettings(
    id="demo-k01",
    code="K01",
    division="519902",
    place="demo-bing",
    intake="示范丙区",
    hall="示范丙区政务服务中心",
    phone="0800-000-0003",
    complaint="12345",
    query="http://x",
)


def filled() -> Visit:
    walk = Walk().chosen().do(ev.Next(), ev.Agree(), ev.NoCard(), ev.ChooseDocument("passport"))
    walk.do(ev.StateWho({"own-name": "埋名甲", "own-number": "E12345678"}, date(2026, 11, 26)), ev.Weigh(False))
    walk.page("d1").do(ev.Next()).page("p1").do(ev.Next(), ev.FillForm(ANSWERS))
    return walk.visit


def words(slip: Slip | tuple[Block, ...]) -> str:
    blocks = slip.blocks if isinstance(slip, Slip) else slip
    told = {
        Paragraph: lambda b: b.text,
        Heading: lambda b: b.text,
        Pair: lambda b: f"{b.label} {b.value}",
        Code: lambda b: b.caption,
    }
    return "\n".join(told[type(block)](block) for block in blocks if type(block) in told)  # type: ignore[no-untyped-call]


def test_it_says_what_where_until_when_and_that_nothing_is_handed_in() -> None:
    visit = replace(filled(), draft=HeldDraft(CODE, "2026-12-03T01:00:00+00:00"))
    slip = leaflet(visit, NOTED, 1, TERMINAL, Walk().rules.catalogue)
    text = words(slip)
    for said in (
        "不是收件凭证",
        "什么都还没有提交",
        "示范丙区政务服务中心",
        "2026 年 12 月 03 日 09:00",
        grouped(CODE),
        "护照原件",
    ):
        assert said in text, said
    assert any(isinstance(block, Code) and read_code(block.content) == CODE for block in slip.blocks)
    assert "埋名甲" not in text
    assert "E12345678" not in text


def test_of_a_visit_that_was_not_signed_it_says_why_the_window_and_what_to_bring() -> None:
    visit = replace(Walk().delivered().do(ev.FillForm(ANSWERS)).visit, draft=HeldDraft(CODE, "2026-12-03T01:00:00+00:00"))
    text = words(leaflet(visit, NOTED, 1, TERMINAL, Walk().rules.catalogue))
    for said in ("预填单", drafting.UNSIGNED, "到窗口要带", "什么都还没有提交", grouped(CODE)):
        assert said in text, said


def test_without_a_draft_it_says_that_nothing_is_kept_and_has_no_code() -> None:
    for held in (None, HeldDraft(CODE)):
        slip = leaflet(replace(filled(), draft=held), NOTED, 1, TERMINAL, Walk().rules.catalogue)
        assert "都没有保存" in words(slip)
        assert grouped(CODE) not in words(slip)
        assert not any(isinstance(block, Code) for block in slip.blocks)


def test_the_last_day_is_told_by_the_hall_s_clock() -> None:
    assert draft_slip.until_words("2026-12-02T16:30:00+00:00") == "2026 年 12 月 03 日 00:30"
