"""``docs/drivers.md``: every test it names is there, and every device of a terminal has a column without an empty cell."""

from __future__ import annotations

import re
from pathlib import Path

from kiosk.care.exercises import EXERCISES
from kiosk.settings import DeviceSettings

PAGE = Path(__file__).parents[2] / "docs" / "drivers.md"
LINK = re.compile(r'\[✓\]\(([^ )]+) "([^"]+)"\)')


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_test_named_on_the_page_is_there() -> None:
    links = LINK.findall(PAGE.read_text("utf-8"))
    assert len(links) > 40
    for path, name in links:
        assert re.search(rf"^def {name}\(", (PAGE.parent / path).read_text("utf-8"), re.MULTILINE), (path, name)


def test_every_tick_names_its_test() -> None:
    text = PAGE.read_text("utf-8")
    assert text.count("[✓]") == len(LINK.findall(text))


def test_every_device_has_a_column_and_no_cell_is_empty() -> None:
    header, _, *body = rows()
    assert [re.findall(r"`(\w+)`", cell)[0] for cell in header[1:]] == [
        "idcard",
        "printer",
        "camera",
        "rating",
        "a4",
        "smartcard",
    ]
    for row in body:
        assert len(row) == len(header)
        assert all(row), row[0]


def test_every_device_of_the_settings_has_its_exercises() -> None:
    assert set(EXERCISES) == set(DeviceSettings.__struct_fields__)
