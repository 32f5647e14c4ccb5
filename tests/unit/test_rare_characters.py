"""Rare characters come out right, as picture and as text, or the slip is refused by name: never a box, never a ``?``."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageFont
from support.printing import TYPESETTER

from devices.port import Pair, Paragraph, Slip
from devices.printer.lines import LineSetter
from devices.printer.model import models
from devices.printer.slip import UnprintableSlipError
from devices.printer.text import RARE

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "gb18030_2022.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
SAMPLE = [character for *_, characters in ROWS for character in characters.split()]
BEYOND = "\U000323af\ue863\U0010fffd"
"""Encoded after the standard, or for private use: in neither font."""
FIRST_AND_LAST = [chr(int(end, 16)) for _, ends, *_ in ROWS for end in ends.split("-")]
TEXT = LineSetter(models()["generic-gbk"], TYPESETTER)


def looks(character: str) -> bytes:
    return TYPESETTER.render(Slip((Paragraph(character),))).tobytes()


def test_every_character_of_the_sample_has_a_glyph_that_is_no_box_and_no_other_s() -> None:
    boxes = {bytes(ImageFont.truetype(str(RARE), 32).getmask("\U000e0fff")), TYPESETTER.body.mask("\uffff")}
    seen: dict[bytes, str] = {}
    for character in dict.fromkeys([*SAMPLE, *FIRST_AND_LAST]):
        assert TYPESETTER.body.has(character), f"U+{ord(character):04X}"
        assert TYPESETTER.body.mask(character) not in boxes
        assert seen.setdefault(looks(character), character) == character, f"{character} looks like {seen[looks(character)]}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_every_character_of_the_standard_s_blocks_is_there(row: list[str]) -> None:
    first, last = (int(end, 16) for end in row[1].split("-"))
    missing = [f"U+{code:04X}" for code in range(first, last + 1, 7) if not TYPESETTER.body.has(chr(code))]
    assert missing == []


@pytest.mark.parametrize("character", BEYOND, ids=lambda c: f"U+{ord(c):04X}")
def test_what_no_font_has_is_refused_by_its_code_point_in_both_modes(character: str) -> None:
    slip = Slip((Pair("申请人", "王" + character),))
    for set_ in (TYPESETTER.render, TEXT.set):
        with pytest.raises(UnprintableSlipError, match=rf"U\+{ord(character):04X}"):
            set_(slip)


def test_in_text_mode_each_is_sent_in_two_bytes_that_mean_it_or_drawn_and_nothing_is_sent_as_a_question_mark() -> None:
    for character in SAMPLE:
        data = b"".join(strip.data for strip in TEXT.set(Slip((Paragraph(character),))))
        if b"\x1dv0" in data:
            with pytest.raises(UnicodeEncodeError):
                character.encode("gbk")
        else:
            assert data.endswith(b"\x1c&" + character.encode("gbk") + b"\n")
        assert b"?" not in data.split(b"\x1dv0")[0]


def test_only_the_line_with_the_rare_character_is_drawn() -> None:
    strips = TEXT.set(Slip((Paragraph("收件凭证"), Pair("申请人", "𠮷野"), Paragraph("成都"))))
    drawn = [b"\x1dv0" in strip.data for strip in strips]
    assert drawn == [False, True, True, False], "one line of thirty rows is two strips"
