"""A card whose type the module does not know is laid down."""

from __future__ import annotations

from pathlib import Path

from serial_rig import polls, reader

from devices.port import CardFailed, CardRead


def test_a_card_of_another_kind_is_said_not_to_be_supported(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.lay("bus")
        assert rig.events.first(CardFailed).fault == "card_not_supported"
        rig.device.lift()
        polls(rig, 2)
        rig.device.lay("tian")
        assert rig.events.first(CardRead).document.name == "田䶮"
        assert rig.events.cards() == ["CardFound", "CardFailed card_not_supported", "CardFound", "CardRead"]
