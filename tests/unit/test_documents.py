"""What the documents point to is there, and what they list is what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from devices.virtual import a4, camera, idcard, piv, printer, rating, smartcard, social
from devices.virtual.pages import PAGES as PAGES_UNDER_THE_CAMERA
from devices.virtual.people import PEOPLE
from kiosk.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_test_a_guarantee_cites_exists() -> None:
    cited = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "docs" / "guarantees.md").read_text("utf-8"))
    assert len(cited) > 50
    missing = [f"{file}::{name}" for file, name in cited if f"def {name}(" not in _source(ROOT / "tests" / file)]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    assert [link for link in links if not link.startswith("http") and not (page.parent / link).exists()] == []


def test_the_readme_shows_both_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_is_one_with_these_options(page: Path) -> None:
    """``tongban …`` at the beginning of a code span or of a line of a block, as far as it is words of ours and options."""
    said = re.findall(r"(?:`|^)(?:\.venv/bin/)?tongban ([a-z][^`|#\n]*)", page.read_text("utf-8"), re.MULTILINE)
    assert [line for line in said if _wrong(line.split())] == []


def _wrong(words: list[str]) -> str | None:
    command: click.Command = main
    options = {"--help"}
    for word in words:
        options |= {name for one in command.params for name in one.opts}
        if word.startswith("--"):
            if word.partition("=")[0] not in options and not command.context_settings.get("ignore_unknown_options"):
                return word
        elif isinstance(command, click.Group) and re.fullmatch("[a-z][a-z-]*", word):
            if (found := command.get_command(click.Context(command), word)) is None:
                return word
            command = found
    return None


def _source(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


_ROW = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.MULTILINE)
LISTS = {
    "idcard": idcard.FAULTS,
    "camera": camera.FAULTS,
    "printer": printer.FAULTS,
    "a4": a4.FAULTS,
    "rating": rating.FAULTS,
    "smartcard": smartcard.FAULTS,
}


@pytest.mark.parametrize("device", LISTS)
def test_the_page_on_virtual_hardware_lists_every_fault_in_the_code_s_words(device: str) -> None:
    section = re.search(rf"^### .*`{device}`$(.*?)^##", _virtual_hardware(), re.MULTILINE | re.DOTALL)
    assert section
    rows = _ROW.findall(section.group(1))
    assert [row for row in LISTS[device].items() if row not in rows] == []


def test_the_page_on_virtual_hardware_lists_every_card_page_and_badge_s_fault() -> None:
    rows = _ROW.findall(_virtual_hardware())
    cards = [(card.id, f"{card.label} | {card.purpose}") for card in (*PEOPLE, *social.cards())]
    wanted = [*cards, *((page.id, page.label) for page in PAGES_UNDER_THE_CAMERA), *piv.FAULTS.items()]
    assert [row for row in wanted if row not in rows] == []


def _virtual_hardware() -> str:
    return (ROOT / "docs" / "virtual-hardware.md").read_text("utf-8")
