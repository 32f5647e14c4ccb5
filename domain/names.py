"""Names as people bear them: 1 to 50 characters, dots, rare characters, Tibetan and Yi letters. A name is never changed.

What is stored, printed and sent is what was given, code point for code point: no normal form, no other dot. Only *comparing* folds,
and only *showing* puts a mark in the place of a character that no font of ours has.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby

import regex
from msgspec import Struct

DOTS = "\u00b7\u0387\u2022\u2024\u2027\u2219\u22c5\u25cf\u30fb\uff0e\uff65\ua78f"
"""What cards and people put between the parts of a name. U+00B7 is the right one (GB 13000)."""
_JOINTS = frozenset(DOTS + " \u3000-'\u2019.,()\uff08\uff09\u0f0b\u0f0c")
_CLUSTER = regex.compile(r"\X")

_DRAWN = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2016), (0x2018, 0x201A), (0x201C, 0x201E), (0x2020, 0x2022), (0x2025, 0x2027),
    (0x2030, 0x2030), (0x203B, 0x203B), (0x2103, 0x2103), (0x2116, 0x2116), (0x2160, 0x216B), (0x2170, 0x2179),
    (0x2190, 0x2193), (0x2460, 0x2473), (0x2500, 0x254B), (0x25A0, 0x25A1), (0x25B2, 0x25B3), (0x25CB, 0x25CB), (0x25CF, 0x25CF),
    (0x2605, 0x2606), (0x2713, 0x2713), (0x3000, 0x303F), (0x3041, 0x3096), (0x309D, 0x309E), (0x30A0, 0x30FF), (0x3105, 0x312D),
    (0x3400, 0x4DB5), (0x4E00, 0x9FEF), (0xF900, 0xFA6D), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE5), (0x20000, 0x2A6D6),
    (0x2A700, 0x2B734), (0x2B740, 0x2B81D), (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0),
    (0x0F00, 0x0F47), (0x0F49, 0x0F6C), (0x0F71, 0x0F97), (0x0F99, 0x0FBC), (0x0FBE, 0x0FCC), (0xA000, 0xA48C), (0xA490, 0xA4C6),
    (0x0101, 0x0101), (0x0113, 0x0113), (0x011B, 0x011B), (0x012B, 0x012B), (0x0144, 0x0144), (0x0148, 0x0148), (0x014D, 0x014D),
    (0x016B, 0x016B), (0x01CE, 0x01CE), (0x01D0, 0x01D0), (0x01D2, 0x01D2), (0x01D4, 0x01D4), (0x01D6, 0x01D6), (0x01D8, 0x01D8),
    (0x01DA, 0x01DA), (0x01DC, 0x01DC),
)  # fmt: skip
"""Code points every machine of ours has a glyph for: fonts-noto-cjk, fonts-hanazono, fonts-ddc-uchen, fonts-sil-nuosusil. Fonts
also draw private-use characters, each its own: what such a character means nobody but the card's issuer knows."""


class Mark(Struct, frozen=True):
    """In the place of a character that cannot be drawn: its code point, ``U+30EDE``."""

    code: str


def clusters(text: str) -> list[str]:
    """Characters as a person counts them: with their marks, subjoined letters and variation selectors (UAX #29)."""
    return [found.group() for found in _CLUSTER.finditer(text)]


def first(text: str) -> str:
    """The first of them."""
    found = _CLUSTER.match(text)
    return found.group() if found else ""


def is_name(text: str) -> bool:
    """Whether it can be a name: begins with a letter, and has only letters, their marks and what stands between parts."""
    return bool(text) and _letter(text[0]) and all(_letter(c) or c in _JOINTS or _clings(c) for c in text)


def same(one: str, other: str) -> bool:
    """Whether two writings are one name: whatever the dot, width, spacing, case and order of marks. For comparing only."""
    return _folded(one) == _folded(other)


def drawn(character: str) -> bool:
    """Whether a font of ours has ``character``, or it has no shape of its own (a variation selector)."""
    code = ord(character)
    return any(begin <= code <= end for begin, end in _DRAWN) or _selects(code)


def pieces(text: str) -> tuple[str | Mark, ...]:
    """``text`` as it is shown: runs that can be drawn, and marks in between. Letters with marks are put together where a font has
    them together only."""
    found: list[str | Mark] = []
    for can, group in groupby(map(_composed, clusters(text)), lambda cluster: all(map(drawn, cluster))):
        run = "".join(group)
        found += [run] if can else [character if drawn(character) else Mark(code(character)) for character in run]
    return tuple(found)


def shown(text: str) -> str:
    """``text`` on paper that has characters only: 〔U+E863〕 in the place of one that cannot be drawn."""
    return "".join(f"〔{piece.code}〕" if isinstance(piece, Mark) else piece for piece in pieces(text))


def rare(text: str) -> tuple[tuple[str, str], ...]:
    """(character, code point) of those that another machine's fonts may lack, each once."""
    seen = dict.fromkeys(c for c in text if not drawn(c) or ord(c) > 0xFFFF or 0x3400 <= ord(c) <= 0x4DBF)
    return tuple((c, code(c)) for c in seen if not _selects(ord(c)))


def code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _composed(cluster: str) -> str:
    if all(map(drawn, cluster)):
        return cluster
    together = unicodedata.normalize("NFC", cluster)
    return together if all(map(drawn, together)) else cluster


def _letter(character: str) -> bool:
    at = ord(character)
    # The planes of ideographs, also where Python's own tables end before them.
    return unicodedata.category(character)[0] == "L" or character == "〇" or 0x20000 <= at <= 0x3FFFD or _private(at)


def _private(at: int) -> bool:
    return 0xE000 <= at <= 0xF8FF or 0xF0000 <= at <= 0xFFFFD or 0x100000 <= at <= 0x10FFFD


def _clings(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or character == "\u200d"


def _selects(at: int) -> bool:
    return 0xFE00 <= at <= 0xFE0F or 0xE0100 <= at <= 0xE01EF


def _folded(text: str) -> str:
    plain = "".join("·" if c in DOTS else c for c in unicodedata.normalize("NFC", text) if not _selects(ord(c)))
    narrow = "".join(unicodedata.normalize("NFKC", c) if 0xFF01 <= ord(c) <= 0xFF5E or c == "\u3000" else c for c in plain)
    return " ".join(narrow.casefold().replace(" ·", "·").replace("· ", "·").split())
