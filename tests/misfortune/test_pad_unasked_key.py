"""Keys are pressed when nothing was asked, after the answer, or before the question."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from serial_rig import Pad, pad, until

from devices.port import RatingKey
from devices.rating.profile import profiles


def press(rig: Pad, level: int) -> None:
    """One press, and wait until the driver has heard it."""
    before = rig.driver.state().proof_at
    rig.device.press(level)
    until(lambda: rig.driver.state().proof_at != before)


def apart(rig: Pad) -> None:
    """As long as a person needs between two presses: closer together they are one key held down."""
    threading.Event().wait(0.35 + 4 * rig.driver._profile.every)


def answer(rig: Pad, question: str, level: int) -> RatingKey:
    """Ask, and press until the answer is there: a question takes effect when the owning thread has taken it."""
    count = len(rig.events.of(RatingKey))
    rig.device._asked = False
    rig.driver.ask(question)
    until(lambda: not rig.driver._notes.qsize())
    until(lambda: not rig.device._profile.ask or rig.device._asked)
    apart(rig)
    rig.device.press(level)
    return rig.events.after(count, RatingKey)


@pytest.mark.parametrize("profile", profiles())
def test_every_pad_gives_the_official_level(tmp_path: Path, profile: str) -> None:
    with pad(tmp_path, profile=profile) as rig:
        for level in (4, 2):  # the others: tests/protocol
            assert answer(rig, f"case-{level}", level) == RatingKey(f"case-{level}", level)


@pytest.mark.parametrize("profile", [name for name, profile in profiles().items() if not profile.ask])
def test_a_key_nobody_asked_for_says_nothing_and_answers_no_later_question(tmp_path: Path, profile: str) -> None:
    with pad(tmp_path, profile=profile) as rig:
        press(rig, 2)
        assert answer(rig, "case-1", 4) == RatingKey("case-1", 4)
        assert rig.events.of(RatingKey) == [RatingKey("case-1", 4)]


@pytest.mark.parametrize("profile", profiles())
def test_a_pad_that_also_tells_when_a_key_is_let_go_gives_one_rating(tmp_path: Path, profile: str) -> None:
    with pad(tmp_path, "releases", profile=profile) as rig:
        assert answer(rig, "case-1", 4) == RatingKey("case-1", 4)
        assert answer(rig, "case-2", 2) == RatingKey("case-2", 2)
        assert [key.question for key in rig.events.of(RatingKey)] == ["case-1", "case-2"]


def test_only_the_first_key_answers_a_question(tmp_path: Path) -> None:
    with pad(tmp_path) as rig:
        answer(rig, "case-1", 4)
        apart(rig)
        press(rig, 1)
        assert rig.events.of(RatingKey) == [RatingKey("case-1", 4)]


def test_a_question_withdrawn_takes_no_answer(tmp_path: Path) -> None:
    with pad(tmp_path) as rig:
        rig.driver.ask("case-1")
        rig.driver.withdraw()
        until(lambda: not rig.driver._notes.qsize())
        press(rig, 3)
        assert rig.events.of(RatingKey) == []
