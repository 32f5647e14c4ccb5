"""The line brings noise: when the reader wakes, before every answer, and when nobody asked anything."""

from __future__ import annotations

from pathlib import Path

from serial_rig import reader

from devices.port import CardRead


def test_noise_at_start_and_before_every_answer_hides_neither_reader_nor_card(tmp_path: Path) -> None:
    with reader(tmp_path, "noise", card="jike") as rig:
        assert rig.events.fault(None).identity == "05.01-20101129-0001228293-0296863149"
        assert rig.events.first(CardRead).document.name == "吉克·测木果"
        assert rig.events.cards() == ["CardFound", "CardRead"]
