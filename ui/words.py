"""The citizen's words in their language: gettext by Babel. The Chinese sentence is the key; what has no translation stays so.

``_`` is for what is written in the source that calls it, where ``make words`` finds it; ``N_`` marks it in a table, to be asked
for later. ``translated`` is for what was written elsewhere: faults, the catalogue, the rules of a form. A sentence that was put
together there ("还有 3 项") is known again by its pattern ("还有 %(num)s 项"): ``domain`` and ``kiosk`` need to know no language.

A language is offered when it has a folder in ``locales``. Its ``.po`` files are read at the first use; nothing is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import Environment
from markupsafe import Markup, escape
from msgspec import Struct

SOURCE = "zh-CN"
"""What everything is written in, and the language of whoever chose none."""
FOLDER = Path(__file__).with_name("locales")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_HAN = "[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
HAN = re.compile(_HAN)
_BETWEEN = (("；", "; "), ("，或", ", or "), ("、", ", "))
"""What stands between the parts of what was put together elsewhere, and in another language."""
_TELEPHONE = re.compile(r"(?<![\d-])\d{3,4}(?:-\d{3,4})?-\d{4,8}(?![\d-])")
_RUNS = {
    SOURCE: re.compile(rf"[《“（]?{_HAN}(?:[\u3001\u3002\u300a\u300b\u00b7\uff00-\uff60“”]*{_HAN})*[》”）]?"),
    "bo": re.compile("[\u0f00-\u0fff]+(?: [\u0f00-\u0fff]+)*"),
    "ii": re.compile("[\ua000-\ua4cf]+(?: [\ua000-\ua4cf]+)*"),
}
"""What is written in letters of one language only, by that language: it is marked on a page of any other."""
_FEW = 2
"""A pattern with fewer Chinese characters of its own would know everything: in its places then stand words, no sentences."""

_speaking: ContextVar[str] = ContextVar("speaking", default=SOURCE)


class Own(Protocol):
    """What brings words of its own: the catalogue, the hall. ``english``: by the Chinese."""

    @property
    def english(self) -> Mapping[str, str]: ...


_own: ContextVar[tuple[Own, ...]] = ContextVar("own", default=())


class Pattern(Struct, frozen=True):
    """A key with placeholders, and what finds their values in a finished sentence."""

    key: str
    names: tuple[str, ...]
    form: re.Pattern[str]


class Words(Struct, frozen=True):
    translations: Translations
    patterns: tuple[Pattern, ...]


def languages() -> tuple[tuple[str, str], ...]:
    """Those that can be chosen, as (code, its name in itself), Chinese first."""
    return tuple((code, Locale.parse(code, sep="-").get_language_name(code[:2]) or code) for code in (SOURCE, *_offered()))


def language() -> str:
    """The one that is spoken now."""
    return _speaking.get()


def speak(code: str = SOURCE, *own: Own) -> None:
    """From now on ``code`` is spoken here, with ``own`` words; for a language without words, Chinese is."""
    _speaking.set(code if code in _offered() else SOURCE)
    _own.set(own)


@contextmanager
def speaking(code: str, *own: Own) -> Iterator[None]:
    """Within it ``code`` is spoken, with ``own`` words."""
    before = language(), _own.get()
    speak(code, *own)
    try:
        yield
    finally:
        speak(before[0], *before[1])


def _(text: str, /, **values: object) -> str:
    """``text`` with ``values`` in the places of its ``%(name)s``; a per cent sign in it stands twice."""
    return _plain(text) % values


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for it)
    return text


def counted(text: str, num: int, /, **values: object) -> str:
    """``text`` with ``%(num)s``: where a language has a form for one and another for many, the right one."""
    return _many(text, text, num) % {"num": num, **values}


def translated(text: str) -> str:
    """A finished sentence of another hand, whole or by its pattern; the values in it are translated as well."""
    if language() == SOURCE or not HAN.search(text):
        return text
    words = _words(language())
    found = words.translations.gettext(text)
    if found != text:
        return found % {}
    for own in _own.get() if language() == "en" else ():
        if text in own.english:
            return own.english[text]
    for pattern in words.patterns:
        if parts := pattern.form.fullmatch(text):
            values = {name: translated(value) for name, value in zip(pattern.names, parts.groups(), strict=True)}
            num = values.get("num", "")
            return (_many(pattern.key, pattern.key, int(num)) if num.isdecimal() else _plain(pattern.key)) % values
    return _by_parts(text)


def _by_parts(text: str) -> str:
    """Several sentences of other hands, or a list of their words: what is known of it is translated, if anything is."""
    for between, comma in _BETWEEN:
        several = text.split(between)
        if len(several) > 1 and (said := [translated(one) for one in several]) != several:
            return comma.join(said)
    return text


def told(text: str) -> Markup:
    """``text`` of another hand as a page says it: translated where it can be, and marked. What a template has said stays so."""
    return marked(text if isinstance(text, Markup) else translated(text))


def marked(text: str) -> Markup:
    """``text`` as it may stand on a page of any language: Chinese, Tibetan and Yi in it say so, for the voice and for the font; a
    telephone's number stays in one piece."""
    page = _TELEPHONE.sub(r'<span class="whole">\g<0></span>', str(escape(text)))
    for code, letters in _RUNS.items():
        opened = f'<span lang="{code}">'
        if code != language() and opened not in page:
            page = letters.sub(rf"{opened}\g<0></span>", page)
    return Markup(page)  # noqa: S704 (escaped above)


def listed(names: Iterable[str]) -> str:
    """One after the other: 、 between them, or a comma."""
    return ("、" if language() == SOURCE else ", ").join(names)


def day(of: date) -> str:
    """2026 年 12 月 3 日, or 3 December 2026."""
    return f"{of:%Y 年 %-m 月 %-d 日}" if language() == SOURCE else format_date(of, "d MMMM y", locale=language())


def moment(of: datetime) -> str:
    """12 月 3 日 09:30, or 3 December, 09:30."""
    return f"{of:%-m 月 %-d 日 %H:%M}" if language() == SOURCE else format_datetime(of, "d MMMM, HH:mm", locale=language())


def install(pages: Environment) -> None:
    """For the templates of ``pages``: ``_``, ``counted``, ``listed``; the filters ``told``, ``marked`` and ``translated``."""
    pages.add_extension("jinja2.ext.i18n")
    pages.install_gettext_callables(_plain, _many, newstyle=True)  # type: ignore[attr-defined]
    pages.globals.update(counted=counted, listed=listed, language=language, languages=languages)
    pages.filters.update(told=told, marked=marked, translated=translated)


def catalogue(code: str) -> Catalog:
    """All words of a language, of every file in its folder."""
    whole = Catalog(locale=code, fuzzy=False)
    for file in sorted((FOLDER / code).glob("*.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale=code):
                whole[message.id] = message
    return whole


def _plain(text: str) -> str:
    return text if language() == SOURCE else _words(language()).translations.gettext(text)


def _many(text: str, _same: str, num: int) -> str:
    return text if language() == SOURCE else _words(language()).translations.ngettext(text, text, num)


@lru_cache
def _offered() -> tuple[str, ...]:
    return tuple(sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))


@lru_cache
def _words(code: str) -> Words:
    whole, compiled = catalogue(code), BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    patterns = [_pattern(key) for message in whole if PLACEHOLDER.search(key := _key(message.id))]
    # The one that says most of the sentence itself is tried first.
    known = sorted(filter(None, patterns), key=lambda pattern: -len(PLACEHOLDER.sub("", pattern.key)))
    return Words(Translations(compiled), tuple(known))


def _key(of: str | tuple[str, ...] | list[str]) -> str:
    return of if isinstance(of, str) else of[0]


def _pattern(key: str) -> Pattern | None:
    said = PLACEHOLDER.split(key)
    own = len(HAN.findall("".join(said[::2])))
    if not own:
        return None
    form = ("(.+?)" if own >= _FEW else "([^，。；、：（]+?)").join(re.escape(part.replace("%%", "%")) for part in said[::2])
    return Pattern(key, tuple(said[1::2]), re.compile(form, re.DOTALL))
