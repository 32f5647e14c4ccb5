"""Slips as pictures: everything is on the paper, nothing beyond its edge, nothing as a box."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.printing import QUERY, TYPESETTER, receipt

from devices.port import Code, Heading, Pair, Paragraph, Rule, Slip
from devices.printer.slip import MAX_HEIGHT, WIDTH, Typesetter, UnprintableSlipError
from devices.printer.text import Face, MissingFontError, plain

LONG = "四川省凉山彝族自治州西昌市航天大道三段 99 号（Certificate No. 2024-5101-889931-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789）" * 3


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = picture.point(lambda dot: 255 - dot).getbbox()
    assert box is not None
    return box


def test_a_receipt_is_black_and_white_as_wide_as_the_head_and_within_its_margins() -> None:
    picture = TYPESETTER.render(receipt())
    assert (picture.mode, picture.width) == ("1", WIDTH)
    left, top, right, bottom = ink(picture)
    assert left >= 8
    assert right <= WIDTH - 8
    assert top >= 8
    assert bottom < picture.height


def test_the_code_is_read_from_the_paper_with_its_quiet_zone() -> None:
    (found,) = zxingcpp.read_barcodes(TYPESETTER.render(receipt()).convert("L"))
    assert found.text == QUERY


@pytest.mark.parametrize("length", [1, 40, 120, 300, 600])
def test_codes_of_any_useful_length_have_modules_of_five_dots_or_more(length: int) -> None:
    content = ("https://example.invalid/" + "q7" * length)[:length]
    picture = TYPESETTER.render(Slip((Code(content, "扫码"),)))
    (found,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert found.text == content


def test_a_code_wider_than_the_paper_is_refused_by_name() -> None:
    with pytest.raises(UnprintableSlipError, match="QR code"):
        TYPESETTER.render(Slip((Code("x" * 2500, "扫码"),)))


@pytest.mark.parametrize(
    "block", [Heading(LONG), Paragraph(LONG, large=True), Pair("地址", LONG), Pair(LONG, "1份"), Pair(LONG, LONG)]
)
def test_very_long_text_wraps_and_stays_within_the_margins(block: Heading | Paragraph | Pair) -> None:
    left, _, right, _ = ink(TYPESETTER.render(Slip((block,))))
    assert left >= 7
    assert right <= WIDTH - 7


def test_a_slip_longer_than_a_metre_is_refused_by_name() -> None:
    with pytest.raises(UnprintableSlipError, match=f"{MAX_HEIGHT // 8} mm"):
        TYPESETTER.render(Slip((Paragraph(LONG * 60),)))


def test_an_empty_slip_is_a_little_white_paper() -> None:
    assert TYPESETTER.render(Slip(())).convert("L").getextrema() == (255, 255)


@pytest.mark.parametrize("character", ["䶮", "𠮷", "㑇", "鿃", "é", "·", "￥", "①", "Ⅲ", "—", "“"])
def test_rare_characters_have_a_glyph_of_their_own(character: str) -> None:
    assert TYPESETTER.body.has(character)
    assert TYPESETTER.render(Slip((Paragraph(character),))) != TYPESETTER.render(Slip((Paragraph("龚"),)))


def test_a_character_without_a_glyph_is_named_and_never_printed_as_a_box() -> None:
    with pytest.raises(UnprintableSlipError, match=r"U\+1000, U\+E863") as error:
        TYPESETTER.render(Slip((Paragraph("好\ue863"), Pair("名", "\u1000"))))
    assert error.value.characters == ("\u1000", "\ue863")


def test_what_has_no_shape_is_left_out_and_controls_are_gaps() -> None:
    assert plain("葛\U000e0100\ufeff\u200b城\tA\r\nB\x07") == "葛城 A\nB "


def test_lines_break_where_chinese_typesetting_allows() -> None:
    face = TYPESETTER.body
    lines = face.lines("本凭证只证明收件地已收到上列材料，收件不等于受理（见《行政许可法》）。", 16 * 32)
    assert not any(line[0] in "，。）》" for line in lines)
    assert not any(line[-1] in "（《" for line in lines)


def test_words_and_numbers_are_kept_together_where_they_fit() -> None:
    lines = TYPESETTER.body.lines("请拨打电话 028-85001234 咨询", 250)
    assert any("028-85001234" in line for line in lines)


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.sampled_from("收件凭证，。（）《“”—…·Az09-/ \n　é𠮷"), max_size=80),
    st.integers(40, 560),
)
def test_no_line_is_wider_than_asked_and_no_character_gets_lost(text: str, width: int) -> None:
    face = TYPESETTER.body
    lines = face.lines(plain(text), width)
    assert all(face.width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(plain(text).split())


def test_neighbouring_pairs_share_their_columns() -> None:
    apart = [ink(TYPESETTER.render(Slip((Pair(label, ""), Rule(), Pair("", "值"))))) for label in ("事", "业务属地")]
    assert apart[0][0] == apart[1][0]
    together = TYPESETTER.render(Slip((Pair("事", "值"), Pair("业务属地", "值"))))
    half = together.height // 2
    columns = [ink(together.crop((150, top, WIDTH, top + half)))[0] for top in (0, half)]
    assert columns[0] == columns[1]


def test_a_missing_font_is_named_when_the_program_starts(tmp_path: Path) -> None:
    with pytest.raises(MissingFontError, match="fonts-noto-cjk"):
        Typesetter(tmp_path)


def test_a_font_of_another_family_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "NotoSansCJK-Bold.ttc").symlink_to("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc")
    with pytest.raises(MissingFontError):
        Face("Bold", 32, tmp_path)


def test_what_is_logged_of_an_unprintable_slip_are_code_points() -> None:
    with pytest.raises(UnprintableSlipError) as error:
        TYPESETTER.render(Slip((Paragraph("张三\ue863"),)))
    assert "张" not in str(error.value)
    assert "\ue863" not in str(error.value)
