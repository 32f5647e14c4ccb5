"""The log of a device's going and coming: one line down and one up, however it flaps."""

from __future__ import annotations

import logging

import pytest

from devices.outages import Outages

CALM = 10.0


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def said(lines: pytest.LogCaptureFixture) -> list[str]:
    return [line.message for line in lines.records]


def test_down_and_up_are_said_once_each(lines: pytest.LogCaptureFixture) -> None:
    outages = Outages("bell", CALM)
    outages.up("ready, 1", 0)
    for now in (100, 101, 102):
        outages.down("absent", now)
    outages.up("ready, 1", 103)
    assert said(lines) == ["bell: ready, 1", "bell: absent", "bell: ready, 1"]


def test_a_flapping_device_is_one_line_down_and_one_line_up(lines: pytest.LogCaptureFixture) -> None:
    outages = Outages("bell", CALM)
    outages.up("ready, 1", 0)
    for now in range(100, 400, 6):
        outages.down("absent", now)
        outages.look(now + 2)
        outages.up("ready, 1", now + 3)
    assert said(lines) == ["bell: ready, 1", "bell: absent", "bell: ready, 1"]


def test_a_flapping_device_that_stays_away_is_said_to_be_down(lines: pytest.LogCaptureFixture) -> None:
    outages = Outages("bell", CALM)
    outages.up("ready, 1", 0)
    for now in (100, 103, 106):
        outages.down("absent", now)
        outages.up("ready, 1", now + 1)
    outages.down("absent", 109)
    outages.look(118)
    assert said(lines)[-1] == "bell: ready, 1"
    outages.look(119)
    assert said(lines)[-1] == "bell: absent (came and went 2 times before)"
    outages.up("ready, 1", 200)
    assert said(lines)[-2:] == ["bell: absent (came and went 2 times before)", "bell: ready, 1"]


def test_faults_that_take_turns_are_said_once_each(lines: pytest.LogCaptureFixture) -> None:
    outages = Outages("bell", CALM)
    for now in range(20):
        outages.down("absent" if now % 2 else "mute", now)
    outages.up("ready, 1", 30)
    assert said(lines) == ["bell: mute", "bell: absent", "bell: ready, 1"]


def test_a_device_that_never_was_is_said_to_be_down_at_once(lines: pytest.LogCaptureFixture) -> None:
    Outages("bell", CALM).down("absent", 0)
    assert said(lines) == ["bell: absent"]
