"""One card is exchanged for another in the middle of its read: what is read is one card, whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import reader, until

from devices.port import CardRead
from devices.virtual.idcard import VirtualReader


class Swapped(VirtualReader):
    """Lays the second card when the ``at``-th answer has been given since the first card was found."""

    def __init__(self, link: Path, at: int) -> None:
        super().__init__(link, chip_time=0.02)
        self._at = at
        self._answers = 0

    def say(self, data: bytes) -> None:
        super().say(data)
        if self.lying() == "qian":
            self._answers += 1
            if self._answers == self._at:
                self.lay("taiwan")


@pytest.mark.parametrize(
    ("at", "fault"), [*((at, None) for at in range(1, 6)), (3, "wrong checksum once"), (4, "wrong checksum once")]
)
def test_whenever_a_card_is_exchanged_no_document_holds_anything_of_two(tmp_path: Path, at: int, fault: str | None) -> None:
    with reader(tmp_path, make=lambda link: Swapped(link, at)) as rig:
        if fault:
            rig.device.inject(fault)
        rig.device.lay("qian")
        until(lambda: any(read.document.name == "吴试台" for read in rig.events.of(CardRead)))
        own = {"钱试搬": {None, "四川省成都市青羊区测试新路99号5栋2单元1801室"}, "吴试台": {"四川省绵阳市涪城区测试大道7号"}}
        for read in rig.events.of(CardRead):
            assert read.document.newest_address in own[read.document.name]
            assert read.document.permit == ("00000056" if read.document.name == "吴试台" else "")
        cards = rig.events.cards()
        assert cards.count("CardFound") == sum(name.startswith(("CardRead", "CardFailed")) for name in cards)
        assert [read.document.name for read in rig.events.of(CardRead)] in (["吴试台"], ["钱试搬", "吴试台"])
