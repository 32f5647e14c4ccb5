"""Words of other hands: what a citizen reads and ``domain`` or ``kiosk`` says, in tables, files and f-strings, as keys.

For developers, not in the wheel. Of a module the functions and tables that are named here are read, of all others nothing: what is
for paper, logs or the desk stays Chinese. The catalogue is not here: it brings its own English (``domain/catalogue/english.py``).
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from domain import identity, nationality, rules
from ui.words import HAN

Key = str | tuple[str, str]
"""A sentence, or twice the same one where it is counted."""
Keys = Callable[[Path], Iterator[Key]]


def faults(file: Path) -> Iterator[Key]:
    """What the citizen reads of each fault; one any device can have also with the device's name (``kiosk.faults.of_device``)."""
    for text in (fault["citizen"] for fault in tomllib.loads(file.read_text("utf-8")).values() if fault["citizen"]):
        yield text
        if text.startswith("设备"):
            yield f"%(device)s{text.removeprefix('设备')}"


def sentences(*names: str) -> Keys:
    """Every Chinese text in these functions, classes and tables of a module that knows of no language; without names, in all of it.

    What an f-string puts together is a pattern with ``%(name)s``: a value that is a plain name is called so, any other by its
    place. A number is to be called ``num`` to be counted.
    """

    def found(file: Path) -> Iterator[Key]:
        tree = ast.parse(file.read_text("utf-8"))
        here = [node for node in tree.body if not names or _called(node) & set(names)]
        assert not names or set().union(*map(_called, here)) >= set(names), f"{file} has not all of {names}"
        for node in here:
            yield from _said(node)

    return found


def notice(file: Path) -> Iterator[Key]:
    """The privacy notice in use, and what is new in it."""
    now = tomllib.loads(file.read_text("utf-8"))["notice"][0]
    yield now["changed"]
    for paragraph in now["paragraph"]:
        yield paragraph["heading"]
        yield re.sub(r"\{(\w+)\}", r"%(\1)s", paragraph["text"])


def rating(file: Path) -> Iterator[Key]:
    """Levels and reasons of 好差评."""
    for edition in json.loads(file.read_text("utf-8"))["editions"]:
        for level in edition["levels"]:
            yield level["name"]
            yield from (tag["text"] for tag in level["tags"])


def regulation(_file: Path) -> Iterator[Key]:
    title, sections = rules.work_rules()
    yield title
    for section in sections:
        yield section.heading
        yield from section.text


def places(file: Path) -> Iterator[Key]:
    """Prefectures and counties of Sichuan."""
    for prefecture in json.loads(file.read_text("utf-8")).values():
        yield prefecture["name"]
        yield from prefecture["counties"].values()


def people(_file: Path) -> Iterator[Key]:
    """Sexes, ethnic groups, nationalities."""
    yield from (*identity.SEX.values(), *identity.NATION.values())
    yield from dict.fromkeys(nationality.names().values())


BORROWED: tuple[tuple[str, str, Keys], ...] = (
    ("kiosk/faults.toml", "faults", faults),
    ("kiosk/visit/overlay.py", "faults", sentences()),
    ("domain/catalogue/words.py", "domain", sentences()),
    ("domain/catalogue/guide.py", "domain", sentences("_need")),
    ("domain/case/formats.py", "domain", sentences("NAMES")),
    ("domain/case/lifewords.py", "progress", sentences("PROGRESS", "STEPS")),
    ("domain/protection/rights.py", "progress", sentences("KINDS")),
    ("domain/forms/checking.py", "forms", sentences()),
    ("domain/forms/postal.py", "forms", sentences()),
    ("domain/representation.py", "forms", sentences()),
    ("domain/rating/levels.py", "rating", sentences()),
    ("domain/data/rating_tags.json", "rating", rating),
    ("domain/identity.py", "people", people),
    ("domain/data/notices.toml", "notice", notice),
    ("domain/data/work_rules.txt", "regulation", regulation),
    ("domain/data/divisions_51.json", "places", places),
    ("kiosk/store/known.py", "progress", sentences("WAITING", "TAKEN_IN")),
    ("kiosk/visit/advice.py", "visit", sentences()),
    ("kiosk/visit/answers.py", "visit", sentences()),
    ("kiosk/visit/applicants.py", "visit", sentences()),
    ("kiosk/visit/chipless.py", "visit", sentences("WHY")),
    ("kiosk/visit/filling.py", "visit", sentences()),
    ("kiosk/visit/followup.py", "visit", sentences()),
    ("kiosk/visit/followup_path.py", "visit", sentences("SUPPLIES", "WITHDRAWS")),
)
"""Where they are written, by which subject they are translated, and how they are found."""


def _called(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets: list[Any] = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _said(tree: ast.AST) -> Iterator[Key]:
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node}
    for node in ast.walk(tree):
        if id(node) in described | inside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
            yield node.value
        elif isinstance(node, ast.JoinedStr) and HAN.search(text := _pattern(node)):
            yield (text, text) if "%(num)s" in text else text


def _pattern(node: ast.JoinedStr) -> str:
    parts = []
    for at, value in enumerate(node.values):
        if isinstance(value, ast.Constant):
            parts.append(str(value.value).replace("%", "%%"))
        elif isinstance(value, ast.FormattedValue):
            parts.append(f"%({value.value.id if isinstance(value.value, ast.Name) else f'at{at}'})s")
    return "".join(parts)
