"""The reader wakes: noise on the line before every answer, and a first answer about itself that is wrong or missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import reader

from devices.port import CardRead


def test_noise_at_start_and_before_every_answer_hides_neither_reader_nor_card(tmp_path: Path) -> None:
    with reader(tmp_path, "noise", card="jike") as rig:
        assert rig.events.fault(None).identity == "05.01-20101129-0001228293-0296863149"
        assert rig.events.first(CardRead).document.name == "吉克·测木果"
        assert rig.events.cards() == ["CardFound", "CardRead"]


@pytest.mark.parametrize("fault", ["id wrong at first", "id missing at first"])
def test_a_first_answer_after_power_on_is_not_taken_for_the_modules_identity(tmp_path: Path, fault: str) -> None:
    with reader(tmp_path, fault) as rig:
        assert rig.events.fault(None).identity == "05.01-20101129-0001228293-0296863149"
