"""An answer that comes when nobody waits for it any more is never taken for one to the next question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.idcard.exchange import FIND, SAM_ID, STATUS, Command, Exchange, NoAnswerError
from devices.protocols.sdt import Sw3
from devices.transports.serial import SerialLine
from devices.virtual.idcard import VirtualReader


@contextmanager
def late(folder: Path, card: str | None) -> Iterator[Exchange]:
    """Asked for a card, the module has just not answered in time, and will."""
    device = VirtualReader(folder / "idcard")
    device.inject("find answered late")
    if card is not None:
        device.lay(card)
    device.start()
    line = SerialLine(device.address, 115200)
    try:
        exchange = Exchange(line)
        with pytest.raises(NoAnswerError):
            exchange.ask(FIND)
        yield exchange
    finally:
        line.close()
        device.stop()


@pytest.mark.parametrize("card", [None, "liu"])
@pytest.mark.parametrize("question", [STATUS, SAM_ID])
def test_what_was_found_is_no_answer_to_how_the_module_is(tmp_path: Path, question: Command, card: str | None) -> None:
    """Else "no card" would read as an ill module, and a good reader be out of service."""
    with late(tmp_path, card) as exchange:
        answer = exchange.ask(question)
        assert answer.sw3 == Sw3.DONE
        assert question.least <= len(answer.frame.data) <= question.most


@pytest.mark.parametrize(("fault", "told"), [("not authorised", Sw3.NOT_AUTHORISED), ("self test failed", Sw3.SELF_TEST_FAILED)])
def test_what_a_module_says_of_itself_is_an_answer(tmp_path: Path, fault: str, told: Sw3) -> None:
    device = VirtualReader(tmp_path / "idcard")
    device.inject(fault)
    device.start()
    line = SerialLine(device.address, 115200)
    try:
        assert Exchange(line).ask(STATUS).sw3 == told
    finally:
        line.close()
        device.stop()
