"""The rating pad's cable is pulled, and put back."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import pad, until

from devices.port import RatingKey
from devices.rating.pad import SerialPad


def test_a_question_asked_while_the_pad_is_away_is_answered_when_it_is_back(tmp_path: Path) -> None:
    with pad(tmp_path) as rig:
        rig.device.inject("unplug")
        rig.events.fault("absent")
        rig.driver.ask("case-1")
        since = rig.events.changes()
        rig.device.clear()
        rig.events.fault(None, since)
        until(lambda: not rig.driver._notes.qsize())
        rig.device.press(5)
        assert rig.events.first(RatingKey) == RatingKey("case-1", 5)


def test_a_pad_gives_no_proof_of_life_before_its_first_key(tmp_path: Path) -> None:
    with pad(tmp_path) as rig:
        assert rig.driver.state().proof_at is None
        rig.device.press(3)
        until(lambda: rig.driver.state().proof_at is not None)


def test_a_profile_there_is_not_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="framed, reversed, ascii"):
        SerialPad(str(tmp_path / "rating"), "no such pad")
