"""Words of a page as a program read them: how they are compared, and the end of a period found in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

FAR = 60
"""Characters behind 有效期 within which its end stands."""


def plain(text: str) -> str:
    """As it is compared: full-width forms folded, capitals, no spaces, one kind of dot and of dash."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    return re.sub(r"[—–−~]+", "-", re.sub(r"[•・．‧]", "·", folded))


def is_masked(number: str, text: str) -> bool:
    """Whether ``text`` has ``number`` with its middle starred out, seven characters of it or more to be seen."""
    for found in re.finditer(r"([0-9A-Z]{3,})\*{2,}([0-9A-Z]+)", text):
        head, tail = found.groups()
        if len(head) + len(tail) >= 7 and number.startswith(head) and number.endswith(tail):
            return True
    return False


def is_one_off(word: str, text: str) -> bool:
    """Whether ``word`` stands in ``text`` but for one character that is another."""
    half = len(word) // 2
    if word[:half] not in text and word[half:] not in text:
        return False
    windows = (text[at : at + len(word)] for at in range(len(text) - len(word) + 1))
    return any(sum(a != b for a, b in zip(word, window, strict=True)) == 1 for window in windows)


def until(text: str, said: str) -> date | None:
    """The end of a period as ``text``, what stands behind ``said`` (有效期至 …), gives it; ``date.max`` when it has none (长期).

    A single day is the end unless it is said to be the beginning (自 … 起). ``None``: no day, or none there is.
    """
    text = _CHINESE.sub(_arabic, text[:FAR])
    days = list(_days(text))
    forever = _FOREVER.search(text)
    if forever and (len(days) < 2 or forever.start() < days[1][1]):
        return date.max
    if not days:
        return None
    day, start, end = days[0]
    if len(days) > 1 and re.fullmatch(r"日?[起至到-]+", text[end : days[1][1]]):
        return days[1][0]
    begins = text[:start].endswith(("自", "从")) or text[end : end + 1] == "起"
    return None if begins and not said.endswith(("至", "到")) else day


_DATE = re.compile(r"(?<!\d)(\d{4})(?:年|[./-])(\d{1,2})(?:月|[./-])(\d{1,2})日?|(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)")
_FOREVER = re.compile(r"长期|永久|无固定期限")
_NUMERALS = ("〇零○", "一壹", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {character: digit for digit, characters in enumerate(_NUMERALS) for character in characters}
_ALL = "".join(_DIGITS)
_CHINESE = re.compile(rf"([{_ALL}]{{4}})年([{_ALL}十]{{1,3}})月([{_ALL}十]{{1,3}})日")


def _days(text: str) -> Iterator[tuple[date, int, int]]:
    for found in _DATE.finditer(text):
        try:
            yield date(*(int(part) for part in found.groups() if part)), found.start(), found.end()
        except ValueError:
            continue


def _arabic(found: re.Match[str]) -> str:
    year, month, day = (_count(part) for part in found.groups())
    return f"{year}年{month}月{day}日"


def _count(text: str) -> int:
    """九, 十, 十二, 二十, 三十一; digits one after another (二〇二六) as they stand."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return int("".join(str(_DIGITS[c]) for c in tens))
    return _one(tens, 1) * 10 + _one(ones, 0)


def _one(text: str, absent: int) -> int:
    return int("".join(str(_DIGITS.get(c, 9)) for c in text)) if text else absent
