"""Names: counted as people count, compared without a care for the dot, shown truthfully, and never changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import masking, names
from domain.names import _DRAWN, Mark, clusters, is_name, pieces, rare, same

FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf", 0),
    ("/usr/share/fonts/truetype/tibetan/DDC_Uchen.ttf", 0),
    ("/usr/share/fonts/truetype/nuosusil/NuosuSIL-Regular.ttf", 0),
)
SAMPLE = [
    character
    for line in (Path(__file__).parent / "data" / "gb18030_2022.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for character in line.split("\t")[-1].split()
]


def covered(path: str, index: int) -> set[int]:
    """What fontconfig, which is not ours, finds in a font."""
    told = subprocess.run(["fc-query", "-i", str(index), "--format", "%{charset}", path], capture_output=True, check=True).stdout
    found: set[int] = set()
    for part in told.decode().split():
        first, _, last = part.partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def test_every_code_point_said_to_be_drawn_has_a_glyph_in_a_font_of_ours() -> None:
    have = set().union(*(covered(*font) for font in FONTS))
    assert [f"U+{code:04X}" for first, last in _DRAWN for code in range(first, last + 1) if code not in have] == []


def test_the_standard_s_level_3_can_be_drawn() -> None:
    assert [names.code(character) for character in SAMPLE if not names.drawn(character)] == []


@pytest.mark.parametrize("dot", names.DOTS)
def test_the_dot_between_parts_makes_no_other_name(dot: str) -> None:
    assert same(f"买买提{dot}江", "买买提·江")
    assert same(f"买买提 {dot} 江", "买买提·江")


@pytest.mark.parametrize(
    ("one", "other"),
    [("SMITH, JOHN", "Smith,  John"), ("ＳＭＩＴＨ", "smith"), ("é", "e\u0301"), ("葛\U000e0100", "葛"), ("欧阳　燕", "欧阳 燕")],
)
def test_writings_of_one_name_are_one_name(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "张叁"), ("\ue863", "䶮"), ("王\ue863", "王\ue864"), ("买买提江", "买买提·江")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("full", "masked"),
    [
        ("𠮷野家", "𠮷**"),
        ("葛\U000e0100城", "葛\U000e0100**"),
        ("ཀྲ་ཤིས", "ཀྲ**"),
        ("e\u0301tienne", "e\u0301**"),
        ("SMITH, JOHN", "S**"),
        ("曌", "曌**"),
        ("", ""),
    ],
)
def test_the_first_character_is_shown_whole_with_its_marks(full: str, masked: str) -> None:
    assert masking.name(full) == masked


@pytest.mark.parametrize(
    "name", ["曌", "阿卜杜热合曼·买买提", "O'BRIEN-SMITH, ANNE", "王\ue863", "ཀྲ་ཤིས", "ꀊꄮ", "〇一", "\U000323b0", "葛\U000e0100"]
)
def test_whatever_people_are_called_is_a_name(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "·", "张3", "张三@", "\n", "张\u202e三", "<b>"])
def test_what_nobody_is_called_is_none(name: str) -> None:
    assert not is_name(name)


@given(st.text())
def test_showing_puts_a_mark_for_each_character_that_cannot_be_drawn_and_loses_none(text: str) -> None:
    said = pieces(text)
    assert all(isinstance(piece, Mark) or all(map(names.drawn, piece)) for piece in said)
    kept = "".join(piece if isinstance(piece, str) else chr(int(piece.code[2:], 16)) for piece in said)
    assert same(kept, text)
    assert "".join(clusters(text)) == text
    assert {character for character, _ in rare(text)} >= {c for c in text if not names.drawn(c)}


@given(st.text(), st.text())
def test_comparing_is_fair_to_both(one: str, other: str) -> None:
    assert same(one, one)
    assert same(one, other) == same(other, one)
