"""What the camera says about its pictures does not hold, or is not what was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.pi.rig import ask, camera_process

from devices.protocols.frames import Frame, Why

LATER = [pytest.param(lie, marks=pytest.mark.long) for lie in ("short buffer", "another format")]


@pytest.mark.parametrize("lie", ["stride that lies", "odd size", *LATER])
def test_a_picture_that_is_not_what_it_says_is_no_picture(memory: Path, lie: str) -> None:
    with camera_process(memory) as process:
        link, before = process.opened(), process.child()
        assert before is not None
        process.inject(lie)
        assert ask(lambda: link.still(20)) is Why.NO_FRAME
        process.clear()
        process.another_child(than=before)
        process.until(lambda: isinstance(ask(lambda: link.still(20)), Frame), "a still")
        link.close()


def test_another_size_honestly_told_is_taken_as_it_is(memory: Path) -> None:
    with camera_process(memory) as process:
        process.inject("another size")
        assert process.preview() is Why.NOT_YET
        link = process.opened()
        picture = link.preview(20)
        assert (picture.width, picture.height) == (576, 324)
        link.close()


def test_rows_are_given_as_far_apart_as_they_lie(memory: Path) -> None:
    with camera_process(memory) as process:
        link = process.opened()
        still = link.still(20)
        assert still.stride > still.width
        link.close()
