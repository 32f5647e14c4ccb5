"""Signed forms: what stands on them is what was said, whole for the desk and masked for the screen, whatever it was."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.visits import ANSWERS, CATALOGUE, PERSON, SIGNATURE, Walk

from domain.case.content import Point, Signature
from domain.catalogue.form import Field
from domain.forms import sheet
from domain.forms.asking import Filled
from domain.names import drawn
from domain.press import press
from domain.press.press import Press, UnmadeError
from kiosk import sheets
from kiosk.settings import TerminalSettings
from kiosk.visit import events as ev

DAY = date(2026, 11, 26)
TERMINAL = TerminalSettings("demo-k01", "K01", "511381", "demo-san", "示范三县", "示范大厅", "1", "2", "https://query.example")
PRESS = Press()
HOSTILE = [
    "#set page(width: 1pt)", "$ x^2 $ *粗* _斜_ `码` = 标题", "// 注释 /* 注释 */ \\u{41} \\ #",
    "@出处 <标签> [内容] {#sys.inputs}", '"引号" \'单\' ~ -- --- ... -? #"a".len()', '#import "form.typ": told\n#told',
    "- 一\n+ 二\n/ 三: 四", "a\u202eb\u2066c\u200fd", "\x00\x01\x07\t\r\n\x7f\x85", "\u2028\u2029\ufeff\u200b\u200d",
    "שלום مرحبا \U0001f468\u200d\U0001f469", "e\u0301\u0302\u0303" * 30, "\ue863\U0010fffd\U00030ede",
    "x" * 10_000, "字" * 10_000, "https://" + "a" * 300, "%s %n {0} ${x} <script>alert(1)</script>",
]  # fmt: skip


def data(*answers: str, signature: Signature | None = SIGNATURE, private: bool = True) -> bytes:
    asked = tuple(Filled(Field(f"f{n}", f"问{n}", "long_text"), answer, "hand", known=True) for n, answer in enumerate(answers))
    return sheet.data(
        title="申请表",
        matter=[("事项", "试")],
        people=[("申请人", [("姓名", PERSON.name)])],
        asked=asked,
        delivery=[],
        footer="脚注",
        signature=signature,
        day=DAY,
        private=private,
    )


def words(pdf: bytes) -> str:
    """The text a reader of PDF that is not ours finds, without what only lays it out."""
    found = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    plain = "".join(c for c in found if not c.isspace() and c not in "\u200b\x0c")
    return re.sub(r"脚注[0-9]+/[0-9]+", "", plain)


def bare(text: str) -> str:
    return "".join(c for c in text if drawn(c) and not c.isspace())


def test_what_stands_there_is_what_was_said_and_none_of_it_is_read_as_markup() -> None:
    pdf = PRESS.pdf("application", data(*(text for text in HOSTILE if len(text) < 1000)))
    found = words(pdf)
    for text in HOSTILE:
        if len(text) < 1000 and all(drawn(c) for c in text):
            assert bare(text) in found
    assert [code for code in ("U+202E", "U+0007", "U+E863", "U+30EDE") if code not in found] == []


def test_ten_thousand_characters_are_cut_and_the_form_says_so() -> None:
    found = words(PRESS.pdf("application", data("x" * 10_000, "字" * 10_000)))
    assert found.count("（过长，以下略）") == 2
    assert (found.count("x"), found.count("字")) == (2000, 2000)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=200), min_size=20, max_size=20))
def test_any_text_at_all_makes_a_form_and_its_letters_stand_there(answers: list[str]) -> None:
    found = words(PRESS.pdf("application", data(*answers)))
    for answer in answers:
        for character in bare(answer):
            if unicodedata.category(character)[0] in "LN":
                assert unicodedata.normalize("NFKC", character) in unicodedata.normalize("NFKC", found)


def test_the_same_form_is_the_same_bytes_another_is_not() -> None:
    assert PRESS.pdf("application", data("甲")) == PRESS.pdf("application", data("甲"))
    assert PRESS.pdf("application", data("甲")) != PRESS.pdf("application", data("乙"))


def drawn_strokes(signature: Signature | None) -> list[list[float]]:
    """Points of each stroke in the PDF, in PDF points, as a renderer that is not ours reads them."""
    pdf = PRESS.pdf("application", data("甲", signature=signature))
    svg = subprocess.run(["pdftocairo", "-svg", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return [[float(n) for n in re.findall("[0-9.]+", d)] for d in re.findall(r'stroke-width:1.1;[^>]* d="M ([^"]*)"', svg)]


def test_the_signature_is_drawn_stroke_by_stroke_as_it_was_written() -> None:
    assert drawn_strokes(None) == []
    first, second = drawn_strokes(SIGNATURE)
    scale = 24 / 25.4 * 72 / (220 - 10)  # its ink is 210 pixels high, in a box of 24 mm
    for found, stroke in ((first, SIGNATURE.strokes[0]), (second, SIGNATURE.strokes[1])):
        ends = [coordinate for p in (stroke[0], stroke[-1]) for coordinate in ((p.x - 10) * scale, (p.y - 10) * scale)]
        assert [*found[:2], *found[-2:]] == pytest.approx(ends, abs=0.1)


def test_a_stroke_on_the_form_is_curved_and_runs_through_no_corner() -> None:
    bent = Signature(600, 300, ((Point(100, 100, 0), Point(200, 200, 10), Point(300, 100, 20), Point(400, 200, 30)),))
    (stroke,) = drawn_strokes(bent)
    assert len(stroke) == 2 + 2 * 6, "a start and two cubic curves, which is what a PDF has for quadratic ones"
    ends, controls = (stroke[6:8], stroke[12:14]), (stroke[4:6], stroke[8:10])
    (ax, ay), (bx, by), (mx, my) = controls[0], controls[1], ends[0]
    assert (mx - ax) * (by - my) == pytest.approx((my - ay) * (bx - mx), abs=0.5), "one tangent where they meet"


def of(walk: Walk, *, private: bool) -> tuple[str, bytes]:
    return sheets.of(walk.visit, "M-FORM", TERMINAL, CATALOGUE, private=private, day=DAY)


def test_the_desk_s_form_is_whole_and_the_screen_s_is_masked() -> None:
    walk = Walk().scanned().do(ev.ChooseDelivery("post_applicant"), ev.GivePostal(None, "13800001234"), ev.FillForm(ANSWERS))
    walk.signed()
    whole = words(PRESS.pdf(*of(walk, private=True)))
    told = (PERSON.name, PERSON.number, PERSON.address, "13800001234", "成都市", "2026年11月26日")
    assert [one for one in told if one not in whole] == []
    _, masked = of(walk, private=False)
    for secret in (PERSON.name, PERSON.number, PERSON.number[6:14], PERSON.address, "13800001234"):
        assert secret not in masked.decode()
    assert PRESS.picture("application", masked).startswith(b"\x89PNG")


def test_a_promise_is_a_paper_of_its_own_with_what_was_promised_and_no_answers() -> None:
    walk = (
        Walk()
        .chosen(item="UNEMP-REG", situation="UNEMP-2")
        .do(ev.Next(), ev.Agree(), ev.CardSeen(), ev.CardTaken(PERSON), ev.Next())
    )
    walk.do(ev.ChooseDelivery("pickup_intake"))
    walk.do(ev.FillForm({"last-work": "self", "wish": "none", "no-job": "yes", "true": "yes"}))
    template, promise = sheets.of(walk.visit, "M-PROMISE", TERMINAL, CATALOGUE, private=True, day=DAY)
    found = words(PRESS.pdf(template, promise))
    assert template == "promise"
    assert "我现在没有工作，也没有经营收入" in found
    assert PERSON.number in found
    assert "自己经营" not in found


def test_a_name_of_fifty_characters_stays_within_the_page() -> None:
    long = [("申请人", [("姓名", "阿卜杜热合曼·" * 7 + "阿"), ("英文姓名", "VANDEBERG-SMITH, MAXIMILIAN TESTER ALEXANDER")])]
    pdf = PRESS.pdf("application", sheet.data(
        title="表", matter=[], people=long, asked=(), delivery=[], footer="", signature=None, day=DAY, private=True
    ))  # fmt: skip
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    right = [float(part.split('"')[1]) for part in boxes.split("xMax=")[1:] for part in ["x" + part]]
    assert max(right) <= 595


def test_a_form_that_takes_too_long_is_given_up_and_its_process_is_gone() -> None:
    hasty = Press(patience=0.01)
    with pytest.raises(UnmadeError, match="time"):
        hasty.pdf("application", data("甲"))
    assert hasty._child is None


def test_no_such_template_is_said_without_a_word_of_what_it_was_to_hold() -> None:
    with pytest.raises(UnmadeError) as error:
        PRESS.pdf("no-such", data("绝密"))
    assert "绝密" not in str(error.value)


def test_what_was_shown_is_forgotten_with_the_visit() -> None:
    one = Press()
    _, masked = of(Walk().reviewed(), private=False)
    one.picture("application", masked)
    assert one.holds
    one.clear()
    assert not one.holds


def test_the_terminal_s_own_process_never_loads_typst() -> None:
    code = "import sys, kiosk.terminal; sys.exit('typst' in sys.modules)"
    assert subprocess.run([press.sys.executable, "-c", code], check=False).returncode == 0
