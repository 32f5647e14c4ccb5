"""Keys are pressed when nothing was asked, after the answer, or before the question."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from serial_rig import Pad, pad, until

from devices.port import RatingKey


def press(rig: Pad, level: int) -> None:
    """One press, and wait until the driver has heard it."""
    before = rig.driver.state().proof_at
    rig.device.press(level)
    until(lambda: rig.driver.state().proof_at != before)


def apart() -> None:
    """As long as a person needs between two presses: closer together they are one key held down."""
    threading.Event().wait(0.35)


def answer(rig: Pad, question: str, level: int) -> RatingKey:
    """Ask, and press until the answer is there: a question takes effect when the owning thread has taken it."""
    count = len(rig.events.of(RatingKey))
    rig.driver.ask(question)
    until(lambda: not rig.driver._notes.qsize())
    apart()
    rig.device.press(level)
    return rig.events.after(count, RatingKey)


@pytest.mark.parametrize("profile", ["framed", "reversed", "ascii"])
def test_every_pad_gives_the_official_level(tmp_path: Path, profile: str) -> None:
    with pad(tmp_path, profile=profile) as rig:
        for level in (5, 4, 3, 2, 1):
            assert answer(rig, f"case-{level}", level) == RatingKey(f"case-{level}", level)


def test_a_key_nobody_asked_for_says_nothing_and_answers_no_later_question(tmp_path: Path) -> None:
    with pad(tmp_path) as rig:
        press(rig, 1)
        assert answer(rig, "case-1", 5) == RatingKey("case-1", 5)
        assert rig.events.of(RatingKey) == [RatingKey("case-1", 5)]


def test_only_the_first_key_answers_a_question(tmp_path: Path) -> None:
    with pad(tmp_path) as rig:
        answer(rig, "case-1", 4)
        apart()
        press(rig, 1)
        assert rig.events.of(RatingKey) == [RatingKey("case-1", 4)]


def test_a_question_withdrawn_takes_no_answer(tmp_path: Path) -> None:
    with pad(tmp_path) as rig:
        rig.driver.ask("case-1")
        rig.driver.withdraw()
        until(lambda: not rig.driver._notes.qsize())
        press(rig, 3)
        assert rig.events.of(RatingKey) == []
