"""Any bytes at all from a card: a value or a :class:`CardAnswerError`, never anything else, and never without end."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from devices.protocols import apdu, social
from devices.protocols.apdu import Answer, CardAnswerError, Command, Tlv

ANSWERS = st.lists(st.binary(max_size=300) | st.sampled_from([b"\x61\x00", b"\x61\x10", b"\x6c\x05", b"\x90\x00"]), max_size=60)
VALUES = st.dictionaries(st.sampled_from([0x01, 0x03, 0x05, 0x06, 0x08, 0x09, 0x4E, 0x0A, 0x0B, 0x0D]), st.binary(max_size=64))
WHOLE = {0x01: bytes(16), 0x03: b"2.00", 0x08: b"", 0x09: b"", 0x0A: b"1", 0x0B: b"\x01", 0x0D: b"\x19\x90\x05\x12"}
TREES = st.recursive(
    st.binary(max_size=20), lambda inner: st.lists(inner, max_size=3).map(lambda parts: b"".join(map(_nest, parts)))
)


def _nest(value: bytes) -> bytes:
    return apdu.encode(0x70 + len(value) % 8, value)


@given(ANSWERS, st.none() | st.integers(1, 256))
def test_no_answers_upset_the_exchange_and_it_always_ends(answers: list[bytes], le: int | None) -> None:
    asked = []

    def transmit(command: bytes) -> bytes:
        asked.append(command)
        return answers[len(asked) - 1] if len(asked) <= len(answers) else b"\x61\xff"

    try:
        answer = apdu.exchange(Command(0, 0xCA, 0, 0, b"x", le), transmit)
    except CardAnswerError:
        pass
    else:
        assert isinstance(answer, Answer)
        assert len(answer.data) <= apdu.MAX_TOTAL
    assert len(asked) <= apdu.MAX_ROUNDS


@given(st.binary(max_size=400) | TREES)
def test_no_bytes_upset_the_elements_and_none_is_made_up(data: bytes) -> None:
    found: list[Tlv] = []
    try:
        for element in apdu.elements(data):
            found.append(element)
    except CardAnswerError:
        pass
    assert sum(len(element.value) + 2 for element in found) <= len(data)
    assert len(found) <= apdu.MAX_ELEMENTS


@given(st.integers(1, 0x7FFF).filter(lambda tag: tag < 0x100 or tag >> 8 & 0x1F == 0x1F), st.binary(max_size=300))
def test_what_is_encoded_is_read_again(tag: int, value: bytes) -> None:
    if tag < 0x100 and (tag & 0x1F == 0x1F or tag == 0xFF):
        return
    if tag >= 0x100 and tag & 0x80:
        return
    assert list(apdu.elements(apdu.encode(tag, value))) == [Tlv(tag, value)]


@given(VALUES)
def test_no_values_upset_the_social_card(values: Mapping[int, bytes]) -> None:
    for judge in social.card_facts, social.holder:
        with contextlib.suppress(CardAnswerError):
            judge({**WHOLE, **values})


@given(st.integers(0, 255), st.binary(max_size=300))
def test_a_record_is_its_tag_its_length_and_nothing_else(tag: int, record: bytes) -> None:
    try:
        value = social.value(tag, record)
    except CardAnswerError:
        assert len(record) < 2 or record[0] != tag or record[1] != len(record) - 2
    else:
        assert bytes([tag, len(value)]) + value == record
