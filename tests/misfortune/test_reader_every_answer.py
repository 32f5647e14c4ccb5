"""Every SW3 a module can say instead of a card's text: what it becomes, how often it was asked, and whether staff see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import polls, reader, until

from devices.idcard.meaning import MEANING
from devices.port import CardFailed, CardRead
from devices.protocols.sdt import Sw3
from devices.virtual.idcard import REFUSALS, VirtualReader
from kiosk.faults import table

# SW3 → fault, times the text was asked for, whether the device wears it as a warning.
OUTCOMES: dict[Sw3, tuple[str, int, bool]] = {
    Sw3.CHECKSUM_WRONG: ("reader_line_damaged", 3, True),
    Sw3.LENGTH_WRONG: ("reader_line_damaged", 3, True),
    Sw3.COMMAND_INVALID: ("reader_refuses_command", 1, True),
    Sw3.NOT_ALLOWED: ("reader_refuses_command", 1, True),
    Sw3.UNRECOGNISED: ("reader_unrecognised_error", 2, True),
    Sw3.CARD_REFUSED_SAM: ("card_refuses_reader", 3, True),
    Sw3.SAM_REFUSED_CARD: ("card_not_authentic", 3, False),
    Sw3.INFORMATION_CHECK: ("card_data_damaged", 3, False),
    Sw3.CARD_NOT_FOUND_YET: ("card_unreadable", 3, False),
    Sw3.FINGERPRINT_CHECK: ("card_data_damaged", 2, False),
    Sw3.INFORMATION_LENGTH: ("card_data_damaged", 3, False),
    Sw3.CARD_TYPE_UNKNOWN: ("card_not_supported", 1, False),
    Sw3.READ_FAILED: ("card_unreadable", 3, False),
    Sw3.RANDOM_NUMBER: ("reader_random_failed", 3, True),
    Sw3.NO_CARD: ("card_unreadable", 3, False),
    Sw3.NO_SUCH_ITEM: ("card_data_damaged", 1, False),
}
SHOWN_ELSEWHERE = {
    Sw3.DONE: "every test that reads a card",
    Sw3.CARD_FOUND: "every test that reads a card",
    Sw3.SELECT_FAILED: "test_card_answer_damaged.py::test_trouble_with_selecting_is_cured_without_the_citizen_noticing",
    Sw3.SELF_TEST_FAILED: "test_reader_refuses.py",
    Sw3.NOT_AUTHORISED: "test_reader_refuses.py",
}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each time the text was asked for."""
    asked: list[None] = []
    read = VirtualReader._read

    def counted(self: VirtualReader) -> None:
        asked.append(None)
        read(self)

    monkeypatch.setattr(VirtualReader, "_read", counted)
    return asked


def test_every_code_of_the_table_has_a_meaning_and_is_shown_somewhere() -> None:
    assert set(MEANING) == set(Sw3) == set(OUTCOMES) | set(SHOWN_ELSEWHERE)
    assert set(REFUSALS.values()) == set(OUTCOMES)
    assert {meaning.fault for meaning in MEANING.values() if meaning.fault} <= set(table())


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_card_answered_so_ends_so_and_the_next_one_reads(tmp_path: Path, fault: str, reads: list[None]) -> None:
    code, times, worn = OUTCOMES[REFUSALS[fault]]
    with reader(tmp_path, chip_time=0.0) as rig:
        rig.device.inject(fault)
        rig.device.lay("liu")
        assert rig.events.first(CardFailed).fault == code
        assert len(reads) == times
        until(lambda: rig.driver.state().usable)
        assert rig.driver.state().warning == (code if worn else None)

        rig.device.clear()
        rig.device.lift()
        polls(rig, 2)
        rig.device.lay("chen")
        assert rig.events.first(CardRead).document.name == "陈测宁"
        assert rig.events.cards() == ["CardFound", f"CardFailed {code}", "CardFound", "CardRead"]
        until(lambda: rig.driver.state().warning is None)
        assert rig.events.fault(None).usable
