"""The rating pad's cable is pulled, and put back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from serial_rig import pad, until

from devices.port import DeviceChanged, RatingKey
from devices.rating.pad import SerialPad
from devices.rating.profile import profiles
from devices.supervisor import Pace


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


QUICK = Pace(first=0.02, longest=0.05, grace=0.05)


@pytest.mark.parametrize("profile", profiles())
def test_pulled_at_any_byte_of_a_frame_it_gives_no_rating_and_the_next_press_counts(tmp_path: Path, profile: str) -> None:
    shape = profiles()[profile].shape
    whole = shape.frame(shape.key_of(max(shape.keys.values())))
    with pad(tmp_path, profile=profile, pace=QUICK) as rig:
        for at in range(1, len(whole)):
            rig.driver.ask("case-1")
            until(lambda: not rig.driver._notes.qsize())
            rig.device.say(whole[:at])
            since = rig.events.changes()
            rig.device.inject("unplug")
            rig.events.fault("absent", since)
            since = rig.events.changes()
            rig.device.clear()
            rig.events.fault(None, since)
            until(lambda: rig.device._asked or not rig.device._profile.ask)
            os.write(rig.device._master, whole[at:])
        assert rig.events.of(RatingKey) == []
        until(lambda: rig.driver.now() >= rig.driver._counts_from)  # what a polled pad tells sooner may be from before the question
        rig.device.press(2)
        assert rig.events.first(RatingKey) == RatingKey("case-1", 2)


def test_a_polled_pad_that_stops_answering_is_mute_and_one_that_is_idle_is_not(tmp_path: Path) -> None:
    with pad(tmp_path, profile="polled") as rig:
        until(lambda: rig.driver.state().proof_at is not None)
        rig.device.inject("mute")
        since = rig.events.changes()
        rig.events.fault("mute")
        for _ in range(3):  # it tries again, hears nothing again, and tells nobody again
            opened = rig.driver._heard_at
            until(lambda opened=opened: rig.driver._heard_at != opened)
        assert [change.state.fault for change in rig.events.of(DeviceChanged)[since:]] == ["mute"]
        since = rig.events.changes()
        rig.device.clear()
        rig.events.fault(None, since)


def test_a_profile_there_is_not_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="framed, reversed, ascii"):
        SerialPad(str(tmp_path / "rating"), "no such pad")
