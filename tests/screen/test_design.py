"""The design's own numbers: contrast of every pair of colours that meet, and what a page weighs. No browser."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

import fleet
import ui

STATIC = Path(ui.__file__).parent / "static"
TEXT, OTHER = 7.0, 4.5
GROUNDS = ("paper", "surface", "field", "first-tint", "mind-tint", "good-tint")
WRITTEN = ("ink", "ink-soft", "first", "first-deep", "seal", "mind", "good")
DRAWN = ("line-strong", "mind-line", "first", "good", "seal", "focus")
"""What tells a control, a state or the focus from its ground. ``line`` only divides, and says nothing by itself."""
PAIRS = [
    *((one, ground, TEXT) for one in WRITTEN for ground in GROUNDS),
    *((one, ground, OTHER) for one in DRAWN for ground in GROUNDS),
    ("on-first", "first", TEXT),
    ("on-first", "first-deep", TEXT),
    ("on-seal", "seal", TEXT),
    ("sheet-ink", "sheet", TEXT),
    ("ink", "keys", TEXT),
    ("first-deep", "keys", TEXT),
    ("line-strong", "keys", OTHER),
]
SCRIPT, PAGE = 60_000, 120_000
"""Bytes, compressed: one page's script, and all of the first page but the fonts."""


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", text))


TOKENS = "".join((STATIC / f"css/{name}.css").read_text("utf-8") for name in ("palette", "tokens"))
_LIGHT, _, _CONTRAST = TOKENS.partition(":root:has(.screen--contrast)")
LIGHT = colours(_LIGHT)
CONTRAST = {**LIGHT, **colours(_CONTRAST)}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "contrast"])
def test_text_is_seven_to_one_and_all_else_four_and_a_half(mode: str) -> None:
    known = LIGHT if mode == "light" else CONTRAST
    poor = {(a, b): round(contrast(known[a], known[b]), 2) for a, b, bar in PAIRS if contrast(known[a], known[b]) < bar}
    assert poor == {}


def test_high_contrast_replaces_every_colour_that_is_read() -> None:
    assert {*WRITTEN, *DRAWN, *GROUNDS, "on-first", "on-seal", "keys"} <= set(colours(_CONTRAST))


def test_colours_stand_in_one_table() -> None:
    """But for what lies on the camera's picture, on paper, and on the published guides, which have a sheet of their own."""
    allowed = {"scan.css": {"#22303c", "#fff", "#ffffff", "#4be08a", "#ffc24a", "#101820", "#ff5a4d", "#d3281b"}}
    allowed["task.css"] = {"#c8102e"}
    sheets = (*(STATIC / "css").glob("*.css"), *(STATIC.parent / "clerk/static/css").glob("*.css"))
    for sheet in sorted(sheets):
        if sheet.name in ("palette.css", "tokens.css", "site.css"):
            continue
        found = set(re.findall(r"#[0-9a-f]{3,6}\b", sheet.read_text("utf-8")))
        assert found <= allowed.get(sheet.name, {"#fff"}), sheet.name


def test_the_intake_window_has_the_colours_of_the_terminal() -> None:
    """A clerk goes to and fro between the two."""
    sheet = (Path(fleet.__file__).parent / "static/window.css").read_text("utf-8")
    own = set(colours(sheet[: sheet.index("}")]).values())
    assert own
    assert own <= set(LIGHT.values())


def test_the_first_page_is_light() -> None:
    def weight(name: str) -> int:
        return len(gzip.compress((STATIC / name).read_bytes(), 9))

    script, sheet = weight("vendor/glass.js"), weight("vendor/glass.css")
    pictures = sum(weight(f"img/{name}.svg") for name in ("choose", "chip", "receipt", "mark"))
    assert script <= SCRIPT
    assert script + sheet + pictures + 4_000 <= PAGE  # the page itself is 3 kB
