"""A reader that lies and does not stop: lengths too long, answers without end, nothing but beginnings."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from serial_rig import polls, reader

from devices.port import CardFailed, CardRead

ENDS = {
    "length lies": ("card_unreadable", None),
    "endless answer": ("reader_babbles", "reader_babbles"),
    "endless preamble": ("card_unreadable", "reader_line_damaged"),
}
MEMORY = 4_000_000
"""Bytes; whatever the reader says."""


@pytest.mark.parametrize("fault", ENDS)
def test_a_hostile_reader_is_a_named_fault_in_bounded_memory_and_serves_again_when_it_stops(tmp_path: Path, fault: str) -> None:
    card, device = ENDS[fault]
    with reader(tmp_path) as rig:
        rig.device.inject(fault)
        tracemalloc.start()
        try:
            rig.device.lay("liu")
            assert rig.events.first(CardFailed).fault == card
            if device is not None:
                rig.events.fault(device)
            assert tracemalloc.get_traced_memory()[1] < MEMORY
        finally:
            tracemalloc.stop()
        since = rig.events.changes()
        rig.device.clear()
        rig.device.lift()
        if device is not None:
            rig.events.fault(None, since)
        polls(rig, 2)
        reads = len(rig.events.of(CardRead))
        rig.device.lay("chen")
        assert rig.events.after(reads, CardRead).document.name == "陈测宁"
