"""More A4 jobs are asked for than anybody can want."""

from __future__ import annotations

from support.pages import pages

from devices.a4.driver import QUEUE_LIMIT
from devices.port import PrintOutcome


def test_what_exceeds_the_queue_is_refused_and_its_pages_are_not_kept() -> None:
    with pages("hold") as rig:
        rig.usable()
        rig.begin("first")
        rig.driver.wake()
        for count in range(QUEUE_LIMIT + 2):
            rig.begin(f"{count}")
        rig.driver.stop()
        refused = [rig.ended(f"{count}") for count in range(QUEUE_LIMIT + 2)]
        assert all(outcome is PrintOutcome.REFUSED for outcome, _ in refused)
        assert refused[-1] == (PrintOutcome.REFUSED, "printer_busy")
