"""The searches the wipe is proven with find what they are given to find: text in a picture, in a PDF, in the middle of a file, on a
raw disk."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import typst
from PIL import Image, ImageDraw, ImageFont
from support.carved import carved, search_carved
from support.planted import search, search_raw, strokes

from devices.virtual.sheets import FONTS, SIMPLIFIED

NAME, NUMBER = "埋名甲", "E76543210"


def picture(kind: str) -> bytes:
    page = Image.new("RGB", (700, 200), "white")
    font = ImageFont.truetype(FONTS / "NotoSansCJK-Regular.ttc", 48, index=SIMPLIFIED)
    ImageDraw.Draw(page).text((40, 60), f"姓名 {NAME} {NUMBER}", (20, 20, 22), font)
    told = io.BytesIO()
    page.save(told, kind)
    return told.getvalue()


def pdf() -> bytes:
    made = typst.compile(f"#set page(width: 10cm, height: 5cm)\n{NUMBER}".encode())
    assert isinstance(made, bytes)
    return made


@pytest.mark.parametrize("what", ["JPEG", "PNG", "PDF"])
def test_what_is_shown_and_not_written(tmp_path: Path, what: str) -> None:
    data = pdf() if what == "PDF" else picture(what)
    (tmp_path / "database").write_bytes(b"\0" * 4096 + data + b"more")
    assert search([tmp_path], [NUMBER]) == []
    assert any(NUMBER in hit for hit in search_carved([tmp_path], [NUMBER]))
    assert carved([tmp_path]) == [f"{tmp_path / 'database'} at 4096"]


def test_bytes_that_only_look_like_a_picture_are_none(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"\xff\xd8\xff\x00" * 50 + b"\x89PNG\r\n\x1a\n" + b"%PDF-" + b"\0" * 90)
    assert search_carved([tmp_path], [NUMBER]) == []


def test_a_signature_is_known_by_its_strokes(tmp_path: Path) -> None:
    given = '{"width": 600, "height": 300, "strokes": [[[371, 263, 0], [389, 277, 17], [5, 5, 5]]]}'
    assert strokes(given) == "[371,263,0],[389,277,17]"
    (tmp_path / "state").write_text('{"s":[[[371,263,0],[389,277,17],[5,5,5]]]}')
    assert search([tmp_path], [strokes(given)])


def test_a_disk_is_searched_across_its_blocks(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.write_bytes(b"\0" * 4090 + NUMBER.encode() + b"\0" * 8192)
    assert search_raw(disk, [NUMBER], block=4096)
    assert search_raw(disk, ["X76543210"], block=4096) == []
