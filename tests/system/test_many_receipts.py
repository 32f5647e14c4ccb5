"""One receipt after another: the driver keeps nothing of them."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest
from support.printing import CABLES, KINDS, Cable, printing

from devices.port import Code, Heading, Pair, PrintOutcome, Slip
from devices.printer.model import models

FAST = 1e5
"""mm/s: the mechanism obeys every byte and waits for nothing."""


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def grows(number: int, cable: Cable, mode: str) -> tuple[int, int]:
    """Bytes and descriptors there are more after ``number`` receipts than after the first few."""
    gc.freeze()  # what other tests left is not looked through: that would take seconds, in which a printer says nothing
    with printing(cable=cable, pace=FAST, mode=mode, model=models()["generic-gbk"]) as rig:  # type: ignore[arg-type]
        rig.usable()
        before = (0, 0)
        tracemalloc.start()
        try:
            for n in range(number):
                if n == 5:
                    gc.collect()
                    before = (tracemalloc.get_traced_memory()[0], descriptors())
                slip = Slip((Heading("收件凭证"), Pair("办件编号", f"{n:09}"), Pair("申请人", "䶮**"), Code(f"q{n:09}", "扫码")))
                assert rig.print(str(n), slip=slip) == (PrintOutcome.PRINTED, None)
                rig.paper.tear()
                rig.paper.clear("paper near end")
                rig.events.clear()
                rig.journal.lines.clear()
            gc.collect()
            return tracemalloc.get_traced_memory()[0] - before[0], descriptors() - before[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("mode", ["image", "text"])
def test_twenty_receipts_leave_nothing_behind(mode: str) -> None:
    bytes_more, files_more = grows(20, CABLES[0], mode)
    assert bytes_more < 200_000
    assert files_more == 0


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("cable", CABLES, ids=KINDS)
def test_two_thousand_receipts_leave_nothing_behind(cable: Cable) -> None:
    bytes_more, files_more = grows(2000, cable, "image")
    assert bytes_more < 500_000
    assert files_more == 0
