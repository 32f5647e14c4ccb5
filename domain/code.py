"""Codes that people read out and type: Crockford's base 32 (no I, L, O, U) in groups of four; the last character is a check."""

from __future__ import annotations

import unicodedata

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011", " -–—·")
_MOST_TYPED = 200


class MistypedError(ValueError):
    """What was typed cannot be a code: its length, a letter or the check character is wrong."""


def write(secret: bytes, length: int = 20) -> str:
    """The code made of the first ``5 * (length - 1)`` bits of ``secret``: 95 for 20 characters, 115 for 24."""
    bits = 5 * (length - 1)
    size = -(-bits // 8)
    value = int.from_bytes(secret[:size], "big") >> (8 * size - bits)
    body = "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(length - 1)))
    return body + _check_character(body)


def read(typed: str, length: int = 20) -> str:
    """The code in what a person typed: spaces, hyphens, case and O/0, I/L/1 do not matter. :class:`MistypedError`."""
    if len(typed) > _MOST_TYPED:
        raise MistypedError("too long")
    code = unicodedata.normalize("NFKC", typed).strip().upper().translate(_MISREAD)
    if len(code) != length or any(c not in _ALPHABET for c in code) or _check_character(code[:-1]) != code[-1]:
        raise MistypedError("no code")
    return code


def grouped(code: str) -> str:
    """In groups for reading aloud."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _check_character(body: str) -> str:
    """The hybrid system of ISO 7064 with modulus 33 over 32 characters: one wrong character is always noticed."""
    product = 32
    for character in body:
        total = (product + _ALPHABET.index(character)) % 32 or 32
        product = total * 2 % 33
    return _ALPHABET[(33 - product) % 32]
