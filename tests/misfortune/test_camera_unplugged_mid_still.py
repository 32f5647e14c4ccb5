"""The ribbon comes loose at every point of a still at which the process waits for picamera2: the page is answered each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.heard import Heard, first_preview
from support.pi.rig import camera_process

from devices.camera.driver import FrameCamera, Times
from devices.port import PageRefused, PageTaken


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.long)])
def test_wherever_it_happens_the_page_is_answered_and_the_next_one_is_taken(memory: Path, step: int) -> None:
    with camera_process(memory, slow=0.8) as process:
        link, child = process.opened(), process.child()
        assert child is not None
        before = len(process.calls())
        link.still(20)
        points = len(process.calls()) - before
        link.close()
        assert points >= 6, process.calls()[before:]

        driver, heard = FrameCamera(str(process.socket), times=Times(hello=5, preview=5, still=10)), Heard()
        driver.start(heard)
        refused = 0
        for point in range(0, points, step):
            heard.ready(since=max(0, heard.so_far - 1))
            driver.watch()
            first_preview(driver)
            child = process.child()
            assert child is not None
            process.inject(f"frozen after {len(process.calls(child.pid)) + point}")
            driver.take(f"page {point}")
            answer = heard.answer(f"page {point}")
            assert answer == PageRefused(f"page {point}", "camera_frozen") or isinstance(answer, PageTaken)
            refused += isinstance(answer, PageRefused)
            after = heard.so_far
            process.clear()
            if isinstance(answer, PageRefused):
                heard.ready(since=after)
            driver.take(f"again {point}")
            again = heard.answer(f"again {point}")
            if isinstance(again, PageRefused) and isinstance(answer, PageTaken):
                # The still came whole, and the look at the desk after it met the freeze.
                heard.ready(since=after)
                driver.take(f"once more {point}")
                again = heard.answer(f"once more {point}")
            assert isinstance(again, PageTaken)
        driver.stop()
        assert refused >= 1
