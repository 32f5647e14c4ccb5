"""The cable is pulled at every point of a read at which the driver waits for bytes, and put back under another card."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import polls, reader

from devices.port import CardRead
from devices.protocols import sdt
from devices.supervisor import Pace
from devices.virtual.idcard import VirtualReader
from devices.virtual.ptys import CHUNK, UNPLUG

FIRST, SECOND = "taiwan", "chen"
ANSWERS = {"find": 15, "select": 19, "text": 1295, "newest address": 81}
"""Answer → its bytes. The virtual line hands them over in pieces of :data:`CHUNK`; the driver waits before each."""
POINTS = [(name, sent) for name, size in ANSWERS.items() for sent in range(0, size + 1, CHUNK)] + [
    (name, size) for name, size in ANSWERS.items() if size % CHUNK
]
FEW = [point for point in POINTS if point[1] in (0, 640) or point[1] == ANSWERS[point[0]]]


QUICK = Pace(first=0.05, grace=0.05)


class PulledAt(VirtualReader):
    """Pulls its own plug when ``sent`` bytes of the named answer to the first card have gone out."""

    def __init__(self, link: Path, answer: str, sent: int) -> None:
        super().__init__(link, chip_time=0.0)
        self._size = ANSWERS[answer]
        self._sent = sent

    def say(self, data: bytes) -> None:
        # Looking for a card is answered too, by nothing but a status: the sizes tell the answers apart.
        if self.lying() != FIRST or len(data) != self._size:
            super().say(data)
            return
        super().say(data[: self._sent])
        self._size = 0
        self.inject(UNPLUG)


def test_the_answers_have_the_sizes_that_are_counted_here() -> None:
    data = {"find": bytes(4), "select": bytes(8), "text": bytes(1284), "newest address": bytes(70)}
    assert {name: len(sdt.answer(sdt.Sw3.DONE, given)) for name, given in data.items()} == ANSWERS


@pytest.mark.parametrize(("answer", "sent"), [*FEW, *(pytest.param(*p, marks=pytest.mark.long) for p in POINTS if p not in FEW)])
def test_pulled_there_it_says_one_thing_of_the_card_and_is_ready_again(tmp_path: Path, answer: str, sent: int) -> None:
    with reader(tmp_path, make=lambda link: PulledAt(link, answer, sent), pace=QUICK) as rig:
        before = rig.events.changes()
        rig.device.lay(FIRST)
        rig.events.fault("absent", since=before)
        said = rig.events.cards()
        rig.device.lift()
        rig.device.clear()
        rig.events.fault(None, since=rig.events.changes() - 1)
        polls(rig, 2)

        reads = len(rig.events.of(CardRead))
        rig.device.lay(SECOND)
        document = rig.events.after(reads, CardRead).document
        assert (document.name, document.permit, document.newest_address) == ("陈测宁", "", "")
        # The last bytes may be lost with the plug: then it is as if it had been pulled before them.
        at_end = sent == ANSWERS[answer]
        ends = {"find": [], "select": ["CardFailed absent"], "text": ["CardFailed absent"], "newest address": ["CardRead"]}[answer]
        outcomes = [["CardFound", *ends] if ends else []]
        if answer == "find" and at_end:
            outcomes.append(["CardFound", "CardFailed absent"])
        if answer == "text" and at_end:
            outcomes.append(["CardFound", "CardRead"])
        assert [name for name in said if name != "CardOutOfSight"] in outcomes
        firsts = rig.events.of(CardRead)[:-1]
        assert [read.document.name for read in firsts] == ["吴试台"] * said.count("CardRead")
        assert {read.document.newest_address for read in firsts} <= {None, *(["四川省绵阳市涪城区测试大道7号"] if at_end else [])}
