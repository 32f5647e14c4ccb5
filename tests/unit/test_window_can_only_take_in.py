"""收件 is not 受理: nothing the intake window is made of can construct an act of the home side."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

from domain.case import acts
from domain.case.acts import CitizenAct, ClockAct, HomeAct, IntakeAct

FOLDER = Path(__file__).parents[2] / "fleet" / "window"
OTHERS = {kind.__name__ for kind in (*get_args(HomeAct), *get_args(CitizenAct), ClockAct)} | {"HomeAct", "CitizenAct", "ClockAct"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_no_module_of_the_window_names_an_act_of_another_side(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = set()
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            assert not (node.module == "domain.case" and "acts" in names), "the whole module of acts"
            assert not (node.module == "domain.case.acts" and names & OTHERS), names & OTHERS
        if isinstance(node, ast.Attribute):
            assert node.attr not in OTHERS or not isinstance(node.value, ast.Name) or node.value.id != "acts", node.attr


def test_what_the_window_writes_into_its_book_is_read_back_as_an_act_of_the_intake_side_only() -> None:
    import msgspec

    for kind in get_args(IntakeAct):
        assert kind.__struct_config__.tag not in {other.__struct_config__.tag for other in get_args(HomeAct)}
    accepted = msgspec.json.encode({"act": "accepted", "at": "2026-11-26T10:00:00+08:00", "by": "home_officer"})
    assert isinstance(msgspec.json.decode(accepted, type=HomeAct), acts.Accepted)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(accepted, type=IntakeAct)
