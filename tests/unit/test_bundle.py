"""All pages of a material in one PDF, read back by programs that are not ours."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime

import pikepdf
import pytest
from support.fleet import picture

from domain.case.content import ReadLine
from fleet.desk.bundle import A4, Leaf, pdf
from fleet.desk.pictures import master

MADE = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
PAGES = (picture(1654, 2339), picture(1126, 827, quality=85), picture(1654, 2339, quality=90))


def bundle(*lines: ReadLine, sides: int = 1, pictures: tuple[bytes, ...] = PAGES) -> bytes:
    return pdf([Leaf(master(jpeg), lines if n == 0 else ()) for n, jpeg in enumerate(pictures)], MADE, sides)


def test_the_masters_are_in_it_unchanged_in_order_at_true_size() -> None:
    with pikepdf.open(io.BytesIO(bundle())) as document:
        assert [bytes(page.obj.Resources.XObject["/P0"].read_raw_bytes()) for page in document.pages] == list(PAGES)
        sizes = [tuple(float(side) for side in page.mediabox)[2:] for page in document.pages]
    assert sizes[0] == pytest.approx(A4, abs=0.5)
    assert sizes[1] == pytest.approx((143 / 25.4 * 72, 105 / 25.4 * 72), abs=0.5)


def test_nothing_is_said_in_it_but_the_cases_own_time() -> None:
    with pikepdf.open(io.BytesIO(bundle())) as document:
        assert {name: str(value) for name, value in document.docinfo.items()} == {"/CreationDate": "D:20261120013000Z"}
        assert "/Metadata" not in document.Root


def test_the_same_pages_give_the_same_bytes() -> None:
    assert bundle() == bundle()


def test_what_was_read_is_found_where_it_stands_and_is_not_seen(tmp_path) -> None:
    lines = (
        ReadLine("兹证明陈测宁（𠮷林）自2023年起居住", (1000, 1000, 8000, 1200), 0.98),
        ReadLine("No. 510100-0157", (1000, 3000, 4000, 3150), 0.9),
    )
    path = tmp_path / "bundle.pdf"
    path.write_bytes(bundle(*lines))
    text = subprocess.run(("pdftotext", "-layout", path, "-"), capture_output=True, check=True).stdout.decode()
    assert "兹证明陈测宁（𠮷林）自2023年起居住" in text
    assert text.index("兹证明") < text.index("510100-0157")
    boxes = subprocess.run(("pdftotext", "-bbox-layout", path, "-"), capture_output=True, check=True).stdout.decode()
    assert 'yMin="8' in boxes  # the first line: a tenth of 842 points from the top
    drawn = [tmp_path / "with.ppm", tmp_path / "without.ppm"]
    (tmp_path / "bare.pdf").write_bytes(bundle())
    for source, target in zip((path, tmp_path / "bare.pdf"), drawn, strict=True):
        subprocess.run(("pdftoppm", "-r", "40", "-f", "1", "-l", "1", "-singlefile", source, target.with_suffix("")), check=True)
    assert drawn[0].read_bytes() == drawn[1].read_bytes()


def test_both_sides_of_a_card_stand_on_one_a4_sheet_at_true_size() -> None:
    front, back = picture(674, 425), picture(676, 424)
    with pikepdf.open(io.BytesIO(bundle(sides=2, pictures=(front, back)))) as document:
        (sheet,) = document.pages
        assert tuple(float(side) for side in sheet.mediabox)[2:] == pytest.approx(A4)
        placed = [
            [float(number) for number in operands]
            for operands, operator in pikepdf.parse_content_stream(sheet)
            if str(operator) == "cm"
        ]
    assert [place[0] / 72 * 25.4 for place in placed] == pytest.approx([85.6, 85.6], abs=0.4)
    assert placed[0][5] > placed[1][5] + placed[1][3]  # the front above the back, apart
    for x, y, wide, high in ((p[4], p[5], p[0], p[3]) for p in placed):
        assert 0 <= x <= x + wide <= A4[0]
        assert 0 <= y <= y + high <= A4[1]


def test_a_card_whose_back_is_missing_stands_alone_on_its_sheet() -> None:
    with pikepdf.open(io.BytesIO(bundle(sides=2, pictures=(picture(674, 425),)))) as document:
        assert len(document.pages) == 1
