"""``make words``: every key of the citizen's pages, merged into each language's files, and what has no translation is said.

For developers, not in the wheel. A new key goes into the file its source names; one that stands in another file of the language
stays there. Files are sorted and carry no line numbers, so that branches merge.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from ui.borrowed import BORROWED, Key, Keys
from ui.words import FOLDER

ROOT = Path(__file__).parents[1]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "counted": (1, 1)}
_TEMPLATES = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}


@dataclass(frozen=True, slots=True)
class Source:
    """Files whose sentences go into ``subject``.po, and how they are found in one."""

    files: str
    subject: str
    keys: Keys


def page(file: Path) -> Iterator[Key]:
    """What a template says by ``_`` and ``counted``."""
    return _extracted(babel_extract, file)


def module(file: Path) -> Iterator[Key]:
    """What a module says by ``_``, ``N_`` and ``counted``."""
    return _extracted(extract_python, file)


SOURCES = (
    Source("ui/templates/*.html", "frame", page),
    Source("ui/templates/steps/*.html", "steps", page),
    Source("ui/templates/open/*.html", "open", page),
    Source("ui/view/*.py", "view", module),
    Source("ui/citizen/*.py", "view", module),
    Source("ui/public/*.py", "open", module),
    *(Source(*one) for one in BORROWED),
)


def keys() -> dict[str, tuple[Key, str]]:
    """Every key by its sentence, with the subject it goes to; counted wherever it is counted anywhere."""
    found: dict[str, tuple[Key, str]] = {}
    for source in SOURCES:
        for file in sorted(ROOT.glob(source.files)):
            for key in source.keys(file):
                text = key if isinstance(key, str) else key[0]
                before, subject = found.get(text, (key, source.subject))
                found[text] = (key if isinstance(key, tuple) else before, subject)
    return found


def merge(language: str) -> list[str]:
    """Brings the files of ``language`` up to :func:`keys`; the keys that have no translation."""
    wanted, files, missing = keys(), {file.stem: _read(file, language) for file in sorted((FOLDER / language).glob("*.po"))}, []
    for catalogue in files.values():
        for message in list(catalogue):
            text = message.id if isinstance(message.id, str) else message.id[0]
            if text and text not in wanted:
                catalogue.delete(message.id)
    for text, (key, subject) in wanted.items():
        stands = next((name for name, catalogue in files.items() if catalogue.get(text) or catalogue.get(key)), subject)
        catalogue = files.setdefault(stands, Catalog(locale=language, fuzzy=False))
        had = catalogue.get(key) or catalogue.get(text)
        if had is None or (had.id != key and isinstance(key, tuple)):
            catalogue.delete(text)
            had = catalogue.add(key, (had.string, "") if had and isinstance(had.string, str) and had.string else None)
        if not said(had):
            missing.append(f"{stands}.po: {text}")
    for name, catalogue in files.items():
        written = BytesIO()
        write_po(written, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
        (FOLDER / language / f"{name}.po").write_bytes(written.getvalue())
    return missing


def said(message: Message) -> bool:
    """It has a translation, in every form it needs."""
    forms = [message.string] if isinstance(message.string, str) else message.string or [""]
    return all(forms)


def _read(file: Path, language: str) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale=language, ignore_obsolete=True)


def _extracted(method: Callable[..., object], file: Path) -> Iterator[Key]:
    with file.open("rb") as opened:
        for _line, text, _comments, _context in extract(method, opened, keywords=KEYWORDS, options=_TEMPLATES):  # type: ignore[arg-type]
            yield text if isinstance(text, str) else (text[0], text[1])


def main() -> None:
    missing = {folder.name: merge(folder.name) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()}
    for language, texts in missing.items():
        print(*(f"{language}/{text}" for text in texts), f"{language}: 缺 {len(texts)} 条译文", sep="\n")  # noqa: T201
    sys.exit(any(missing.values()))


if __name__ == "__main__":
    main()
