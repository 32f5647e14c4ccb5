"""统一社会信用代码 (GB 32100-2015): 18 characters with two check characters, its own and that of the organisation code inside
(GB 11714)."""

from __future__ import annotations

import re

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = re.compile(rf"[{_ALPHABET}]{{18}}")
_INNER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def valid(code: str) -> bool:
    """Whether both check characters are right. Upper case only, as it is printed."""
    return bool(_SHAPE.fullmatch(code)) and check_character(code[:17]) == code[17] and inner_check(code[8:16]) == code[16]


def check_character(seventeen: str) -> str:
    """The 18th character for the first seventeen."""
    return _ALPHABET[-sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(seventeen)) % 31]


def inner_check(eight: str) -> str:
    """The ninth character of an organisation code for its first eight."""
    left = 11 - sum(_INNER.index(c) * w for c, w in zip(eight, _INNER_WEIGHTS, strict=True)) % 11
    return "X" if left == 10 else "0" if left == 11 else str(left)
