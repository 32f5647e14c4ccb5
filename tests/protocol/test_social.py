"""The records of a social security card: lengths, padding, a name in two pieces."""

from __future__ import annotations

import pytest

from devices.protocols import social
from devices.protocols.apdu import CardAnswerError
from devices.protocols.social import Generation

IDENTIFIER = bytes.fromhex("510100D156000005") + bytes(8)
HOLDER = {
    0x08: b"510100199005120153",
    0x09: "刘试安".encode("gb18030").ljust(30, b"\0"),
    0x0A: b"1",
    0x0B: b"\x01",
    0x0D: bytes.fromhex("19900512"),
}


@pytest.mark.parametrize(
    ("version", "generation"),
    [(b"1.00", "1"), (b"2.00", "2"), (b"3.00", "3"), (bytes(4), "?"), (b"9.99", "?")],
)
def test_the_generation_is_the_versions_and_an_unwritten_one_is_unknown(version: bytes, generation: str) -> None:
    assert social.card_facts({0x01: IDENTIFIER, 0x03: version}).generation == Generation(generation)


def test_dates_that_are_not_written_are_empty() -> None:
    facts = social.card_facts({0x01: IDENTIFIER, 0x03: b"2.00", 0x05: bytes(4), 0x06: b"\xff" * 4})
    assert (facts.issued, facts.expires, facts.region) == ("", "", "510100")


@pytest.mark.parametrize("filler", range(15))
def test_a_name_may_be_cut_anywhere(filler: int) -> None:
    name = "测" * filler + "\U00020bb7䶮·尾"
    whole = name.encode("gb18030")
    for cut in range(31):
        if cut <= len(whole) and (cut == 30 or cut == len(whole)):
            pieces = {0x09: whole[:cut].ljust(30, b"\0"), 0x4E: whole[cut:].ljust(20, b"\0")}
            assert social.holder(HOLDER | pieces).name == name


def test_every_record_is_asked_for_with_its_exact_length() -> None:
    asked = [social.read_record(tag).encode().hex() for tag in (*social.CARD_TAGS, *social.HOLDER_TAGS)]
    assert (
        asked
        == ("00b2030006 00b2010012 00b2050006 00b2060006 00b2080014 00b2090020 00b24e0016 00b20a0003 00b20b0003 00b20d0006").split()
    )


@pytest.mark.parametrize("record", ["", "09", "0A0131", "090241", "090041"])
def test_another_or_a_lying_record_is_refused(record: str) -> None:
    with pytest.raises(CardAnswerError):
        social.value(0x09, bytes.fromhex(record))


@pytest.mark.parametrize(("tag", "value"), [(0x09, b"\x81"), (0x08, b"\xff\xff"), (0x0D, b"\x1a\x00\x00\x00"), (0x0B, b"\xab")])
def test_a_text_or_number_that_is_none_is_refused(tag: int, value: bytes) -> None:
    with pytest.raises(CardAnswerError):
        social.holder(HOLDER | {tag: value})


def test_the_algorithm_is_the_cards_word_or_3des() -> None:
    assert [social.algorithm(fci) for fci in (bytes.fromhex("03860103"), None, b"", b"\x03")] == [3, 1, 1, 1]
