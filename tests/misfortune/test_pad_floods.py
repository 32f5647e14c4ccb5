"""The rating pad floods the line, a key sticks, frames are damaged or lost in noise."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from serial_rig import Pad, pad, until

from devices.port import RatingKey
from devices.rating.profile import profiles


def asked(rig: Pad) -> None:
    """Wait until the driver has taken the question, and the pad its command."""
    until(lambda: not rig.driver._notes.qsize())
    until(lambda: not rig.device._profile.ask or rig.device._asked)


def heard(rig: Pad) -> None:
    before = rig.driver.state().proof_at
    until(lambda: rig.driver.state().proof_at != before)


@pytest.mark.parametrize("profile", profiles())
def test_a_flood_of_one_key_answers_one_question_and_no_other(tmp_path: Path, profile: str) -> None:
    with pad(tmp_path, "flood", profile=profile) as rig:
        rig.driver.ask("case-1")
        asked(rig)
        threading.Event().wait(2 * rig.driver._profile.every)
        rig.device.press(4)
        assert rig.events.first(RatingKey) == RatingKey("case-1", 4)
        rig.driver.ask("case-2")
        heard(rig)
        assert rig.events.of(RatingKey) == [RatingKey("case-1", 4)]
        assert rig.driver.state().usable


def test_a_stuck_key_answers_for_nobody_and_staff_are_told(tmp_path: Path) -> None:
    with pad(tmp_path, "stuck key") as rig:
        rig.device.press(1)
        assert rig.events.state(lambda state: state.warning == "pad_key_stuck").usable
        rig.driver.ask("case-1")
        heard(rig)
        assert rig.events.of(RatingKey) == []
        since = rig.events.changes()
        rig.device.clear()
        rig.events.state(lambda state: state.warning is None, since)


@pytest.mark.parametrize("fault", ["wrong checksum", "half a frame", "mute"])
def test_damaged_presses_are_no_ratings(tmp_path: Path, fault: str) -> None:
    with pad(tmp_path, fault) as rig:
        rig.driver.ask("case-1")
        until(lambda: not rig.driver._notes.qsize())
        for _ in range(5):
            rig.device.press(5)
        until(lambda: not rig.device._pressed)
        rig.device.clear()
        threading.Event().wait(0.35)
        rig.device.press(2)
        assert rig.events.first(RatingKey) == RatingKey("case-1", 2)


def test_noise_hides_no_press(tmp_path: Path) -> None:
    with pad(tmp_path, "noise") as rig:
        rig.driver.ask("case-1")
        until(lambda: not rig.driver._notes.qsize())
        rig.device.press(4)
        assert rig.events.first(RatingKey) == RatingKey("case-1", 4)
