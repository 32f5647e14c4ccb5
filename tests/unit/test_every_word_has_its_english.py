"""Every Chinese sentence of the citizen's pages is a key, and every key has an English. Read from the source and the files."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment

from ui import wording
from ui.wording import ROOT, keys, said
from ui.words import FOLDER, HAN, PLACEHOLDER, catalogue, languages

FILES = sorted((FOLDER / "en").glob("*.po"))
TEMPLATES = sorted((ROOT / "ui/templates").rglob("*.html"))
FOLDERS = ("ui/view", "ui/citizen", "ui/public")
MODULES = sorted(file for folder in FOLDERS for file in (ROOT / folder).glob("*.py") if file.stem != "command")
SCRIPTS = sorted((ROOT / "ui/static/js").glob("*.js"))
SAYS = {"_", "N_", "counted"}
NOT_YET: set[str] = set()
"""Files whose sentences are still to be keyed."""
ENGLISH = {message.id if isinstance(message.id, str) else message.id[0]: message for message in catalogue("en") if message.id}


def test_every_key_has_an_english_and_every_english_a_key() -> None:
    wanted = keys()
    assert [key for key in wanted if key not in ENGLISH or not said(ENGLISH[key])] == [], "make words; then write the English"
    assert [key for key in ENGLISH if key not in wanted] == [], "make words drops what nobody says any more"


def test_a_key_stands_in_one_file() -> None:
    stands = [key for file in FILES for key in re.findall(r"^msgid (.+)$", file.read_text("utf-8"), re.MULTILINE) if key != '""']
    assert sorted({key for key in stands if stands.count(key) > 1}) == []


def test_what_is_put_into_a_sentence_is_put_into_its_english() -> None:
    for key, message in ENGLISH.items():
        for form in [message.string] if isinstance(message.string, str) else message.string or []:
            given, taken = set(PLACEHOLDER.findall(key)), set(PLACEHOLDER.findall(form))
            assert taken == given or (given - taken == {"num"} and not isinstance(message.string, str)), key
            assert form % dict.fromkeys(given, "1"), key
            assert not re.search(r"%(?!%|\(\w+\)s)", form.replace("%%", "")), key


def test_english_is_english() -> None:
    assert [key for key, message in ENGLISH.items() if HAN.search(str(message.string))] == []


def test_files_are_as_make_words_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorted, without places and dates: a branch's words merge with another's."""
    (tmp_path / "en").mkdir()
    for file in FILES:
        (tmp_path / "en" / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(wording, "FOLDER", tmp_path)
    wording.merge("en")
    assert [file.name for file in FILES if (tmp_path / "en" / file.name).read_bytes() != file.read_bytes()] == []


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.stem)
def test_no_view_says_a_sentence_that_is_no_key(file: Path) -> None:
    check(file, loose(ast.parse(file.read_text("utf-8"))))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_no_template_says_a_sentence_that_is_no_key(file: Path) -> None:
    check(file, bare(file.read_text("utf-8")))


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_no_script_says_anything(file: Path) -> None:
    code = re.sub(r"^\s*//.*$|\s//.*$", "", file.read_text("utf-8"), flags=re.MULTILINE)
    check(file, [line.strip() for line in code.splitlines() if HAN.search(line)])


def test_chinese_is_offered_first() -> None:
    assert languages()[:2] == (("zh-CN", "中文"), ("en", "English"))


def check(file: Path, found: list[str]) -> None:
    if str(file.relative_to(ROOT)) in NOT_YET:
        assert found, "keyed by now: strike it off"
    else:
        assert found == []


def loose(tree: ast.Module) -> list[str]:
    """Chinese texts of a module that are neither its documentation nor said by ``_``, ``N_`` or ``counted`` as a constant."""
    fine = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS and node.args:
            fine |= {id(node.args[0])}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node.value for node in texts if HAN.search(node.value) and id(node) not in fine]


def bare(source: str) -> list[str]:
    """Chinese of a template's text, or in a string that is not said by ``_`` or ``counted`` as a constant; not what says it is."""
    source = re.sub(r'<(\w+) lang="zh-CN">[^<{]*</\1>', "", source)
    tokens = [(kind, text) for _line, kind, text in Environment().lex(source) if kind != "whitespace"]
    found = []
    for at, (kind, text) in enumerate(tokens):
        before = [said for _kind, said in tokens[max(0, at - 2) : at]]
        if HAN.search(text) and (kind == "data" or (kind == "string" and not (before[-1:] == ["("] and before[0] in SAYS))):
            found.append(text.strip())
    return found
